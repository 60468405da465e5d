"""The only place where all stages meet: from a project to a package, a report, a tree.

In: paths and options. Out: `Package`, `Report` and the like. Nothing here prints; progress goes to
a callback, errors are `ZipperError`s.
"""

from __future__ import annotations

import base64
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.archive.listing import read_listing
from zipper.archive.plan import DOS_EPOCH, Plan, PlannedEntry, lay_out, parse_dos_time
from zipper.archive.splice import splice
from zipper.build_request import BuildRequest, default_handler
from zipper.checks.check import check_listing
from zipper.checks.findings import Finding
from zipper.clock import Clock
from zipper.contents.client import LazyClient
from zipper.contents.handler_files import Choice, choose_files, read_entries
from zipper.contents.homes import find_homes, members_at
from zipper.contents.obtain import obtain
from zipper.contents.trees import find_tree
from zipper.errors import OutputError, UsageError
from zipper.files import map_file, remove_leftovers, write_error, write_file
from zipper.package import Package
from zipper.project import Project, read_project
from zipper.settings import Settings
from zipper.settings_files import read_request
from zipper.store.files import Store
from zipper.store.place import find_cache_dir
from zipper.tree.model import ROOT, Tree
from zipper.tree.select import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zipper.events import OnEvent
    from zipper.target import Target

__all__ = [
    "PackagePlan",
    "build",
    "build_requested",
    "package_of",
    "plan",
    "plan_requested",
]

