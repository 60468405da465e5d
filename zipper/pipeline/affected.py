"""Which functions differ from the commit where this branch left another one, and why.

In: requests, and a name such as `origin/main`. Out: for each request the reasons to build it. The
manifests, lockfiles and settings of that commit are written to a folder, and both sides are read
in the same way: what counts is what they come to for a function, not which lines were touched.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.errors import ZipperError
from zipper.named_tuple import NamedTuple
from zipper.npm.lockfile_formats import FORMATS, NPM_LOCKFILES
from zipper.pipeline.affected_files import (
    Reason,
    compare_folders,
    compare_manifests,
    compare_own_files,
    list_local_folders,
    tell_changed,
)
from zipper.pipeline.locked_packages import is_locked, select_locked
from zipper.pipeline.session import Circumstances
from zipper.project.git_changes import find_changes, read_at_base
from zipper.project.read_manifest import read_manifest
from zipper.scratch import scratch_folder
from zipper.settings.option_row import PATH_KINDS
from zipper.settings.options import KEYS
from zipper.settings.read_settings import find_requests, find_settings_folder
from zipper.tree.model import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zipper.project.git_changes import GitChanges
    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.values import Settings
    from zipper.tree.model import Node, Tree

__all__ = ["Affected", "find_affected"]

_SETTINGS_FILES: Final = (".npmrc", ".yarnrc.yml", "bunfig.toml")
"""Files beside a lockfile that may change any package below them."""

_READ_AT_BASE: Final = frozenset(
    (
        "package.json",
        "pyproject.toml",
        "pnpm-workspace.yaml",
        *_SETTINGS_FILES,
        *NPM_LOCKFILES,
        *FORMATS,
    )
)

_PATCHES: Final = (".patch", ".diff")


class Affected(NamedTuple):
    """How requests differ from a commit."""

    base: str
    """As it was named, such as `origin/main`."""
    merge_base: str
    """The commit that is compared with: where this branch and `base` parted."""
    requests: tuple[BuildRequest, ...]
    """Those that differ."""
    reasons: tuple[tuple[Reason, ...], ...]
    """For each of these, why."""
    unaffected: tuple[str, ...]
    """The names of the others; a project without a name is its folder."""


class _Sides(NamedTuple):
    """The work tree, and the folder with what the commit had."""

    changes: GitChanges
    base_top: Path
    now: Circumstances
    before: Circumstances

    def place_at_base(self, path: Path) -> Path | None:
        """Return what the folder `path` of the work tree was; None for one outside."""
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(self.changes.top):
            return None
        return self.base_top / real.relative_to(self.changes.top)


def find_affected(
    project: str | None, options: Settings, base: str, requests: Sequence[BuildRequest]
) -> Affected:
    """Return which of `requests` differ from the merge-base of this branch and `base`.

    One that cannot be compared, because either side cannot be read, differs: building it tells why.

    Args:
        project: what the requests were made of; see `find_requests`.
        options: the same.
        base: a branch, a tag or a commit.
        requests: of this work tree.

    Raises:
        ProjectError: EBASE, EGIT, ENOGIT; see `find_changes`.
    """
    folder = find_settings_folder(project)
    changes = find_changes(Path(os.path.realpath(folder)), base)
    with scratch_folder("zipper-base-") as base_top:
        for path, data in read_at_base(changes, _READ_AT_BASE, endings=_PATCHES):
            target = base_top / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        sides = _Sides(
            changes,
            base_top,
            Circumstances.of(requests[0], None),
            Circumstances.of(requests[0], None),
        )
        earlier = _read_earlier(sides, folder, options)
        found = [(request, _list_reasons(request, earlier, sides)) for request in requests]
    return Affected(
        base,
        changes.merge_base,
        tuple(request for request, reasons in found if reasons),
        tuple(reasons for _, reasons in found if reasons),
        tuple(request.name or request.project for request, reasons in found if not reasons),
    )


def _read_earlier(
    sides: _Sides, folder: Path, options: Settings
) -> dict[str | None, BuildRequest] | ZipperError:
    """Return the requests of the commit by name, or why there are none."""
    before = sides.place_at_base(folder)
    if before is None or not before.is_dir():
        return {}
    try:
        return {one.name: one for one in find_requests(f"{before}{os.sep}", options)}
    except ZipperError as error:
        return error


def _list_reasons(
    request: BuildRequest, earlier: dict[str | None, BuildRequest] | ZipperError, sides: _Sides
) -> tuple[Reason, ...]:
    if isinstance(earlier, ZipperError):
        return (_tell_unreadable("settings", earlier),)
    before = earlier.get(request.name)
    if before is None:
        name = request.name or request.project
        return (Reason("function", name, "it is new"),)
    try:
        return tuple(_compare(request, before, sides))
    except ZipperError as error:
        return (_tell_unreadable("function", error),)


def _tell_unreadable(kind: str, error: ZipperError) -> Reason:
    return Reason(kind, "", f"it cannot be compared: {error.message}")


def _compare(request: BuildRequest, before: BuildRequest, sides: _Sides) -> Iterator[Reason]:
    """Yield how the function differs.

    Raises:
        ZipperError: where either side cannot be read.
    """
    changes = sides.changes
    yield from _compare_settings(request, before, sides)
    project = sides.now.read_project(request)
    place = sides.place_at_base(project.root)
    if place is None:
        yield Reason("workspace", str(project.root), "it is outside of the repository")
        return
    earlier = sides.before.read_project(before)
    yield from compare_own_files(request, project, sides.now, changes)
    for name in _SETTINGS_FILES:
        yield from tell_changed(changes, project.root / name, "settings")
    yield from compare_manifests(project.manifest, earlier.manifest)
    if not is_locked(project) or not is_locked(earlier):
        yield from _compare_unlocked(project, changes)
        return
    tree, tree_before = (
        select_locked(one, asked, io).tree
        for one, asked, io in (
            (project, request, sides.now),
            (earlier, before, sides.before),
        )
    )
    yield from _compare_trees(tree, tree_before)
    folders = list_local_folders(tree) | list_local_folders(tree_before)
    yield from compare_folders(project, sorted(folders), changes)


def _compare_settings(
    request: BuildRequest, before: BuildRequest, sides: _Sides
) -> Iterator[Reason]:
    top = f"{sides.changes.top}{os.sep}"
    own, other = request.of_package, before.of_package
    for row in KEYS.values():
        if row.name in ("project", "runtime", "architecture"):
            continue
        value, was = getattr(own, row.field), getattr(other, row.field)
        if row.kind in PATH_KINDS:
            value = _anchor(value, top, top)
            was = _anchor(was, f"{sides.base_top}{os.sep}", top)
        if value != was:
            yield Reason("setting", row.name, f"was {_show(was)}, is {_show(value)}")
    if request.target != before.target:
        yield Reason("setting", "target", f"was {before.target}, is {request.target}")


def _anchor(value: object, top: str, new_top: str) -> object:
    """Return paths as absolute ones, those below `top` as if they were below `new_top`."""
    if isinstance(value, tuple):
        return tuple(_anchor(one, top, new_top) for one in value)
    if not isinstance(value, str) or not value:
        return value
    path = os.path.realpath(value)
    return new_top + path.removeprefix(top) if path.startswith(top) else path


def _show(value: object) -> str:
    shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"`{shown}`" if shown and value is not None else "nothing"


def _compare_unlocked(project: Project, changes: GitChanges) -> Iterator[Reason]:
    """Yield what the resolver reads, where no lockfile has the answer."""
    folders = ("", *project.workspaces.values())
    names = (*NPM_LOCKFILES, *FORMATS)
    for path in (
        *(project.root / folder / "package.json" for folder in folders),
        *(project.root / name for name in names),
    ):
        yield from tell_changed(changes, path, "dependencies")
    for folder in sorted(_find_needed_members(project)):
        yield from tell_changed(changes, project.root / folder, "sibling", below=True)


def _find_needed_members(project: Project) -> set[str]:
    """Return the folders of the siblings that a member's names lead to, in any number of steps."""
    found: set[str] = set()
    waiting = [project.own_manifest]
    while waiting:
        own = waiting.pop()
        for name in (*own.dependencies, *own.optional_dependencies, *own.peer_dependencies):
            folder = project.workspaces.get(name)
            if folder is not None and folder not in found:
                found.add(folder)
                waiting.append(read_manifest(project.root / folder))
    return found


