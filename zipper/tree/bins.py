"""Which commands a node_modules folder offers, and which file each one is.

In: a selected tree. Out: links for its `.bin` folders. Pure: `zipper.installing` makes them.

Source: bin-links 6; arborist 9 lib/arborist/rebuild.js `#createBinLinks` (of two packages that
offer one command in one folder, the one whose location sorts first has it).
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from zipper.npm.collation import collation_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["BinLink", "find_bin_links"]


class BinLink(NamedTuple):
    """A link in a `.bin` folder: its place, and what it says, relative to that folder."""

    path: str
    target: str


def find_bin_links(bins: Iterable[tuple[str, Mapping[str, str]]]) -> list[BinLink]:
    """Return the links for packages given as folder (`node_modules/a`) and commands to files."""
    links: dict[str, str] = {}
    for folder, commands in sorted(bins, key=lambda item: collation_key(item[0])):
        parent, found, _ = folder.rpartition("node_modules/")
        if not found:
            continue
        bin_folder = f"{parent}node_modules/.bin"
        for command, file in commands.items():
            target = posixpath.relpath(posixpath.join(folder, file), bin_folder)
            links.setdefault(f"{bin_folder}/{command}", target)
    return [BinLink(path, target) for path, target in links.items()]
