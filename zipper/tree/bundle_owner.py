"""Which package carries another one in its own tarball.

In: a node of the tree in the making. Out: the folder above it that bundles it, or None.

Source: @npmcli/arborist 9, lib/node.js `getBundler`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.tree.trampoline import Step, call, finish

if TYPE_CHECKING:
    from zipper.tree.draft import DraftNode

__all__ = ["find_bundler", "is_in_dependency_bundle"]


def find_bundler(node: DraftNode) -> DraftNode | None:
    """Return the outermost folder above `node` in whose bundle it is.

    A bundle holds the named packages that lie in the bundler's own node_modules, whatever these
    need that lies there too, and all that is in their folders. npm's search for who needs what
    never enters a node twice, which decides about circles; so it is walked here in the same way.
    """
    above = node.parent
    while above is not None and not above.manifest.bundle_dependencies:
        above = above.parent
    return None if above is None else finish(_search(node, set()))


def is_in_dependency_bundle(node: DraftNode) -> bool:
    """Say whether a dependency (not the project itself) carries `node` in its tarball."""
    bundler = find_bundler(node)
    return bundler is not None and not bundler.is_root


def _search(node: DraftNode, entered: set[DraftNode]) -> Step[DraftNode | None]:
    if node in entered:
        return None
    entered.add(node)
    parent = node.parent
    if parent is None:
        return None
    outer = yield from call(_search(parent, entered))
    if outer is not None:
        return outer
    if node.name in parent.manifest.bundle_dependencies:
        return parent
    for edge in tuple(node.edges_in):
        if (yield from call(_search(edge.source, entered))) is parent:
            return parent
    return None
