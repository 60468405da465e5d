"""The store: a verified tarball becomes a store zip, content-addressed and atomic."""
