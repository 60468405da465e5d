"""What a function can leave out because its layers hold the same.

In: the packages that a function would have, and those of its layers, by their files. Out: the
packages that need not be in the function, and why others stay.

A package of a layer sees its layer alone: `/opt` is not below `/var/task`, so what is there cannot
reach the function's node_modules. So a package is left out where the layer has the same files, and
each dependency of it finds the same there, to the end of the closure. Where code of the function
uses one of these too, it finds the layer's copy, so that there is one copy as before.

Source: Node.js documentation, Modules: loading from node_modules folders; AWS, Packaging your layer
content (NODE_PATH); AWS's Node.js searches NODE_PATH for `import` from 18 on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.npm.json_text import find_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["FileFact", "PackageFolders", "Split", "group_packages", "layer_roots", "split_packages"]

_MODULES: Final = "node_modules"
_FIELDS: Final = ("dependencies", "optionalDependencies", "peerDependencies")
_INSTALLING: Final = ("preinstall", "install", "postinstall")


class FileFact(NamedTuple):
    """What is compared of a file."""

    crc: int
    size_bytes: int
    is_executable: bool


@dataclass(frozen=True, slots=True)
class PackageFolders:
    """The packages below some node_modules folders.

    Attributes:
        by_folder: the files of each package's folder, relative to it, those of packages in its own
            node_modules left out.
        read: returns the content of a file by its whole path.
    """

    by_folder: Mapping[str, Mapping[str, FileFact]]
    read: Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Split:
    """What is left out of a function, and what stays though a layer has its version."""

    left_out: Mapping[str, str]
    """Folders right in the function's node_modules, and the layer's folder that replaces each."""
    kept: Mapping[str, str]
    """Folders that are in a layer too, and why they stay."""


def layer_roots(major: int) -> tuple[str, ...]:
    """Return the folders of a layer whose node_modules Node `major` searches, strongest first."""
    return f"nodejs/node{major}/", "nodejs/"


def group_packages(
    files: Iterable[tuple[str, FileFact]], *, roots: Iterable[str] = ("",)
) -> dict[str, dict[str, FileFact]]:
    """Return the files of each package's folder below `roots`; other files are no package's."""
    grouped: dict[str, dict[str, FileFact]] = {}
    starts = tuple(f"{root}{_MODULES}/" for root in roots)
    for path, fact in files:
        start = next((start for start in starts if path.startswith(start)), None)
        if start is not None:
            root = start[: -len(_MODULES) - 1]
            folder, inner = _split_path(path[len(root) :])
            if folder:
                grouped.setdefault(root + folder, {})[inner] = fact
    return grouped


def _split_path(path: str) -> tuple[str, str]:
    """Return the folder of the package that a file belongs to, and the file's path in it.

    A node_modules deeper in a package, as in its tests, is part of its own files.
    """
    parts = path.split("/")
    at = 0
    while at < len(parts) - 2 and parts[at] == _MODULES:
        at += 3 if parts[at + 1].startswith("@") and at < len(parts) - 3 else 2
    return "/".join(parts[:at]), "/".join(parts[at:])


def split_packages(
    function: PackageFolders, layers: Mapping[str, Mapping[str, FileFact]], *, major: int
) -> Split:
    """Return what a function can leave out, and what stays though its layers have it.

    Args:
        function: its packages, in `node_modules/...`.
        layers: those of all layers, laid over each other, in `nodejs/node_modules/...`; as
            `PackageFolders.by_folder`.
        major: of the function's Node.
    """
    comparison = _Comparison(function, layers, layer_roots(major))
    tops = [folder for folder in function.by_folder if folder.count(f"{_MODULES}/") == 1]
    pairs = {
        folder: (folder, found)
        for folder in tops
        if (found := comparison.find_top(_name_of(folder))) is not None
    }
    comparison.compare(pairs.values())
    left_out: dict[str, str] = {}
    kept: dict[str, str] = {}
    for folder, pair in pairs.items():
        reason = comparison.reason(pair)
        if reason is None:
            left_out[folder] = pair[1]
        else:
            kept[folder] = reason
    return Split(left_out, kept)


_Pair = tuple[str, str]
"""A folder of the function, and one of the layers."""


@dataclass(slots=True)
class _Comparison:
    """Pairs of folders, each with what it needs; what differs spreads to all that need it."""

    function: PackageFolders
    layers: Mapping[str, Mapping[str, FileFact]]
    roots: tuple[str, ...]
    needs: dict[_Pair, list[_Pair]] = field(default_factory=dict)
    differing: dict[_Pair, str] = field(default_factory=dict)

    def find_top(self, name: str) -> str | None:
        """Return the folder in which code outside of the layers finds `name` in them."""
        places = (f"{root}{_MODULES}/{name}" for root in self.roots)
        return next((place for place in places if place in self.layers), None)

    def compare(self, pairs: Iterable[_Pair]) -> None:
        """Compare `pairs` and all that they need."""
        waiting = list(pairs)
        while waiting:
            pair = waiting.pop()
            if pair in self.needs:
                continue
            self.needs[pair] = []
            reason = self._compare_one(*pair)
            if reason is None:
                waiting += self.needs[pair]
            else:
                self.differing[pair] = reason
        self._spread()

    def reason(self, pair: _Pair) -> str | None:
        """Return why the layer's folder cannot replace the function's; None where it can."""
        return self.differing.get(pair)

    def _compare_one(self, folder: str, other: str) -> str | None:
        mine, theirs = self.function.by_folder[folder], self.layers[other]
        name = _name_of(folder)
        if folder.count(f"{_MODULES}/") == 1 and other != self.find_top(name):
            return f"the function and the layer would each have a copy of `{name}`"
        if mine.keys() != theirs.keys() or any(
            not _is_same(mine[one], theirs[one]) for one in mine
        ):
            return f"the files of `{name}` differ"
        for needed in self._dependencies(folder):
            here = _walk(folder, needed, self.function.by_folder, ("",))
            there = _walk(other, needed, self.layers, self.roots)
            if here is None and there is None:
                continue
            if here is None or there is None:
                where = "not in the layer" if there is None else "in the layer alone"
                return f"`{needed}`, which `{name}` uses, is {where}"
            self.needs[folder, other].append((here, there))
        return None

    def _dependencies(self, folder: str) -> Iterator[str]:
        """Yield the names that the package in `folder` may ask for."""
        manifest = _parse_manifest(self.function, folder)
        yield from dict.fromkeys(
            name
            for key in _FIELDS
            if isinstance(manifest.get(key), dict)
            for name in manifest[key]  # type: ignore[attr-defined]  # a dictionary, as just seen
        )
        inside = f"{folder}/{_MODULES}/"
        for other in self.function.by_folder:
            if other.startswith(inside) and f"/{_MODULES}/" not in other[len(inside) :]:
                yield other[len(inside) :]
        scripts = manifest.get("scripts")
        if isinstance(scripts, dict) and any(name in scripts for name in _INSTALLING):
            # What it has written beside itself, such as `.prisma`, no manifest names.
            hidden = f"{_MODULES}/."
            yield from (_name_of(one) for one in self.function.by_folder if one.startswith(hidden))

    def _spread(self) -> None:
        needed_by: dict[_Pair, list[_Pair]] = {}
        for pair, needs in self.needs.items():
            for need in needs:
                needed_by.setdefault(need, []).append(pair)
        waiting = list(self.differing)
        while waiting:
            pair = waiting.pop()
            for other in needed_by.get(pair, ()):
                if other not in self.differing:
                    self.differing[other] = self.differing[pair]
                    waiting.append(other)


def _is_same(mine: FileFact, theirs: FileFact) -> bool:
    same = mine.crc == theirs.crc and mine.size_bytes == theirs.size_bytes
    return same and (theirs.is_executable or not mine.is_executable)


def _parse_manifest(packages: PackageFolders, folder: str) -> Mapping[str, object]:
    is_there = "package.json" in packages.by_folder[folder]
    return find_object(packages.read(f"{folder}/package.json") if is_there else None)


def _walk(
    folder: str, name: str, known: Mapping[str, object], roots: tuple[str, ...]
) -> str | None:
    """Return the folder that `name` leads to: inside of the package, above it, then in `roots`."""
    place = folder
    while place:
        found = f"{place}/{_MODULES}/{name}"
        if found in known:
            return found
        place = place.rpartition(f"/{_MODULES}/")[0]
    return next(
        (found for root in roots if (found := f"{root}{_MODULES}/{name}") in known),
        None,
    )


def _name_of(folder: str) -> str:
    return folder.rpartition(f"{_MODULES}/")[2]
