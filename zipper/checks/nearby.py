"""What is known of the workspace around a zip, for the build that made it.

In: facts of the root's tree and of the members' folders. Out: why a request finds nothing. A zip of
another origin has none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

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
