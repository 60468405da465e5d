"""Which package carries another one in its own tarball.

In: a node of the tree in the making. Out: the folder above it that bundles it, or None.

Source: @npmcli/arborist 9, lib/node.js `getBundler`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zipper.tree.draft import DraftNode

__all__ = ["find_bundler", "is_in_dependency_bundle"]


def find_bundler(node: DraftNode) -> DraftNode | None:
    """Return the outermost folder above `node` in whose bundle it is.

    A bundle holds the named packages that lie in the bundler's own node_modules, whatever these
    need that lies there too, and all that is in their folders.
    """
    line: list[DraftNode] = []
    one: DraftNode | None = node
    while one is not None and one.parent is not None:
        line.append(one)
        one = one.parent
    for child in reversed(line):
        bundler = child.parent
        assert bundler is not None
        if bundler.manifest.bundle_dependencies and child in _bundled_children(bundler):
            return bundler
    return None


def is_in_dependency_bundle(node: DraftNode) -> bool:
    """Say whether a dependency (not the project itself) carries `node` in its tarball."""
    bundler = find_bundler(node)
    return bundler is not None and not bundler.is_root


def _bundled_children(bundler: DraftNode) -> set[DraftNode]:
    """Return the packages in the bundler's node_modules that belong to its bundle."""
    named = set(bundler.manifest.bundle_dependencies)
    found = {child for child in bundler.children.values() if child.name in named}
    queue = list(found)
    while queue:
        node = queue.pop()
        queue.extend(node.children.values())
        for edge in node.edges_out.values():
            to = edge.to
            if to is not None and to.parent is bundler and to not in found:
                found.add(to)
                queue.append(to)
    return found
