"""The files on this disk that a build reads: what an sdist has to hold for the same zip.

In: a request. Out: paths; folders of other packages on this disk, layers and what `zipper vendor`
has gathered included. Nothing is asked of a registry.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.errors import ProjectError, ZipperError
from zipper.fetching.local_packages import list_folder
from zipper.folders import list_files
from zipper.named_tuple import NamedTuple
from zipper.npm.lockfile_formats import FORMATS, NPM_LOCKFILES
from zipper.npm.npmrc_secrets import find_secrets
from zipper.pipeline.planning import choose_own_files
from zipper.pipeline.reading_zips import zips_of
from zipper.project.own_files import choose_files, find_reason
from zipper.project.read_manifest import find_manifest
from zipper.project.release_age_files import AGE_FILES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.lockfile.foreign import ForeignLockfile
    from zipper.pipeline.session import Circumstances
    from zipper.project.foreign_lockfile import ForeignText
    from zipper.project.read_project import Project
    from zipper.resolving.files_beside import FilesBeside
    from zipper.settings.build_request import BuildRequest

__all__ = ["SourceFiles", "list_members", "list_read", "list_source_files", "list_tsconfigs"]

_IGNORE_FILES: Final = (".npmignore", ".gitignore", "package.json")


class SourceFiles(NamedTuple):
    """What a build reads, and what it never packs though it lies in the project's folder."""

    files: tuple[Path, ...]
    """Each once, whole paths without links."""
    left_out: tuple[Path, ...]
    """Secrets, node_modules and folders of version control: files, and folders with all in them."""


def list_source_files(request: BuildRequest, project: Project, io: Circumstances) -> SourceFiles:
    """Return the files from which `request` can be built again in another place.

    An `.npmrc` is one of them unless it holds a credential in plain text.

    Raises:
        ProjectError: EREAD, EPATTERN; ENOPROJECT for a dependency's folder that is not there.
        LockfileError: as the lockfile's reader.
    """
    choice, outside = choose_own_files(request, project, io)
    kept = [found.root / name for found in (choice, outside) for name in found.files]
    # A package on this disk may pack what may hold a secret; an sdist does not.
    kept += (
        path
        for path in list_read(request, project, io)
        if path.name in AGE_FILES or find_reason(path.name, path) is None
    )
    kept += list_members(project, io)
    npmrc = project.root / ".npmrc"
    if npmrc.is_file() and not find_secrets(npmrc.read_text("utf-8", "replace")):
        kept.append(npmrc)
    # What no pattern of the settings has let in, whether a pattern leaves it out or not.
    never = (item.path for item in choose_files(project.folder).left_out if not item.is_link)
    left_out = {project.folder / name.rstrip("/") for name in never} - set(kept)
    files = dict.fromkeys(path.resolve() for path in kept if path.is_file())
    return SourceFiles(tuple(files), tuple(sorted(left_out)))


def list_read(request: BuildRequest, project: Project, io: Circumstances) -> Iterator[Path]:
    """Yield what is read beside the own files, an `.npmrc` and the members' package.json.

    Some may not be there.

    Raises:
        ProjectError, LockfileError: as for `list_source_files`.
    """
    if project.foreign is None:
        places, read = _find_packages(project), list[str]()
    else:
        places, read = _find_locked(project, project.foreign, io)
    for place in sorted(places - {project.folder.resolve()}):
        if not place.exists():
            raise ProjectError(
                "ENOPROJECT",
                f"the linked package `{place}` is not there",
                hint="check out the folder, or remove the dependency",
            )
        yield from [place] if place.is_file() else _list_package(place, project)
    for folder in dict.fromkeys((project.root, project.folder)):
        names = ("package.json", *NPM_LOCKFILES, *FORMATS, *AGE_FILES)
        yield from (folder / name for name in names)
    yield from list_tsconfigs(project)
    yield from (project.root / name for name in read if name != ".npmrc")
    built = {one.output for one in request.uses}
    yield from (Path(layer) for layer in zips_of(request.layers) if layer not in built)
    for one in request.uses:
        yield from _list_beside(one)
    if request.trace:
        yield Path(request.trace)
    if request.vendor:
        yield from map(Path, list_files(request.vendor))


def list_members(project: Project, io: Circumstances) -> Iterator[Path]:
    """Yield the package.json of each member of the workspace: the same ones for each function.

    Raises:
        ProjectError, LockfileError: as for `list_source_files`.
    """
    yield from (project.root / name / "package.json" for name in project.workspaces.values())
    if project.foreign is not None:
        for folder in _find_graph(project.foreign, io)[0].graph.importers:
            yield project.root / folder / "package.json"


def _list_package(folder: Path, project: Project) -> Iterator[Path]:
    """Yield the files of a linked package, and those above that say what npm packs of it.

    npm packs bundled dependencies too, and what is left out of a function's own files.
    """
    names = dict.fromkeys(choose_files(folder).files)
    manifest = find_manifest(folder)
    if manifest is not None:
        place = Path(os.path.relpath(folder, project.root)).as_posix()
        workspaces = frozenset(project.workspaces.values())
        names |= dict.fromkeys(list_folder(project.root, place, manifest, workspaces=workspaces))
    yield from (folder / name for name in names)
    for above in folder.parents:
        if not above.is_relative_to(project.root):
            break
        yield from (above / name for name in _IGNORE_FILES)


