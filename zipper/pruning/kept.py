"""What stays of a package, and why: values that can be printed and remembered.

In: what the closure finds. Out: `KeepReason`, `Verdict` and `Kept`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zipper.pruning.known_packages import KnownPackage

__all__ = ["KeepReason", "Kept", "PackageVerdict", "PruneRules", "ReasonKind"]

ReasonKind = Literal[
    "handler", "request", "asset", "whole", "named", "library", "known", "keep", "trace",
    "notice", "manifest", "own", "unproven", "record",
]  # fmt: skip


class KeepReason(NamedTuple):
    """Why a file, or a whole package, stays."""

    kind: ReasonKind
    path: str = ""
    """The file that decides; empty for the user, the table and the like."""
    line: int = 0
    """Counted from 1; 0 for none."""
    text: str = ""
    """The specifier, the expression, the pattern, or what else there is to say."""


class PackageVerdict(NamedTuple):
    """What is known about the requests and reads of one package."""

    folder: str
    verdict: Literal["exact", "assets", "whole", "unreached"]
    reason: KeepReason
    """What decided; without a path where nothing had to."""


class PruneRules(NamedTuple):
    """What the user and the table say."""

    mode: Literal["safe", "reached"]
    prunes_own: bool
    find_keep: Callable[[str], str | None]
    """Returns the pattern that keeps a file, or None."""
    find_drop: Callable[[str], str | None]
    opened: frozenset[str]
    """Files that a trace has seen opened."""
    table: tuple[KnownPackage, ...]


class Kept(NamedTuple):
    """What the closure needs, whatever is pruned in the end."""

    reasons: Mapping[str, KeepReason]
    """The files that stay in every mode, by name."""
    packages: Mapping[str, PackageVerdict]
    """By folder, the project's own under the empty text."""
    removable: Mapping[str, str]
    """The files that are of a class and that nothing needs: name to class."""
    read: frozenset[str]
    """The files that code which the walk has reached reads by their whole names."""
