"""Judging a zip made by any tool: the file and its layers become listings, the rules a report.

In: paths and options. Out: a `Report`. The zip is mapped and read member by member, never
extracted; the rules themselves are `zipper.checks`'.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from zipper.checks.run_rules import check_zip
from zipper.file_bytes import FileBytes
from zipper.findings import check_error
from zipper.pipeline.noted_facts import NotedFacts
from zipper.pipeline.reading_zips import open_sound_listing, open_zip
from zipper.settings.cache_folder import find_cache_dir
from zipper.settings.function_variables import find_variables
from zipper.settings.read_settings import request_of_call
from zipper.store.notes import Notebook

if TYPE_CHECKING:
    from typing import Unpack

    from zipper.archive.listing import ZipSource
    from zipper.checks.nearby import Nearby
    from zipper.checks.results import Report
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.option_types import CheckOptions

__all__ = ["check", "check_requested"]

PathLike = str | os.PathLike[str]


def check(path: PathLike, **options: Unpack[CheckOptions]) -> Report:
    """Judge the zip at `path`: whether Lambda accepts it, and whether its handler loads.

    The zip is never extracted and none of its code runs. What is found in a file is remembered
    by the file's content, so that a second check is quicker. Safe in threads. An option that is
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
        kind=options.get("kind") or "function",
        unknown_runtime=options.get("unknown_runtime"),
    )
    if options.get("raise_on_error") and not report.ok:
        raise check_error(report.path, report.findings)
    return report


def check_requested(
    path: PathLike,
    request: BuildRequest,
    *,
    kind: str = "function",
    unknown_runtime: str | None = None,
    source: ZipSource | None = None,
    nearby: Nearby | None = None,
) -> Report:
    """Judge the zip at `path`, or what is opened as `source`, as the function of `request`.

    See `check`.
    """
    source = open_zip(path) if source is None else source
    layers = tuple(open_sound_listing(layer) for layer in request.layers)
    report = check_zip(
        source,
        path=os.fspath(path),
        target=request.target,
        handler=request.handler,
        layers=layers,
        kind="layer" if kind == "layer" else "function",
        ignore=frozenset(request.ignore),
        strict=request.strict,
        facts=NotedFacts(
            Notebook(find_cache_dir(request.cache_dir), recalls=not request.no_recall)
        ),
        max_size_bytes=request.max_size_bytes,
        max_unzipped_size_bytes=request.max_unzipped_size_bytes,
        unknown_runtime=unknown_runtime,
        tells_case=request.case,
        today=datetime.now(UTC).date().isoformat(),
        downgraded=request.downgrade,
        provided=request.provided,
        node_options=request.node_options or "",
        variables=find_variables(request.env),
        nearby=nearby,
    )
    for read in (source, *(listing.source for listing in layers)):
        if isinstance(read, FileBytes):
            read.refuse_change()
    return report
