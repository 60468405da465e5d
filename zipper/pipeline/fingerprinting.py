"""A name for what a build would write, from what lies on this disk alone.

In: a request. Out: a hash that changes whenever the zip can, and is the same on every machine.
Nothing is fetched, transformed or run, and nothing but the store's notes is written. The zip's own
hash is another one: to know it takes a build.
"""

from __future__ import annotations

import hashlib
import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import zipper
from zipper.bundling.source_names import TYPED
from zipper.errors import LockfileError, ProjectError
from zipper.fetching.local_packages import is_local_folder, list_folder
from zipper.files import is_executable
from zipper.pipeline.affected_files import list_local_folders
from zipper.pipeline.locked_packages import is_locked, select_locked
from zipper.pipeline.planning import choose_own_files, find_output, read_function_project
from zipper.pipeline.session import Circumstances
from zipper.pipeline.source_files import list_tsconfigs
from zipper.project.own_files import choose_files
from zipper.project.read_manifest import find_manifest
from zipper.resolving.locked_tree import find_locked_tree
from zipper.settings.option_row import PATH_KINDS
from zipper.settings.options import KEYS
from zipper.tree.model import ROOT

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest
    from zipper.tree.model import Tree

__all__ = ["fingerprint_requested"]

_File = tuple[str, bool, str]

_NOT_OF_THE_ZIP: Final = frozenset(
    {
        "project", "runtime", "architecture", "output", "registry", "no_git", "lockfile",
        "no_workspace", "insecure_hosts", "vendor", "prefer_offline", "script_timeout", "node",
        "node_mirror", "max_size", "max_unzipped_size", "min_release_age", "require_integrity",
        "verify_signatures", "audit_level", "audit_ignore", "check", "keep_failed", "ignore",
        "downgrade", "strict", "memory", "timeout", "update", "update_all", "node_version",
        "include_dev", "osv", "case", "limits", "network", "runtime_modules",
    }
)  # fmt: skip
"""Options that say where packages come from, or what is thought of a zip. What is not named here
counts, so that a new option changes the fingerprint rather than not."""
_OF_PRUNING: Final = frozenset({"node_options", "env", "provided", "layers", "concurrency"})
"""Options that decide what a function reaches, and with it what can be taken out."""


def fingerprint_requested(request: BuildRequest) -> str:
    """Return the fingerprint of what `request` builds, as 64 hexadecimal digits.

    Two that are equal make the same zip, but for install scripts that make other things each
    time. Two that differ may make the same zip too.

    Raises:
        LockfileError: ENOLOCKFILE where there are dependencies and no lockfile; what its reader
            raises.
        ProjectError: EREAD, EPATTERN, ENOPROJECT, EJSONPARSE, EINVALIDPACKAGE.
    """
    io = Circumstances.of(request, None)
    project = read_function_project(request, io)
    _refuse_unlocked(project)
    described = json.dumps(list(_describe(request, project, io)))
    return hashlib.sha256(described.encode()).hexdigest()


def _refuse_unlocked(project: Project) -> None:
    own = project.own_manifest
    if project.lockfile_path is not None or not any(
        (own.dependencies, own.dev_dependencies, own.optional_dependencies, own.peer_dependencies)
    ):
        return
    raise LockfileError(
        "ENOLOCKFILE",
        f"`{project.folder}` has dependencies and no lockfile, so that nothing says which",
        hint="write one: `python -m zipper resolve`",
    )


