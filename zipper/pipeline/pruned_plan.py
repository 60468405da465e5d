"""Pruning a plan: what goes is decided on the whole zip, and remembered under the plan.

In: the plan of the whole package. Out: the plan without what goes, with a record of what it needs,
and with what was decided. The zip that it becomes is proven by `zipper.pipeline.pruned_proof`.
"""

from __future__ import annotations

import hashlib
import json
from bisect import insort
from contextlib import suppress
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from zipper.archive.compress import compress
from zipper.archive.entries import PlannedZip
from zipper.archive.plan import Plan, lay_out
from zipper.checks.pruned_record import RECORD
from zipper.named_tuple import NamedTuple
from zipper.package import PrunedPackage, PrunedRule, PruningResult
from zipper.pipeline.hashing import hash_file
from zipper.pipeline.plan_parts import find_dos_time
from zipper.pipeline.prune_patterns import tell_idle
from zipper.pipeline.verdict_note import know_layer
from zipper.store.notes import PRUNED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.archive.entries import PlannedEntry
    from zipper.pipeline.planning import PackagePlan
    from zipper.pipeline.session import Circumstances, Clock
    from zipper.settings.build_request import BuildRequest
    from zipper.store.notes import Value

__all__ = ["DecidedPruning", "prune_inputs", "prune_plan"]

_SETTINGS: Final = (
    "prune", "keep", "drop", "prune_own", "handler", "provided", "node_options", "env",
)  # fmt: skip


class DecidedPruning(NamedTuple):
    """What a plan has had taken out, and what its proof needs."""

    result: PruningResult
    whole: Plan
    """The plan of everything."""
    digest: str
    """Of the decision."""
    proof: Mapping[str, Any]
    """What the whole zip was found to be: see `zipper.pipeline.pruned_proof`."""
    removed: str
    """The removed files, as the JSON of rows; `read_removed` reads it."""

    def read_removed(self) -> list[tuple[str, int, int, str]]:
        """Return name, bytes, zipped bytes and rule of each file that went."""
        return [tuple(row) for row in json.loads(self.removed)]


def prune_inputs(planned: PackagePlan) -> Value:
    """Return what the decision depends on, but for the code.

    Raises:
        ProjectError: EPRUNE, EJSONPARSE for a trace that cannot be read.
    """
    request = planned.request
    return (
        planned.fingerprint,
        tuple(request.target),
        tuple(map(know_layer, request.layers)),
        _know_trace(request.trace) if request.trace else "",
        planned.handler,
        *(getattr(request, name) for name in _SETTINGS),
    )


def _know_trace(path: str) -> str:
    """Return the hash of a trace."""
    with suppress(OSError):
        digest = hash_file(path)
        if digest:
            return digest
    from zipper.pipeline.pruning_decision import read_trace  # noqa: PLC0415  (to say what is wrong)

    read_trace(path)
    return ""


def prune_plan(planned: PackagePlan, io: Circumstances, clock: Clock) -> PackagePlan:
    """Return `planned` without the files that go.

    Raises:
        ProjectError: EPRUNE, EJSONPARSE for a trace that cannot be used; EPATTERN for a pattern
            that is none.
        ArchiveError: EREAD if a layer cannot be read.
    """
    clock.start("prune")
    inputs = prune_inputs(planned)
    notebook = io.open_store().notebook
    body = notebook.recall(PRUNED, inputs)
    if body is None:
        from zipper.pipeline.pruning_decision import decide  # noqa: PLC0415  (what is noted needs none)

        body = decide(planned, io.open_store())
        if planned.fingerprint:  # else nothing tells that it is the same plan
            notebook.remember(PRUNED, inputs, body)
    head, going, removed, record = body.decode("ascii").split("\n")
    digest = hashlib.sha256(f"{planned.fingerprint}\n{going}\n{record}".encode()).hexdigest()
    document = json.loads(head)
    decided = DecidedPruning(
        _read_result(document["result"]), planned.contents, digest, document["proof"], removed
    )
    kept = list(_leave_out(planned.contents, json.loads(going)))
    if record:
        member = compress(RECORD, f"{record}\n".encode("ascii"), executable=False)
        (entry,) = lay_out([member], dos_time=find_dos_time()).parts
        insort(kept, entry, key=itemgetter(0))  # nothing else has the name: see `RECORD`
    return planned._replace(
        contents=Plan(kept),
        fingerprint=digest if planned.fingerprint else "",
        pruning=decided,
        findings=(*planned.findings, *tell_idle(document["idle"])),
        timings_seconds=clock.timings(),
    )


def _leave_out(contents: Plan, going: dict[str, Any]) -> Iterator[PlannedEntry | PlannedZip]:
    """Yield the parts of a plan without what goes: whole packages, files of them, loose files."""
    loose = frozenset(name.encode("utf-8", "surrogateescape") for name in going[""])
    for part in contents.parts:
        if not isinstance(part, PlannedZip):
            if part.name not in loose:
                yield part
            continue
        names = going.get(part.name.decode("utf-8", "surrogateescape"), ())
        if names == ():
            yield part
        elif names is not None:
            gone = frozenset(part.name + n.encode("utf-8", "surrogateescape") for n in names)
            yield from (entry for entry in part.entries() if entry.name not in gone)


def _read_result(document: dict[str, Any]) -> PruningResult:
    return PruningResult(
        document["mode"],
        document["files"],
        document["size_bytes"],
        document["zipped_size_bytes"],
        tuple(PrunedRule(*row) for row in document["rules"]),
        tuple(PrunedPackage(*row) for row in document["packages"]),
    )


def request_of(planned: PackagePlan) -> BuildRequest:
    """Return the request of a plan as a check of its zip takes it."""
    return planned.request._replace(
        handler=planned.handler,
        entry=planned.handler,
        ignore=(),
        strict=False,
        case=False,
        downgrade=(),
    )
