"""The second proof: a pruned zip loads what the whole one loads, and nothing new is wrong with it.

In: the plan, and the pruned zip with what its check found. Out: findings, none where it is proven.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from zipper.findings import Finding
from zipper.store.notes import PRUNED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from zipper.archive.listing import ZipSource
    from zipper.pipeline.planning import PackagePlan
    from zipper.pipeline.pruned_plan import DecidedPruning
    from zipper.store.store_zips import Store

__all__ = ["prove"]

_HINT = "keep it with `keep`, or drop less; `python -m zipper explain --pruned` lists what went"


def prove(
    planned: PackagePlan,
    decided: DecidedPruning,
    store: Store,
    findings: tuple[Finding, ...],
    *,
    path: Path,
    code_sha256: str,
    source: ZipSource | None,
) -> tuple[Finding, ...]:
    """Return why the pruned zip is not as good as the whole one.

    Args:
        planned: the pruned plan.
        decided: its `pruning`.
        store: what remembers.
        findings: what the rules found in the pruned zip.
        path: where the zip is.
        code_sha256: its hash.
        source: its bytes, where they are not read from `path`.
    """
    inputs = (code_sha256, decided.digest)
    noted = store.notebook.recall(PRUNED, inputs)
    if noted is None:
        rows = [list(one) for one in _compare(planned, decided, store, path, code_sha256, source)]
        noted = json.dumps(rows).encode("ascii")
        store.notebook.remember(PRUNED, inputs, noted)
        remember_zip(store, code_sha256, decided)
    unproven = tuple(Finding(*row) for row in json.loads(noted))
    return unproven or tuple(_find_new(decided, findings))


def remember_zip(store: Store, code_sha256: str, decided: DecidedPruning) -> None:
    """Note what went from a zip, under the zip's hash, for `explain` and `run`."""
    packages = [list(one) for one in decided.result.packages]
    body = json.dumps({"mode": decided.result.mode, "packages": packages}) + "\n" + decided.removed
    store.notebook.remember(PRUNED, code_sha256, body.encode("ascii"))


def _compare(
    planned: PackagePlan,
    decided: DecidedPruning,
    store: Store,
    path: Path,
    code_sha256: str,
    source: ZipSource | None,
) -> Iterator[Finding]:
    """Yield where the pruned zip's closure differs from the whole one's."""
    # For new bytes only.
    from zipper.archive.listing import read_listing  # noqa: PLC0415
    from zipper.checks.closure import close  # noqa: PLC0415
    from zipper.pipeline.noted_facts import NotedFacts  # noqa: PLC0415
    from zipper.pipeline.pruned_plan import request_of  # noqa: PLC0415
    from zipper.pipeline.pruning_decision import subject_of  # noqa: PLC0415
    from zipper.pipeline.reading_zips import open_listing  # noqa: PLC0415
    from zipper.pruning.reached_set import (  # noqa: PLC0415
        find_differences,
        list_failures,
        take_reached,
    )

    listing = open_listing(path) if source is None else read_listing(source)
    request = request_of(planned)
    start = close(subject_of(listing, request, NotedFacts(store.notebook), code_sha256))
    before: Mapping[str, str] = decided.proof["reached"]
    after = {} if start is None else take_reached(start)
    differing = find_differences(before, after)
    if not differing:
        return
    rules = {row[0]: row[3] for row in decided.read_removed()}
    told: set[str] = set()
    for name in differing:
        for specifier, line, place in [] if start is None else list_failures(start, name):
            taken = _find_taken(place, specifier, rules)
            if taken is not None and taken not in told:
                told.add(taken)
                yield _unproven(taken, f"`{name}` line {line} requests `{specifier}`", rules)
    for name in differing:
        if name in rules and name not in told:
            told.add(name)
            yield _unproven(name, f"`{name}` is reached", rules)
    if not told:
        rest = f", and {len(differing) - 1:,} more" if len(differing) > 1 else ""
        message = f"the pruned package loads `{differing[0]}` in another way than the whole{rest}"
        yield Finding("prune-unproven", "error", differing[0], message, _HINT)


def _unproven(taken: str, who: str, rules: Mapping[str, str]) -> Finding:
    message = f"{who}, and the rule `{rules[taken]}` has taken out `{taken}`"
    return Finding("prune-unproven", "error", taken, message, _HINT)


def _find_taken(place: str, specifier: str, rules: Mapping[str, str]) -> str | None:
    """Return the removed file that a request looked for, by its place or its package's name."""
    if place in rules:
        return place
    if place:
        below = (name for name in rules if name.startswith((f"{place}.", f"{place}/")))
        return next(below, None)
    inner = f"node_modules/{specifier}"
    return next((name for name in rules if f"{inner}/" in name or f"{inner}." in name), None)


def _find_new(decided: DecidedPruning, findings: tuple[Finding, ...]) -> Iterator[Finding]:
    """Yield what the check finds in the pruned zip and did not find in the whole one."""
    known = decided.proof["findings"]
    if known is None:
        return  # the whole one is too large to be looked into
    before = {(code, path) for code, _, path in known}
    for finding in findings:
        is_new = (finding.code, finding.path) not in before and finding.severity != "info"
        # What is said of a runtime depends on the day, and the whole was judged on an earlier one.
        if is_new and not finding.code.startswith(("size-", "zip-", "runtime-")):
            message = f"only the pruned package has this: {finding.message}"
            yield Finding("prune-unproven", "error", finding.path, message, _HINT)
