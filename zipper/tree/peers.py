"""From an edge to a node with all its peers, gathered in a virtual root.

In: an edge that nothing answers yet, or nothing fitting. Out: a node in a virtual root, with its
peers and theirs beside it, ready to be placed together.

Peers can contradict each other or what the requesting package wants itself. That is an error only
where the project's author is asked to decide: for the project's own dependencies, or with
`strict-peer-deps`. Elsewhere the conflict is left to be settled when the nodes are placed.

Source: @npmcli/arborist 9, build-ideal-tree `#nodeFromEdge`, `#nodeFromSpec`, `#loadPeerSet`.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zipper.errors import ZipperError
from zipper.npm.collation import collation_key
from zipper.npm.package_json import Manifest
from zipper.tree.dep_valid import from_path, resolve_edge_spec
from zipper.tree.eresolve import chain_of, explain_endless, explain_peer_conflict
from zipper.tree.replace import can_replace
from zipper.tree.trampoline import Step, call

if TYPE_CHECKING:
    from zipper.npm.spec import Spec
    from zipper.tree.draft import DraftNode
    from zipper.tree.draft_edge import DraftEdge
    from zipper.tree.resolver_state import Resolution

__all__ = ["PeerLoad", "node_from_edge"]

_STEPS_MAX: Final = 5_000
"""Nodes made for one edge; the largest peer sets in use have a few hundred.

