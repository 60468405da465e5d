"""Results as text: one line a run, the ratio to zipper, and whether the promise is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench.cases import MEMORY_CEILING_BYTES, REQUIREMENTS, WITHOUT_PROJECT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.cases import Result

__all__ = ["Comparison", "comparisons", "format_table"]

_HEADINGS = (
    "case",
    "project",
    "tool",
    "median",
    "range",
    "processors",
    "memory",
    "size",
    "times zipper",
    "required",
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
    rows = [_row(r, beside.get((r.case, r.project, r.tool))) for r in results]
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    lines = [_line(_HEADINGS, widths), _line(["-" * width for width in widths], widths)]
    return "\n".join(lines + [_line(row, widths) for row in rows])


def _row(result: Result, comparison: Comparison | None) -> tuple[str, ...]:
    seconds = result.seconds
    return (
        result.case,
        "" if result.case in WITHOUT_PROJECT else result.project,
        result.tool,
        "failed" if result.failure else f"{result.median_seconds:.3f} s" if seconds else "",
        f"{min(seconds):.3f}-{max(seconds):.3f}" if seconds else "",
        f"{result.processor_seconds:.3f} s" if seconds else "",
        f"{result.peak_memory_bytes / 1e6:.0f} MB" if result.peak_memory_bytes else "",
        f"{result.size_bytes:,}" if result.size_bytes else "",
        f"{comparison.ratio:.2f}" if comparison else "",
        _verdict(comparison) or _memory_verdict(result),
    )


def _verdict(comparison: Comparison | None) -> str:
    if comparison is None or comparison.required is None:
        return ""
    return f"{comparison.required:.2f} {'holds' if comparison.holds else 'MISSED'}"


def _memory_verdict(result: Result) -> str:
    if result.tool != "zipper" or not result.peak_memory_bytes:
        return ""
    holds = result.peak_memory_bytes <= MEMORY_CEILING_BYTES
    return f"{MEMORY_CEILING_BYTES / 1e6:.0f} MB {'holds' if holds else 'MISSED'}"


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
