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
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from zipper.npm.package_json import EMPTY, Manifest
from zipper.tree.draft_edge import DraftEdge
from zipper.tree.model import EdgeType, list_dependencies

if TYPE_CHECKING:
    from zipper.errors import ZipperError
    from zipper.tree.overrides import OverrideSet

_RANK_UNKNOWN: Final = 1_000_000

__all__ = ["Draft", "DraftNode", "fold_name"]


@lru_cache(maxsize=65_536)
def fold_name(name: str) -> str:
    """Return the key under which folders that some file systems take for one are one.

    Source: arborist lib/case-insensitive-map.js.
    """
    return name.lower() if name.isascii() else normalize("NFKD", name).lower()


class DraftNode:
    """A folder that holds a package, a link to one, or a virtual root.

    `path` is absolute, "" before the node is anywhere; `location` is the same relative to the root.
    Nodes are compared by identity.
    """

    __slots__ = (
        "accept",
        "children",
        "dependencies",
        "draft",
        "edges_in",
        "edges_out",
        "errors",
        "fs_children",
        "fs_parent",
        "has_shrinkwrap",
        "in_shrinkwrap",
        "install_links",
        "integrity",
        "is_link",
        "links_in",
        "location",
        "manifest",
        "name",
        "overrides",
        "parent",
        "path",
        "peer_keys",
        "rank",
        "real_path",
        "resolved",
        "source",
        "target",
        "version",
    )

    def __init__(
        self,
        name: str,
        manifest: Manifest,
        *,
        resolved: str | None = None,
        integrity: str | None = None,
        has_shrinkwrap: bool = False,
        error: ZipperError | None = None,
        overrides: OverrideSet | None = None,
        link_path: str | None = None,
    ) -> None:
        self.name = name
        self.manifest = manifest
        self.version = manifest.version
        self.resolved = resolved
        self.integrity = integrity
        self.has_shrinkwrap = has_shrinkwrap
        self.errors: list[ZipperError] = [] if error is None else [error]
        self.overrides = overrides
        self.is_link = link_path is not None
        self.target: DraftNode | None = None
        self.links_in: dict[DraftNode, None] = {}
        self.path = ""
        self.location = ""
        self.real_path = link_path or ""
        self.source: DraftNode | None = None
        self.draft: Draft | None = None
        self.parent: DraftNode | None = None
        self.fs_parent: DraftNode | None = None
        self.children: dict[str, DraftNode] = {}
        self.fs_children: dict[DraftNode, None] = {}
        self.edges_out: dict[str, DraftEdge] = {}
        self.edges_in: dict[DraftEdge, None] = {}
        self.dependencies: Mapping[str, tuple[str, str, EdgeType]] = {}
        self.peer_keys: tuple[str, ...] = ()
        # How many edges lead here from the root, at most; a hint for walks towards the root.
        self.rank = _RANK_UNKNOWN
        accept = manifest.raw.get("acceptDependencies")
        self.accept: Mapping[object, object] = accept if isinstance(accept, Mapping) else EMPTY
        self.in_shrinkwrap = False
        self.install_links = False

    def __repr__(self) -> str:
        return f"<{self.name}@{self.version} at {self.path or 'nowhere'}>"

    @property
    def package_name(self) -> str:
        """The name in the manifest; that of its target for a link."""
        return (self.target or self).manifest.name

    @property
    def is_top(self) -> bool:
        """Whether the folder stands outside node_modules."""
        return self.parent is None

    @property
    def is_root(self) -> bool:
        """Whether the node is the root of its tree; one that is nowhere is its own root."""
        return self.draft is None or self.draft.root is self

    @property
    def is_workspace(self) -> bool:
        """Whether the node is a workspace of the project, or the link to it."""
        if self.draft is None or self.draft.root is self:
            return False
        edge = self.draft.root.edge_named(self.package_name)
        if edge is None or edge.type != "workspace" or edge.to is None:
            return False
        return edge.to is self or edge.to.target is self

    @property
    def is_mine(self) -> bool:
        """Whether the project's author wrote this package.json: the root or a workspace."""
        return self.is_root or self.is_workspace

    @property
    def resolve_parent(self) -> DraftNode | None:
        """The next folder in which Node looks for a package."""
        return self.parent or self.fs_parent

    @property
    def depth(self) -> int:
        """How many node_modules folders are around the node."""
        count = 0
        node = self.parent
        while node is not None:
            count += 1
            node = node.parent
        return count

    def ancestry(self) -> Iterator[DraftNode]:
        """Yield the node and every folder above it, innermost first."""
        node: DraftNode | None = self
        while node is not None:
            yield node
            node = node.parent or node.fs_parent

    def is_descendant_of(self, other: DraftNode) -> bool:
        """Say whether the node is `other` or below it."""
        return any(node is other for node in self.ancestry())

    def child(self, name: str) -> DraftNode | None:
        """Return what lies in the node's own node_modules under `name`."""
        return self.children.get(fold_name(name))

    def resolve(self, name: str) -> DraftNode | None:
        """Return what `require(name)` finds from here."""
        key = fold_name(name)
        node: DraftNode | None = self
        while node is not None:
            found = node.children.get(key)
            if found is not None:
                return found
            node = node.parent or node.fs_parent
        return None

    def edge_named(self, name: str) -> DraftEdge | None:
        """Return the dependency called `name`, which may be read from the manifest only now."""
        key = fold_name(name)
        edge = self.edges_out.get(key)
        return self._make_edge(key) if edge is None and key in self.dependencies else edge

    def all_edges(self) -> tuple[DraftEdge, ...]:
        """Return every dependency, in npm's order."""
        if len(self.edges_out) < len(self.dependencies):
            for key in self.dependencies:
                if key not in self.edges_out:
                    self._make_edge(key)
            self.edges_out = {key: self.edges_out[key] for key in self.dependencies}
        return tuple(self.edges_out.values())

    def peer_edges(self) -> list[DraftEdge]:
        """Return the peer dependencies, in npm's order."""
        if not self.peer_keys:
            return []
        return [self.edges_out.get(key) or self._make_edge(key) for key in self.peer_keys]

    def load_dependencies(
        self, *, legacy_peer_deps: bool, workspaces: Mapping[str, str] = EMPTY
    ) -> None:
        """Read the dependencies from the manifest; `workspaces` is name to `file:` spec."""
        if self.is_link:
            return
        top = self.is_top and bool(self.path)
        if self.source is not None:
            top = top and self.source.is_top
        kinds: dict[str, tuple[str, str, EdgeType]] = {}
        # A workspace comes first and gives way to nothing, here as in npm.
        for name, spec in workspaces.items():
            kinds[fold_name(name)] = (name, spec, "workspace")
        for name, (spec, kind) in list_dependencies(
            self.manifest, top=top, legacy_peer_deps=legacy_peer_deps
        ).items():
            if name not in workspaces:
                kinds.pop(fold_name(name), None)
                kinds[fold_name(name)] = (name, spec, kind)
        self.dependencies = kinds
        self.peer_keys = tuple(
            key for key, (_, _, kind) in kinds.items() if kind in ("peer", "peerOptional")
        )

    def share_dependencies(self, other: DraftNode) -> None:
        """Take the dependencies that `other` has read from the same manifest."""
        self.dependencies = other.dependencies
        self.peer_keys = other.peer_keys

    def _make_edge(self, key: str) -> DraftEdge:
        name, spec, kind = self.dependencies[key]
        accept = self.accept.get(name)
        edge = DraftEdge(self, name, spec, kind, accept if isinstance(accept, str) else None)
        self.edges_out[key] = edge
        if self.overrides is not None:
            edge.overrides = self.overrides.edge_rule(edge)
        if self.draft is not None:
            self.draft.add_edge(key, edge)
        edge.reload(hard=True)
        return edge


