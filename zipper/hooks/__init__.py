"""Build hooks for setuptools, hatchling and PDM."""
