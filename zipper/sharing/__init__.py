"""A store of packages that many machines share: blobs by content, claims by signature."""
