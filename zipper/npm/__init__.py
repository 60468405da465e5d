"""npm's rules as pure functions: text in, values out."""
