"""A node of the tree in the making: a folder with its package, its neighbours and its edges.

In: a manifest. Out: answers about the place in the tree. Nodes are put somewhere and taken away by
`draft` alone.

Source: @npmcli/arborist 9, lib/node.js, lib/link.js.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from zipper.npm.package_json import EMPTY, Manifest
from zipper.tree.draft_edge import DraftEdge
from zipper.tree.model import EdgeType, list_dependencies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.errors import ZipperError
    from zipper.tree.draft import Draft
    from zipper.tree.overrides import OverrideSet

__all__ = ["DraftNode", "fold_name"]

_RANK_UNKNOWN: Final = 1_000_000


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
        "home",
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
        self.accept: Mapping[str, object] = accept if isinstance(accept, Mapping) else EMPTY
        self.install_links = False
        self.home = "/"

    def __repr__(self) -> str:
        return f"<{self.name}@{self.version} at {self.path or 'nowhere'}>"

    @property
    def package_name(self) -> str:
        """The name in the manifest; that of its target for a link."""
        return (self.target or self).manifest.name

    @property
    def is_top(self) -> bool:
        """Whether the folder is outside node_modules."""
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
    def in_shrinkwrap(self) -> bool:
        """Whether a package further out has brought the node with its own shrinkwrap."""
        node = self.parent
        while node is not None and not node.has_shrinkwrap:
            node = node.parent
        return node is not None

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
