"""Where the cache is."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from zipper.store.place import find_cache_dir


def test_given_is_stronger_than_the_variable() -> None:
    """An option wins over ZIPPER_CACHE_DIR, that over the system's place."""
    environment = {"ZIPPER_CACHE_DIR": "/from/variable"}

    assert Path("/given") == find_cache_dir("/given", environment)
    assert Path("/from/variable") == find_cache_dir(None, environment)
    assert platformdirs.user_cache_path("zipper", appauthor=False) == find_cache_dir(None, {})


def test_place_is_absolute() -> None:
    """A relative place is one below the current folder, and `~` is the home."""
    assert Path.cwd() / "cache" == find_cache_dir("cache", {})
    assert Path.home() / "cache" == find_cache_dir("~/cache", {})
