"""Listing and target in, findings out: what would fail on Lambda."""
