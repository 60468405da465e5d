"""Where tsconfig.json files are read from: the disk, and packages as locked.

In: a name or a path. Out: text. A package of the workspace is its folder; of any other the tarball
is read, and never what is installed.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from zipper.bundling.source_folder import join
from zipper.bundling.source_resolution import parse_package
from zipper.checks.package_maps import MapError, find_target, split_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.bundling.source_folder import SourceFolder
    from zipper.pipeline.source_packages import SourcePackages

__all__ = ["PackagedConfigs"]

_MODULES: Final = "node_modules/"

_CONDITIONS: Final = frozenset({"node", "require"})


class PackagedConfigs:
    """Files on the disk, and those of locked packages; see `zipper.bundling.tsconfig`."""

    def __init__(self, files: SourceFolder, packages: SourcePackages) -> None:
        self._files = files
        self._packages = packages

    def is_file(self, path: str) -> bool:
        """Tell whether there is such a file."""
        if _MODULES in path:
            return self._packages.read_file(path) is not None
        return self._files.is_file(path)

    def read(self, path: str) -> bytes:
        """Return its content."""
        return (
            (self._packages.read_file(path) or b"") if _MODULES in path else self._files.read(path)
        )

    def read_package(self, source: str, specifier: str) -> tuple[str, bytes] | None:
        """Return a place and the content of a file of a package, as `source` finds it.

        Source: TypeScript 5.9 `nodeNextJsonConfigResolver`; package.json's `tsconfig`.
        """
        parts = split_name(specifier)
        node = None if parts is None else self._packages.find(source, parts[0])
        if node is None or parts is None:
            return None
        folder = self._packages.find_folder(node) or node.location
        for name in self._name_candidates(folder, parts[1]):
            place = join(folder, name)
            if self.is_file(place):
                return place, self.read(place)
        return None

    def _name_candidates(self, folder: str, subpath: str) -> Iterator[str]:
        place = join(folder, "package.json")
        package = parse_package(folder, self.read(place) if self.is_file(place) else b"{}")
        if package.exports is not None:
            with suppress(MapError):
                target = find_target(package, subpath, _CONDITIONS)
                yield target.removeprefix(f"/{folder}/")
        if subpath == ".":
            yield "tsconfig.json"
        else:
            name = subpath.removeprefix("./")
            yield from (name, f"{name}.json", f"{name}/tsconfig.json")
