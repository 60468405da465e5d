"""Which changed files are inputs of a function: its own, those of its siblings, and its tarballs.

In: what git says has changed, and a project. Out: reasons to build the function.

A file counts where the package has it, or had it. Where the package has files that git ignores,
something makes them of others, which nothing names: then every change in the folder counts, and one
of a tsconfig above it too.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.fetching.local_packages import list_folder
from zipper.named_tuple import NamedTuple
from zipper.pipeline.planning import choose_own_files
from zipper.pipeline.reading_zips import zips_of
from zipper.project.outside_files import choose_outside_name, split_patterns
from zipper.project.own_files import choose_name
from zipper.project.read_manifest import find_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from zipper.npm.package_json import Manifest
    from zipper.pipeline.session import Circumstances
    from zipper.project.git_changes import GitChanges
    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest
    from zipper.tree.model import Tree

__all__ = [
    "Reason",
    "compare_folders",
    "compare_manifests",
    "compare_own_files",
    "list_local_folders",
    "tell_changed",
]

_ROOT_KEYS: Final = (
    "overrides",
    "resolutions",
    "pnpm",
    "packageExtensions",
    "patchedDependencies",
    "allowScripts",
    "trustedDependencies",
    "engines",
    "devEngines",
    "packageManager",
)
"""What a root's package.json says for all members of its workspace."""


class Reason(NamedTuple):
    """Why a function differs from what it was."""

    kind: str
    """`file`, `sibling`, `dependency`, `dependencies` (there is no lockfile), `setting`,
    `settings` (the root's), `function` or `workspace`."""
    subject: str
    """A path below the top of the repository, a package, or the name of a setting."""
    message: str
    """What became of it."""


def tell_changed(
    changes: GitChanges, path: Path, kind: str, *, below: bool = False
) -> Iterator[Reason]:
    """Yield a reason where git says that the file `path` differs; `below`: what is in a folder."""
    place = _place(changes, path)
    if place is None:
        return
    if below:
        for changed in _list_below(changes, place):
            yield Reason(kind, changed, changes.changed[changed])
    elif place in changes.changed:
        yield Reason(kind, place, changes.changed[place])


def compare_manifests(own: Manifest, before: Manifest) -> Iterator[Reason]:
    """Yield what a root's package.json says for all members, and has said otherwise."""
    for key in _ROOT_KEYS:
        if own.raw.get(key) != before.raw.get(key):
            yield Reason("settings", key, "the root's package.json says another thing")


def compare_own_files(
    request: BuildRequest, project: Project, io: Circumstances, changes: GitChanges
) -> Iterator[Reason]:
    """Yield the changed files of the folder that is built.

    Raises:
        ProjectError: EPATTERN, EREAD.
        OutputError: EOUTPUT.
    """
    choice, outside = choose_own_files(request, project, io)
    include, _ = split_patterns(request.include)
    was_chosen = choose_name(include=include, exclude=request.exclude)
    yield from _compare(changes, project.folder, choice.files, was_chosen, project.root, "file")
    was_outside = choose_outside_name(project.member, request.include)
    top = _place(changes, project.root) or ""
    for changed in _list_below(changes, top):
        name = changed.removeprefix(f"{top}/")
        if changes.changed[changed] == "deleted" and was_outside(name):
            yield Reason("file", changed, "deleted")
    for path in (
        *(project.root / name for name in outside.files),
        *map(Path, zips_of(request.layers)),
    ):
        yield from tell_changed(changes, path, "file")


def list_local_folders(tree: Tree) -> set[str]:
    """Return what in `tree` lies on this disk, folders and tarballs, relative to its root."""
    found = {node.link_target for node in tree.nodes.values() if node.link_target}
    for node in tree.nodes.values():
        if node.resolved is not None and node.resolved.startswith("file:"):
            found.add(node.resolved.removeprefix("file:"))
    return found


