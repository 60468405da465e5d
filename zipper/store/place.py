"""Where the cache is, when nobody says so."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["find_cache_dir"]


def find_cache_dir(
    given: str | os.PathLike[str] | None, environment: Mapping[str, str] = os.environ
) -> Path:
    """Return the cache folder: the one given, else ZIPPER_CACHE_DIR, else the system's place."""
    chosen = given or environment.get("ZIPPER_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_cache_path  # noqa: PLC0415  (0.01 s, and often not needed)

    return user_cache_path("zipper", appauthor=False)
