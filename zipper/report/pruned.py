"""What pruning took out, as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.report.units import format_bytes, format_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.package import PrunedPackage, PruningResult

__all__ = ["RULE_WORDS", "describe_pruning", "describe_whole"]

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
