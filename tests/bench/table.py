"""Results as text: one line a tool, the ratio to zipper, and whether each promise is kept.

A promise about a peer stands in the peer's line, one about zipper alone in zipper's; the last line
counts them and names those that are not kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench.cases import CEILINGS, MEMORY_CEILING_BYTES, REQUIREMENTS, WITHOUT_PROJECT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.cases import Result

__all__ = ["Comparison", "Promise", "comparisons", "format_table", "promises_of"]

_HEADINGS = (
    "case",
    "project",
    "tool",
    "runs",
    "median",
    "range",
    "processors",
    "memory",
    "size",
    "times zipper",
    "promise",
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """zipper beside one peer.

    Attributes:
        ratio: the peer's median over zipper's (of sizes: the peer's size over zipper's).
        required: what the ratio must be at least; None where nothing is promised.
        holds: whether it is; None where nothing is promised.
    """

    case: str
    project: str
    peer: str
    ratio: float
    required: float | None
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Promise:
    """One line of the speed table that was measured.

    Attributes:
        name: what it is about: case, project, and the quantity.
        bound: what was promised, with its unit.
    """

    name: str
    bound: str
    holds: bool


def comparisons(results: Sequence[Result]) -> list[Comparison]:
    """Return zipper beside each peer, in the order of the results."""
    ours = {(r.case, r.project): r for r in results if r.tool == "zipper" and not r.failure}
    found = []
    for peer in results:
        own = ours.get((peer.case, peer.project))
        if own is not None and peer.tool != "zipper" and not peer.failure:
            ratio, required = _ratio(peer, own), _required(peer)
            holds = None if required is None else ratio >= required
            found.append(
                Comparison(peer.case, peer.project, peer.tool, round(ratio, 3), required, holds)
            )
    return found


def format_table(results: Sequence[Result]) -> str:
    """Return the results as a table with a heading."""
    beside = {(c.case, c.project, c.peer): c for c in comparisons(results)}
    judged = [
        (r, beside.get((r.case, r.project, r.tool)), promises_of(r, results)) for r in results
    ]
    rows = [_row(*item) for item in judged]
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    lines = [_line(_HEADINGS, widths), _line(["-" * width for width in widths], widths)]
    promises = [promise for _, _, made in judged for promise in made]
    return "\n".join([*lines, *(_line(row, widths) for row in rows), "", _count(promises)])


def promises_of(result: Result, results: Sequence[Result]) -> tuple[Promise, ...]:
    """Return what is promised about `result`, which is one of `results`, and whether it is kept."""
    if result.tool != "zipper":
        return tuple(
            Promise(_name(result, f"{c.peer} / zipper"), f"{c.required:.2f}", c.holds)
            for c in comparisons(results)
            if (c.case, c.project, c.peer) == (result.case, result.project, result.tool)
            and c.required is not None
            and c.holds is not None
        )
    found = []
    seconds = _ceiling(result, results)
    if seconds is not None:
        holds = result.median_seconds <= seconds
        found.append(Promise(_name(result, "seconds"), f"{seconds:.3f} s", holds))
    if result.peak_memory_bytes:
        holds = result.peak_memory_bytes <= MEMORY_CEILING_BYTES
        megabytes = f"{MEMORY_CEILING_BYTES / 1e6:.0f} MB"
        found.append(Promise(_name(result, "memory"), megabytes, holds))
    return tuple(found)


def _ceiling(result: Result, results: Sequence[Result]) -> float | None:
    """Return the seconds that zipper may take; None where nothing is promised or to be had."""
    for ceiling in CEILINGS:
        if ceiling.case == result.case and ceiling.project in (None, result.project):
            if not ceiling.above_python:
                return ceiling.seconds
            bare = next((r for r in results if (r.case, r.tool) == (result.case, "python")), None)
            return None if bare is None else bare.median_seconds + ceiling.seconds
    return None


def _name(result: Result, what: str) -> str:
    project = "" if result.case in WITHOUT_PROJECT else f" {result.project}"
    return f"{result.case}{project} {what}"


def _count(promises: Sequence[Promise]) -> str:
    kept = sum(promise.holds for promise in promises)
    missed = "; ".join(f"{p.name} {p.bound}" for p in promises if not p.holds)
    return f"{kept} of {len(promises)} promises hold" + (f"; missed: {missed}" if missed else "")


def _row(
    result: Result, comparison: Comparison | None, promises: Sequence[Promise]
) -> tuple[str, ...]:
    seconds = result.seconds
    return (
        result.case,
        "" if result.case in WITHOUT_PROJECT else result.project,
        result.tool,
        str(len(seconds)) if seconds else "",
        "failed" if result.failure else f"{result.median_seconds:.3f} s" if seconds else "",
        f"{min(seconds):.3f}-{max(seconds):.3f}" if seconds else "",
        f"{result.processor_seconds:.3f} s" if seconds else "",
        f"{result.peak_memory_bytes / 1e6:.0f} MB" if result.peak_memory_bytes else "",
        f"{result.size_bytes:,}" if result.size_bytes else "",
        f"{comparison.ratio:.2f}" if comparison else "",
        ", ".join(f"{p.bound} {'holds' if p.holds else 'MISSED'}" for p in promises),
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _ratio(peer: Result, own: Result) -> float:
    if peer.case == "size":
        return peer.size_bytes / own.size_bytes
    return peer.median_seconds / own.median_seconds


def _required(peer: Result) -> float | None:
    if peer.case == "size":
        return 1.0
    wanted = (peer.case, peer.project, peer.tool)
    return next((r.ratio for r in REQUIREMENTS if (r.case, r.project, r.peer) == wanted), None)
