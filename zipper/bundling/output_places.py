"""What comes of sources: its owner, its place in the package.

In: paths. Out: paths and values; importing them costs a warm build little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.bundling.source_names import name_output
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LineRows", "OutputPlaces", "OwnedFile", "ReachedFile", "SourceLines"]


LineRows = tuple[tuple[int, int], ...]
"""Lines of an output and of its source, both from 1, where their distance changes."""


class OwnedFile(NamedTuple):
    """A file, and the package whose part it is."""

    owner: str
    """Location of the sibling in the tree; "" for the project itself."""
    path: str
    """Relative to the root, `/`-separated."""


class ReachedFile(NamedTuple):
    """A file of the package that comes of the sources."""

    owner: str
    """As `OwnedFile.owner`."""
    path: str
    """Relative to the root, with the name that it has in the package."""
    text: str | None
    """None for one that is packed as it is."""
    source: str
    """The file that it was made of."""
    is_beside: bool = False
    """Whether it goes beside the package, as an external source map does."""
    rows: LineRows = ()
    """Where its lines come from; nothing where they are the source's."""


class SourceLines(NamedTuple):
    """Where the lines of an output come from."""

    path: str
    """The source."""
    rows: LineRows


class OutputPlaces(NamedTuple):
    """Where each owner's files are in the package."""

    folders: Mapping[str, str]
    """Owner to the folder that its paths count from."""
    homes: Mapping[str, str]
    """Owner to its folder in the package, with a slash at its end; "" for the project's."""
    keeps_folders: bool
    """Whether the project's files have the folders of its workspace in the package."""

    def of(self, file: OwnedFile) -> str:
        """Return where the output of a file is in the package."""
        folder = self.folders[file.owner]
        path = name_output(file.path)
        if not file.owner and self.keeps_folders:
            return path
        return self.homes[file.owner] + (path[len(folder) + 1 :] if folder else path)
