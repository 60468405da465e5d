"""The only place where all stages meet: from a project to a package, a report, a tree.

In: paths and options. Out: `Package`, `Report` and the like. Nothing here prints; progress goes to
a callback, errors are `ZipperError`s.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar, cast

from zipper.archive.splice import splice
from zipper.errors import OutputError, StoreError
from zipper.files import remove_leftovers, write_error
from zipper.findings import check_error
from zipper.folders import make_folders
from zipper.pipeline.hashing import Written, write_hashed
from zipper.pipeline.judged_package import judge_package
from zipper.pipeline.planning import PackagePlan, make_plan
from zipper.pipeline.session import Circumstances, Clock, Once
from zipper.pipeline.written_zips import find_place

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from zipper.bundling.spare_esbuild import SpareEsbuild
    from zipper.events import OnEvent
    from zipper.package import Package
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.option_types import BuildOptions, PlanOptions
    from zipper.store.store_zips import Store

__all__ = [
    "PackagePlan",
    "build",
    "build_requested",
    "plan",
    "plan_requested",
    "rehearse_requested",
]

PathLike = str | os.PathLike[str]

_Result = TypeVar("_Result")


def build(project: PathLike = ".", **options: Unpack[BuildOptions]) -> Package:
    """Build the deployment package of the project in a folder.

    The same input gives the same bytes on every machine. The zip is written under a temporary
    name, checked and renamed, so whatever goes wrong leaves the old one as it was: a package that
    does not pass its check is `written` with `keep_failed=True` or `check=False` alone. An option
    that is not given, or is None, comes from the ZIPPER_ variables, from `[tool.zipper]` in the
    folder's pyproject.toml, from `"zipper"` in its package.json, or else from the default. Safe in
    threads; in `asyncio`, use `await asyncio.to_thread(zipper.build, "fn")`.

    Args:
        project: the folder that holds package.json, or the settings that name it.
        **options: see below.

    Returns:
        The package, with the findings of the checks. It is `ok` where none of them is an error; one
        that is not is returned all the same, but with `raise_on_error=True`. Its path is empty for
        an `output` that is a file object, or `bytes`, which gives its `data`.

    Raises:
        ProjectError, LockfileError, ResolutionError, RegistryError, IntegrityError, ArchiveError,
        StoreError, OutputError, NodeError, UsageError: with code, facts and hint. ECHECK with
        `raise_on_error` for a package that does not pass its check.
    """
    from zipper.pipeline.public_call import read_call  # noqa: PLC0415  (commands have their own)

    request, listening = read_call("build", project, options)
    sink = options.get("output")
    build_one = partial(build_requested, on_event=listening)
    unpacked = options.get("unpacked")
    if unpacked is not None:
        from zipper.pipeline.unpacking import build_unpacked  # noqa: PLC0415  (for this option)

        package = build_unpacked(request, Path(unpacked), on_event=listening)
    elif sink is None or isinstance(sink, str | os.PathLike):
        package = build_one(request)
    else:
        from zipper.pipeline.building_into import build_bytes, build_into  # noqa: PLC0415  (for these)

        if sink is bytes:
            package = build_bytes(request, build_one)
        else:
            package = build_into(cast("IO[bytes]", sink), request, build_one)
    if options.get("raise_on_error") and not package.ok:
        raise check_error(package.path, package.findings)
    return package


def plan(project: PathLike = ".", **options: Unpack[PlanOptions]) -> PackagePlan:
    """Return what `build` would write, without writing it; tarballs are fetched into the store.

    Takes the arguments of `build` and raises its errors.
    """
    from zipper.pipeline.public_call import read_call  # noqa: PLC0415  (commands have their own)

    request, listening = read_call("plan", project, options)
    return plan_requested(request, on_event=listening)


def build_requested(
    request: BuildRequest,
    *,
    on_event: OnEvent | None = None,
    shared: Once | None = None,
    spare: SpareEsbuild | None = None,
    incremental: bool = False,
    compares: bool = False,
) -> Package:
    """Build what `request` asks for; see `build`.

    Args:
        request: what to build.
        on_event: as for `build`.
        shared: what other builds under way have read and resolved.
        spare: what builds that follow each other keep.
        incremental: leave a zip alone that this machine wrote from the same plan before.
        compares: with `incremental`, leave one alone too that has the same bytes from elsewhere.
    """

    def build_once(io: Circumstances, clock: Clock) -> Package:
        return _build(request, io, clock, incremental=incremental, compares=compares)

    io = Circumstances.of(request, on_event, shared=shared, spare=spare)
    return _again_where_damaged(io, build_once)


def rehearse_requested(
    request: BuildRequest,
    *,
    on_event: OnEvent | None = None,
    shared: Once | None = None,
    measures: bool = False,
) -> tuple[PackagePlan, Package]:
    """Return what `build_requested` would write, and what it would return but for the zip.

    The zip is made in memory, so that it is judged as it would be; nothing but the store changes.

    Args:
        request: what would be built.
        on_event: as for `build`.
        shared: as for `build_requested`.
        measures: have the package say the zip's size and hash, which a dry run leaves out.
    """

    def rehearse_once(io: Circumstances, clock: Clock) -> tuple[PackagePlan, Package]:
        if not request.uses:
            return _rehearse(request, io, clock, measures=measures)
        from zipper.pipeline.layer_building import layers_elsewhere  # noqa: PLC0415  (few have any)

        with layers_elsewhere(request) as elsewhere:
            for layer in elsewhere.uses:
                _build_layer(layer, io, incremental=False)
            planned, package = _rehearse(elsewhere, io, clock, measures=measures)
        places = {one.name: one.output for one in request.uses}
        layers = tuple(
            one._replace(path=str(find_place(places[one.name] or "")))
            if one.name in places
            else one
            for one in package.layers
        )
        return planned, package._replace(layers=layers)

    io = Circumstances.of(request, on_event, shared=shared)
    return _again_where_damaged(io, rehearse_once)


def _rehearse(
    request: BuildRequest, io: Circumstances, clock: Clock, *, measures: bool
) -> tuple[PackagePlan, Package]:
    from zipper.archive.listing import hash_zip  # noqa: PLC0415  (for this alone)

    planned = make_plan(request, io, clock)
    clock.start("write")
    data = bytearray()
    for chunk in splice(planned.contents):
        data += b"".join(chunk)
    package = judge_package(
        planned,
        io.open_store(),
        clock,
        path=planned.output,
        code_sha256=hash_zip(data),
        source=memoryview(data).toreadonly(),
    )
    if measures:
        package = package._replace(size_bytes=len(data), code_sha256=hash_zip(data))
    return planned, package


def _again_where_damaged(
    io: Circumstances, work: Callable[[Circumstances, Clock], _Result]
) -> _Result:
    """Do the work; where a package is damaged, which shows while it is written, do it again.

    Then each package is read before, and a damaged one fetched anew.
    """
    clock = Clock(io.on_event)
    with io.after:
        try:
            return work(io, clock)
        except StoreError:
            return work(io._replace(shared=Once(), defers=False), clock)


def _build(
    request: BuildRequest, io: Circumstances, clock: Clock, *, incremental: bool, compares: bool
) -> Package:
    for layer in request.uses:
        # Functions may share it: it is built once, and again by what comes after a failure.
        io.shared.get(("layer", layer.output), partial(_build_layer, layer, io))
    planned = make_plan(request, io, clock)
    store = io.open_store()
    package = _build_planned(planned, store, clock, incremental=incremental, compares=compares)
    if planned.bundle is not None and package.written:
        from zipper.pipeline.bundle_files import write_bundle_files  # noqa: PLC0415  (for bundles only)

        return write_bundle_files(planned.bundle, package)
    if planned.source_maps and package.written:
        from zipper.pipeline.map_files import write_maps  # noqa: PLC0415  (for external maps only)

        write_maps(planned.output, planned.source_maps)
    return package


def _build_layer(request: BuildRequest, io: Circumstances, *, incremental: bool = True) -> Package:
    """Build a layer that a function has, or leave it as it is.

    Raises:
        ProjectError: ECHECK for one that does not pass its check.
    """
    package = _build(request, io, Clock(), incremental=incremental, compares=False)
    if not package.written:
        raise check_error(package.path, package.findings)
    return package


def _build_planned(
    planned: PackagePlan, store: Store, clock: Clock, *, incremental: bool, compares: bool
) -> Package:
    if not incremental:
        return _write(planned, store, clock)
    from zipper.pipeline.build_note import BuildNote  # noqa: PLC0415  (for several functions, or on demand)

    note = BuildNote(planned.output, planned.fingerprint, store)
    found = note.find_written()
    if found is None and compares:
        found = note.find_same(planned.contents)
    if found is not None:
        size, code_sha256, source = found
        package = judge_package(
            planned,
            store,
            clock,
            path=planned.output,
            code_sha256=code_sha256,
            source=source,
        )
        return package._replace(
            size_bytes=size,
            code_sha256=code_sha256,
            is_unchanged=True,
            written=_is_kept(planned.request, package),
        )
    package = _write(planned, store, clock)
    if package.written:
        note.remember()
    return package


def plan_requested(
    request: BuildRequest,
    *,
    on_event: OnEvent | None = None,
) -> PackagePlan:
    """Return what `build_requested` would write; see `plan`."""
    io = Circumstances.of(request, on_event)
    with io.after:
        return make_plan(request, io, Clock(on_event))


def _write(planned: PackagePlan, store: Store, clock: Clock) -> Package:
    """Write the zip under a temporary name, judge it, and give it its name where it is kept.

    Nothing else changes anything but the store: also the folder of the zip is made when the zip
    is known to be kept.
    """
    clock.start("write")
    path = planned.output
    judged: list[Package] = []

    def accept(temporary: Path, written: Written) -> bool:
        package = judge_package(
            planned,
            store,
            clock,
            path=temporary,
            code_sha256=written.code_sha256,
            source=written.file,
        )
        package = package._replace(
            size_bytes=written.size_bytes,
            code_sha256=written.code_sha256,
            written=_is_kept(planned.request, package),
        )
        judged.append(package)
        if package.written:
            _make_folder(path.parent)
        return package.written

    nearest = _find_folder(path.parent)
    write_hashed(
        path,
        planned.contents,
        planned.fingerprint,
        store,
        accept=accept,
        beside=nearest / path.name,
    )
    for folder in {path.parent, nearest}:
        remove_leftovers(folder, path.name)
    return judged[0]


def _is_kept(request: BuildRequest, package: Package) -> bool:
    """Return whether the zip is what the output is to be: another one leaves it as it was."""
    return request.keep_failed or not request.check or package.ok


def _find_folder(folder: Path) -> Path:
    """Return `folder`, or the nearest above it that is there: both are on one disk."""
    while not os.path.lexists(folder):
        folder = folder.parent
    return folder


def _make_folder(folder: Path) -> None:
    try:
        make_folders(folder)
    except OSError as cause:
        raise write_error(cause, folder, OutputError) from cause
