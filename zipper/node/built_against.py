"""What a package with install scripts is built against, as a value.

In: a tree and its packages' files. Out: a digest that is the same where all packages that one
depends on, directly or through others, are the same, wherever they are.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from zipper.fetching.package_files import Obtained
    from zipper.tree.model import Tree

__all__ = ["Against"]


class Against:
    """Tells the digests for one tree; `scripted` are the packages whose scripts run in it."""

    def __init__(self, tree: Tree, obtained: Obtained, scripted: Collection[str]) -> None:
        self._tree = tree
        self._obtained = obtained
        self._scripted = scripted
        self._contents: dict[str, str] = {}

    def digest(self, location: str) -> str:
        """Return the digest of what the package at `location` is built against."""
        rows: set[tuple[str, str, str]] = set()
        seen, waiting = {location}, [location]
        while waiting:
            place = waiting.pop()
            for edge in self._tree.edges_out(place):
                if edge.target is None:
                    continue
                rows.add((self._content(place), edge.name, self._content(edge.target)))
                linked = self._tree.nodes[edge.target].link_target
                for found in {edge.target, linked or edge.target} - seen:
                    if found in self._tree.nodes:
                        seen.add(found)
                        waiting.append(found)
        return hashlib.sha256(repr(sorted(rows)).encode("utf-8", "surrogateescape")).hexdigest()

    def _content(self, location: str) -> str:
        """Return what names a package's bytes, and whether its scripts have run over them."""
        known = self._contents.get(location)
        if known is None:
            known = self._contents[location] = self._describe(location)
        return known

    def _describe(self, location: str) -> str:
        node = self._tree.nodes[location]
        ran = "after scripts" if location in self._scripted else ""
        zipped = self._obtained.zips.get(location)
        if zipped is not None:
            return f"{zipped.path.stem} {ran}"
        digest = hashlib.sha256(f"{node.package_name}@{node.version} {node.resolved}".encode())
        for entry in self._obtained.folders.get(location, ()):
            digest.update(repr((entry.name, entry.mode, entry.fields)).encode())
            digest.update(entry.data[entry.start : entry.start + entry.length])
        return f"{digest.hexdigest()} {ran}"
