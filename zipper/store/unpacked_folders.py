"""Looking after the folders beside the store zips, from which installs link their files.

In: a `Store`. Out: their bytes, whether one still is what its store zip says, and those that no
package needs. A folder that is gone is made again when it is wanted.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.folders import list_files, list_level
from zipper.store.portable_names import fold_name
from zipper.store.store_zip import folder_of
from zipper.store.store_zip_format import inflate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.store.store_zip import StoreZip
    from zipper.store.store_zips import Store

__all__ = ["find_strays", "is_unpacked_sound", "measure_unpacked"]

_HALF_MADE_SECONDS: Final = 3600
"""No folder takes so long to fill: what is older was left by a process that was killed."""


def measure_unpacked(folder: Path) -> int:
    """Return the bytes of all files below `folder`; 0 where there is none."""
    size = 0
    for path in list_files(folder):
        with contextlib.suppress(OSError):
            size += os.lstat(path).st_size
    return size


def is_unpacked_sound(zipped: StoreZip) -> bool:
    """Tell whether the package's folder, if there is one, has its files and no others.

    A file of an install that was changed in place has changed here too.
    """
    folder = folder_of(zipped.path)
    if not folder.is_dir():
        return True
    members = zipped.members("")
    count = sum(1 for _ in list_files(folder))
    if count < len(members):
        # Names that differ in case or normalisation only are one file on some disks: the last one.
        members = list({fold_name(os.fsdecode(one.name)): one for one in members}.values())
    try:
        return len(members) == count and all(
            Path(os.fsdecode(os.fsencode(folder) + b"/" + member.name)).read_bytes()
            == inflate(member)
            for member in members
        )
    except OSError:
        return False


def find_strays(store: Store) -> Iterator[Path]:
    """Yield folders without a store zip, and those half made by processes that were killed."""
    for folder in map(Path, list_level(store.root, 3)):
        with contextlib.suppress(OSError):
            is_half = "." in folder.name
            age = time.time() - folder.lstat().st_mtime
            if not folder.is_dir() or (is_half and age < _HALF_MADE_SECONDS):
                continue
            if is_half or not folder.with_name(f"{folder.name}.zip").exists():
                yield folder