def _describe(request: BuildRequest, project: Project, io: Circumstances) -> Iterator[object]:
    """Yield values of which none is made of a place or a time of this machine."""
    yield zipper.__version__, version("deflate"), os.environ.get("SOURCE_DATE_EPOCH")
    yield tuple(request.target), project.member
    yield list(_describe_settings(request))
    yield [(layer.name, fingerprint_requested(layer)) for layer in request.uses]
    if request.kind == "layer":
        yield _describe_layer(request, project, io)
        is_typed = False
    else:
        is_typed = yield from _describe_own(request, project, io)
    if project.lockfile_path is None:
        return
    if not is_locked(project):
        # Only the registry knows what else its text means; that never changes.
        lockfile = Path(project.lockfile_path)
        yield _describe_files(lockfile.parent, ("package.json", lockfile.name))
        return
    packed, whole = select_locked(project, request, io)
    if is_typed and project.foreign is not None:  # its esbuild is a development dependency
        store, target = io.open_store(), request.target
        whole = find_locked_tree(project, target=target, store=store, omit=None).tree
    yield list(_describe_tree(whole if is_typed else packed))
    for place in sorted(list_local_folders(packed) - {project.member}):
        yield _describe_local(place, project, is_typed=is_typed)
    for place in sorted(list_local_folders(whole) - {project.member}) if is_typed else ():
        if (project.root / place).is_dir():  # a shared tsconfig.json may be in it
            files = choose_files(project.root / place).files
            names = [name for name in files if name.endswith(".json")]
            yield _describe_files(project.root / place, names)


def _describe_layer(request: BuildRequest, project: Project, io: Circumstances) -> object:
    """Return what a layer is made of beside its tree."""
    from zipper.pipeline.layer_plan import choose_beside  # noqa: PLC0415  (for layers)

    beside = choose_beside(request, project, io, find_output(request, project))
    files = _describe_files(beside.root, beside.files)
    return sorted(request.packages), request.versioned, files


def _describe_own(
    request: BuildRequest, project: Project, io: Circumstances
) -> Generator[object, None, bool]:
    """Yield the files of the project; return whether esbuild makes some of them."""
    choice, outside = choose_own_files(request, project, io)
    yield _describe_files(project.folder, choice.files)
    yield _describe_files(project.root, outside.files)
    is_typed = request.bundle or any(name.endswith(TYPED) for name in choice.files)
    if is_typed:
        names = [os.path.relpath(path, project.root) for path in list_tsconfigs(project)]
        yield _describe_files(project.root, (Path(name).as_posix() for name in names))
    return is_typed


def _describe_settings(request: BuildRequest) -> Iterator[object]:
    for name, row in KEYS.items():
        if name in _NOT_OF_THE_ZIP or not row.per_function:
            continue
        if name in _OF_PRUNING and request.prune == "off":
            continue
        value = getattr(request, row.field)
        if row.kind in PATH_KINDS and value:
            paths = value if row.is_list else (value,)
            # A layer may be an ARN, which says by itself what it is.
            value = [_hash_file(Path(one)) if Path(one).is_file() else one for one in paths]
        yield value


def _describe_tree(tree: Tree) -> Iterator[tuple[object, ...]]:
    for location, node in sorted(tree.nodes.items()):
        if location != ROOT:
            # Where the bytes are known it does not count where they come from: a mirror, a cache.
            source = node.integrity or node.checksum or node.resolved
            patches = [(patch.tool, patch.text) for patch in node.patches]
            yield location, node.package_name, node.version, source, node.in_bundle, patches


def _describe_local(place: str, project: Project, *, is_typed: bool) -> list[_File]:
    """Return a package on this disk: a tarball, or the files that are packed of a folder."""
    path = project.root / place
    if not is_local_folder(project.root, f"file:{place}"):
        return _describe_files(project.root, (place,))
    manifest = find_manifest(path)
    if manifest is None:
        raise ProjectError(
            "ENOPROJECT",
            f"the linked package `{place}` is not there, or has no package.json",
            hint="check out the folder, or remove the dependency",
        )
    workspaces = frozenset(project.workspaces.values())
    names = set(list_folder(project.root, place, manifest, workspaces=workspaces))
    if is_typed:  # a handler in TypeScript reaches its sources, which npm may not pack
        names.update(choose_files(path).files)
    return _describe_files(path, sorted(names))


def _describe_files(folder: Path, names: Iterable[str]) -> list[_File]:
    """Return name, executable bit and hash of each file."""
    found = []
    for name in names:
        path = folder / name
        try:
            data, mode = path.read_bytes(), path.stat().st_mode
        except OSError as cause:
            raise ProjectError("EREAD", f"`{path}` cannot be read: {cause.strerror}") from cause
        found.append((name, is_executable(mode, data), hashlib.sha256(data).hexdigest()))
    return found


def _hash_file(path: Path) -> str:
    ((_, _, digest),) = _describe_files(path.parent, (path.name,))
    return digest
