"""Whether a lockfile fits package.json: what `npm ci` asks before it installs.

In: the lockfile's tree and the ideal tree made from it. Out: every difference, as npm words it.

Source: npm 11 lib/utils/validate-lockfile.js.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.npm import semver
from zipper.tree.model import ROOT, Node, Tree, is_top

if TYPE_CHECKING:
    from zipper.tree.model import Edge

__all__ = [
    "describe_misfits",
    "lacks_only_variants",
    "lacks_outside_dependencies",
    "list_differences",
]


def list_differences(locked: Tree, ideal: Tree) -> list[str]:
    """Return where the ideal tree has other packages than the lockfile, a line for each.

    The version of a folder outside node_modules is its package.json's, whatever was locked; that
    of a git package is in no lockfile of version 1.
    """
    differences = []
    for location, node in ideal.nodes.items():
        known = locked.nodes.get(location)
        wanted = _version(node, ideal, ideal)
        if known is None:
            differences.append(f"Missing: {node.name}@{wanted} from lock file")
        elif _is_told(known) and (found := _version(known, locked, ideal)) != wanted:
            differences.append(
                f"Invalid: lock file's {known.name}@{found} does not satisfy {node.name}@{wanted}"
            )
    return differences


def lacks_only_variants(locked: Tree, ideal: Tree) -> bool:
    """Return whether it only lacks optional packages of other platforms (npm/cli#4828)."""
    missing = [node for location, node in ideal.nodes.items() if location not in locked.nodes]
    return (
        any(node.manifest.os or node.manifest.cpu for node in missing)
        and all(node.optional for node in missing)
        and len(list_differences(locked, ideal)) == len(missing)
    )


def describe_misfits(tree: Tree, *, legacy_peer_deps: bool = False) -> list[str]:
    """Return which of the project's own dependencies the lockfile does not answer.

    For when the ideal tree cannot be made because the registry is out of reach.
    """
    lines = []
    for edge in tree.edges_out(ROOT, legacy_peer_deps=legacy_peer_deps):
        node = None if edge.target is None else tree.nodes[edge.target]
        if node is None and edge.type not in ("optional", "peerOptional"):
            lines.append(f"Missing: {edge.name}@{edge.spec} from lock file")
        elif node is not None and _is_other_version(node, edge):
            lines.append(f"Invalid: lock file's {_label(node)} does not satisfy {edge.spec}")
    return lines


def lacks_outside_dependencies(tree: Tree) -> bool:
    """Return whether a folder outside the project is linked, and needs something that is not there.

    npm links it without resolving what it depends on. Source: npm docs, `install-links`.
    """
    return any(
        edge.target is None and edge.type in ("prod", "peer")
        for node in tree.nodes.values()
        if node.link_target is not None and node.link_target.startswith("..")
        for edge in tree.edges_out(node.link_target)
    )


def _is_other_version(node: Node, edge: Edge) -> bool:
    wanted = semver.valid_range(edge.spec, loose=True)
    if wanted is None or node.link_target is not None:
        return False
    return not semver.satisfies(node.version, wanted, loose=True)


def _is_told(known: Node) -> bool:
    """Say whether the lockfile tells a version that counts."""
    return not is_top(known.location) and (known.link_target is not None or bool(known.version))


def _version(node: Node, tree: Tree, disk: Tree) -> str:
    """Return the version of a node of `tree`; a link's is that of its target, as on the disk."""
    if node.link_target is None:
        return node.version
    known = disk if is_top(node.link_target) and node.link_target in disk.nodes else tree
    target = known.nodes.get(node.link_target)
    return "" if target is None else target.version


def _label(node: Node) -> str:
    return f"{node.name}@{node.version}"
