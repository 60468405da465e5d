"""Lockfile text to `Tree` and back, one module a format."""
