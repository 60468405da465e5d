"""The rows of a bun.lock as packages: for the isolated linker, one is the same wherever it is.

In: instances by row, and what each row resolves to. Out: one instance for each package, by its
first row, with what its rows find.

Source: `append_package_dedupe` in bun.lock.rs, the loop over rows that follows it, and
`Tree::process_subtree`; that the first place counts for optional peers is tried with bun 1.4.5.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zipper.tree.locked_graph import Instance

__all__ = ["list_placed", "unite_rows"]


def list_placed(
    found: Mapping[str, Instance], firsts: Sequence[str], find: Callable[[Instance, str, str], str]
) -> list[str]:
    """Return the keys in the order in which bun comes to them: breadth first, from `firsts`.

    Args:
        found: by key.
        firsts: the project and its members.
        find: the key that a name of an instance reaches, given its own key; empty for none.
    """
    placed = list(firsts)
    seen = {"", *placed}
    for key in placed:  # it grows
        own = found[key]
        manifest = own.manifest
        peers = {*manifest.peer_dependencies, *manifest.peer_optional}
        groups = (
            manifest.dev_dependencies,
            manifest.optional_dependencies,
            manifest.dependencies,
            peers,
        )
        for name in chain.from_iterable(sorted(group) for group in groups):
            to = find(own, key, name)
            if to not in seen and to in found:
                seen.add(to)
                placed.append(to)
    return placed


def unite_rows(
    found: Mapping[str, Instance], packages: Mapping[str, tuple[str, str]], placed: Sequence[str]
) -> dict[str, Instance]:
    """Return the instances, each package once.

    Where rows of a package find different ones, the last row counts; for an optional peer, the row
    that is placed first. A bundled one stays apart, as it is in its owner's tarball.

    Args:
        found: by key, folders too.
        packages: row's key to name and resolution, in the lockfile's order.
        placed: keys in the order of their places.
    """
    firsts: dict[tuple[str, str], str] = {}
    same = {
        key: firsts.setdefault(package, key)
        for key, package in packages.items()
        if key in found and found[key].bundled_in is None
    }
    targets: dict[str, dict[str, str]] = {}
    peers: dict[str, dict[str, str]] = {}
    for key, own in found.items():
        targets.setdefault(same.get(key, key), {}).update(own.targets)
        peers.setdefault(same.get(key, key), {}).update(own.peer_targets)
    for key in reversed(placed):
        own = found[key]
        optional = own.manifest.peer_optional & own.peer_targets.keys()
        peers[same.get(key, key)].update((name, own.peer_targets[name]) for name in optional)
    return {
        key: found[key]._replace(
            targets={name: same.get(to, to) for name, to in own.items()},
            peer_targets={name: same.get(to, to) for name, to in peers[key].items()},
        )
        for key, own in targets.items()
    }
