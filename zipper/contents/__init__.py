"""What a package is made of: the project's own files, and each node's files, wherever they are."""
