"""The registry over HTTPS: packuments, tarballs, credentials, retries, cached responses."""