Deviation: npm has no bound and never finishes on some contradictory peer cycles.
"""


@dataclass(slots=True, eq=False, repr=False)
class PeerLoad:
    """One gathering: which nodes have to be there, and how far it has come."""

    required: set[DraftNode]
    """Nodes whose unmet peers are errors; what only an optional peer brought is not among them."""
    trail: list[DraftEdge] = field(default_factory=list)

    def count(self, edge: DraftEdge) -> None:
        """Note another edge.

        Raises:
            ResolutionError: ERESOLVE when there seems to be no end.
        """
        self.trail.append(edge)
        if len(self.trail) > _STEPS_MAX:
            raise explain_endless(self.trail[-100:])


def node_from_edge(
    resolution: Resolution,
    edge: DraftEdge,
    load: PeerLoad,
    *,
    parent: DraftNode | None = None,
    second: DraftEdge | None = None,
) -> Step[DraftNode]:
    """Return a node for `edge` in a virtual root, its peers loaded around it.

    Args:
        resolution: the run.
        edge: what is wanted.
        load: the gathering that this belongs to.
        parent: the virtual root; a new one for the edge's source where it is None.
        second: a narrower wish for the same name; a node that pleases both is preferred.

    Raises:
        ResolutionError: ERESOLVE; or what is wrong with the spec itself.
    """
    load.count(edge)
    root = parent or resolution.virtual_root(edge.source)
    assert root.draft is not None
    node = yield from _node_from_edge_spec(resolution, edge, root, edge)
    root.draft.attach(node, root)
    if second is not None and not second.valid:
        other = yield from _node_from_edge_spec(resolution, edge, root, second)
        root.draft.attach(other, root)
        if edge.valid:
            node = other
        root.draft.attach(node, root)
    if _is_required(edge, load) or (second is not None and _is_required(second, load)):
        load.required.add(node)
    resolution.expect(node.manifest, is_placed=node in load.required)
    return (yield from call(_load_peer_set(resolution, node, load)))


def _is_required(edge: DraftEdge, load: PeerLoad) -> bool:
    return edge.source in load.required and edge.type != "peerOptional"


def _node_from_edge_spec(
    resolution: Resolution, edge: DraftEdge, root: DraftNode, wish: DraftEdge
) -> Step[DraftNode]:
    """Return a node for the name of `edge` and the spec of `wish`; a failure is a node too."""
    source = wish.source
    try:
        spec = resolve_edge_spec(edge.name, wish.spec, _folder_of(source), home=source.home)
        if spec.type == "file" and wish.is_overridden:
            # npm fetches ahead what an override names, from the project, and keeps that. A folder
            # is not fetched: it is looked for inside the package that depends on it.
            path = from_path(source, wish)
            spec = resolve_edge_spec(edge.name, wish.spec, path, home=source.home)
    except ZipperError as error:
        error.facts = (("required by", chain_of(source)), *error.facts)
        raise
    try:
        return (yield from _node_from_spec(resolution, edge.name, spec, root, wish))
    except ZipperError as error:
        return resolution.failure_node(edge.name, error)


def _folder_of(node: DraftNode) -> str:
    """Return the folder from which the local specs of `node` are read when they are fetched."""
    origin = node.source or node
    if origin.resolved and origin.resolved.startswith("file:"):
        path = from_path(origin)
        return origin.resolved[5:] if path == origin.real_path else path
    return node.path


def _node_from_spec(
    resolution: Resolution, name: str, spec: Spec, root: DraftNode, edge: DraftEdge
) -> Step[DraftNode]:
    workspaces = resolution.request.workspaces
    is_workspace = (spec.name or "") in workspaces
    if spec.type == "directory" and (is_workspace or _is_linked(resolution, spec, root, edge)):
        path = posixpath.normpath(spec.fetch_spec or "")
        manifest = yield from resolution.manifests.read_directory(path)
        link = resolution.make_link(name, manifest or Manifest(), path)
        resolution.link_nodes[link] = None
        return link
    existing = resolution.draft.root.edge_named(spec.name or "")
    node = None if existing is None else existing.to
    if node is not None and node.is_workspace and edge.satisfied_by(node):
        # Deviation: npm takes the workspace's own link out of the tree here, and into the
        # virtual root. Where no peer is placed from there, the lockfile lacks the workspace
        # and what it depends on, and no error of either is seen. npm that makes a link of its
        # own here, as this does, comes to the same trees.
        return resolution.make_link(name, node.manifest, node.real_path)
    fetched = yield from resolution.manifests.fetch(spec)
    manifest = fetched.manifest
    return resolution.make_node(
        name, manifest, resolved=fetched.resolved or None, integrity=fetched.integrity
    )


def _is_linked(resolution: Resolution, spec: Spec, root: DraftNode, edge: DraftEdge) -> bool:
    """Say whether a directory is linked: always inside the project, outside unless installed.

    What was itself installed as a copy has its directories copied too.
    """
    if not resolution.request.options.install_links:
        return True
    origin = root.source or root
    if not origin.is_link and (origin.resolved or "").startswith("file:"):
        return False
    top = resolution.request.path
    inside = f"{posixpath.normpath(spec.fetch_spec or '')}/".startswith(f"{top}/")
    return edge.raw_spec.startswith(("file:../", "file:./")) and inside


def _load_peer_set(resolution: Resolution, node: DraftNode, load: PeerLoad) -> Step[DraftNode]:
    """Bring the peers of `node`, and theirs, into its virtual root."""
    edges = [edge for edge in node.peer_edges() if not (edge.valid and edge.to is not None)]
    edges.sort(key=lambda edge: collation_key(edge.name))
    for edge in edges:
        # A peer of a peer may have replaced the node: then its own needs count no more.
        if node.parent is None:
            break
        if edge.valid and edge.to is not None:
            continue
        if edge.to is None:
            yield from _load_missing_peer(resolution, node, edge, load)
        else:
            yield from _load_other_peer(resolution, node, edge, load)
    return node


def _load_missing_peer(
    resolution: Resolution, node: DraftNode, edge: DraftEdge, load: PeerLoad
) -> Step[None]:
    """Get a peer that is not there; where the parent depends on it too, please both."""
    root = node.parent
    assert root is not None
    wanted = root.edge_named(edge.name)
    if wanted is None:
        yield from call(node_from_edge(resolution, edge, load, parent=root))
        return
    dep = yield from call(node_from_edge(resolution, wanted, load, parent=root, second=edge))
    if edge.valid:
        return
    if _may_conflict(resolution, root) or dep not in load.required:
        edge.peer_conflicted = True
        return
    if node.parent is not None:
        raise explain_peer_conflict(edge, wanted)


def _load_other_peer(
    resolution: Resolution, node: DraftNode, edge: DraftEdge, load: PeerLoad
) -> Step[None]:
    """Get another node for a peer that does not fit, where the others can live with that."""
    root = node.parent
    current = edge.to
    assert root is not None
    assert current is not None
    wanted = root.edge_named(edge.name)
    may_conflict = _may_conflict(resolution, root)
    dep = yield from call(node_from_edge(resolution, edge, load))
    if can_replace(current, dep):
        if node.parent is not None:
            yield from call(node_from_edge(resolution, edge, load, parent=node.parent))
        return
    if may_conflict or edge.source not in load.required:
        return
    raise explain_peer_conflict(edge, wanted)


def _may_conflict(resolution: Resolution, root: DraftNode) -> bool:
    """Say whether a conflict among the peers may remain until the nodes are placed."""
    options = resolution.request.options
    mine = root.source is not None and root.source.is_mine
    return options.force or (not mine and not options.strict_peer_deps)
