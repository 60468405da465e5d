"""The patches that a foreign lockfile names, read from the disk.

In: a locked graph and the files beside its lockfile. Out: the patches of each instance, with their
texts. They are applied when the package's files are there (`zipper.fetching.patched_packages`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from zipper.errors import LockfileError
from zipper.lockfile.pnpm_checksums import hash_text
from zipper.lockfile.yarn_descriptors import BUILTIN_PATCH
from zipper.npm.json_text import map_of
from zipper.npm.lockfile_formats import FORMATS
from zipper.tree.model import Patch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.lockfile.foreign import ForeignLockfile
    from zipper.resolving.files_beside import FilesBeside
    from zipper.tree.locked_graph import Instance, LockedGraph

__all__ = ["drop_builtins", "read_patches"]


def drop_builtins(graph: LockedGraph) -> tuple[LockedGraph, tuple[str, ...]]:
    """Return `graph` without yarn's own patches, and the names of what it patches; sorted."""
    names = set()
    instances = dict(graph.instances)
    for key, own in graph.instances.items():
        kept = tuple(one for one in own.patches if not one.startswith(BUILTIN_PATCH))
        if kept != own.patches:
            names.add(f"`{own.label}`")
            instances[key] = own._replace(patches=kept)
    return graph._replace(instances=instances), tuple(sorted(names))


def read_patches(
    lockfile: ForeignLockfile, instances: Mapping[str, Instance], beside: FilesBeside
) -> dict[str, tuple[Patch, ...]]:
    """Return the patches of each instance that has some, in the order in which they are applied.

    Args:
        lockfile: says whose patches these are.
        instances: those that are packed.
        beside: reads the files.

    Raises:
        LockfileError: under the tool's code, for a patch that is not there.
        ProjectError: EREAD, ESETTINGS.
    """
    find = {"pnpm": _find_pnpm, "bun": _find_bun}.get(lockfile.tool, _find_files)
    code = next(row.patch for row in FORMATS.values() if row.tool == lockfile.tool)
    found: dict[str, tuple[Patch, ...]] = {}
    paths = dict(_list_pnpm_paths(lockfile, beside)) if lockfile.tool == "pnpm" else {}
    for key, own in instances.items():
        named = find(own, beside, paths)
        if named:
            found[key] = tuple(
                _read(path, lockfile.tool, code, own, beside, may_fail=may_fail)
                for path, may_fail in named
            )
    return found


def _find_pnpm(own: Instance, _: FilesBeside, paths: Mapping[str, str]) -> list[tuple[str, bool]]:
    """Return the file whose hash the lockfile has."""
    return [(paths.get(digest, digest), False) for digest in own.patches]


def _list_pnpm_paths(lockfile: ForeignLockfile, beside: FilesBeside) -> Iterator[tuple[str, str]]:
    """Yield hash and path of each patch that the lockfile or the settings name."""
    named = beside.read_settings("pnpm-workspace.yaml").get("patchedDependencies")
    sources = [
        lockfile.settings.get("patchedDependencies"),
        map_of(beside.manifest.get("pnpm")).get("patchedDependencies"),
        {what: beside.at_root(str(path)) for what, path in map_of(named).items()},
    ]
    for source in sources:
        for said in map_of(source).values():
            path = map_of(said).get("path", said)
            text = beside.read_text(path) if isinstance(path, str) else None
            if text is not None:
                yield from ((digest, str(path)) for digest in hash_text(text))


def _find_bun(own: Instance, beside: FilesBeside, _: Mapping[str, str]) -> list[tuple[str, bool]]:
    """Return what package.json says: bun applies it, whatever the lockfile has."""
    named = map_of(beside.manifest.get("patchedDependencies"))
    path = named.get(f"{own.manifest.name}@{own.manifest.version}")
    return [(path, False)] if isinstance(path, str) else []


def _find_files(own: Instance, _: FilesBeside, __: Mapping[str, str]) -> list[tuple[str, bool]]:
    """Return the files that the lockfile names, as yarn's does."""
    named = []
    for word in own.patches:
        flags, _bang, path = word.rpartition("!")
        named.append((unquote(path), "optional" in flags.split("!")))
    return named


def _read(
    path: str, tool: str, code: str, own: Instance, beside: FilesBeside, *, may_fail: bool
) -> Patch:
    text = beside.read_text(path)
    if text is None:
        raise LockfileError(
            code,
            f"the patch `{path[:200]}` of {own.label} is not there",
            hint="restore it from version control",
        )
    return Patch(path, text, tool, code, may_fail)
