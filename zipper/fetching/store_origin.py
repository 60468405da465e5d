"""Whether what the store has under a hash is the package that is asked for.

In: a store zip, a name and a version. Out: a verdict. An integrity tells bytes, not names: a
lockfile may give one package the integrity of another. What is fetched is what its address says;
what is found must be the same, or a filled store would answer otherwise than an empty one.

A package is what its own package.json says, or what it was fetched as: tarballs are published whose
package.json says something else. Of these a file beside the store zip tells the name and version.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from zipper.errors import IntegrityError
from zipper.npm.json_text import find_object
from zipper.store.notes import ORIGINS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zipper.fetching.needed_tarballs import Wanted
    from zipper.store.keys import StoreKey
    from zipper.store.store_zip import StoreZip
    from zipper.store.store_zips import Store

__all__ = ["OriginsNote", "find_own", "is_own", "note_origin"]


def find_own(
    store: Store, key: StoreKey, name: str, version: str, *, checksum: str = ""
) -> StoreZip | None:
    """Return the store zip of `key` where it is `name@version`; None where it is another's.

    Nor is it found where yarn's `checksum` of its tarball, if one is given, was never verified.

    Raises:
        StoreError: ESTORE where it is there and cannot be read.
    """
    zipped = store.find(key)
    if zipped is None or not is_own(store, zipped, key, name, version, checksum=checksum):
        return None
    return zipped


def is_own(
    store: Store, zipped: StoreZip, key: StoreKey, name: str, version: str, *, checksum: str = ""
) -> bool:
    """Return whether a store zip is `name@version`; a commit's is whatever the commit holds."""
    if checksum and not _was_verified(store, zipped, key, checksum):
        return False
    return (
        key.algorithm == "git"
        or _says(zipped, name, version)
        or store.is_marked(key, f"{name}@{version}")
    )


def _was_verified(store: Store, zipped: StoreZip, key: StoreKey, checksum: str) -> bool:
    """Return whether yarn's checksum was verified when the tarball was fetched.

    Where others may write too, such a note is worth nothing, and the integrity has to be enough.
    """
    return store.is_marked(key, checksum) or not store.may_link(zipped.place)


def require_checksum(label: str, wanted: str, found: str | None) -> None:
    """Raise where yarn's checksum of a tarball is another; None is one that is not known.

    Raises:
        IntegrityError: EINTEGRITY.
    """
    if found is None or found == wanted:
        return
    raise IntegrityError(
        "EINTEGRITY",
        f"{label}: the tarball has not the checksum that yarn.lock records (yarn: YN0018)",
        facts=(("wanted", wanted), ("found", found)),
        hint="these are other bytes than those that were locked: find out why, and then write the "
        "lockfile anew: `yarn install`",
    )


def note_origin(
    store: Store, zipped: StoreZip, key: StoreKey, name: str, version: str, *, checksum: str = ""
) -> None:
    """Note as what a package was fetched, where its own package.json does not say so.

    And that yarn's checksum of its tarball, if there is one, was verified.
    """
    if checksum:
        store.mark(key, checksum)
    if key.algorithm != "git" and not _says(zipped, name, version):
        store.mark(key, f"{name}@{version}")


class OriginsNote:
    """Notes that every store zip of a build is what is asked for: reading each of them takes long.

    Args:
        store: with the notebook.
        wanted: all that the build asks for.
        found: the store zips by key; one that has taken another's place has other sums.
    """

    def __init__(
        self, store: Store, wanted: Sequence[Wanted], found: Mapping[StoreKey, StoreZip]
    ) -> None:
        self._notebook = store.notebook
        sums = {key: zipped.sums.hex() for key, zipped in found.items()}
        rows = sorted(
            f"{item.label} {item.key} {item.checksum} {sums.get(item.key)}" for item in wanted
        )
        self._inputs = hashlib.sha256("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()

    def recall(self) -> bool:
        """Return whether it is noted."""
        return self._notebook.recall(ORIGINS, self._inputs) is not None

    def remember(self) -> None:
        """Note it."""
        self._notebook.remember(ORIGINS, self._inputs, b"")


def _says(zipped: StoreZip, name: str, version: str) -> bool:
    """Return whether the package's own package.json has this name and version."""
    manifest = find_object(zipped.read("package.json"))
    return (manifest.get("name"), manifest.get("version")) == (name, version)
