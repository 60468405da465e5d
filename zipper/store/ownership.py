"""Which other users can write to the cache."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from zipper.settings.cache_folder import ROOT_USER, user_number

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["describe_strangers"]


def describe_strangers(folder: Path, *, user: int | None = None) -> str | None:
    """Return who else may change the cache, as `everybody on this machine`; None for nobody.

    Root may change everything, which needs no telling. On Windows nobody is told of.
    """
    own = user_number(user)
    try:
        status = folder.stat()
    except OSError:
        return None
    if own is None:
        return None
    if status.st_mode & stat.S_IWOTH:
        return "everybody on this machine"
    return None if status.st_uid in {own, ROOT_USER} else f"user {status.st_uid}, who owns it,"
