"""The project: its folder, its own files, npm's settings for it."""
