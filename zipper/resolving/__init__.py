"""Which tree: from the lockfile, a note, or the resolver."""