def compare_folders(
    project: Project, folders: Iterable[str], changes: GitChanges
) -> Iterator[Reason]:
    """Yield the changed files of siblings and of other packages on this disk.

    Args:
        project: whose they are.
        folders: relative to the project's root; a tarball is one, too.
        changes: what git says.

    Raises:
        ProjectError: EREAD, EJSONPARSE, EINVALIDPACKAGE.
    """
    for folder in folders:
        path = project.root / folder
        if folder == project.member:
            continue
        manifest = find_manifest(path) if path.is_dir() else None
        if manifest is None:
            yield from tell_changed(changes, path, "sibling", below=True)
            continue
        workspaces = frozenset(project.workspaces.values())
        names = list_folder(project.root, folder, manifest, workspaces=workspaces)
        main = manifest.raw.get("main")
        if isinstance(main, str) and not _exists_as_module(path / main):
            names.append(main)  # what is not made yet; git does not know it
        yield from _compare(changes, path, names, _is_any, project.root, "sibling")


def _is_any(name: str) -> bool:
    return "node_modules" not in name.split("/")


def _exists_as_module(path: Path) -> bool:
    candidates = (path, *(path.with_name(f"{path.name}{end}") for end in (".js", ".json", ".node")))
    return any(os.path.exists(one) for one in candidates)  # noqa: PTH110  (a Path raises where it is too long)


def _compare(
    changes: GitChanges,
    folder: Path,
    packed: Iterable[str],
    was_packed: Callable[[str], bool],
    root: Path,
    kind: str,
) -> Iterator[Reason]:
    """Yield the changes below `folder` that the package has, had, or may be made of."""
    top = _place(changes, folder)
    if top is None:
        yield Reason("workspace", str(folder), "it is outside of the repository")
        return
    places = {place for name in packed for place in _places(changes, folder / name)}
    is_made = any(not _is_visible(changes, place) for place in places)
    known = {above for place in places for above in _list_above(place)}
    for changed in _list_below(changes, top):
        name = changed[len(top) + 1 :] if top else changed
        is_gone = changes.changed[changed] == "deleted" and was_packed(name)
        is_rule = changed.endswith((".npmignore", ".gitignore")) and kind == "sibling"
        if changed in known or is_gone or is_rule or (is_made and _is_any(name)):
            yield Reason(kind, changed, changes.changed[changed])
    linked = sorted(known & changes.changed.keys())
    outside = [place for place in linked if not _below(place, top) and not _below(top, place)]
    if is_made:
        outside += _list_compiler_settings(changes, top, _place(changes, root))
    yield from (Reason(kind, place, changes.changed[place]) for place in outside)


def _list_compiler_settings(changes: GitChanges, top: str, root: str | None) -> Iterator[str]:
    """Yield the changed tsconfigs in the folders between `top` and the root, its own included."""
    above = {os.path.dirname(place) for place in _list_above(top)} - {top}  # noqa: PTH120  (a text)
    for changed in changes.changed:
        folder, _, name = changed.rpartition("/")
        is_between = folder in above and (root is None or _below(folder, root))
        if is_between and name.startswith("tsconfig") and name.endswith(".json"):
            yield changed


def _place(changes: GitChanges, path: Path) -> str | None:
    """Return where `path` is below the top of the repository, its folder's links followed."""
    real = Path(os.path.realpath(path.parent), path.name)
    if real == changes.top:
        return ""
    return real.relative_to(changes.top).as_posix() if real.is_relative_to(changes.top) else None


def _places(changes: GitChanges, path: Path) -> Iterator[str]:
    """Yield the path as it is named and, where a link leads there, what it leads to."""
    named = Path(os.path.abspath(path))  # noqa: PTH100  (a Path's `absolute` keeps `..`)
    real = Path(os.path.realpath(path))
    for one in {named, real}:
        if one.is_relative_to(changes.top):
            yield one.relative_to(changes.top).as_posix()


def _is_visible(changes: GitChanges, place: str) -> bool:
    return any(above in changes.visible for above in _list_above(place))


def _list_above(place: str) -> Iterator[str]:
    """Yield the path and every folder around it but the top."""
    while place:
        yield place
        place = place.rpartition("/")[0]


def _list_below(changes: GitChanges, top: str) -> list[str]:
    """Return the changed paths below the folder `top`, or the nested repository around it."""
    return [one for one in changes.changed if _below(one, top) or _below(top, one)]


def _below(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")
