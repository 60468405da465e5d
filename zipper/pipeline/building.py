"""The only place where all stages meet: from a project to a package, a report, a tree.

In: paths and options. Out: `Package`, `Report` and the like. Nothing here prints; progress goes to
a callback, errors are `ZipperError`s.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from zipper.errors import OutputError, StoreError
from zipper.files import remove_leftovers, write_error
from zipper.findings import check_error, decide_verdict, leave_out
from zipper.folders import make_folders
from zipper.package import Package, Workspace
from zipper.pipeline.checking_output import judge
from zipper.pipeline.dependencies import count_packages
from zipper.pipeline.event_log import listener
from zipper.pipeline.hashing import Written, write_hashed
from zipper.pipeline.planning import PackagePlan, make_plan
from zipper.pipeline.session import Circumstances, Clock, Once
from zipper.settings.call import settings_of_call
from zipper.settings.read_settings import read_request

if TYPE_CHECKING:
    from typing import Unpack

    from zipper.events import OnEvent
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.option_types import BuildOptions, PlanOptions
    from zipper.store.store_zips import Store

__all__ = [
    "PackagePlan",
    "build",
    "build_requested",
    "package_of",
    "plan",
    "plan_requested",
]

PathLike = str | os.PathLike[str]


def build(project: PathLike = ".", **options: Unpack[BuildOptions]) -> Package:
    """Build the deployment package of the project in a folder.

    The same input gives the same bytes on every machine. The zip is written under a temporary
    name and renamed, so whatever goes wrong leaves the old one as it was. An option that is not
    given, or is None, comes from the ZIPPER_ variables, from `[tool.zipper]` in the folder's
    pyproject.toml, from `"zipper"` in its package.json, or else from the default. Safe in threads;
    in `asyncio`, use `await asyncio.to_thread(zipper.build, "fn")`.

    Args:
        project: the folder that holds package.json, or the settings that name it.
        **options: see below.

    Returns:
        The package, with the findings of the checks. It is `ok` where none of them is an error; one
        that is not is returned all the same, but with `raise_on_error=True`. Its path is empty for
        an `output` that is a file object.

    Raises:
        ProjectError, LockfileError, ResolutionError, RegistryError, IntegrityError, ArchiveError,
        StoreError, OutputError, NodeError, UsageError: with code, facts and hint. ECHECK with
        `raise_on_error` for a package that does not pass its check.
    """
    typed = settings_of_call("build", options)
    request = read_request(project, typed, function=options.get("function"))
    listening = listener(options.get("on_event"))
    sink = options.get("output")
    if sink is not None and not isinstance(sink, str | os.PathLike):
        from zipper.pipeline.building_into import build_into  # noqa: PLC0415  (for a file object)

        package = build_into(sink, request, on_event=listening)
    else:
        package = build_requested(request, on_event=listening)
    if options.get("raise_on_error") and not package.ok:
        raise check_error(package.path, package.findings)
    return package


def plan(project: PathLike = ".", **options: Unpack[PlanOptions]) -> PackagePlan:
    """Return what `build` would write, without writing it; tarballs are fetched into the store.

    Takes the arguments of `build` and raises its errors.
    """
    typed = settings_of_call("plan", options)
    request = read_request(project, typed, function=options.get("function"))
    return plan_requested(request, on_event=listener(options.get("on_event")))


def build_requested(
    request: BuildRequest,
    *,
    on_event: OnEvent | None = None,
    shared: Once | None = None,
    incremental: bool = False,
) -> Package:
    """Build what `request` asks for; see `build`.

    Args:
        request: what to build.
        on_event: as for `build`.
        shared: what other builds under way have read and resolved.
        incremental: leave a zip alone that this machine wrote from the same plan before.
    """
    io = Circumstances.of(request, on_event, shared=shared)
    clock = Clock(on_event)
    try:
        return _build(request, io, clock, incremental=incremental)
    except StoreError:
        # A package was damaged, which showed while it was written. Now each is read before, and a
        # damaged one fetched anew.
        io = io._replace(shared=Once(), defers=False)
        return _build(request, io, clock, incremental=incremental)


def _build(request: BuildRequest, io: Circumstances, clock: Clock, *, incremental: bool) -> Package:
    planned = make_plan(request, io, clock)
    store = io.open_store()
    if not incremental:
        return _judge(planned, store, clock, _write(planned, store, clock))
    from zipper.pipeline.build_note import BuildNote  # noqa: PLC0415  (for several functions, or on demand)

    note = BuildNote(planned.output, planned.fingerprint, store)
    written = note.find_written()
    if written is not None:
        return _judge(planned, store, clock, written)._replace(is_unchanged=True)
    package = _judge(planned, store, clock, _write(planned, store, clock))
    note.remember()
    return package


def plan_requested(
    request: BuildRequest,
    *,
    on_event: OnEvent | None = None,
) -> PackagePlan:
    """Return what `build_requested` would write; see `plan`."""
    io = Circumstances.of(request, on_event)
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
        verdict=decide_verdict(planned.findings, strict=planned.request.strict),
        workspace=_describe_workspace(planned),
    )


def _describe_workspace(planned: PackagePlan) -> Workspace | None:
    project = planned.project
    if not project.member:
        return None
    folders = {f"file:{folder}" for folder in project.workspaces.values()}
    packed = {node.resolved for node in planned.tree.nodes.values()} & folders
    lockfile = project.lockfile.path if project.lockfile is not None else None
    return Workspace(str(project.root), lockfile, project.member, len(packed))


def _write(planned: PackagePlan, store: Store, clock: Clock) -> Written:
    """Write the zip; return its size and hash. Nothing else changes anything but the store."""
    clock.start("write")
    path = planned.output
    try:
        make_folders(path.parent)
    except OSError as cause:
        raise write_error(cause, path.parent, OutputError) from cause
    written = write_hashed(path, planned.contents, planned.fingerprint, store)
    remove_leftovers(path.parent, path.name)
    return written


def _judge(planned: PackagePlan, store: Store, clock: Clock, written: Written) -> Package:
    """Return the package that was written, of this size and hash, with all that is found in it."""
    clock.start("check")
    size, code_sha256, file = written
    request = planned.request
    find_nearby = None
    if planned.project.member:
        from zipper.pipeline.member_workspace import describe_workspace  # noqa: PLC0415  (for members)

        find_nearby = partial(describe_workspace, planned)
    # The rule reads the lockfile in the zip, and knows less than what was fetched.
    told = {finding.code for finding in planned.findings} & {"integrity-weak"}
    judged = judge(
        planned.output,
        code_sha256,
        request,
        handler=planned.handler,
        store=store,
        find_nearby=find_nearby,
        source=file,
    )
    findings = (
        *(finding for finding in judged.findings if finding.code not in told),
        *leave_out(planned.findings, request.ignore),
    )
    return package_of(planned)._replace(
        size_bytes=size,
        code_sha256=code_sha256,
        timings_seconds=clock.timings(),
        findings=findings,
        closure=judged.closure,
        verdict=decide_verdict(findings, strict=request.strict),
    )
