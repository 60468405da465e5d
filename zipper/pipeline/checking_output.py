"""Judging the zip that a build has written: what Lambda would refuse, then whether it loads.

In: the zip, its hash, and what was asked for. Out: the findings, and what following the modules
has shown. The same bytes are judged once: the verdict is noted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.findings import downgrade, leave_out
from zipper.named_tuple import NamedTuple
from zipper.pipeline.verdict_note import recall_verdict, remember_verdict, verdict_inputs
from zipper.store.notes import VERDICT

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.archive.listing import ZipSource
    from zipper.findings import Closure, Finding
    from zipper.pipeline.member_workspace import WorkspaceAround
    from zipper.settings.build_request import BuildRequest
    from zipper.store.store_zips import Store

__all__ = ["Judgement", "judge"]


class Judgement(NamedTuple):
    """What is known about one zip."""

    findings: tuple[Finding, ...]
    closure: Closure | None = None
    """None where the modules were not followed."""


def judge(
    path: Path,
    code_sha256: str,
    request: BuildRequest,
    *,
    handler: str,
    store: Store,
    source: ZipSource | None = None,
    around: WorkspaceAround | None = None,
) -> Judgement:
    """Return what the rules find in the zip at `path`, from memory where they did so before.

    Args:
        path: the zip.
        code_sha256: its hash, under which the verdict is remembered.
        request: the function that it is for, and which findings are ignored.
        handler: the function's handler.
        store: what remembers.
        source: its bytes, where another build may have put another zip at `path` since.
        around: the workspace of a member.

    Raises:
        ArchiveError: EREAD if the zip or a layer cannot be read.
    """
    workspace = None if around is None else around.key
    inputs = (*verdict_inputs(request, code_sha256), handler, request.check, workspace)
    still = None if around is None else around.still_holds
    noted = recall_verdict(store.notebook, VERDICT, inputs, still)
    judged = None if noted is None else Judgement(**noted)  # type: ignore[arg-type]  # as noted below
    # What is missing from a member depends on the workspace's folders too: it is not remembered.
    if judged is not None and around is not None and _has_missing(judged):
        judged = None
    if judged is None:
        judged = _apply_rules(path, code_sha256, request, handler, store, around, source)
        if around is None or not _has_missing(judged):
            witnesses = () if around is None else around.witnesses
            remember_verdict(store.notebook, VERDICT, inputs, judged, witnesses)
    return judged._replace(findings=leave_out(judged.findings, request.ignore))


def _apply_rules(
    path: Path,
    code_sha256: str,
    request: BuildRequest,
    handler: str,
    store: Store,
    around: WorkspaceAround | None,
    source: ZipSource | None,
) -> Judgement:
    """Return what the rules find.

    Rules that read the listing alone come first: a zip that Lambda would refuse is not read any
    further, as it has to be made anew anyhow. Without `request.check` nothing else is done.
    """
    # For new bytes only; they take 0.1 s to import.
    from zipper.archive.listing import read_listing  # noqa: PLC0415
    from zipper.checks.run_rules import check_listing  # noqa: PLC0415
    from zipper.kinds import KINDS  # noqa: PLC0415
    from zipper.pipeline.checking import check_requested  # noqa: PLC0415
    from zipper.pipeline.noted_facts import NotedFacts  # noqa: PLC0415
    from zipper.pipeline.reading_zips import (  # noqa: PLC0415
        arns_of,
        open_sound_listing,
        open_zip,
        zips_of,
    )

    source = open_zip(path) if source is None else source
    listing = read_listing(source, NotedFacts(store.notebook).parts.runs)
    found = check_listing(
        listing,
        target=request.target,
        handler=handler,
        size_bytes=len(listing.source),
        layers=tuple(map(open_sound_listing, zips_of(request.layers))),
        unknown_layers=arns_of(request.layers),
        kind=KINDS[request.kind].name,
        max_size_bytes=request.max_size_bytes,
        max_unzipped_size_bytes=request.max_unzipped_size_bytes,
    )
    found = downgrade(found, request.downgrade)
    if not request.check or any(finding.severity == "error" for finding in found):
        return Judgement(found)
    report = check_requested(
        path,
        request._replace(handler=handler, entry=handler, ignore=(), strict=False, case=False),
        source=source,
        code_sha256=code_sha256,
        nearby=None if around is None else around.describe(),
        notebook=store.notebook,
        listing=listing,
    )
    return Judgement(report.findings, report.closure)


def _has_missing(judged: Judgement) -> bool:
    codes = {"module-missing", "sibling-unbuilt", "undeclared-dependency"}
    return any(finding.code in codes for finding in judged.findings)
