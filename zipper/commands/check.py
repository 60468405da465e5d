"""`zipper check`."""
