"""Tarballs, git and local packages into the store."""
