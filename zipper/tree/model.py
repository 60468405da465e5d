"""The tree as a frozen value: nodes by location, and Node's own walk over them.

In: nodes from a lockfile or from the worklist. Out: answers such as "what does this node's
dependency `a` find?". Changing a tree is the worklist's work, never this module's.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from zipper.named_tuple import NamedTuple
from zipper.npm.package_json import Manifest
from zipper.npm.workspaces import match_workspaces, name_from_folder, parse_workspaces

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


__all__ = [
    "ROOT",
    "Edge",
    "EdgeType",
    "Node",
    "Patch",
    "Tree",
    "has_names_twice",
    "is_bundled",
    "is_top",
    "is_vendored_link",
    "join_location",
    "list_dependencies",
    "list_twice",
    "parent_location",
    "split_location",
]


def split_location(location: str) -> tuple[str, str]:
    """Return the parent package's location and the name; no name for the target of a link.

    Such a target may lie inside a package: `node_modules/a/vendor/x`.
    """
    parent, found, name = location.rpartition("node_modules/")
    if not found or name.count("/") > name.startswith("@"):
        return location, ""
    return parent.rstrip("/"), name


def is_bundled(node: Node) -> bool:
    """Return whether the node's files come with another package's tarball."""
    return node.in_bundle and node.resolved is None and node.integrity is None


ROOT: Final = ""
"""The location of the project itself."""

EdgeType = Literal["prod", "dev", "optional", "peer", "peerOptional", "workspace"]


class Patch(NamedTuple):
    """A diff that is applied to a package's files, as a lockfile of pnpm, yarn or bun names it."""

    path: str
    """Relative to the lockfile, for messages."""
    text: str
    tool: str
    """Whose rules apply it."""
    code: str
    """The tool's code where it does not apply."""
    may_fail: bool = False


class Node(NamedTuple):
    """One folder of the tree.

    `name` is the folder's name, which edges look for; `manifest.name` differs for an alias.
    """

    location: str
    name: str
    manifest: Manifest = Manifest()
    version: str = ""
    resolved: str | None = None
    """Where the tarball is: a URL, a `file:` spec, or None where the lockfile leaves it out."""
    integrity: str | None = None
    link_target: str | None = None
    """For a link: the location of its target; None for every other node."""
    dev: bool = False
    optional: bool = False
    dev_optional: bool = False
    peer: bool = False
    extraneous: bool = False
    in_bundle: bool = False
    has_shrinkwrap: bool = False
    patches: tuple[Patch, ...] = ()
    checksum: str = ""
    """yarn's own, where it follows from the tarball; see `zipper.store.yarn_checksum`."""

    @property
    def package_name(self) -> str:
        """The name in the manifest, which the registry knows; `name` where there is none."""
        return self.manifest.name or self.name


class Edge(NamedTuple):
    """One dependency: who asks, for what, and the location that answers (None: nothing does)."""

    source: str
    name: str
    spec: str
    type: EdgeType
    target: str | None