class Draft:
    """One root and all nodes below it, indexed so that a change touches only what it must.

    `virtual` says that only the edges that somebody looks at are made: a virtual root holds one
    package and its peers, and most of what they depend on never matters there.
    """

    __slots__ = ("by_name", "edges", "nodes", "root", "virtual")

    def __init__(self, root: DraftNode, path: str, *, virtual: bool = False) -> None:
        self.root = root
        self.virtual = virtual
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

        What stands there under that name is detached. Edges that now find `node` point at it.
        """
        key = fold_name(node.name)
        if parent.children.get(key) is node:
            return
        if node.parent is not None or node.fs_parent is not None:
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
        """Put `new` where `old` stands; what is in its node_modules stays there."""
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
            if not self.virtual:
                below.all_edges()

    def _register(self, node: DraftNode) -> None:
        node.draft = self
        node.location = self.locate(node.path)
        self.nodes.pop(node.location, None)
        self.nodes[node.location] = node
        self.by_name.setdefault(node.name, {})[node] = None
        node.in_shrinkwrap = node.parent is not None and (
            node.parent.has_shrinkwrap or node.parent.in_shrinkwrap
        )
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
            known = link.target
            if known.draft is not self:
                if known.draft is not None:
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
        if self.virtual:
            # Here edges are made on demand, and this is the demand.
            for other in tuple(self.nodes.values()):
                if other is not node and not other.is_link:
                    other.edge_named(node.name)
            for other in tuple(self.root.children.values()):
                node.edge_named(other.name)
        for edge in tuple(self.edges.get(key, ())):
            found = edge.source.resolve(edge.name)
            if found is not edge.to or found is node:
                edge.reload(hard=True)


def detach(node: DraftNode) -> None:
    """Take `node` and everything below it out of its tree; edges look elsewhere."""
    draft = node.draft
    if node.parent is not None:
        key = fold_name(node.name)
        if node.parent.children.get(key) is node:
            del node.parent.children[key]
        node.parent = None
    if node.fs_parent is not None:
        node.fs_parent.fs_children.pop(node, None)
        node.fs_parent = None
    gone = list(_subtree(node))
    for one in gone:
        if draft is not None and one.draft is draft:
            draft.unregister(one)
        if one.target is not None:
            one.target.links_in.pop(one, None)
    for one in gone:
        for edge in tuple(one.edges_in):
            if edge.source.draft is not None:
                edge.reload()
    for one in gone:
        for edge in tuple(one.edges_out.values()):
            if edge.to is None or edge.to.draft is not None:
                edge.reload()


def _subtree(node: DraftNode) -> Iterator[DraftNode]:
    stack = [node]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(one.children.values())
        stack.extend(one.fs_children)
