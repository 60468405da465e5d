"""What pruning took out, as lines of text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from zipper.report.units import format_bytes, format_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zipper.package import PrunedPackage, PruningResult

__all__ = ["RULE_WORDS", "describe_pruning", "describe_removed", "describe_whole"]

RULE_WORDS: Final[Mapping[str, str]] = {
    "declarations": "type declarations",
    "maps": "source maps",
    "sources": "Flow and TypeScript sources beside their JavaScript",
    "foreign-binaries": "binaries for other platforms",
    "native-sources": "C sources and build leavings beside a binary",
    "tests": "tests and benchmarks",
    "docs": "documentation",
    "examples": "examples",
    "editors": "files of editors, linters and CI",
    "es-builds": "builds for bundlers that no condition of the target chooses",
    "unreached": "files that nothing reaches",
    "unreached-package": "packages that nothing reaches",
    "drop": "what `drop` names",
}
"""The words for each rule by which a file goes."""
_WHOLE_MAX: Final = 5


def describe_pruning(
    pruning: PruningResult, left_bytes: int, *, verbose: bool = False
) -> Iterator[str]:
    """Yield how much went by which rule, and which packages stayed whole and why.

    Args:
        pruning: what was decided.
        left_bytes: what the package has now, unzipped.
        verbose: show every package that stayed whole.
    """
    before = left_bytes + pruning.size_bytes
    share = 100 * pruning.size_bytes / max(before, 1)
    yield (
        f"pruned ({pruning.mode}): {format_count(pruning.files, 'file')}, "
        f"{format_bytes(pruning.size_bytes)} unzipped went, {share:.0f} % of the whole package"
    )
    for row in pruning.rules:
        words = RULE_WORDS.get(row.rule, row.rule)
        yield f"{format_bytes(row.size_bytes):>9}  {format_count(row.files, 'file')}: {words}"
    whole = [one for one in pruning.packages if one.verdict == "whole" and one.folder]
    if not whole:
        return
    counted = format_count(len(whole), "package")
    stays = "stays" if len(whole) == 1 else "stay"
    yield f"{counted} {stays} whole, because what they load or read is not certain:"
    for one in whole if verbose else whole[:_WHOLE_MAX]:
        yield f"  {describe_whole(one)}"
    if len(whole) > _WHOLE_MAX and not verbose:
        yield f"  and {len(whole) - _WHOLE_MAX:,} more: `--verbose` shows them"


def describe_whole(one: PrunedPackage) -> str:
    """Return the package, its verdict's place and the expression there."""
    place = f"{one.path} line {one.line}: " if one.line else f"{one.path}: " if one.path else ""
    return f"{one.folder or 'the own files'}: {place}{one.text}"


def describe_removed(rows: Sequence[tuple[str, int, int, str]], *, every: bool) -> Iterator[str]:
    """Yield what went by rule, the largest first, each file with its bytes.

    Args:
        rows: name, bytes, zipped bytes and rule of each file.
        every: show every file, and not the ten largest of a rule.
    """
    sizes: Counter[str] = Counter()
    for _, size, _, rule in rows:
        sizes[rule] += size
    for rule, total in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        own = sorted((row for row in rows if row[3] == rule), key=lambda row: (-row[1], row[0]))
        words = RULE_WORDS.get(rule, rule)
        yield f"{format_bytes(total):>9}  {rule}: {words}, {format_count(len(own), 'file')}"
        shown = own if every else own[:10]
        for name, size, _, _ in shown:
            yield f"{format_bytes(size):>9}    {name}"
        if len(own) > len(shown):
            yield f"{'':>9}    {len(own) - len(shown):,} more with `--all`"
