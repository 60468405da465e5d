"""What lies where in a bundle's folder: sources in their workspace, packages as `npm ci` puts them.

In: a tree with its files, the folders of siblings. Out: a `BundleParts`, and answers about the
paths that esbuild's metafile has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.bundling.bundle_folder import BundleParts
from zipper.bundling.surroundings import find_location
from zipper.layout.install_layout import lay_out
from zipper.layout.placement import place_beside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zipper.archive.entries import PlannedEntry
    from zipper.fetching.package_files import Scripted
    from zipper.layout.placement import Homes
    from zipper.pipeline.sibling_folders import SiblingFolders

__all__ = ["BundleLayout"]


class BundleLayout:
    """The layout of one bundle's folder.

    Attributes:
        places: folder of a package in esbuild's paths to its location in the tree.
    """

    def __init__(self, scripted: Scripted, homes: Homes, siblings: SiblingFolders) -> None:
        self._scripted = scripted
        self._homes = homes
        self._siblings = siblings
        self._links = {
            home.removesuffix("/"): siblings.folders[location]
            for location in scripted.obtained.folders
            if location in siblings.folders
            for home in homes.by_location[location]
        }
        self.places: Mapping[str, str] = {
            _follow(home.removesuffix("/"), self._links): location
            for location, found in homes.by_location.items()
            for home in found
        }

    def lay_out(self, sources: Mapping[str, bytes]) -> BundleParts:
        """Return what lies in the folder."""
        copies: list[tuple[str, Sequence[PlannedEntry]]] = [
            (home, entries)
            for location, entries in self._scripted.obtained.folders.items()
            if location not in self._siblings.folders
            for home in self._homes.by_location[location]
        ]
        copies.append(("", tuple(place_beside(self._scripted, self._homes))))
        paths = (*sources, *self._links.values())
        depth = max(path.split("/").count("..") for path in paths)
        groups = lay_out(self._scripted, self._homes).groups
        return BundleParts(depth, sources, sorted(self._links.items()), groups, copies)

    def find_natives(self) -> dict[str, str]:
        """Return the packages with native binaries, and one of these; for Linux where there is."""
        natives = {}
        for location, zipped in self._scripted.obtained.zips.items():
            binaries = [name for name in zipped.raw_names() if name.endswith(b".node")]
            if binaries:
                binary = min(binaries, key=lambda name: (b"linux" not in name, name))
                natives[location] = binary.decode("utf-8", "surrogateescape")
        return natives

    def name_for_good(self, path: str) -> tuple[str, str] | None:
        """Return the store zip and the member that an input is."""
        location = find_location(path, self.places)
        zipped = self._scripted.obtained.zips.get(location)
        if zipped is None:
            return None
        name = path.rpartition(f"node_modules/{location.rpartition('node_modules/')[2]}/")[2]
        return str(zipped.path), name


def _follow(place: str, links: Mapping[str, str]) -> str:
    """Return where a place in node_modules really is, when some folders are links."""
    for link, folder in links.items():
        if place == link or place.startswith(f"{link}/"):
            return f"{folder}{place[len(link) :]}"
    return place
