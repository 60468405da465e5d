"""The tree in the making: nodes and edges that change while dependencies are placed.

A `Draft` is one root with everything below it: the ideal tree, or a virtual root, in which a
package and its peers are gathered before they are placed. Every change goes through `attach`,
`detach` and `replace_node`, which keep the edges true: an edge always points at what Node's walk
finds from its source.

In: nodes to put somewhere. Out: nodes that are there. Whether they belong there is the question
of `can_place`; the result of it all is frozen by `freeze`.

Source: @npmcli/arborist 9, lib/node.js, whose setters of `root` and `parent` do this.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from zipper.tree.draft_node import DraftNode, fold_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.npm.package_json import Manifest
    from zipper.tree.draft_edge import DraftEdge

__all__ = ["Draft", "DraftNode", "detach"]


class Draft:
    """One root and all nodes below it, indexed so that a change touches only what it must.

    `lazy` says that only the edges that somebody looks at are made: a virtual root holds one
    package and its peers, and most of what they depend on never matters there. With `overrides` it
    does, since rules spread along every edge.

    `locked` has the manifests that the lockfile recorded, by location, whatever became of them.
    """

    __slots__ = ("by_name", "edges", "lazy", "locked", "nodes", "root")

    def __init__(self, root: DraftNode, path: str, *, lazy: bool = False) -> None:
        self.root = root
        self.lazy = lazy
        self.locked: Mapping[str, Manifest] = {}
        self.nodes: dict[str, DraftNode] = {}
        self.by_name: dict[str, dict[DraftNode, None]] = {}
        self.edges: dict[str, dict[DraftEdge, None]] = {}
        root.path = root.real_path = path
        root.rank = 0
        self._register(root)

    def locate(self, path: str) -> str:
        """Return `path` relative to the root, with `..` where it is outside."""
        top = self.root.path
        if path.startswith(top) and path[len(top) : len(top) + 1] in ("/", ""):
            return path[len(top) + 1 :]
        return posixpath.relpath(path, top)

    def add_edge(self, key: str, edge: DraftEdge) -> None:
        """Note an edge, so that it learns of packages that are placed under its name."""
        self.edges.setdefault(key, {})[edge] = None

    def forget_edge(self, edge: DraftEdge) -> None:
        """Take an edge back, whose source has another manifest now."""
        self.edges.get(fold_name(edge.name), {}).pop(edge, None)

    def attach(self, node: DraftNode, parent: DraftNode) -> None:
        """Put `node` and what is below it into the node_modules of `parent`.

        What is there under that name is detached. Edges that now find `node` point at it.
        """
        key = fold_name(node.name)
        if parent.children.get(key) is node:
            return
        detach(node)
        current = parent.children.get(key)
        if current is not None:
            detach(current)
        node.parent = parent
        parent.children[key] = node
        self._settle(node, f"{parent.path}/node_modules/{node.name}")
        self._reload_named(key, node)
        self._reload_edges(node)

    def attach_top(self, node: DraftNode, path: str) -> None:
        """Put `node` at a path outside node_modules, under the nearest folder that is known."""
        current = self.nodes.get(self.locate(path))
        if current is not None and current is not node:
            detach(current)
        folder = posixpath.dirname(path)
        while True:
            above = self.nodes.get(self.locate(folder))
            if above is not None and not above.is_link and above is not node:
                node.fs_parent = above
                above.fs_children[node] = None
                break
            if folder in ("/", "", posixpath.dirname(folder)):
                break
            folder = posixpath.dirname(folder)
        self._settle(node, path)
        self._reload_edges(node)

    def replace_node(self, new: DraftNode, old: DraftNode) -> None:
        """Put `new` where `old` is; what is in its node_modules stays there."""
        parent = old.parent
        assert parent is not None
        if not new.is_link:
            new.children, old.children = old.children, {}
            for kid in new.children.values():
                kid.parent = new
        if old.is_link and old.target is not None and old.target.is_top:
            detach(old.target)
        kids = list(new.children.values())
        self.attach(new, parent)
        for kid in kids:
            for below in _subtree(kid):
                for edge in below.edges_out.values():
                    edge.reload(hard=True)

    def _settle(self, node: DraftNode, path: str) -> None:
        """Register `node` and everything below it, its paths beginning with `path`."""
        moves = [(node, path)]
        while moves:
            moved, where = moves.pop()
            moved.path = where
            if not moved.is_link:
                moved.real_path = where
            if moved.draft is not self:
                self._register(moved)
            moves += [(kid, f"{where}/node_modules/{kid.name}") for kid in moved.children.values()]
            moves += [(kid, kid.path) for kid in moved.fs_children]
        if node.is_link:
            self._set_target(node)

    def _reload_edges(self, node: DraftNode) -> None:
        """Let the edges of `node` and of what is below it find their targets here."""
        for below in _subtree(node):
            for edge in tuple(below.edges_out.values()):
                if edge.to is None or edge.to.draft is not self:
                    edge.reload()
            if not self.lazy:
                below.all_edges()

    def _register(self, node: DraftNode) -> None:
        node.draft = self
        node.location = self.locate(node.path)
        self.nodes.pop(node.location, None)
        self.nodes[node.location] = node
        self.by_name.setdefault(node.name, {})[node] = None
        for key, edge in node.edges_out.items():
            self.edges.setdefault(key, {})[edge] = None

    def unregister(self, node: DraftNode) -> None:
        """Forget `node`, which is about to be nowhere."""
        if self.nodes.get(node.location) is node:
            del self.nodes[node.location]
        self.by_name.get(node.name, {}).pop(node, None)
        for key, edge in node.edges_out.items():
            self.edges.get(key, {}).pop(edge, None)
        node.draft = None

    def _set_target(self, link: DraftNode) -> None:
        """Let a link point at the node that is at its path, or bring its own along."""
        known = self.nodes.get(self.locate(link.real_path))
        if known is not None and known.is_link and known is not link:
            known = known.target
        if known is None and link.target is not None:
            # One that another root has, as the virtual ones, is taken from there.
            known = link.target
            detach(known)
            self.attach_top(known, link.real_path)
        if known is None:
            return
        link.target = known
        link.manifest = known.manifest
        link.version = known.version
        known.links_in[link] = None

    def _reload_named(self, key: str, node: DraftNode) -> None:
        """Let every edge of that name look again, now that `node` has been placed."""
        if self.lazy:
            # Here edges are made on demand, and this is the demand.
            others = self.nodes.values()
            for other in [one for one in others if key in one.dependencies and one is not node]:
                other.edge_named(node.name)
            for known in [one for one in self.root.children if one in node.dependencies]:
                node.edge_named(known)
        for edge in tuple(self.edges.get(key, ())):
            found = edge.source.resolve(edge.name)
            if found is not edge.to or found is node:
                edge.reload(hard=True)


def detach(node: DraftNode) -> None:
    """Take `node` and everything below it out of its tree; edges look elsewhere."""
    draft = node.draft
    _leave_parent(node)
    gone = list(_subtree(node))
    for one in gone:
        if draft is not None and one.draft is draft:
            draft.unregister(one)
        if one.target is not None:
            one.target.links_in.pop(one, None)
    # Those that stay look for another node, those that go find what went along at most.
    for edge in [edge for one in gone for edge in one.edges_in]:
        if edge.source.draft is not None:
            edge.reload()
    for edge in [edge for one in gone for edge in one.edges_out.values()]:
        if edge.to is None or edge.to.draft is not None:
            edge.reload()


def _leave_parent(node: DraftNode) -> None:
    key = fold_name(node.name)
    if node.parent is not None and node.parent.children.get(key) is node:
        del node.parent.children[key]
    node.parent = None
    if node.fs_parent is not None:
        node.fs_parent.fs_children.pop(node, None)
    node.fs_parent = None


def _subtree(node: DraftNode) -> Iterator[DraftNode]:
    stack = [node]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(one.children.values())
        stack.extend(one.fs_children)
