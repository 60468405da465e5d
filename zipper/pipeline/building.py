"""The only place where all stages meet: from a project to a package, a report, a tree.

In: paths and options. Out: `Package`, `Report` and the like. Nothing here prints; progress goes to
a callback, errors are `ZipperError`s.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from zipper.errors import OutputError
from zipper.files import remove_leftovers, write_error
from zipper.findings import leave_out
from zipper.folders import make_folders
from zipper.package import Package
from zipper.pipeline.checking_output import judge
from zipper.pipeline.dependencies import count_packages
from zipper.pipeline.hashing import write_hashed
from zipper.pipeline.planning import PackagePlan, make_plan
from zipper.pipeline.session import Circumstances, Clock, Once
from zipper.settings.cache_folder import find_cache_dir
from zipper.settings.read_settings import read_request
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.events import OnEvent
    from zipper.settings.build_request import BuildRequest
    from zipper.store.store_zips import Store
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
    allow_scripts: Iterable[str] | None = None,
    node: str | None = None,
    layers: Iterable[PathLike] | None = None,
    ignore: Iterable[str] | None = None,
    check: bool | None = None,
    registry: str | None = None,
    vendor: PathLike | None = None,
    prefer_offline: bool | None = None,
    no_git: bool | None = None,
    no_recall: bool | None = None,
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
        allow_scripts: packages whose install scripts may run, such as `esbuild` or `a@2`.
        node: the Node.js that runs them: `system`, a version, or a path.
        layers: zips of the function's layers, which the checks take into account.
        ignore: codes of findings that are left out; errors never are.
        check: False leaves out the rules that read the files: modules, binaries, secrets.
        registry: the registry's address instead of the configured one.
        vendor: a folder that `zipper vendor` has made, which is looked into first.
        prefer_offline: True to use packuments that are at hand, however old they are.
        no_git: True to refuse dependencies from git; git is never started.
        no_recall: True to work everything out afresh, whatever earlier runs have noted.
        offline: fail rather than open a connection.
        cache_dir: where the store is, instead of ZIPPER_CACHE_DIR or the system's place.
        on_event: told of progress, from any thread.

    Returns:
        The package, with the findings of the checks; those of severity error do not raise.

    Raises:
        ProjectError, LockfileError, ResolutionError, RegistryError, IntegrityError, ArchiveError,
        StoreError, OutputError, UsageError: with code, facts and hint.
    """
    options = _settings_of(
        target,
        handler=handler,
        output=output,
        include=include,
        exclude=exclude,
        omit=omit,
        allow_scripts=allow_scripts,
        node=node,
        layers=layers,
        ignore=ignore,
        check=check,
        registry=registry,
        vendor=vendor,
        prefer_offline=prefer_offline,
        no_git=no_git,
        no_recall=no_recall,
    )
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
    allow_scripts: Iterable[str] | None = None,
    node: str | None = None,
    layers: Iterable[PathLike] | None = None,
    ignore: Iterable[str] | None = None,
    registry: str | None = None,
    vendor: PathLike | None = None,
    prefer_offline: bool | None = None,
    no_git: bool | None = None,
    no_recall: bool | None = None,
    offline: bool = False,
    cache_dir: PathLike | None = None,
    on_event: OnEvent | None = None,
) -> PackagePlan:
    """Return what `build` would write, without writing it; tarballs are fetched into the store.

    Takes the arguments of `build` and raises its errors.
    """
    options = _settings_of(
        target,
        handler=handler,
        output=output,
        include=include,
        exclude=exclude,
        omit=omit,
        allow_scripts=allow_scripts,
        node=node,
        layers=layers,
        ignore=ignore,
        registry=registry,
        vendor=vendor,
        prefer_offline=prefer_offline,
        no_git=no_git,
        no_recall=no_recall,
    )
    request = read_request(project, options, function=function)
    return plan_requested(request, offline=offline, cache_dir=cache_dir, on_event=on_event)


def build_requested(
    request: BuildRequest,
    *,
    offline: bool = False,
    cache_dir: PathLike | None = None,
    on_event: OnEvent | None = None,
    shared: Once | None = None,
    incremental: bool = False,
) -> Package:
    """Build what `request` asks for; see `build`.

    Args:
        request: what to build.
        offline: as for `build`.
        cache_dir: as for `build`.
        on_event: as for `build`.
        shared: what other builds under way have read and resolved.
        incremental: leave a zip alone that this machine wrote from the same plan before.
    """
    io = Circumstances(
        offline,
        find_cache_dir(cache_dir),
        on_event,
        shared or Once(),
        recalls=not request.no_recall,
    )
    clock = Clock(on_event)
    planned = make_plan(request, io, clock)
    store = io.open_store()
    if not incremental:
        return _write(planned, store, clock)
    from zipper.pipeline.build_note import Record  # noqa: PLC0415  (for several functions, or on demand)

    record = Record.of(planned.output, planned.fingerprint, request, store)
    kept = record.recall()
    if kept is not None:
        return kept._replace(timings_seconds=clock.timings(), is_unchanged=True)
    package = _write(planned, store, clock)
    record.remember(package)
    return package


def plan_requested(
    request: BuildRequest,
    *,
    offline: bool = False,
    cache_dir: PathLike | None = None,
    on_event: OnEvent | None = None,
) -> PackagePlan:
    """Return what `build_requested` would write; see `plan`."""
    io = Circumstances(
        offline, find_cache_dir(cache_dir), on_event, Once(), recalls=not request.no_recall
    )
    return make_plan(request, io, Clock(on_event))


def package_of(planned: PackagePlan) -> Package:
    """Return the package that `planned` would become: no zip yet, so neither its size nor hash."""
    return Package(
        path=str(planned.output),
        size_bytes=0,
        unzipped_size_bytes=planned.contents.unzipped_size_bytes,
        code_sha256="",
        files=planned.contents.files,
        packages=count_packages(planned.tree),
        runtime=planned.target.runtime,
        architecture=planned.target.architecture,
        handler=planned.handler,
        timings_seconds=planned.timings_seconds,
        findings=planned.findings,
    )


def _write(planned: PackagePlan, store: Store, clock: Clock) -> Package:
    """Write the zip and judge it: the one place where a build changes anything but the store."""
    clock.start("write")
    path = planned.output
    try:
        make_folders(path.parent)
    except OSError as cause:
        raise write_error(cause, path.parent, OutputError) from cause
    size, code_sha256 = write_hashed(path, planned.contents, planned.fingerprint, store)
    remove_leftovers(path.parent, path.name)
    clock.start("check")
    request = planned.request
    judged = judge(path, code_sha256, request, handler=planned.handler, store=store)
    return package_of(planned)._replace(
        size_bytes=size,
        code_sha256=code_sha256,
        timings_seconds=clock.timings(),
        findings=(*judged.findings, *leave_out(planned.findings, request.ignore)),
        closure=judged.closure,
    )


def _settings_of(target: Target | None, **wishes: object) -> Settings:
    """Return a call's wishes as settings: paths as text, lists as tuples, None where none is."""
    if target is not None:
        wishes |= {"runtime": target.runtime, "architecture": target.architecture}
    typed = {key: _plain(value) for key, value in wishes.items()}
    return Settings(**typed)  # type: ignore[arg-type]  # the callers' signatures say the types


def _plain(value: object) -> object:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    return tuple(_plain(item) for item in value)
