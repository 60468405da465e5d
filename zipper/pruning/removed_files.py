"""Which files go, each by a rule: what stays, and what the mode takes out of the rest.

In: `Kept` and the rules. Out: a `Pruning`, which is printed, noted and proven.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zipper.npm.folder_path import find_package
from zipper.pruning.files_by_package import OWN
from zipper.pruning.safe_classes import is_notice
from zipper.pruning.settle import folders_above

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from zipper.archive.listing import Entry
    from zipper.pruning.kept import KeepReason, Kept, PackageVerdict, PruneRules

__all__ = ["Pruning", "RemovedFile", "choose_removed", "list_needed"]


class RemovedFile(NamedTuple):
    """One file that goes."""

    name: str
    size_bytes: int
    zipped_size_bytes: int
    rule: str
    """A class of `zipper.pruning.safe_classes`, or `unreached` (nothing reaches it, in a package
    whose requests are all followed), `unreached-package`, or `drop` (a pattern names it)."""


class Pruning(NamedTuple):
    """All that is decided about one package."""

    mode: str
    removed: tuple[RemovedFile, ...]
    packages: tuple[PackageVerdict, ...]
    reasons: Mapping[str, KeepReason]
    """Why each file stays that stays for a reason of its own."""
    read: frozenset[str] = frozenset()
    """See `Kept`."""


def choose_removed(entries: Iterable[Entry], kept: Kept, rules: PruneRules) -> Pruning:
    """Return what goes of `entries`, in their order."""
    removed = []
    for entry in entries:
        rule = _find_rule(entry.name, kept, rules)
        if rule is not None:
            removed.append(RemovedFile(entry.name, entry.size, entry.compressed_size, rule))
    packages = tuple(kept.packages.values())
    return Pruning(rules.mode, tuple(removed), packages, kept.reasons, kept.read)


def list_needed(pruning: Pruning, reached: Collection[str]) -> list[str]:
    """Return the files that the zip is sure to want, sorted.

    What the walk has reached and what that code reads by whole names, with their libraries and
    package.json files; and what the user keeps, or a trace has seen. What stays because a request
    is not certain is not in it, and no file of a folder that is read as a whole.

    Args:
        pruning: what was decided.
        reached: what the walk of the checks has reached.
    """
    reasons = pruning.reasons
    needed = {name for name, why in reasons.items() if why.kind in ("keep", "trace")}
    needed |= {name for name in (*reached, *pruning.read) if name in reasons}
    libraries = [(name, why.path) for name, why in reasons.items() if why.kind == "library"]
    while more := {name for name, binary in libraries if binary in needed} - needed:
        needed |= more
    folders = {folder for name in needed if find_package(name) for folder in folders_above(name)}
    needed |= {f"{folder}/package.json" for folder in folders}.intersection(reasons)
    return sorted(needed - {file.name for file in pruning.removed})


def _find_rule(name: str, kept: Kept, rules: PruneRules) -> str | None:
    if rules.find_drop(name) is not None:
        return "drop"
    if name in kept.reasons:
        return None
    folder = find_package(name)
    verdict = kept.packages[folder].verdict
    if folder == OWN and not rules.prunes_own:
        return None
    kind = kept.removable.get(name)
    if rules.mode == "safe" or verdict == "whole":
        return kind
    if verdict == "unreached":
        return "unreached-package"
    return None if is_notice(name) else kind or "unreached"