PathLike = str | os.PathLike[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagePlan:
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


def build(  # noqa: PLR0913  (keyword-only options of a public function)
    project: PathLike = ".",
    *,
    function: str | None = None,
    target: Target | None = None,
    handler: str | None = None,
    output: PathLike | None = None,
    include: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
    omit: Iterable[str] | None = None,
    registry: str | None = None,
    offline: bool = False,
    cache_dir: PathLike | None = None,
    on_event: OnEvent | None = None,
) -> Package:
    """Build the deployment package of the project in a folder.

    The same input gives the same bytes on every machine. The zip is written under a temporary
    name and renamed, so whatever goes wrong leaves the old one as it was. What is None here comes
    from the ZIPPER_ variables, from `[tool.zipper]` in the folder's pyproject.toml, from
    `"zipper"` in its package.json, or else from the default. Safe in threads; in `asyncio`, use
    `await asyncio.to_thread(zipper.build, "fn")`.

    Args:
        project: the folder that holds package.json, or the settings that name it.
        function: the name of one of several functions in the settings.
        target: runtime and architecture of the function; by default the newest runtime, x86_64.
        handler: such as `index.handler`; by default package.json's `main` and `.handler`.
        output: the zip; a folder if it ends in a slash; by default the project's name and `.zip`
            in the current folder.
        include: gitignore patterns; where there are any, only project files that match are taken.
        exclude: gitignore patterns of project files to leave out; `!name` brings one back that is
            left out by default.
        omit: dependency types to leave out besides dev: `optional`, `peer`.
        registry: the registry's address instead of the configured one.
        offline: fail rather than open a connection.
        cache_dir: where the store is, instead of ZIPPER_CACHE_DIR or the system's place.
        on_event: told of progress, from any thread.

    Returns:
        The package, with the findings of the checks; those of severity error do not raise.

    Raises:
        ProjectError, LockfileError, ResolutionError, RegistryError, IntegrityError, ArchiveError,
        StoreError, OutputError, UsageError: with code, facts and hint.
    """
    options = _as_settings(target, handler, output, include, exclude, omit, registry)
    request = read_request(project, options, function=function)
    return build_requested(request, offline=offline, cache_dir=cache_dir, on_event=on_event)


def plan(  # noqa: PLR0913  (keyword-only options of a public function)
    project: PathLike = ".",
    *,
    function: str | None = None,
    target: Target | None = None,
    handler: str | None = None,
    output: PathLike | None = None,
    include: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
    omit: Iterable[str] | None = None,
    registry: str | None = None,
    offline: bool = False,
    cache_dir: PathLike | None = None,
    on_event: OnEvent | None = None,
) -> PackagePlan:
    """Return what `build` would write, without writing it; tarballs are fetched into the store.

    Takes the arguments of `build` and raises its errors.
    """
    options = _as_settings(target, handler, output, include, exclude, omit, registry)
    request = read_request(project, options, function=function)
    return plan_requested(request, offline=offline, cache_dir=cache_dir, on_event=on_event)


def build_requested(
    request: BuildRequest,
    *,
    offline: bool = False,
    cache_dir: PathLike | None = None,
    on_event: OnEvent | None = None,
) -> Package:
    """Build what `request` asks for; see `build`."""
    clock = Clock(on_event)
    planned = _plan(request, offline=offline, cache_dir=cache_dir, on_event=on_event, clock=clock)
    return _write(planned, clock)


def plan_requested(
    request: BuildRequest,
    *,
    offline: bool = False,
    cache_dir: PathLike | None = None,
    on_event: OnEvent | None = None,
) -> PackagePlan:
    """Return what `build_requested` would write; see `plan`."""
    clock = Clock(on_event)
    return _plan(request, offline=offline, cache_dir=cache_dir, on_event=on_event, clock=clock)


def package_of(planned: PackagePlan) -> Package:
    """Return the package that `planned` would become: no zip yet, so neither its size nor hash."""
    return Package(
        path=str(planned.output),
        size_bytes=0,
        unzipped_size_bytes=planned.contents.unzipped_size_bytes,
        code_sha256="",
        files=len(planned.contents.entries),
        packages=_count_packages(planned.tree),
        runtime=planned.target.runtime,
        architecture=planned.target.architecture,
        handler=planned.handler,
        timings_seconds=planned.timings_seconds,
        findings=planned.findings,
    )


def _plan(
    request: BuildRequest,
    *,
    offline: bool,
    cache_dir: PathLike | None,
    on_event: OnEvent | None,
    clock: Clock,
) -> PackagePlan:
    clock.start("read")
    npm_options = {"registry": request.registry} if request.registry else {}
    project = read_project(Path(request.project), npm_options=npm_options)
    destination = _find_output(request, project)
    store = Store(find_cache_dir(cache_dir))
    choice = choose_files(
        project.root,
        include=request.include,
        exclude=request.exclude,
        outputs=frozenset({destination}),
    )
    omit = frozenset({"dev", *request.omit, *project.npm.omit})
    with LazyClient(
        project, cache_dir=store.cache_dir, offline=offline, on_event=on_event
    ) as client:
        clock.start("select" if project.lockfile else "resolve")
        whole = find_tree(project, target=request.target, store=store, client=client)
        tree = select(
            whole,
            target=request.target,
            omit=omit,
            legacy_peer_deps=project.npm.legacy_peer_deps,
        )
        clock.start("fetch", total=_count_packages(tree))
        obtained = obtain(project, tree, store=store, client=client, on_event=on_event)
    clock.start("plan")
    homes = find_homes(tree, shipped=_shipped_targets(tree, choice))
    entries: list[PlannedEntry] = list(read_entries(choice))
    for location, zipped in obtained.zips.items():
        entries += members_at(tree.nodes[location], zipped, homes, tree)
    contents = lay_out(entries, dos_time=_dos_time(os.environ.get("SOURCE_DATE_EPOCH")))
    return PackagePlan(
        request=request,
        project=project,
        target=request.target,
        handler=request.handler or default_handler(project.manifest.raw),
        output=destination,
        tree=tree,
        contents=contents,
        findings=(*_left_out(choice), *obtained.findings),
        timings_seconds=clock.timings(),
    )


def _write(planned: PackagePlan, clock: Clock) -> Package:
    """Write the zip and judge it: the one place where a build changes anything but the store."""
    clock.start("write")
    path = planned.output
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise write_error(cause, path.parent, OutputError) from cause
    size = write_file(path, splice(planned.contents))
    remove_leftovers(path.parent, path.name)
    clock.start("check")
    data = map_file(path)
    if data is None:
        raise OutputError("EOUTPUT", f"`{path}` vanished after it was written")
    with ThreadPoolExecutor(max_workers=1) as pool:
        digest = pool.submit(lambda: hashlib.sha256(data).digest())
        found = check_listing(
            read_listing(data),
            target=planned.target,
            handler=planned.handler,
            size_bytes=size,
        )
        code_sha256 = base64.b64encode(digest.result()).decode("ascii")
    return replace(
        package_of(planned),
        size_bytes=size,
        code_sha256=code_sha256,
        timings_seconds=clock.timings(),
        findings=(*found, *planned.findings),
    )


def _as_settings(
    target: Target | None,
    handler: str | None,
    output: PathLike | None,
    include: Sequence[str] | None,
    exclude: Sequence[str] | None,
    omit: Iterable[str] | None,
    registry: str | None,
) -> Settings:
    return Settings(
        runtime=None if target is None else target.runtime,
        architecture=None if target is None else target.architecture,
        handler=handler,
        output=None if output is None else os.fspath(output),
        include=None if include is None else tuple(include),
        exclude=None if exclude is None else tuple(exclude),
        omit=None if omit is None else tuple(omit),
        registry=registry,
    )


def _find_output(request: BuildRequest, project: Project) -> Path:
    output = request.output or f"{request.name or project.name}.zip"
    if output.endswith(("/", os.sep)):
        output += f"{request.name or project.name}.zip"
    path = Path(output)
    path = path.parent.resolve() / path.name if path.name else path.resolve()
    if path.is_dir():
        raise OutputError(
            "EOUTPUT",
            f"`{path}` is a folder",
            hint=f"name a file in it: `-o {path / (project.name + '.zip')}`",
        )
    return path


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


def _count_packages(tree: Tree) -> int:
    """Return the number of packages, links and the project itself left out."""
    return sum(
        1 for location, node in tree.nodes.items() if location != ROOT and node.link_target is None
    )
