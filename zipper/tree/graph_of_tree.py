"""npm's lockfile as a locked graph: its tree's edges by Node's walk, its locations forgotten.

In: a tree. Out: an instance for each folder of it; a link is what it links to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.tree.locked_graph import Instance, LockedGraph
from zipper.tree.model import is_bundled, is_top, split_location

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zipper.tree.model import Tree

__all__ = ["describe_folder", "graph_of_tree"]


def graph_of_tree(
    tree: Tree, *, legacy_peer_deps: bool = False, start: Iterable[str] | None = None
) -> LockedGraph:
    """Return what every name reaches in `tree`; the keys are npm's locations.

    The root, the members of its workspace and the targets of links are importers. A link whose
    target the tree lacks reaches nothing.

    Args:
        tree: of a whole lockfile.
        legacy_peer_deps: leave the peers out.
        start: folders; the graph then has what they reach alone, and takes time for no more.
    """
    instances: dict[str, Instance] = {}
    pending = list(tree.nodes if start is None else start)[::-1]
    while pending:
        location = pending.pop()
        node = tree.nodes.get(location)
        if location in instances or node is None or node.link_target is not None:
            continue
        targets = {}
        for edge in tree.edges_out(location, legacy_peer_deps=legacy_peer_deps):
            found = _follow_links(tree, edge.target)
            if found is not None:
                targets[edge.name] = found
        instances[location] = describe_folder(tree, location)._replace(targets=targets)
        if start is not None:
            pending += targets.values()
    return LockedGraph(instances, {at: at for at in instances if is_top(at)})


def describe_folder(tree: Tree, location: str) -> Instance:
    """Return the instance in a folder of `tree`, without what it reaches."""
    node = tree.nodes[location]
    return Instance(
        manifest=node.manifest._replace(name=node.package_name) if location else node.manifest,
        resolved=node.resolved,
        integrity=node.integrity,
        folder=location if is_top(location) else None,
        bundled_in=_find_bundler(tree, location) if is_bundled(node) else None,
        has_shrinkwrap=node.has_shrinkwrap,
    )


def _find_bundler(tree: Tree, location: str) -> str | None:
    """Return the folder whose tarball holds the one at `location`; None where it is absent."""
    above = split_location(location)[0]
    node = tree.nodes.get(above)
    return None if node is None or node.link_target is not None else above


def _follow_links(tree: Tree, location: str | None) -> str | None:
    """Return the folder that a link leads to, through any number of them, or None."""
    seen = set()
    while location is not None and location not in seen:
        node = tree.nodes.get(location)
        if node is None or node.link_target is None:
            return None if node is None else location
        seen.add(location)
        location = node.link_target
    return None
