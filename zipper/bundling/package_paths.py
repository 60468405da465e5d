"""Paths into packages that `require` completes and `import` does not, such as `lodash/fp`.

In: a specifier, and the package that it reaches. Out: the specifier with its ending. A package with
`exports` says itself what its paths mean, so that nothing is added there.

Source: Node.js, Modules: ECMAScript modules, "Mandatory file extensions"; LOAD_AS_FILE.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from zipper.bundling.source_folder import join
from zipper.checks.package_maps import split_name
from zipper.store.store_zip_format import inflate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.archive.entries import PlannedEntry
    from zipper.store.store_zip import StoreZip
    from zipper.tree.model import Tree

__all__ = ["PackagePaths"]

_ENDINGS: Final = (".js", ".json", ".node")


class PackagePaths:
    """The packages of a tree.

    Args:
        tree: the selected tree.
        zips: location to store zip.
    """

    def __init__(self, tree: Tree, zips: Mapping[str, StoreZip]) -> None:
        self._tree = tree
        self._zips = zips
        self._members: dict[str, dict[str, PlannedEntry]] = {}

    def complete(self, source: str, specifier: str) -> str | None:
        """Return what `import` needs in place of `specifier`; None where it is fine, or unknown.

        Args:
            source: location of the package, or of the project, that asks.
            specifier: bare.
        """
        parts = split_name(specifier)
        if parts is None or parts[1] == ".":
            return None
        node = self._tree.find(source, parts[0])
        if node is None or node.location not in self._zips:
            return None
        files = self._open(node.location)
        path = parts[1].removeprefix("./").rstrip("/")
        if path in files or _read(files, "package.json").get("exports") is not None:
            return None
        found = _find(files, path)
        return None if found is None else f"{parts[0]}/{found}"

    def _open(self, location: str) -> dict[str, PlannedEntry]:
        if location not in self._members:
            members = self._zips[location].members("")
            self._members[location] = {
                entry.name.decode("utf-8", "surrogateescape"): entry for entry in members
            }
        return self._members[location]


def _find(files: Mapping[str, PlannedEntry], path: str) -> str | None:
    main = _read(files, f"{path}/package.json").get("main")
    place = join(path, main) if isinstance(main, str) else f"{path}/index"
    names = [f"{path}{ending}" for ending in _ENDINGS]
    names += [place, *(f"{place}{ending}" for ending in _ENDINGS), f"{place}/index.js"]
    return next((name for name in [*names, f"{path}/index.js"] if name in files), None)


def _read(files: Mapping[str, PlannedEntry], name: str) -> Mapping[str, object]:
    entry = files.get(name)
    try:
        value = {} if entry is None else json.loads(inflate(entry))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