class Tree(NamedTuple):
    """Nodes by location; the root is under `ROOT`."""

    nodes: Mapping[str, Node] = MappingProxyType({})

    @property
    def root(self) -> Node:
        """The project itself."""
        return self.nodes[ROOT]

    def find(self, source: str, name: str) -> Node | None:
        """Return what `require(name)` from the node at `source` finds, links not followed.

        Looks in `source/node_modules`, then in every parent's, as Node does; a folder called
        node_modules is never its own parent.
        """
        place = source
        while True:
            node = self.nodes.get(join_location(place, name))
            if node is not None:
                return node
            # A link target outside the project is not below it: its walk ends there.
            if place == ROOT or place.endswith(".."):
                return None
            place = parent_location(place)

    def find_workspaces(self) -> dict[str, str]:
        """Return the workspaces that the root's `workspaces` patterns select, name to location.

        Source: @npmcli/map-workspaces 5, `virtual`: of two with one name the later one counts.
        """
        patterns = parse_workspaces(self.root.manifest.raw.get("workspaces"))
        if not patterns:
            return {}
        tops = (node.location or "." for node in self.nodes.values() if node.link_target is None)
        found = ("" if place == "." else place for place in match_workspaces(patterns, tops))
        return {
            self.nodes[location].manifest.name or name_from_folder(location): location
            for location in found
        }

    def edges_out(self, location: str, *, legacy_peer_deps: bool = False) -> Iterator[Edge]:
        """Yield the dependencies of the node at `location`; a link's are those of its target.

        In npm's order: of two entries of one name the stronger wins and takes the later place
        (peer, peerOptional, prod, optional, dev; a workspace above all). Development dependencies
        count for the root and for folders outside node_modules only. `legacy_peer_deps` leaves
        the peers out. Source: arborist lib/node.js `[_loadDeps]`, npm 11.
        """
        node = self.nodes[location]
        if node.link_target is not None:
            return
        kinds = list_dependencies(
            node.manifest, top=is_top(location), legacy_peer_deps=legacy_peer_deps
        )
        if location == ROOT:
            for name, directory in self.find_workspaces().items():
                kinds.pop(name, None)
                kinds[name] = (f"file:{directory}", "workspace")
        for name, (spec, kind) in kinds.items():
            found = self.find(location, name)
            target = None if found is None else found.location
            yield Edge(source=location, name=name, spec=spec, type=kind, target=target)


def list_dependencies(
    manifest: Manifest, *, top: bool, legacy_peer_deps: bool = False
) -> dict[str, tuple[str, EdgeType]]:
    """Return name to spec and type, in npm's order; `top` adds the development dependencies."""
    kinds: dict[str, tuple[str, EdgeType]] = {}
    if manifest.peer_dependencies and not legacy_peer_deps:
        optional = manifest.peer_optional
        for name, spec in manifest.peer_dependencies.items():
            if name not in optional:
                kinds[name] = (spec, "peer")
        for name, spec in manifest.peer_dependencies.items():
            if name in optional:
                kinds[name] = (spec, "peerOptional")
    stronger: tuple[tuple[Mapping[str, str], EdgeType], ...] = (
        (manifest.dependencies, "prod"),
        (manifest.optional_dependencies, "optional"),
        (manifest.dev_dependencies if top else {}, "dev"),
    )
    for dependencies, kind in stronger:
        for name, spec in dependencies.items():
            kinds.pop(name, None)
            kinds[name] = (spec, kind)
    return kinds


def list_twice(manifest: Manifest) -> list[str]:
    """Return the names that are development dependencies beside what they are otherwise, sorted."""
    if not manifest.dev_dependencies:
        return []
    kept = {**manifest.dependencies, **manifest.optional_dependencies}
    return sorted(kept.keys() & manifest.dev_dependencies.keys())


def has_names_twice(tree: Tree) -> bool:
    """Say whether a folder of the project has such names."""
    # Builds of members each look at the whole tree, most of which has none.
    manifests = [node.manifest for node in tree.nodes.values() if node.manifest.dev_dependencies]
    return any(map(list_twice, manifests))


def is_top(location: str) -> bool:
    """Say whether the folder is in no node_modules: the root, a workspace, a link target."""
    return "node_modules" not in location.split("/")


def is_vendored_link(node: Node) -> bool:
    """Return whether the node is a link to a folder inside a package of node_modules."""
    target = node.link_target
    return target is not None and not is_top(target) and not split_location(target)[1]


def join_location(parent: str, name: str) -> str:
    """Return the location of `name` inside the node_modules folder of `parent`."""
    return f"{parent}/node_modules/{name}" if parent else f"node_modules/{name}"


def parent_location(location: str) -> str:
    """Return the next folder above `location` in which Node looks for node_modules."""
    parts = location.split("/")[:-1]
    while parts and (parts[-1] == "node_modules" or parts[-1].startswith("@")):
        parts.pop()
    return "/".join(parts)
