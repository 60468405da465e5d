"""An isolated Node.js: install scripts by consent, and running a deployment package."""
