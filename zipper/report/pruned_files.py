"""Answers about pruning as lines of text: what went, and why a file stays."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from zipper.report.pruned import RULE_WORDS, describe_whole
from zipper.report.units import format_bytes, format_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zipper.package import PrunedPackage
    from zipper.pruning.kept import KeepReason

__all__ = ["describe_removed", "describe_why"]

_SHOWN_MAX: Final = 10
_KINDS: Final[Mapping[str, str]] = {
    "handler": "it is the handler's file, `{text}`",
    "request": "{place} requests `{text}`",
    "asset": "{place} reads it: `{text}`",
    "whole": "its package stays whole: {place}, `{text}`",
    "named": "a request that cannot be followed may name its package: {place}, `{text}`",
    "library": "the binary `{path}` loads it: {text}",
    "known": "the table of known packages: {text}",
    "keep": "`keep` has the pattern `{text}`",
    "trace": "{text}",
    "notice": "{text}; licences and notices always stay",
    "manifest": "{text}",
    "own": "{text}; `prune_own` lets those go, too",
    "unproven": "{place}: {text}",
    "record": "it is {text}, which `check` holds it to",
}


def describe_removed(
    mode: str,
    packages: Sequence[PrunedPackage],
    rows: Sequence[tuple[str, int, int, str]],
    *,
    every: bool,
) -> Iterator[str]:
    """Yield what went by rule, the largest first, and what stayed whole.

    Args:
        mode: `safe` or `reached`.
        packages: what was found out about each.
        rows: name, bytes, zipped bytes and rule of each file that went.
        every: show every file, and not the ten largest of a rule.
    """
    total = sum(row[1] for row in rows)
    yield f"pruned ({mode}): {format_count(len(rows), 'file')}, {format_bytes(total)} unzipped went"
    sizes: Counter[str] = Counter()
    for _, size, _, rule in rows:
        sizes[rule] += size
    for rule, whole in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        own = sorted((row for row in rows if row[3] == rule), key=lambda row: (-row[1], row[0]))
        words = RULE_WORDS.get(rule, rule)
        yield f"{format_bytes(whole):>9}  {rule}: {words}, {format_count(len(own), 'file')}"
        shown = own if every else own[:_SHOWN_MAX]
        for name, size, _, _ in shown:
            yield f"{format_bytes(size):>9}      {name}"
        if len(own) > len(shown):
            yield f"{'':>9}      {len(own) - len(shown):,} more with `--all`"
    kept = [one for one in packages if one.verdict == "whole"]
    if kept:
        yield "what stays whole, because what it loads or reads is not certain:"
        yield from (f"  {describe_whole(one)}" for one in kept)


def describe_why(
    name: str, removed_by: str | None, verdict: str, steps: Sequence[KeepReason]
) -> Iterator[str]:
    """Yield why a file stays, up to the handler, or which rule takes it.

    Args:
        name: the file.
        removed_by: the rule; None where it stays.
        verdict: of its package.
        steps: what keeps it, and then each file that asks.
    """
    if removed_by is not None:
        words = RULE_WORDS.get(removed_by, removed_by)
        yield f"{name}: goes by the rule `{removed_by}` ({words}); its package is {verdict}"
    else:
        yield f"{name}: stays; its package is {verdict}"
    if not steps and removed_by is None:
        yield "  nothing reaches it, and no rule of this mode takes it"
    for step in steps:
        place = f"`{step.path}` line {step.line}" if step.line else f"`{step.path}`"
        yield f"  {_KINDS[step.kind].format(place=place, path=step.path, text=step.text)}"
