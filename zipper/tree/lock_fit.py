"""Whether a lockfile still fits package.json: the question `npm ci` asks before it installs.

In: the virtual tree, its root being the package.json on disk. Out: the edges that are not surely
answered. None means in step, which every warm build finds out here without building a tree; any
sends the pipeline to the worklist, whose tree tells every difference (`list_differences`).

Source: npm 11 lib/commands/ci.js, lib/utils/validate-lockfile.js; arborist 9
lib/arborist/build-ideal-tree.js (only the edges of the project and of link targets are looked at;
what lies deeper is taken as locked).
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from zipper.npm import semver
from zipper.tree.model import ROOT, Edge, Node, Tree, is_top

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Difference", "describe_edges", "find_doubtful_edges", "list_differences"]

_NEEDLESS = frozenset({"optional", "peerOptional"})

Difference = str
"""One line as `npm ci` words it."""


def find_doubtful_edges(
    tree: Tree, *, workspaces: Mapping[str, str], legacy_peer_deps: bool = False
) -> tuple[Edge, ...]:
    """Return the edges of the project and of linked packages that the lockfile may not answer.

    Args:
        tree: from the lockfile; the manifests of the root and of workspaces are those on disk.
        workspaces: name to location, as they are on disk.
        legacy_peer_deps: peers are not looked at.
    """
    if "overrides" in tree.root.manifest.raw:
        # What an override makes of a range is the worklist's knowledge.
        return tuple(tree.edges_out(ROOT, legacy_peer_deps=legacy_peer_deps))
    doubtful = [
        edge
        for location in tree.nodes
        if is_top(location)
        for edge in tree.edges_out(location, legacy_peer_deps=legacy_peer_deps)
        if not _is_answered(tree, edge)
    ]
    for name, location in workspaces.items():
        link = tree.find(ROOT, name)
        if link is None or link.link_target != location:
            spec = f"file:{location}"
            doubtful.append(
                Edge(source=ROOT, name=name, spec=spec, type="workspace", target=None)
            )
    return tuple(doubtful)


def list_differences(locked: Tree, ideal: Tree) -> list[Difference]:
    """Return where the ideal tree has other packages than the lockfile, as `npm ci` lists them."""
    differences = []
    for location, node in ideal.nodes.items():
        if location == ROOT:
            continue
        known = locked.nodes.get(location)
        if known is None:
            differences.append(f"Missing: {_label(node)} from lock file")
        elif known.version != node.version:
            differences.append(
                f"Invalid: lock file's {_label(known)} does not satisfy {_label(node)}"
            )
    return differences


def describe_edges(edges: Iterable[Edge], tree: Tree) -> list[Difference]:
    """Return the same for edges, where there was no registry to make the ideal tree with."""
    lines = []
    for edge in edges:
        node = None if edge.target is None else tree.nodes[edge.target]
        if node is None:
            lines.append(f"Missing: {edge.name}@{edge.spec} from lock file")
        else:
            lines.append(f"Invalid: lock file's {_label(node)} does not satisfy {edge.spec}")
    return lines


def _is_answered(tree: Tree, edge: Edge) -> bool:
    if edge.target is None:
        return edge.type in _NEEDLESS
    node = tree.nodes[edge.target]
    if node.link_target is not None:
        return _is_link_to(node.link_target, edge)
    if edge.spec.startswith("npm:"):
        package, _, wanted = edge.spec.removeprefix("npm:").rpartition("@")
        if not package:  # `npm:a` has no version, `npm:@s/a` its only `@` in front
            package, wanted = edge.spec.removeprefix("npm:"), "*"
        return node.package_name == package and _satisfies(node, wanted)
    return node.package_name == edge.name and _satisfies(node, edge.spec)


def _satisfies(node: Node, wanted: str) -> bool:
    return semver.satisfies(node.version, wanted, loose=True)


def _is_link_to(target: str, edge: Edge) -> bool:
    if not edge.spec.startswith(("file:", "link:")):
        return edge.type == "workspace" or not edge.spec.strip("*")
    path = posixpath.join(edge.source, edge.spec.partition(":")[2])
    return posixpath.normpath(path) == posixpath.normpath(target or ".")


def _label(node: Node) -> str:
    return f"{node.name}@{node.version}"
