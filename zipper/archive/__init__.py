"""The zip format: read a listing, lay out a plan, splice members into a new zip."""
