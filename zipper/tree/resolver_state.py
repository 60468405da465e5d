"""What one run of the resolver knows: the request, the tree in the making, what was learned.

The steps (`peers`, `place`, `worklist`) are functions over this; none of them keeps anything of
its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zipper.npm.package_json import Manifest
from zipper.tree.draft import Draft, DraftNode
from zipper.tree.prefetch import list_wishes

if TYPE_CHECKING:
    from zipper.errors import ZipperError
    from zipper.tree.manifests import Manifests
    from zipper.tree.overrides import OverrideSet
    from zipper.tree.resolver_options import IdealTreeRequest

__all__ = ["Resolution"]


@dataclass(slots=True, eq=False, repr=False)
class Resolution:
    """The state of one resolution; mutable, private to it."""

    request: IdealTreeRequest
    draft: Draft
    manifests: Manifests
    virtual_roots: dict[DraftNode, DraftNode] = field(default_factory=dict)
    link_nodes: dict[DraftNode, None] = field(default_factory=dict)
    load_failures: dict[DraftNode, None] = field(default_factory=dict)
    warnings: list[ZipperError] = field(default_factory=list)
    _like: dict[int, DraftNode] = field(default_factory=dict)
    """A node for each manifest that was read, by identity, whose dependencies others share."""

    @property
    def update_names(self) -> frozenset[str]:
        """The names to choose anew."""
        update = self.request.update
        return frozenset() if isinstance(update, bool) else update

    @property
    def trusts_optional_peers(self) -> bool:
        """Whether an optional peer that does not fit is taken as it is in the lockfile."""
        return not self.request.options.save and not self.request.update

    def expect(self, manifest: Manifest, *, is_placed: bool, dev: bool = False) -> None:
        """Note what will probably be asked for, now that a package has been picked."""
        legacy = self.request.options.legacy_peer_deps
        self.manifests.expect(
            list_wishes(manifest, is_placed=is_placed, legacy_peer_deps=legacy, dev=dev)
        )

    def make_node(
        self,
        name: str,
        manifest: Manifest,
        *,
        resolved: str | None = None,
        integrity: str | None = None,
        error: ZipperError | None = None,
        overrides: OverrideSet | None = None,
        link_path: str | None = None,
    ) -> DraftNode:
        """Return a node that is nowhere yet.

        Its dependencies are those inside node_modules; nodes of one manifest share them.
        """
        node = DraftNode(
            name,
            manifest,
            resolved=resolved,
            integrity=integrity,
            has_shrinkwrap=bool(manifest.raw.get("_hasShrinkwrap")),
            error=error,
            overrides=overrides,
            link_path=link_path,
        )
        options = self.request.options
        node.install_links = options.install_links
        node.home = self.request.home
        like = self._like.get(id(manifest))
        if like is not None and like.manifest is manifest and not node.is_link:
            node.share_dependencies(like)
            return node
        node.load_dependencies(legacy_peer_deps=options.legacy_peer_deps)
        if not node.is_link:
            self._like[id(manifest)] = node
        return node

    def attach_top(self, node: DraftNode, path: str) -> None:
        """Put `node` outside node_modules, where its development dependencies count."""
        node.path = node.real_path = path
        node.load_dependencies(legacy_peer_deps=self.request.options.legacy_peer_deps)
        self.draft.attach_top(node, path)

    def make_link(self, name: str, manifest: Manifest, path: str) -> DraftNode:
        """Return a link to the directory `path`, its target with it."""
        link = self.make_node(name, manifest, link_path=path)
        target = self.make_node(name, manifest)
        target.path = target.real_path = path
        target.load_dependencies(legacy_peer_deps=self.request.options.legacy_peer_deps)
        link.target = target
        return link

    def failure_node(self, name: str, error: ZipperError) -> DraftNode:
        """Return a node for what could not be had; whether that matters is settled at the end."""
        node = self.make_node(name, Manifest(), error=error)
        self.load_failures[node] = None
        return node

    def virtual_root(self, node: DraftNode, *, reuse: bool = False) -> DraftNode:
        """Return a root that depends on what `node` depends on, in which to gather peers.

        The last one made for a node may be reused: the peers that it holds go together.
        """
        if reuse and node in self.virtual_roots:
            return self.virtual_roots[node]
        root = DraftNode(node.name, node.manifest, overrides=node.overrides)
        root.source = node
        root.install_links = node.install_links
        root.home = node.home
        root.path = node.real_path
        if node.is_top:
            root.load_dependencies(legacy_peer_deps=self.request.options.legacy_peer_deps)
        else:
            root.share_dependencies(node)
        draft = Draft(root, node.real_path, lazy=root.overrides is None)
        if not draft.lazy:
            root.all_edges()
        self.virtual_roots[node] = root
        return root
