"""What is known of the workspace around a zip, for the build that made it.

In: facts of the root's tree and of the members' folders. Out: why a request finds nothing. A zip of
another origin has none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.named_tuple import NamedTuple
from zipper.npm.folder_path import find_package

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Nearby", "Sibling"]


class Sibling(NamedTuple):
    """A member of the workspace that is packed as a dependency."""

    name: str
    folder: str
    """Relative to the workspace's root."""
    main: str
    """The file that its `main` names, or index.js."""
    files: frozenset[str]
    """What is in the folder, relative to it, node_modules left out."""
    scripts: tuple[str, ...]
    """Those of its scripts that make files, such as `build`."""


class Nearby(NamedTuple):
    """The workspace, as far as a request of the member's code may mean something in it."""

    member: str
    """The folder that was built, relative to the workspace's root."""
    undeclared: Mapping[str, str]
    """Packages that Node finds from the member's folder in the installed workspace, and that its
    zip lacks because it does not declare them; with who brings them in."""
    siblings: Mapping[str, Sibling]
    """By the sibling's folder in the zip."""
    is_file: Callable[[str], bool]
    """Says whether the workspace has a file, by its path relative to the root."""
    keeps_folders: bool = False
    """Whether the zip has the folders of the workspace, the member's among them."""

    def folder_of(self, name: str) -> str | None:
        """Return the member that a file of the zip comes from; None for other packages."""
        package = find_package(name)
        if not package:
            return self.member
        return self.siblings[package].folder if package in self.siblings else None

    def find_source(self, name: str) -> str | None:
        """Return where in the workspace a file of the zip comes from; None for other packages."""
        package = find_package(name)
        if not package:
            return name if self.keeps_folders else f"{self.member}/{name}"
        folder = self.folder_of(name)
        return None if folder is None else f"{folder}/{name.removeprefix(f'{package}/')}"
