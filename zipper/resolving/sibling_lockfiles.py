"""Folders that a lockfile links to and that have a lockfile of their own: one graph of all.

In: a lockfile of pnpm and the files beside it. Out: the same, with what the linked folders reach.

With `sharedWorkspaceLockfile: false` each member of a workspace has a lockfile, which names its
siblings as folders and says nothing of their dependencies: these are in the siblings' own.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.errors import LockfileError
from zipper.lockfile.foreign import importer_key, reader_of
from zipper.npm.json_text import map_of
from zipper.tree.locked_graph import LockedGraph

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

    from zipper.lockfile.foreign import ForeignLockfile
    from zipper.project.foreign_lockfile import ForeignText
    from zipper.resolving.files_beside import FilesBeside
    from zipper.tree.locked_graph import Instance

__all__ = ["JoinedLockfiles", "join_siblings"]

_SIBLINGS_MAX: Final = 2_000
"""Symbolic links can make paths to a folder without end."""


class JoinedLockfiles(NamedTuple):
    """A lockfile that knows what its siblings' lockfiles say, and these."""

    lockfile: ForeignLockfile
    siblings: Mapping[str, ForeignLockfile]
    """By folder, each as it was read."""


def join_siblings(
    lockfile: ForeignLockfile,
    foreign: ForeignText,
    beside: FilesBeside,
    reach: Callable[[LockedGraph], LockedGraph],
) -> JoinedLockfiles:
    """Return `lockfile` with the graphs of the lockfiles in the folders that it links to.

    Args:
        lockfile: as it was read.
        foreign: where it is.
        beside: reads files by their paths relative to it.
        reach: returns what of a graph is needed; the lockfiles of other folders are not read.

    Raises:
        LockfileError: as the readers; ELOCKFILE where links lead to folders without end.
        ProjectError: EREAD.
    """
    graph = lockfile.graph
    siblings: dict[str, ForeignLockfile] = {}
    patches: dict[str, object] = {**map_of(lockfile.settings.get("patchedDependencies"))}
    known = set(graph.importers)
    while lockfile.tool == "pnpm" and (linked := _list_linked(reach(graph), known)):
        found = {folder: _read_sibling(foreign, folder, beside) for folder in linked}
        known |= found.keys()
        fresh = {f: one for f, one in found.items() if one and "" in one.graph.importers}
        siblings |= fresh
        if len(siblings) > _SIBLINGS_MAX:
            raise LockfileError(
                "ELOCKFILE",
                f"`{lockfile.path}` leads to more than {_SIBLINGS_MAX:,} folders with a lockfile",
                hint="remove symbolic links that lead back to a folder above them",
            )
        movers = {_Mover(foreign.folder.as_posix(), folder): one for folder, one in fresh.items()}
        graph = _join(graph, movers)
        for mover, one in movers.items():
            patches |= dict(mover.move_patches(one))
    settings = {**lockfile.settings, **({"patchedDependencies": patches} if patches else {})}
    joined = lockfile._replace(graph=graph, settings=settings)
    return JoinedLockfiles(joined if siblings else lockfile, siblings)


def _list_linked(graph: LockedGraph, known: Container[str]) -> tuple[str, ...]:
    """Return the folders of which nothing is known but that they are linked."""
    found = (
        own.folder
        for own in graph.instances.values()
        if own.folder is not None and own.folder not in known and not own.manifest.name
    )
    return tuple(dict.fromkeys(found))


def _join(graph: LockedGraph, siblings: Mapping[_Mover, ForeignLockfile]) -> LockedGraph:
    """Return a graph with those of siblings; a folder is what its own lockfile says."""
    keys = {mover.folder: importer_key(mover.folder) for mover in siblings}
    moved: dict[str, Instance] = {}
    for mover, found in siblings.items():
        for key, one in mover.move(found.graph):
            if key == keys[mover.folder]:
                moved[key] = one
            else:  # a folder of this disk is the same one, whichever lockfile names it
                moved.setdefault(key, one)
    own = set(keys.values())
    others = {key: one for key, one in graph.instances.items() if key not in own}
    return LockedGraph({**moved, **others}, {**graph.importers, **keys})


def _read_sibling(foreign: ForeignText, folder: str, beside: FilesBeside) -> ForeignLockfile | None:
    place = f"{folder}/{foreign.name}"
    data = beside.read(place)
    if data is None:
        return None
    path = posixpath.normpath((foreign.folder / place).as_posix())
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as cause:
        raise LockfileError(
            "ELOCKFILE",
            f"`{path}` is not UTF-8: see byte {cause.start}",
            hint="restore it from version control",
        ) from None
    return reader_of(foreign.name)(text, path=path)


class _Mover(NamedTuple):
    """Sees what a sibling's lockfile says from the lockfile that links to it."""

    base: str
    """The folder of the lockfile that links, absolute."""
    folder: str
    """The sibling's, relative to it."""

    def move(self, graph: LockedGraph) -> Iterator[tuple[str, Instance]]:
        """Yield the instances of the sibling's graph."""
        keys = {
            key: f"{self.folder}>{key}"
            if own.folder is None
            else importer_key(self._at(own.folder))
            for key, own in graph.instances.items()
        }
        for key, own in graph.instances.items():
            resolved = own.resolved
            if resolved is not None and resolved.startswith("file:"):
                resolved = f"file:{self._at(resolved.removeprefix('file:'))}"
            yield (
                keys[key],
                own._replace(
                    targets={name: keys[to] for name, to in own.targets.items()},
                    folder=None if own.folder is None else self._at(own.folder),
                    resolved=resolved,
                ),
            )

    def move_patches(self, found: ForeignLockfile) -> Iterator[tuple[str, object]]:
        """Yield the patches that the sibling's lockfile names with their files."""
        for name, row in map_of(found.settings.get("patchedDependencies")).items():
            path = map_of(row).get("path")
            if isinstance(path, str):
                yield f"{self.folder}>{name}", {**map_of(row), "path": self._at(path)}

    def _at(self, path: str) -> str:
        whole = posixpath.normpath(posixpath.join(self.base, self.folder, path))
        found = posixpath.relpath(whole, self.base)
        return "" if found == "." else found
