"""The first half of a build: everything that is decided before a byte is written.

In: a `BuildRequest`. Out: a `PackagePlan`. The store may be filled on the way; the zip is written
by `zipper.pipeline.building`.
"""

from __future__ import annotations

import os
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zipper.archive.plan import DOS_EPOCH, Plan, lay_out, parse_dos_time
from zipper.checks.findings import Finding
from zipper.contents.client import LazyClient
from zipper.contents.handler_files import Choice, choose_files, read_entries
from zipper.contents.homes import find_homes, place_members
from zipper.contents.obtain import obtain
from zipper.contents.trees import find_tree
from zipper.errors import OutputError, UsageError, ZipperError
from zipper.node.scripted import place_beside
from zipper.pipeline.scripting import ScriptWishes, apply_scripts
from zipper.pipeline.vouching import vouch
from zipper.project import Project, read_project
from zipper.store.files import Store
from zipper.target import default_handler
from zipper.tree.model import ROOT, Tree
from zipper.tree.select import select

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.events import OnEvent
    from zipper.pipeline.clock import Clock
    from zipper.pipeline.once import Once
    from zipper.settings.build_request import BuildRequest
    from zipper.target import Target

__all__ = ["Circumstances", "PackagePlan", "count_packages", "make_plan"]


class PackagePlan(NamedTuple):
    """Everything that is decided before a byte is written; `build --dry-run` prints it."""

    request: BuildRequest
    project: Project
    target: Target
    handler: str
    output: Path
    tree: Tree
    """The selected tree: what the package's node_modules is made of."""
    contents: Plan
    findings: tuple[Finding, ...]
    timings_seconds: Mapping[str, float]


class Circumstances(NamedTuple):
    """How a build works, whatever it builds."""

    offline: bool
    cache_dir: Path
    on_event: OnEvent | None
    shared: Once

    def open_store(self) -> Store:
        """Return the store, one for all functions: what one has read is there for the next."""
        return self.shared.get(
            ("store", self.cache_dir), lambda: Store(self.cache_dir, is_shared=True)
        )

    def find_written(self, request: BuildRequest, project: Project) -> frozenset[Path]:
        """Return the zips that the project's settings name: one is never packed into another."""
        outputs = tuple(_name_zip(output, request, project) for output in request.written)
        return self.shared.get(("written", outputs), lambda: frozenset(map(_find_place, outputs)))

    def read_project(self, request: BuildRequest) -> Project:
        """Return the project, read once for all functions that have it."""
        folder = Path(request.project)
        npm_options = request.npm_options
        return self.shared.get(
            ("project", folder.absolute(), *npm_options.items()),
            lambda: read_project(folder, npm_options=npm_options),
        )

    def find_tree(self, request: BuildRequest, project: Project, client: LazyClient) -> Tree:
        """Return the whole tree; one that has to be resolved depends on the Node of the target."""
        target, store = request.target, self.open_store()
        node_version = None if project.lockfile else target.node_version
        days = request.min_release_age_days

        def find() -> Tree:
            return find_tree(
                project, target=target, store=store, client=client, min_release_age_days=days
            )

        try:
            key = ("tree", project.root, *request.npm_options.items(), node_version, days)
            return self.shared.get(key, find)
        except ZipperError as error:
            _tell_root(error, project)
            raise


