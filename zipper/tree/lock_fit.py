"""Whether a lockfile fits package.json: what `npm ci` asks before it installs.

In: the lockfile's tree and the ideal tree made from it. Out: every difference, as npm words it.

Source: npm 11 lib/utils/validate-lockfile.js.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.npm import semver
from zipper.tree.model import ROOT, Node, Tree

if TYPE_CHECKING:
    from zipper.tree.model import Edge

__all__ = ["describe_misfits", "lacks_outside_dependencies", "list_differences"]


def list_differences(locked: Tree, ideal: Tree) -> list[str]:
    """Return where the ideal tree has other packages than the lockfile, a line for each."""
    differences = []
    for location, node in ideal.nodes.items():
        known = locked.nodes.get(location)
        if known is None:
            differences.append(f"Missing: {_label(node)} from lock file")
        elif known.version != node.version and location != ROOT and node.link_target is None:
            differences.append(
                f"Invalid: lock file's {_label(known)} does not satisfy {_label(node)}"
            )
    return differences


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
    """Tell whether a folder outside the project is linked, and needs something that is not there.

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


def _label(node: Node) -> str:
    return f"{node.name}@{node.version}"
