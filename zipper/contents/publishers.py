"""Who published what a new lockfile takes over: asked of the packuments of what has changed.

In: the tree of the lockfile and the new one. Out: warnings; the rules are in
`zipper.supply.publishers`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import RegistryError, ZipperError
from zipper.supply.publishers import compare_publishers
from zipper.tree.model import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zipper.registry.client import RegistryClient
    from zipper.tree.model import Tree

__all__ = ["tell_publishers"]


def tell_publishers(
    before: Tree, after: Tree, client: Callable[[], RegistryClient]
) -> Iterator[ZipperError]:
    """Yield a warning for each change of trust; each pair of versions once, by location.

    A packument that cannot be had says nothing: resolving itself has had all that it needs.
    """
    seen: set[tuple[str, str, str]] = set()
    for name, old, new in _changes(before, after):
        if (name, old, new) in seen:
            continue
        seen.add((name, old, new))
        try:
            packument = client().open_packument(name, full=True)
        except RegistryError:
            continue
        one, other = packument.find_manifest(old), packument.find_manifest(new)
        if one is not None and other is not None:
            yield from compare_publishers(one, other)


def _changes(before: Tree, after: Tree) -> Iterator[tuple[str, str, str]]:
    """Yield name, locked version and new version of each registry package that has changed."""
    for location in sorted(before.nodes.keys() & after.nodes.keys() - {ROOT}):
        old, new = before.nodes[location], after.nodes[location]
        is_same = (
            old.package_name == new.package_name and old.link_target is new.link_target is None
        )
        if is_same and old.version != new.version and (new.resolved or "").startswith("http"):
            yield new.package_name, old.version, new.version
