"""The tree: its values, and the worklist that builds the ideal tree."""