def _compare_trees(tree: Tree, before: Tree) -> Iterator[Reason]:
    """Yield the packages that differ, each once, and what of them is elsewhere."""
    own, other = _describe(tree), _describe(before)
    told = set()
    for location in sorted(own.keys() | other.keys()):
        row, was = own.get(location), other.get(location)
        if row == was:
            continue
        node, old = tree.nodes.get(location), before.nodes.get(location)
        name = (node or old or tree.root).name
        reason = Reason("dependency", name, _tell_difference(node, old))
        if reason not in told:
            told.add(reason)
            yield reason


def _describe(tree: Tree) -> Mapping[str, tuple[object, ...]]:
    return {
        location: (
            node.package_name,
            node.version,
            node.resolved,
            node.integrity,
            node.in_bundle,
            node.patches,
        )
        for location, node in tree.nodes.items()
        if location != ROOT
    }


def _tell_difference(node: Node | None, old: Node | None) -> str:
    if old is None:
        return f"{_label(node)} is new in `{node.location}`" if node else ""
    if node is None:
        return f"{_label(old)} is gone from `{old.location}`"
    if _label(node) != _label(old):
        return f"was {_label(old)}, is {_label(node)}"
    return f"{_label(node)} comes from elsewhere, or has other bytes"


def _label(node: Node | None) -> str:
    return "" if node is None else f"`{node.package_name}@{node.version}`"
