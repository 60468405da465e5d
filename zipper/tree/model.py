"""The tree as a frozen value: nodes by location, and Node's own walk over them.

In: nodes from a lockfile or from the worklist. Out: answers such as "what does this node's
dependency `a` find?". Changing a tree is the worklist's work, never this module's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from zipper.npm.package_json import Manifest

__all__ = ["ROOT", "Edge", "EdgeType", "Node", "Tree", "join_location"]

ROOT: Final = ""
"""The location of the project itself."""

EdgeType = Literal["prod", "dev", "optional", "peer", "peerOptional", "workspace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One folder of the tree.

    `name` is the folder's name, which edges look for; `manifest.name` differs for an alias.
    """

    location: str
    name: str
    manifest: Manifest = field(default_factory=Manifest)
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

    @property
    def package_name(self) -> str:
        """The name in the manifest, which the registry knows; `name` where there is none."""
        return self.manifest.name or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One dependency: who asks, for what, and the location that answers (None: nothing does)."""

    source: str
    name: str
    spec: str
    type: EdgeType
    target: str | None


@dataclass(frozen=True, slots=True)
class Tree:
    """Nodes by location; the root stands under `ROOT`."""

    nodes: Mapping[str, Node] = field(default_factory=lambda: MappingProxyType({}))

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
            if place == ROOT:
                return None
            place = parent_location(place)

    def edges_out(self, location: str) -> Iterator[Edge]:
        """Yield the dependencies of the node at `location`; dev ones for the root and link targets.

        In npm's order of precedence: an optional entry replaces a required one of the same name,
        dev replaces peer, and so on. Source: arborist lib/node.js `[_loadDeps]`, npm 11.
        """
        node = self.nodes[location]
        manifest = node.manifest
        kinds: dict[str, tuple[str, EdgeType]] = {}
        for name, spec in manifest.peer_dependencies.items():
            kinds[name] = (spec, "peerOptional" if name in manifest.peer_optional else "peer")
        for name, spec in manifest.dependencies.items():
            kinds[name] = (spec, "prod")
        for name, spec in manifest.optional_dependencies.items():
            kinds[name] = (spec, "optional")
        if "node_modules" not in location.split("/"):
            for name, spec in manifest.dev_dependencies.items():
                kinds[name] = (spec, "dev")
        for name, (spec, kind) in kinds.items():
            found = self.find(location, name)
            target = None if found is None else found.location
            yield Edge(source=location, name=name, spec=spec, type=kind, target=target)


def join_location(parent: str, name: str) -> str:
    """Return the location of `name` inside the node_modules folder of `parent`."""
    return f"{parent}/node_modules/{name}" if parent else f"node_modules/{name}"


def parent_location(location: str) -> str:
    """Return the next folder above `location` in which Node looks for node_modules."""
    parts = location.split("/")[:-1]
    while parts and (parts[-1] == "node_modules" or parts[-1].startswith("@")):
        parts.pop()
    return "/".join(parts)
