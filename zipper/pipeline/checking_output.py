"""Judging the zip that a build has written: what Lambda would refuse, then whether it loads.

In: the zip, its hash, and what was asked for. Out: the findings, and what following the modules
has shown. The same bytes are judged once: the verdict is noted.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from zipper.as_json import as_json
from zipper.errors import ArchiveError
from zipper.findings import Closure, Finding, Unknown, downgrade, leave_out
from zipper.named_tuple import NamedTuple
from zipper.pipeline.hashing import hash_file
from zipper.store.notes import VERDICT

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.archive.listing import ZipSource
    from zipper.pipeline.member_workspace import WorkspaceAround
    from zipper.settings.build_request import BuildRequest
    from zipper.store.notes import Value
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
    """Return what the rules find in the zip at `path`, from memory where they did so today.

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
    inputs: dict[str, Value] = {
        "code_sha256": code_sha256,
        "target": tuple(request.target),
        "handler": handler,
        # Which runtimes are deprecated depends on it.
        "day": time.strftime("%Y-%m-%d", time.gmtime()),
        "check": request.check,
        "max_size": request.max_size_bytes,
        "max_unzipped_size": request.max_unzipped_size_bytes,
        "layers": tuple(map(_hash_layer, request.layers)),
        "downgrade": tuple(request.downgrade),
        "provided": tuple(request.provided),
        "node_options": request.node_options,
        "env": tuple(request.env),
    }
    if around is not None:
        inputs["workspace"] = around.key
    still = None if around is None else around.still_holds
    noted = store.notebook.recall(VERDICT, inputs, still)
    judged = None if noted is None else _decode(noted)
    # What is missing from a member depends on the workspace's folders too: it is not remembered.
    if judged is not None and around is not None and _has_missing(judged):
        judged = None
    if judged is None:
        judged = _apply_rules(path, request, handler, store, around, source)
        if around is None or not _has_missing(judged):
            text = json.dumps(as_json(judged)).encode("ascii")
            witnesses = () if around is None else around.witnesses
            store.notebook.remember(VERDICT, inputs, text, witnesses)
    return judged._replace(findings=leave_out(judged.findings, request.ignore))


def _hash_layer(path: str) -> str:
    try:
        return hash_file(path)
    except OSError as cause:
        raise ArchiveError(
            "EREAD",
            f"cannot read the layer `{path}`: {cause.strerror or cause}",
            hint="name the layer's zip, as `aws lambda publish-layer-version` takes it",
        ) from cause


def _apply_rules(
    path: Path,
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
    from zipper.pipeline.checking import check_requested  # noqa: PLC0415
    from zipper.pipeline.reading_zips import open_listing, open_sound_listing  # noqa: PLC0415

    listing = open_listing(path) if source is None else read_listing(source)
    found = check_listing(
        listing,
        target=request.target,
        handler=handler,
        size_bytes=len(listing.source),
        layers=tuple(open_sound_listing(layer) for layer in request.layers),
        max_size_bytes=request.max_size_bytes,
        max_unzipped_size_bytes=request.max_unzipped_size_bytes,
    )
    found = downgrade(found, request.downgrade)
    if not request.check or any(finding.severity == "error" for finding in found):
        return Judgement(found)
    report = check_requested(
        path,
        request._replace(
            handler=handler, ignore=(), strict=False, case=False, cache_dir=str(store.cache_dir)
        ),
        source=source,
        nearby=None if around is None else around.describe(),
    )
    return Judgement(report.findings, report.closure)


def _has_missing(judged: Judgement) -> bool:
    codes = {"module-missing", "sibling-unbuilt", "undeclared-dependency"}
    return any(finding.code in codes for finding in judged.findings)


def _decode(text: bytes) -> Judgement:
    """Return the judgement in a note."""
    row = json.loads(text)
    findings = tuple(Finding(**finding) for finding in row["findings"])
    closure = row["closure"]
    if closure is not None:
        unknown = tuple(Unknown(**item) for item in closure["unknown"])
        closure = Closure(closure["proven"], tuple(closure["assumed"]), unknown)
    return Judgement(findings, closure)
