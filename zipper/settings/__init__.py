"""Settings of zipper: from options, variables, pyproject.toml and package.json to one request."""
