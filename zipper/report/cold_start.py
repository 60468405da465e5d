"""What a function loads at once, as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.report.units import format_bytes, format_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.pipeline.explaining_cold import ColdPackage, ColdStart

__all__ = ["describe_cold"]

_SHOWN_MAX: Final = 25


def describe_cold(cold: ColdStart, *, every: bool) -> Iterator[str]:
    """Yield what loads at once, the slowest packages first, who asks, and whether it could wait.

    Args:
        cold: what was found.
        every: show every package, and not the 25 first.
    """
    init = "" if cold.init_milliseconds is None else f", init {cold.init_milliseconds:,.0f} ms"
    node = "" if cold.node_version is None else f" on Node.js {cold.node_version}"
    yield (
        f"{cold.handler} loads {format_count(len(cold.modules), 'file')}, "
        f"{format_bytes(cold.size_bytes)} at once{init}{node}"
    )
    yield "     own      bytes  package, who asks for it, and whether it could load later"
    shown = cold.packages if every else cold.packages[:_SHOWN_MAX]
    for one in shown:
        time = "" if one.self_milliseconds is None else f"{one.self_milliseconds:,.1f} ms"
        yield f"{time:>10}  {format_bytes(one.size_bytes):>8}  {_name(one)}"
    if len(cold.packages) > len(shown):
        yield f"{'':>10}  {len(cold.packages) - len(shown):,} more with `--all`"
    yield from (f"note: {note}" for note in cold.notes)


def _name(one: ColdPackage) -> str:
    name = one.folder.removeprefix("node_modules/") or "the project's own files"
    if not one.requested_by:
        return name
    asks = f"{name}: `{one.requested_by}` line {one.line} asks for `{one.specifier}`"
    if one.could_be_later:
        return f"{asks}; could load later, nothing uses it at once"
    if one.used_line:
        return f"{asks}, line {one.used_line} uses it at once"
    return asks
