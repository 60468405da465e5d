"""Deciding what can go of a package: the whole zip is made, judged and followed, then divided.

In: a plan. Out: the text of a note: what was decided, what goes part by part, and every file that
goes with its rule. The whole zip is in a temporary file meanwhile.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zipper.archive.directory import decode_name
from zipper.archive.entries import PlannedZip
from zipper.archive.splice import splice
from zipper.checks.closure import close
from zipper.checks.pruned_record import format_record
from zipper.checks.subject import Subject
from zipper.errors import ProjectError
from zipper.files import write_file
from zipper.kinds import KINDS
from zipper.npm.json_text import parse_json_object
from zipper.pipeline.checking import check_requested
from zipper.pipeline.noted_facts import NotedFacts
from zipper.pipeline.prune_patterns import PrunePatterns
from zipper.pipeline.pruned_plan import request_of
from zipper.pipeline.reading_zips import arns_of, open_sound_listing, zips_of
from zipper.pruning.kept import KeepReason, PruneRules
from zipper.pruning.known_packages import parse_table
from zipper.pruning.needed_files import find_kept
from zipper.pruning.reached_set import take_reached
from zipper.pruning.removed_files import Pruning, choose_removed
from zipper.settings.function_variables import find_variables

if TYPE_CHECKING:
    from zipper.archive.listing import Listing
    from zipper.archive.plan import Plan
    from zipper.pipeline.planning import PackagePlan
    from zipper.settings.build_request import BuildRequest
    from zipper.store.notes import Notebook
    from zipper.store.store_zips import Store

__all__ = ["decide", "divide_zip", "find_pruning", "read_trace", "subject_of"]


def decide(planned: PackagePlan, store: Store) -> bytes:
    """Return what `zipper.pipeline.pruned_plan` notes.

    Raises:
        ProjectError: EPRUNE, EJSONPARSE for a trace that cannot be used; EPATTERN for a pattern
            that is none.
        ArchiveError: EREAD if a layer cannot be read.
    """
    pruning, proof = find_pruning(planned, store)
    going = _divide(planned.contents, {file.name for file in pruning.removed})
    removed = [list(file) for file in pruning.removed]
    names = [entry.path for entry in planned.files]
    idle = {
        option: PrunePatterns(patterns).list_idle(names)
        for option, patterns in (("keep", planned.request.keep), ("drop", planned.request.drop))
    }
    head = {"result": _summarize(pruning), "proof": proof, "idle": idle}
    needed = pruning.needed
    record = format_record(needed, mode=pruning.mode, handler=planned.handler) if needed else ""
    parts = (json.dumps(part) for part in (head, going, removed))
    return "\n".join((*parts, record)).encode()


def find_pruning(planned: PackagePlan, store: Store) -> tuple[Pruning, dict[str, Any]]:
    """Return what goes of the plan's whole zip, and what the proof compares with.

    Nothing goes where the handler cannot be followed: the check says why that is.

    Raises:
        ProjectError, ArchiveError: as `decide`.
    """
    request = request_of(planned)._replace(cache_dir=str(store.cache_dir))
    with tempfile.TemporaryDirectory(prefix="zipper-prune-") as folder:
        path = Path(folder, "whole.zip")
        write_file(path, splice(planned.contents))
        report = check_requested(path, request)
        pruning, reached = divide_zip(path, request, store.notebook, report.code_sha256)
    found = [[one.code, one.severity, one.path] for one in report.findings]
    is_read = report.closure is not None
    return pruning, {"findings": found if is_read else None, "reached": reached}


def divide_zip(
    path: Path, request: BuildRequest, notebook: Notebook, code_sha256: str = ""
) -> tuple[Pruning, dict[str, str]]:
    """Return what of the zip at `path` can go, and its reached set.

    Args:
        path: the zip.
        request: of the function; its handler is known.
        notebook: what remembers facts.
        code_sha256: the zip's hash, where what is known by it may be recalled.

    Raises:
        ProjectError, ArchiveError: as `decide`.
    """
    rules = _read_rules(request)
    listing = open_sound_listing(path)
    subject = subject_of(listing, request, NotedFacts(notebook), code_sha256)
    start = close(subject)
    if start is None:
        return Pruning(rules.mode, (), (), {}), {}
    reached = take_reached(start)  # first: what pruning adds to the closure is not part of it
    return choose_removed(subject.files, find_kept(subject, start, rules), rules), reached


def subject_of(
    listing: Listing, request: BuildRequest, facts: NotedFacts, code_sha256: str
) -> Subject:
    """Return what the closure of a zip is walked from, with the options of a check."""
    return Subject(
        listing=listing,
        target=request.target,
        handler=request.entry if request.kind == "web" else request.handler,
        layers=tuple(open_sound_listing(layer) for layer in zips_of(request.layers)),
        unknown_layers=arns_of(request.layers),
        kind=KINDS[request.kind].name,
        provided=request.provided,
        variables=find_variables(request.env, request.node_options),
        code_sha256=code_sha256,
        cache=facts,
    )


def _read_rules(request: BuildRequest) -> PruneRules:
    table = resources.files("zipper.pruning").joinpath("known_packages.json")
    return PruneRules(
        "safe" if request.prune == "safe" else "reached",
        request.prune_own,
        PrunePatterns(request.keep).find,
        PrunePatterns(request.drop).find,
        read_trace(request.trace),
        parse_table(table.read_bytes().decode()),
    )


def read_trace(path: str | None) -> frozenset[str]:
    """Return the files that a trace has seen opened.

    Raises:
        ProjectError: EPRUNE where it cannot be read, or is none; EJSONPARSE.
    """
    if not path:
        return frozenset()
    hint = "write it with `python -m zipper run fn.zip --trace FILE`"
    try:
        data = Path(path).read_bytes()
    except OSError as cause:
        raise ProjectError(
            "EPRUNE", f"cannot read the trace `{path}`: {cause.strerror or cause}", hint=hint
        ) from cause
    opened = parse_json_object(data, path=path).get("opened")
    if not isinstance(opened, list) or not all(isinstance(name, str) for name in opened):
        raise ProjectError("EPRUNE", f"`{path}` is no trace: it has no `opened`", hint=hint)
    return frozenset(opened)


def _divide(contents: Plan, gone: set[str]) -> dict[str, Any]:
    """Return what goes, by the parts of a plan: all of one, names in it, or loose files.

    `gone` has names as a listing of the zip has them.
    """
    going: dict[str, Any] = {"": []}
    for part in contents.parts:
        name = part.name.decode("utf-8", "surrogateescape")
        if not isinstance(part, PlannedZip):
            if decode_name(part.name) in gone:
                going[""].append(name)
            continue
        raw_names = [entry.name for entry in part.entries()]
        inner = [raw[len(part.name) :] for raw in raw_names if decode_name(raw) in gone]
        if inner:
            shown = [raw.decode("utf-8", "surrogateescape") for raw in inner]
            going[name] = None if len(inner) == len(raw_names) else shown
    return going


def _summarize(pruning: Pruning) -> dict[str, Any]:
    files: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    zipped: Counter[str] = Counter()
    for file in pruning.removed:
        files[file.rule] += 1
        sizes[file.rule] += file.size_bytes
        zipped[file.rule] += file.zipped_size_bytes
    rows = [[rule, files[rule], sizes[rule], zipped[rule]] for rule in files]
    return {
        "mode": pruning.mode,
        "files": len(pruning.removed),
        "size_bytes": sum(sizes.values()),
        "zipped_size_bytes": sum(zipped.values()),
        "rules": sorted(rows, key=lambda row: (-row[2], row[0])),
        "packages": [[one.folder, one.verdict, *_show(one.reason)] for one in pruning.packages],
    }


def _show(reason: KeepReason) -> list[Any]:
    """Return file, line and text of what decided."""
    return [reason.path, reason.line, reason.text]
