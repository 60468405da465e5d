"""Which commands a node_modules folder offers, and which file each one is.

In: a selected tree. Out: links for its `.bin` folders, which `zipper.pipeline.installing` makes.

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
    """A link in a `.bin` folder."""

    path: str
    """Its place."""
    target: str
    """What it says: the file, relative to its folder."""
    file: str
    """The file, from where `path` begins."""


def find_bin_links(bins: Iterable[tuple[str, Mapping[str, str]]]) -> list[BinLink]:
    """Return the links for packages given as folder (`node_modules/a`) and commands to files."""
    links: dict[str, BinLink] = {}
    for folder, commands in sorted(bins, key=lambda item: collation_key(item[0])):
        parent, found, _ = folder.rpartition("node_modules/")
        if not found:
            continue
        bin_folder = f"{parent}node_modules/.bin"
        for command, file in commands.items():
            if "\0" in command + file:
                continue  # no file can be called so
            path, target = f"{bin_folder}/{command}", posixpath.join(folder, file)
            link = BinLink(path, posixpath.relpath(target, bin_folder), target)
            links.setdefault(path, link)
    return list(links.values())
