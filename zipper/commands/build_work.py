"""What `zipper build` does with a line that was read."""

from __future__ import annotations

import contextlib
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.commands.output import Shower, echo_lines, is_stdout_terminal, show_json
from zipper.commands.typed_values import settings_from_values
from zipper.errors import OutputError, UsageError
from zipper.files import write_error
from zipper.pipeline.building_all import BuiltFunction, build_each
from zipper.pipeline.workers import Workers
from zipper.settings.build_request import STANDARD_OUTPUT
from zipper.settings.read_settings import find_request, find_requests

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.bundling.spare_esbuild import SpareEsbuild
    from zipper.package import Package
    from zipper.pipeline.affected import Affected
    from zipper.pipeline.planning import PackagePlan
    from zipper.pipeline.session import Once
    from zipper.settings.build_request import BuildRequest

__all__ = ["build_typed", "show_built"]

_REASONS_MAX: Final = 3
"""Reasons of a function that are printed without --verbose."""


def build_typed(
    *,
    project: str | None,
    dry_run: bool,
    watch: bool,
    as_json: bool,
    affected: str | None,
    unpacked: str | None,
    workers: int | None,
    scheduler: str | None,
    **options: object,
) -> int:
    """Build what was typed, once or after each change; return the exit status."""

    def build(spare: SpareEsbuild | None = None) -> int:
        if unpacked is not None:
            _refuse_with_unpacked(options, dry_run=dry_run, affected=affected)
            return _build_unpacked(project, options, unpacked, as_json=as_json)
        return _build(
            project,
            options,
            dry_run=dry_run,
            as_json=as_json,
            affected=affected,
            spare=spare,
            workers=Workers.of({"workers": workers, "scheduler": scheduler}),
        )

    if not watch:
        return build()
    from zipper.commands.watching import build_on_change, find_watched  # noqa: PLC0415  (on demand)

    build_on_change(build, find_watched(find_requests(project, settings_from_values(options))))
    return 0


def _build(
    project: str | None,
    options: Mapping[str, object],
    *,
    dry_run: bool,
    as_json: bool,
    affected: str | None,
    spare: SpareEsbuild | None,
    workers: Workers | None,
) -> int:
    """Build once; return the exit status."""
    settings = settings_from_values(options)
    requests = find_requests(project, settings)
    shown = requests[0]
    shower = Shower(shown, as_json=as_json)
    differing = None
    is_piped = shown.output == STANDARD_OUTPUT and not dry_run
    if is_piped:
        _refuse_mixed(as_json=as_json, affected=affected)
    if affected is not None:
        from zipper.pipeline.affected import find_affected  # noqa: PLC0415  (on demand)

        differing = find_affected(project, settings, affected, requests)
        requests = differing.requests
        if not as_json and not shown.quiet:
            echo_lines(_describe_affected(differing, every_reason=shown.verbose))
    if dry_run:
        built = _plan_each(requests, shower, as_json=as_json)
    elif is_piped:
        built = (_build_to_stdout(shown, shower),)
    else:
        with shower:
            built = build_each(requests, on_event=shower.on_event, spare=spare, workers=workers)
    if as_json:
        _show_as_json(built, differing)
    elif not dry_run and built:
        show_built(built, quiet=shown.quiet, verbose=shown.verbose, err=is_piped)
    return int(any(item.has_failed for item in built))


def _refuse_with_unpacked(
    options: Mapping[str, object], *, dry_run: bool, affected: str | None
) -> None:
    others = {"-o": options["output"], "--dry-run": dry_run, "--affected": affected}
    for option, value in others.items():
        if value:
            raise UsageError(
                "EUSAGE",
                f"`--unpacked` and `{option}` exclude each other",
                hint="leave out one of them; a folder is of one function",
            )


def _build_unpacked(
    project: str | None, options: Mapping[str, object], folder: str, *, as_json: bool
) -> int:
    """Build one package into a folder."""
    from zipper.pipeline.unpacking import build_unpacked  # noqa: PLC0415  (for this option only)

    settings = settings_from_values(options)
    request = find_request(project, settings, command=f"build --unpacked {folder}")
    with Shower(request, as_json=as_json) as shower:
        package = build_unpacked(request, Path(folder), on_event=shower.on_event)
    built = (BuiltFunction(request=request, package=package),)
    if as_json:
        _show_as_json(built, None)
    else:
        show_built(built, quiet=request.quiet, verbose=request.verbose)
    return int(built[0].has_failed)


def _describe_affected(affected: Affected, *, every_reason: bool) -> Iterator[str]:
    """Yield why each function is built, and which are not."""
    short = affected.merge_base[:12]
    yield f"compared with {short}, where this branch left `{affected.base}`"
    for request, reasons in zip(affected.requests, affected.reasons, strict=True):
        yield f"{request.name or request.project}: affected"
        shown = reasons if every_reason else reasons[:_REASONS_MAX]
        for reason in shown:
            subject = f" `{reason.subject}`" if reason.subject else ""
            yield f"  {reason.kind}{subject}: {reason.message}"
        if len(reasons) > len(shown):
            yield f"  and {len(reasons) - len(shown)} more: see --verbose"
    for name in affected.unaffected:
        yield f"{name}: unaffected"


