"""Folders that a lockfile links to and that have a lockfile of their own: one graph of all.

In: a lockfile of pnpm and the files beside it. Out: the same, with what the linked folders reach.

With `sharedWorkspaceLockfile: false` each member of a workspace has a lockfile, which names its
siblings as folders and says nothing of their dependencies: these are in the siblings' own.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from zipper.errors import LockfileError
from zipper.lockfile.foreign import importer_key, reader_of
from zipper.npm.json_text import map_of
from zipper.tree.locked_graph import LockedGraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.lockfile.foreign import ForeignLockfile
    from zipper.project.foreign_lockfile import ForeignText
    from zipper.resolving.files_beside import FilesBeside
    from zipper.tree.locked_graph import Instance

__all__ = ["JoinedLockfiles", "join_siblings"]


class JoinedLockfiles(NamedTuple):
    """A lockfile that knows what its siblings' lockfiles say, and these."""

    lockfile: ForeignLockfile
    siblings: Mapping[str, ForeignLockfile]
    """By folder, each as it was read."""


def join_siblings(
    lockfile: ForeignLockfile, foreign: ForeignText, beside: FilesBeside
) -> JoinedLockfiles:
    """Return `lockfile` with the graphs of the lockfiles in the folders that it links to.

    Args:
        lockfile: as it was read.
        foreign: where it is.
        beside: reads files by their paths relative to it.

    Raises:
        LockfileError: as the readers.
        ProjectError: EREAD.
    """
    if lockfile.tool != "pnpm":
        return JoinedLockfiles(lockfile, {})
    instances: dict[str, Instance] = dict(lockfile.graph.instances)
    importers = dict(lockfile.graph.importers)
    siblings: dict[str, ForeignLockfile] = {}
    patches: dict[str, object] = {**map_of(lockfile.settings.get("patchedDependencies"))}
    waiting = list(_list_linked(instances, importers))
    while waiting:
        folder = waiting.pop()
        found = None if folder in importers else _read_sibling(foreign, folder, beside)
        if found is None or "" not in found.graph.importers:
            continue
        siblings[folder] = found
        importers[folder] = importer_key(folder)
        mover = _Mover(foreign.folder.as_posix(), folder)
        patches |= dict(mover.move_patches(found))
        moved = dict(mover.move(found.graph))
        # A folder of this disk is the same one, whichever lockfile names it.
        instances.pop(importers[folder], None)
        instances = {**moved, **instances}
        waiting += _list_linked(moved, importers)
    settings = {**lockfile.settings, **({"patchedDependencies": patches} if patches else {})}
    joined = lockfile._replace(graph=LockedGraph(instances, importers), settings=settings)
    return JoinedLockfiles(joined if siblings else lockfile, siblings)


def _list_linked(instances: Mapping[str, Instance], importers: Mapping[str, str]) -> Iterator[str]:
    """Yield the folders of which nothing is known but that they are linked."""
    for own in instances.values():
        if own.folder is not None and own.folder not in importers and not own.manifest.name:
            yield own.folder


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
