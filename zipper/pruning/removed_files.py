"""Which files go, each by a rule: what stays, and what the mode takes out of the rest.

In: `Kept` and the rules. Out: a `Pruning`, which is printed, noted and proven.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zipper.npm.folder_path import find_package
from zipper.pruning.files_by_package import OWN
from zipper.pruning.safe_classes import is_notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zipper.archive.listing import Entry
    from zipper.pruning.kept import KeepReason, Kept, PackageVerdict, PruneRules

__all__ = ["Pruning", "RemovedFile", "choose_removed"]


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
    needed: tuple[str, ...] = ()
    """The files that the zip is sure to want, sorted; see `Kept`."""


def choose_removed(entries: Iterable[Entry], kept: Kept, rules: PruneRules) -> Pruning:
    """Return what goes of `entries`, in their order."""
    removed = []
    for entry in entries:
        rule = _find_rule(entry.name, kept, rules)
        if rule is not None:
            removed.append(RemovedFile(entry.name, entry.size, entry.compressed_size, rule))
    packages = tuple(kept.packages.values())
    needed = sorted(kept.sure - {file.name for file in removed})
    return Pruning(rules.mode, tuple(removed), packages, kept.reasons, tuple(needed))


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
