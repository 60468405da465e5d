"""A name for a plan: two plans of one fingerprint make the same zip, byte for byte.

In: a plan, and the store zips that it was made of. Out: a hash. It takes a fiftieth of the time
of the zip's own, because a store zip bears the hash of its tarball in its name.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from zipper.archive.entries import PlannedZip

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from zipper.archive.entries import PlannedEntry
    from zipper.archive.plan import Plan
    from zipper.layout.placement import Homes
    from zipper.store.store_zip import StoreZip

__all__ = ["take_fingerprint"]


def take_fingerprint(contents: Plan, homes: Homes, zips: Mapping[str, StoreZip]) -> str:
    """Return the hash of all that decides the bytes of a zip.

    Args:
        contents: the plan of the zip.
        homes: for each location, the folders in which its files are.
        zips: location to store zip. What comes out of these is known from their paths, which are
            for the hash of a tarball, the store's format and its compressor, by the sums that they
            bear, and by what the system says of their files; all else is known from its bytes.

    Returns:
        The hash; empty where a store zip's bytes cannot be determined by a look at its file.
    """
    digest = hashlib.sha256()
    for location, zipped in zips.items():
        if zipped.stamp is None:
            return ""
        row = (homes.by_location[location], zipped.place, zipped.sums, zipped.stamp)
        digest.update(repr(row).encode("utf-8", "surrogateescape"))
    known = {id(zipped.data) for zipped in zips.values()}
    for part in contents.parts:
        digest.update(_describe(part, known))
    return digest.hexdigest()


def _describe(part: PlannedEntry | PlannedZip, known: Container[int]) -> bytes:
    """Return a row that tells by itself where it ends, so that no two lists of rows are one text.

    A name has no NUL, and the fields, which say how long the content is, are 22 bytes.
    """
    if isinstance(part, PlannedZip):
        return b"z" + part.name + b"\0"
    executable = b"x" if part.mode & 0o111 else b"-"
    if id(part.data) in known:
        return b"m" + part.name + b"\0" + part.fields + executable
    content = part.data[part.start : part.start + part.length]
    return b"e" + part.name + b"\0" + part.fields + executable + content