def _refuse_mixed(*, as_json: bool, affected: str | None) -> None:
    """Refuse what would not leave standard output to one zip."""
    if as_json or affected is not None:
        option = "--json" if as_json else "--affected"
        raise UsageError(
            "EUSAGE",
            f"`{option}` and `-o -` would both write to standard output",
            hint="leave out one of them, or write the zip to a file",
        )
    if is_stdout_terminal():
        raise UsageError(
            "EUSAGE",
            "standard output is a terminal, which cannot show a zip",
            hint="python -m zipper build -o - > fn.zip",
        )


def _build_to_stdout(request: BuildRequest, shower: Shower) -> BuiltFunction:
    """Build the zip to standard output."""
    from zipper.pipeline.building import build_requested  # noqa: PLC0415  (as for every build)
    from zipper.pipeline.building_into import build_into  # noqa: PLC0415  (for this output only)

    try:
        redirected = _find_redirected(Path(request.project))
        request = request._replace(written=(*request.written, *redirected))
        with shower:
            build_one = partial(build_requested, on_event=shower.on_event)
            package = build_into(sys.stdout.buffer, request, build_one)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as cause:
        raise write_error(cause, Path("standard output"), OutputError) from cause
    return BuiltFunction(request=request, package=package)


def _find_redirected(folder: Path) -> Iterator[str]:
    """Yield the file of the project that a shell has opened for the zip: it is no part of it."""
    here = os.fstat(sys.stdout.fileno())
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(OSError):
            if os.path.samestat(here, path.stat()):
                yield str(path)


def _plan_each(
    requests: tuple[BuildRequest, ...],
    shower: Shower,
    *,
    as_json: bool,
) -> tuple[BuiltFunction, ...]:
    """Print what each build would write."""
    from zipper.pipeline.session import Once  # noqa: PLC0415  (for a dry run only)
    from zipper.report.as_text import describe_package, describe_plan  # noqa: PLC0415  (as above)

    built, shared = [], Once()
    for request in requests:
        with shower:
            planned, package = _rehearse(request, shower, shared)
        built.append(BuiltFunction(request=request, package=package))
        if not as_json:
            _show_findings(built[-1], quiet=False, verbose=request.verbose)
            echo_lines(describe_plan(planned.contents, every_file=request.verbose))
            echo_lines(describe_package(package, dry_run=True), fold=True)
    return tuple(built)


def _rehearse(request: BuildRequest, shower: Shower, shared: Once) -> tuple[PackagePlan, Package]:
    from zipper.pipeline.building import rehearse_requested  # noqa: PLC0415  (for a dry run only)

    is_piped = request.output == STANDARD_OUTPUT
    request = request._replace(output=None) if is_piped else request
    planned, package = rehearse_requested(request, on_event=shower.on_event, shared=shared)
    return planned, package._replace(path="") if is_piped else package


def _show_as_json(built: tuple[BuiltFunction, ...], affected: Affected | None) -> None:
    """Print one package as it is, several in a list; an error in the place of its package."""
    if affected is not None:
        pairs = zip(built, affected.reasons, strict=True)
        rows = [item._replace(affected_by=reasons).as_json() for item, reasons in pairs]
        head = {"base": affected.base, "merge_base": affected.merge_base}
        show_json({**head, "functions": rows, "unaffected": affected.unaffected})
        return
    rows = [item.as_json() for item in built]
    if len(built) == 1 and built[0].error is None:
        show_json(rows[0])
    else:
        show_json({"functions": rows})


def show_built(
    built: tuple[BuiltFunction, ...], *, quiet: bool, verbose: bool, err: bool = False
) -> None:
    """Print how each package came out."""
    from zipper.report.as_text import describe_many, describe_package  # noqa: PLC0415  (not for JSON)

    for item in built:
        if item.package is not None:
            _show_findings(item, quiet=quiet, verbose=verbose)
        if item.error is not None:
            name = f"{item.request.name}: " if item.request.name else ""
            echo_lines(f"{name}{item.error}".split("\n"), err=True)
    if quiet:
        return
    if len(built) == 1:
        package = built[0].package
        if package is not None:
            echo_lines(describe_package(package, verbose=verbose), fold=True, err=err)
    else:
        echo_lines(describe_many([(item.request.name or "", item.package) for item in built]))


def _show_findings(built: BuiltFunction, *, quiet: bool, verbose: bool) -> None:
    from zipper.report.as_text import describe_findings  # noqa: PLC0415  (not for JSON)

    assert built.package is not None
    shown = ("error",) if quiet else ("error", "warning", *(("info",) if verbose else ()))
    lines = list(
        describe_findings(built.package.findings, severities=shown, most=None if verbose else 10)
    )
    if lines and built.name is not None:
        lines.insert(0, f"{built.name}:")
    echo_lines(lines, err=True, fold=True)
