"""Opening a zip that is to be judged, explained or run.

In: a path. Out: its bytes, or the listing of its members.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.archive.listing import read_listing
from zipper.errors import ArchiveError
from zipper.file_bytes import FileBytes, read_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zipper.archive.listing import Listing

__all__ = ["arns_of", "open_listing", "open_sound_listing", "open_zip", "zips_of"]

PathLike = str | os.PathLike[str]


def open_listing(path: PathLike) -> Listing:
    """Return the members of the zip at `path`.

    Raises:
        ArchiveError: EREAD where there is no such file, or it cannot be read.
    """
    return read_listing(open_zip(path))


def open_sound_listing(path: PathLike) -> Listing:
    """Return the members of the zip at `path`, which must be one.

    Raises:
        ArchiveError: EREAD where there is no such file; EZIP where it is no zip.
    """
    listing = open_listing(path)
    for fault in listing.faults:
        if fault.kind == "unreadable":
            raise ArchiveError(
                "EZIP",
                f"`{os.fspath(path)}` cannot be read: {fault.message}",
                hint=f"see what is wrong with it: `python -m zipper check {os.fspath(path)}`",
            )
    return listing


def zips_of(layers: Iterable[str]) -> tuple[str, ...]:
    """Return the layers that are zips."""
    return tuple(layer for layer in layers if not layer.startswith("arn:"))


def arns_of(layers: Iterable[str]) -> tuple[str, ...]:
    """Return the layers of which the ARN is all that is known."""
    return tuple(layer for layer in layers if layer.startswith("arn:"))


def open_zip(path: PathLike) -> memoryview | FileBytes:
    """Return the bytes of the zip at `path`: of a large one only what is read takes memory.

    Raises:
        ArchiveError: EREAD where there is no such file, or it cannot be read.
    """
    try:
        data = read_file(Path(path))
    except OSError as cause:
        raise ArchiveError("EREAD", f"cannot read `{path}`: {cause.strerror or cause}") from cause
    if data is None:
        raise ArchiveError(
            "EREAD", f"there is no file `{path}`", hint="make it: `python -m zipper build`"
        )
    return data
