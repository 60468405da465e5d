"""JavaScript by the standard: whether a text is a program, and which Nodes can read it."""
