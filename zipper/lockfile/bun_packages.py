"""The rows of a bun.lock as packages: for the isolated linker, one is the same wherever it is.

In: instances by row, and what each row resolves to. Out: one instance for each package, by its
first row, with what its rows find.

Source: `append_package_dedupe` in bun.lock.rs, and the loop over rows that follows it; which row
counts is tried with bun 1.4.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.tree.locked_graph import Instance

__all__ = ["unite_rows"]

_OWN: Final = 2
_TOP: Final = 1


def unite_rows(
    found: Mapping[str, Instance], packages: Mapping[str, tuple[str, str]]
) -> dict[str, Instance]:
    """Return the instances, each package once.

    Where rows of a package find different ones, what is in its own folder counts before what is on
    top, and that before what is between; among equals, the last row counts.

    A bundled one stays apart, as it is in its owner's tarball.

    Args:
        found: by key, folders too.
        packages: row's key to name and resolution, in the lockfile's order.
    """
    firsts: dict[tuple[str, str], str] = {}
    same = {
        key: firsts.setdefault(package, key)
        for key, package in packages.items()
        if key in found and found[key].bundled_in is None
    }
    targets = _link(same, {key: own.targets for key, own in found.items()})
    peers = _link(same, {key: own.peer_targets for key, own in found.items()})
    return {
        key: found[key]._replace(targets=own, peer_targets=peers[key])
        for key, own in targets.items()
    }


def _link(
    same: Mapping[str, str], found: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    links: dict[str, dict[str, str]] = {}
    ranks: dict[tuple[str, str], int] = {}
    for key, own in found.items():
        first = same.get(key, key)
        kept = links.setdefault(first, {})
        for name, to in own.items():
            rank = _OWN if to == f"{key}/{name}" else _TOP if to == name else 0
            if rank >= ranks.get((first, name), 0):
                ranks[first, name] = rank
                kept[name] = same.get(to, to)
    return links
