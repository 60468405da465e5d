"""Looking after the folders beside the store zips, from which installs link their files.

In: a `Store`. Out: their bytes, whether one still is what its store zip says, and the removal of
those that nobody needs. A folder that is gone is made again when it is wanted.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.store.store_zip_format import inflate
from zipper.store.store_zips import folder_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.store.store_zips import Store, StoreZip

__all__ = ["is_unpacked_sound", "measure_unpacked", "remove_strays", "remove_unpacked"]

_HALF_MADE_SECONDS: Final = 3600
"""No folder takes so long to fill: what is older was left by a process that was killed."""


def measure_unpacked(folder: Path) -> int:
    """Return the bytes of all files below `folder`; 0 where there is none."""
    return sum(path.lstat().st_size for path in _files_below(folder))


def is_unpacked_sound(zipped: StoreZip) -> bool:
    """Tell whether the package's folder, if there is one, has its files and no others.

    A file of an install that was changed in place has changed here too.
    """
    folder = folder_of(zipped.path)
    if not folder.is_dir():
        return True
    members = zipped.members("")
    try:
        return len(members) == sum(1 for _ in _files_below(folder)) and all(
            Path(os.fsdecode(os.fsencode(folder) + b"/" + member.name)).read_bytes()
            == inflate(member)
            for member in members
        )
    except OSError:
        return False


def remove_unpacked(path: Path) -> int:
    """Remove the folder of the store zip at `path`; return how many bytes it had."""
    folder = folder_of(path)
    size = measure_unpacked(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return size


def remove_strays(store: Store) -> int:
    """Remove folders without a store zip, and those half made; return how many bytes they had."""
    size = 0
    for folder in store.root.glob("*/*/*"):
        with contextlib.suppress(OSError):
            is_half = "." in folder.name
            age = time.time() - folder.lstat().st_mtime
            if not folder.is_dir() or (is_half and age < _HALF_MADE_SECONDS):
                continue
            if is_half or not folder.with_name(f"{folder.name}.zip").exists():
                size += measure_unpacked(folder)
                shutil.rmtree(folder, ignore_errors=True)
    return size


def _files_below(folder: Path) -> Iterator[Path]:
    for inner, _, names in os.walk(folder):
        for name in names:
            yield Path(inner, name)
