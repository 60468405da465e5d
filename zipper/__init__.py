"""Pack Node.js functions for AWS Lambda: npm's own tree, a deterministic zip, a proof."""

__version__ = "0.1.0"