def list_tsconfigs(project: Project) -> Iterator[Path]:
    """Yield what a tsconfig.json of the folder may extend, up to the root of the workspace."""
    for folder in (project.folder, *project.folder.parents):
        yield from sorted(folder.glob("tsconfig*.json"))
        if folder == project.root:
            break


def _list_beside(layer: BuildRequest) -> Iterator[Path]:
    """Yield the files that a layer has beside its packages."""
    if layer.files is not None:
        choice = choose_files(Path(layer.files), exclude=layer.exclude)
        yield from (choice.root / name for name in choice.files)


def _find_packages(project: Project) -> set[Path]:
    """Return the folders and tarballs on this disk that the project needs, its own included."""
    found: set[Path] = set()
    waiting = [project.folder]
    if not project.member:
        waiting += [project.root / folder for folder in project.workspaces.values()]
        waiting += _list_locked(project)
    while waiting:
        place = waiting.pop().resolve()
        if place in found:
            continue
        found.add(place)
        if place.is_dir():
            waiting += _list_local(place, project)
    return found


def _find_locked(
    project: Project, foreign: ForeignText, io: Circumstances
) -> tuple[set[Path], list[str]]:
    """Return what the lockfile of another package manager says that the folder reaches.

    And the settings and patches that are read beside it, relative to its folder.
    """
    # For such lockfiles only.
    from zipper.resolving.locked_patches import drop_builtins, read_patches  # noqa: PLC0415
    from zipper.tree.graph_closure import take_closure  # noqa: PLC0415

    lockfile, beside = _find_graph(foreign, io)
    graph = lockfile.graph
    if project.member not in graph.importers:
        return set(), _list_read_beside(beside)  # its build says so
    closure = take_closure(graph, project.member, fits=lambda _: True)
    places = {own.folder for own in closure.instances.values() if own.folder is not None}
    places |= {
        own.resolved.removeprefix("file:")
        for own in closure.instances.values()
        if own.resolved and own.resolved.startswith("file:")
    }
    read_patches(lockfile, drop_builtins(closure)[0].instances, beside)
    return {(foreign.folder / place).resolve() for place in places}, _list_read_beside(beside)


def _list_read_beside(beside: FilesBeside) -> list[str]:
    return [path for path, _ in beside.list_witnesses()]


def _find_graph(foreign: ForeignText, io: Circumstances) -> tuple[ForeignLockfile, FilesBeside]:
    return io.shared.get(("graph", foreign.path), lambda: _read_graph(foreign))


def _read_graph(foreign: ForeignText) -> tuple[ForeignLockfile, FilesBeside]:
    """Return what a lockfile says, and what has read the files that decide what it means."""
    # For such lockfiles only.
    from zipper.resolving.files_beside import FilesBeside  # noqa: PLC0415
    from zipper.resolving.frozen_settings import compare_settings  # noqa: PLC0415
    from zipper.resolving.read_foreign import read_foreign  # noqa: PLC0415

    beside = FilesBeside(foreign)
    lockfile = read_foreign(foreign, beside)
    compare_settings(foreign, lockfile, beside)
    return lockfile, beside


def _list_locked(project: Project) -> Iterator[Path]:
    """Yield what npm's lockfile says lies on this disk, and is packed."""
    nodes = project.lockfile.tree.nodes.values() if project.lockfile else ()
    for node in nodes:
        if node.link_target and not node.dev:
            yield project.root / node.link_target


def _list_local(folder: Path, project: Project) -> Iterator[Path]:
    """Yield the members and the packages on this disk that the package in `folder` depends on.

    Development dependencies count where no lockfile says what they are: npm's tree has them.
    """
    from zipper.npm.spec import resolve_spec  # noqa: PLC0415  (with its question)
    from zipper.project.read_manifest import read_manifest  # noqa: PLC0415  (the same)

    is_own = folder == project.folder.resolve()
    manifest = project.own_manifest if is_own else read_manifest(folder)
    has_dev = project.lockfile is None and folder in (project.root, project.folder)
    specs = {
        **(manifest.dev_dependencies if has_dev else {}),
        **manifest.peer_dependencies,
        **manifest.optional_dependencies,
        **manifest.dependencies,
    }
    for name, text in specs.items():
        if text.startswith(("link:", "portal:")):
            yield folder / text.partition(":")[2]
            continue
        try:
            spec = resolve_spec(name, text, where=folder.as_posix(), home=project.home)
        except ZipperError:
            continue  # the build says what is wrong with it
        if spec.type in ("file", "directory"):
            yield Path(spec.fetch_spec or "")
        elif name in project.workspaces:
            yield project.root / project.workspaces[name]