def make_plan(request: BuildRequest, io: Circumstances, clock: Clock) -> PackagePlan:
    """Return what the zip is made of; see `zipper.build` for what it raises."""
    clock.start("read")
    project = io.read_project(request)
    destination = _find_output(request, project)
    store = io.open_store()
    choice = choose_files(
        project.root,
        include=request.include,
        exclude=request.exclude,
        outputs=io.find_written(request, project) | {destination},
    )
    omit = frozenset({"dev", *request.omit, *project.npm.omit})
    with LazyClient(
        project,
        cache_dir=store.cache_dir,
        offline=io.offline,
        on_event=io.on_event,
        vendor=request.vendor,
    ) as client:
        clock.start("select" if project.lockfile else "resolve")
        whole = io.find_tree(request, project, client)
        tree = select(
            whole,
            target=request.target,
            omit=omit,
            legacy_peer_deps=project.npm.legacy_peer_deps,
        )
        vouched = vouch(project, tree, request, store=store, client=client)
        clock.start("fetch", total=count_packages(tree))
        obtained = obtain(project, tree, store=store, client=client, on_event=io.on_event)
        scripted = apply_scripts(
            project,
            tree,
            obtained,
            wishes=_script_wishes(request),
            target=request.target,
            store=store,
            offline=io.offline,
        )
        tree, obtained = scripted.tree, scripted.obtained
    clock.start("plan")
    homes = find_homes(tree, shipped=_shipped_targets(tree, choice))
    own = read_entries(choice)
    packages = place_members(tree, homes, zips=obtained.zips, folders=obtained.folders)
    contents = lay_out(
        chain(own, packages, place_beside(scripted, homes)),
        dos_time=_dos_time(os.environ.get("SOURCE_DATE_EPOCH")),
    )
    return PackagePlan(
        request=request,
        project=project,
        target=request.target,
        handler=request.handler or default_handler(project.manifest.raw),
        output=destination,
        tree=tree,
        contents=contents,
        findings=(*_left_out(choice), *vouched, *obtained.findings),
        timings_seconds=clock.timings(),
    )


def _script_wishes(request: BuildRequest) -> ScriptWishes:
    return ScriptWishes(
        allow=request.allow_scripts,
        timeout_seconds=request.script_timeout_seconds,
        node=request.node,
        node_mirror=request.node_mirror,
    )


def _tell_root(error: ZipperError, project: Project) -> None:
    """Say of a package that is not found that it may be a workspace beside this one."""
    if project.workspace_root is None or error.code != "E404":
        return
    from zipper.supply.lockfile_notes import hint_at_root  # noqa: PLC0415  (for this error only)

    above = project.workspace_root
    error.facts = (*error.facts, ("workspace of", str(above)))
    error.hint = hint_at_root(project.root.relative_to(above).as_posix())


def _find_output(request: BuildRequest, project: Project) -> Path:
    path = _find_place(_name_zip(request.output or "", request, project))
    if path.is_dir():
        raise OutputError(
            "EOUTPUT",
            f"`{path}` is a folder",
            hint=f"name a file in it: `-o {path / (project.name + '.zip')}`",
        )
    return path


def _name_zip(output: str, request: BuildRequest, project: Project) -> str:
    """Return the zip that `output` names; a folder, or nothing, gets the project's name."""
    if not output or output.endswith(("/", os.sep)):
        return f"{output}{request.name or project.name}.zip"
    return output


def _find_place(output: str) -> Path:
    """Return where `output` is: its folder without links, and in it what the rename replaces."""
    path = Path(output)
    return path.parent.resolve() / path.name if path.name else path.resolve()


def _shipped_targets(tree: Tree, choice: Choice) -> frozenset[str]:
    """Return the link targets of which files are in the package as the project's own."""
    targets = {node.link_target for node in tree.nodes.values() if node.link_target}
    return frozenset(
        target for target in targets if any(name.startswith(f"{target}/") for name in choice.files)
    )


def _left_out(choice: Choice) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "left-out",
            "info",
            item.path,
            f"`{item.path}` is not in the package: {item.reason}",
            f"if the function needs it: `--exclude '!{item.path}'`",
        )
        for item in choice.left_out
    )


def _dos_time(epoch: str | None) -> bytes:
    if not epoch:
        return DOS_EPOCH
    if not epoch.isascii() or not epoch.isdigit() or len(epoch) > 12:
        raise UsageError(
            "EUSAGE",
            f"SOURCE_DATE_EPOCH is no number of seconds: {epoch[:40]!r}",
            hint="unset it, or set it to the seconds since 1970: `git log -1 --format=%ct`",
        )
    return parse_dos_time(int(epoch))


def count_packages(tree: Tree) -> int:
    """Return the number of packages, links and the project itself left out."""
    return sum(
        1 for location, node in tree.nodes.items() if location != ROOT and node.link_target is None
    )
