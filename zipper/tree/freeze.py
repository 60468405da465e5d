"""The end of a resolution: flags, leftovers, failures, and the frozen tree.

In: the tree in the making, complete. Out: the `Tree`, as the lockfile records it.

Source: @npmcli/arborist 9, build-ideal-tree `#fixDepFlags`, `#pruneFailedOptional`,
`#checkEngineAndPlatform`; shrinkwrap `commit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import ZipperError
from zipper.npm.platform import check_engine, check_platform
from zipper.tree.bundle_owner import find_bundler
from zipper.tree.connections import Connections
from zipper.tree.eresolve import chain_of
from zipper.tree.flags import Flags, calculate_flags, is_omitted, with_flags
from zipper.tree.model import ROOT, Edge, Node, Tree, is_top
from zipper.tree.optional_set import find_optional_set

if TYPE_CHECKING:
    from zipper.tree.draft import DraftNode
    from zipper.tree.resolver_state import Resolution

__all__ = ["find_overridden", "freeze"]


def freeze(resolution: Resolution, *, had_lockfile: bool) -> Tree:
    """Return the resolved tree.

    Args:
        resolution: the run, its worklist empty.
        had_lockfile: whether it began with a lockfile: then what nothing needs is removed. A tree
            built from nothing keeps what an optional peer has brought, marked as extraneous.

    Raises:
        ZipperError: why a required package could not be had; EBADPLATFORM; EBADENGINE.
    """
    draft = resolution.draft
    tree = Tree({location: _freeze_node(node) for location, node in draft.nodes.items()})
    connections = _freeze_edges(resolution)
    flags = calculate_flags(tree, connections)
    inert = _settle_failures(resolution, connections, flags)
    if resolution.request.options.checks_required:
        _check_required(resolution, flags)
    gone = _find_leftovers(resolution, flags, inert, had_lockfile=had_lockfile)
    flagged = with_flags(tree, flags)
    return Tree(
        {location: node for location, node in flagged.nodes.items() if location not in gone}
    )


def find_overridden(resolution: Resolution) -> dict[tuple[str, str], str]:
    """Return the specs that overrides gave, by the location and the name of a dependency."""
    if resolution.draft.root.overrides is None:
        return {}
    return {
        (location, edge.name): edge.spec
        for location, node in resolution.draft.nodes.items()
        for edge in node.all_edges()
        if edge.spec != edge.raw_spec
    }


def _freeze_node(node: DraftNode) -> Node:
    draft = node.draft
    assert draft is not None
    resolved = node.resolved
    if resolved is not None and resolved.startswith("file:"):
        resolved = f"file:{draft.locate(resolved[5:])}"
    return Node(
        location=node.location,
        name=node.name,
        manifest=node.manifest,
        version=node.version,
        resolved=resolved,
        integrity=node.integrity,
        link_target=None if node.target is None else node.target.location,
        in_bundle=find_bundler(node) is not None,
        has_shrinkwrap=node.has_shrinkwrap,
    )


def _freeze_edges(resolution: Resolution) -> Connections:
    edges_out: dict[str, tuple[Edge, ...]] = {}
    edges_in: dict[str, list[Edge]] = {location: [] for location in resolution.draft.nodes}
    for location, node in resolution.draft.nodes.items():
        edges_out[location] = tuple(
            Edge(
                source=location,
                name=edge.name,
                spec=edge.raw_spec,
                type=edge.type,
                target=None if edge.to is None else edge.to.location,
            )
            for edge in node.all_edges()
        )
        for edge in edges_out[location]:
            if edge.target is not None:
                edges_in[edge.target].append(edge)
    return Connections(edges_out, edges_in)


def _settle_failures(
    resolution: Resolution, connections: Connections, flags: dict[str, Flags]
) -> set[str]:
    """Return what falls away with the optional packages that could not be had.

    Raises:
        ZipperError: the first failure that is not optional, with the chain that needs it.
    """
    inert: set[str] = set()
    for node in resolution.load_failures:
        if node.draft is not resolution.draft:
            continue
        if not flags[node.location].optional:
            raise _with_chain(node.errors[0], node)
        inert |= find_optional_set([node.location], connections, inert=inert)
    return inert


def _with_chain(error: ZipperError, node: DraftNode) -> ZipperError:
    kind = next((edge.type for edge in node.edges_in), "prod")
    chain = ("required by", f"{chain_of(node)} ({kind})")
    return type(error)(error.code, error.message, facts=(chain, *error.facts), hint=error.hint)


def _check_required(resolution: Resolution, flags: dict[str, Flags]) -> None:
    """Compare required packages with the platform and the engines.

    Raises:
        ResolutionError: EBADPLATFORM; EBADENGINE with `engine-strict`, else it is a warning.
    """
    request = resolution.request
    options, platform = request.options, request.platform
    for location, node in resolution.draft.nodes.items():
        own = flags[location]
        if own.optional or (not own.extraneous and is_omitted(own, options.omit)):
            continue
        try:
            if location != ROOT or not node.manifest.raw.get("devEngines"):
                check_engine(
                    node.manifest,
                    node_version=request.node_version,
                    npm_version=request.npm_version,
                    force=options.force,
                )
        except ZipperError as error:
            if options.engine_strict:
                raise _with_chain(error, node) from None
            resolution.warnings.append(_with_chain(error, node))
        try:
            check_platform(
                node.manifest,
                os=platform.os,
                cpu=platform.cpu,
                libc=platform.libc,
                force=options.force,
            )
        except ZipperError as error:
            raise _with_chain(error, node) from None


def _find_leftovers(
    resolution: Resolution, flags: dict[str, Flags], inert: set[str], *, had_lockfile: bool
) -> set[str]:
    """Return the locations that the tree goes without."""
    gone: set[str] = set()
    for location, node in resolution.draft.nodes.items():
        if (location in inert and not node.version) or (
            flags[location].extraneous and _is_leftover(location, node, had_lockfile=had_lockfile)
        ):
            gone.add(location)
    return gone


def _is_leftover(location: str, node: DraftNode, *, had_lockfile: bool) -> bool:
    if node.parent is not None:
        return had_lockfile
    return is_top(location) and (node.fs_parent is None or node.fs_parent.is_root)
