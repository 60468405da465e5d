"""What the decision for a bundle rests on besides esbuild's metafile, and a package that stays.

In: a tree, what is known of files. Out: values, and the package of a path in the metafile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.named_tuple import NamedTuple
from zipper.tree.model import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zipper.bundling.bundle_limits import Limit
    from zipper.tree.model import Tree

__all__ = ["KeptPackage", "Surroundings", "find_folder", "find_location"]


class KeptPackage(NamedTuple):
    """A package that stays in node_modules."""

    location: str
    kind: str
    """`native`, `place`, `computed`, `hook`, `traced`, `named`, `version`, `external`, or
    `dependency` of another one."""
    reason: str
    """What decided, in words that follow the package's name."""
    path: str = ""
    """The file with that fact, from the root on; "" where a setting decided."""
    line: int = 0
    """0 where the whole file is meant."""


class Surroundings(NamedTuple):
    """What is known besides the metafile."""

    tree: Tree
    places: Mapping[str, str]
    """Folder of a package in the metafile's paths to its location."""
    natives: Mapping[str, str]
    """Location of a package with native binaries to the first of them."""
    find_limits: Callable[[Sequence[str]], Mapping[str, Sequence[Limit]]]
    """Returns the limits of inputs of packages."""
    read: Callable[[str], bytes]
    """The content of an input."""
    anyway: frozenset[str]
    """Names of packages that are bundled all the same."""
    external: frozenset[str]
    """Names of packages that stay by the settings."""
    left: Callable[[str], bool]
    """Tells whether a package is left to the runtime."""
    beside: Mapping[str, tuple[str, int]]
    """Names of packages that code beside the bundle imports, with the file and the line."""


def find_location(path: str, places: Mapping[str, str]) -> str:
    """Return the package of an input; "" for the project's own sources and its siblings'."""
    folder = find_folder(path, places)
    return places[folder] if folder else ROOT


def find_folder(path: str, places: Mapping[str, str]) -> str:
    """Return the folder of an input's package; "" where it is of none."""
    folder = path
    while "node_modules/" in folder:
        if folder in places:
            return folder
        folder = folder.rpartition("/")[0]
    return ""
