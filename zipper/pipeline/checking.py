"""Judging a zip made by any tool: the file and its layers become listings, the rules a report.

In: paths and options. Out: a `Report`. The zip is mapped and read member by member, never
extracted; the rules themselves are `zipper.checks`'.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, TypedDict

from zipper.archive.listing import hash_zip
from zipper.checks.results import Report
from zipper.file_bytes import FileBytes
from zipper.findings import check_error, decide_verdict, leave_out
from zipper.kinds import KINDS
from zipper.pipeline.noted_facts import NotedFacts
from zipper.pipeline.reading_zips import arns_of, open_sound_listing, open_zip, zips_of
from zipper.pipeline.verdict_note import recall_verdict, remember_verdict, verdict_inputs
from zipper.settings.cache_folder import find_cache_dir
from zipper.settings.function_variables import find_variables
from zipper.settings.read_settings import request_of_call
from zipper.store.notes import REPORT, Notebook

if TYPE_CHECKING:
    from typing import Unpack

    from zipper.archive.listing import Listing, ZipSource
    from zipper.checks.nearby import Nearby
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.option_types import CheckOptions

__all__ = ["check", "check_requested"]

PathLike = str | os.PathLike[str]

_LONG_AGO: Final = "1970-01-01"
"""A day on which no runtime was deprecated."""


class _More(TypedDict):
    """What only `check_requested` knows of a check."""

    code_sha256: str
    unknown_runtime: str | None
    facts: NotedFacts
    today: str
    nearby: Nearby | None
    listing: Listing | None


def check(path: PathLike, **options: Unpack[CheckOptions]) -> Report:
    """Judge the zip at `path`: whether Lambda accepts it, and whether its handler loads.

    The zip is never extracted and none of its code runs. The report is
    remembered for a day, and what is found in a file by the file's content, so that a second check
    is quicker. Safe in threads. An option that is
    not given comes from the ZIPPER_ variables, or else from the default; no file is read for it.

    Args:
        path: a zip made by any tool.
        **options: see below. The handler is by default what package.json in the zip says by `main`.

    Returns:
        The report. A file that is no zip has a report too, with the finding `zip-unreadable`.

    Raises:
        ArchiveError: EREAD where there is no such file, or it cannot be read; EZIP for a layer
            that is no zip.
        ReadError: EREAD where the zip or a layer is changed while it is read.
        UsageError: EUSAGE for a target that does not exist, or a value that an option cannot have.
        ProjectError: ECHECK with `raise_on_error` for a zip that does not pass.
    """
    report = check_requested(
        path,
        request_of_call("check", options),
        unknown_runtime=options.get("unknown_runtime"),
    )
    if options.get("raise_on_error") and not report.ok:
        raise check_error(report.path, report.findings)
    return report


def check_requested(
    path: PathLike,
    request: BuildRequest,
    *,
    unknown_runtime: str | None = None,
    source: ZipSource | None = None,
    code_sha256: str = "",
    nearby: Nearby | None = None,
    notebook: Notebook | None = None,
    listing: Listing | None = None,
) -> Report:
    """Judge the zip at `path` as the function of `request`, from memory where that was done before.

    See `check`.

    Args:
        path: of the zip.
        request: the function that it is for.
        unknown_runtime: the name of a runtime that the table does not have.
        source: the zip's bytes, where they are open.
        code_sha256: their hash, where it is known.
        nearby: the workspace that the zip was built in.
        notebook: what remembers, where it is open.
        listing: of the zip, where it was read already.
    """
    source = open_zip(path) if source is None else source
    is_alone = notebook is None
    if notebook is None:
        notebook = Notebook(find_cache_dir(request.cache_dir), recalls=not request.no_recall)
    known = code_sha256 or hash_zip(source)
    facts = verdict_inputs(request, known)
    inputs = (*facts, _start_of(request), unknown_runtime, request.case)
    # What is missing beside a workspace depends on its folders too.
    noted = None if nearby is not None else recall_verdict(notebook, REPORT, inputs)
    if noted is not None:
        report = Report(**noted | {"path": os.fspath(path)})  # type: ignore[arg-type]  # as noted
    else:
        report = _judge(
            path,
            source,
            request,
            code_sha256=known,
            unknown_runtime=unknown_runtime,
            facts=NotedFacts(notebook, is_alone=is_alone),
            # Whatever the day is, all that it decides is the last step of the runtime's end.
            today=str(facts[2] or _LONG_AGO),
            nearby=nearby,
            listing=listing,
        )
    if isinstance(source, FileBytes):
        source.refuse_change()
    if noted is None and nearby is None:
        remember_verdict(notebook, REPORT, inputs, report)
    findings = leave_out(report.findings, request.ignore)
    verdict = decide_verdict(findings, strict=request.strict)
    return report._replace(findings=findings, verdict=verdict)


def _judge(
    path: PathLike,
    source: ZipSource,
    request: BuildRequest,
    **more: Unpack[_More],
) -> Report:
    """Return the report of all rules, nothing of it ignored."""
    from zipper.checks.run_rules import check_zip  # noqa: PLC0415  (for new bytes only)

    layers = tuple(open_sound_listing(layer) for layer in zips_of(request.layers))
    report = check_zip(
        source,
        path=os.fspath(path),
        target=request.target,
        handler=_start_of(request),
        layers=layers,
        unknown_layers=arns_of(request.layers),
        kind=KINDS[request.kind].name,
        max_size_bytes=request.max_size_bytes,
        max_unzipped_size_bytes=request.max_unzipped_size_bytes,
        tells_case=request.case,
        downgraded=request.downgrade,
        provided=request.provided,
        timeout_seconds=request.timeout_seconds,
        variables=find_variables(request.env, request.node_options),
        **more,
    )
    for listing in layers:
        if isinstance(listing.source, FileBytes):
            listing.source.refuse_change()
    return report


def _start_of(request: BuildRequest) -> str | None:
    """Return what Lambda starts: the handler, or the entry file; None for the default."""
    return request.entry if KINDS[request.kind].starts == "entry" else request.handler
