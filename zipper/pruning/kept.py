"""What stays of a package, and why: values that can be printed and remembered.

In: what the closure finds. Out: `KeepReason`, `Verdict` and `Kept`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

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
    sure: AbstractSet[str]
    """Those of them that the zip is sure to want: what the walk has reached or found, what that
    code reads by whole names, libraries of binaries that stay, package.json files of all these,
    and what the user keeps or a trace has seen. What stays because a request is not certain is not
    in it, and no file of a folder that is read as a whole."""
