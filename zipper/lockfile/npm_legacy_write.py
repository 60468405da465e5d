"""The nested `dependencies` of a lockfile of version 1 or 2, which npm 6 reads.

In: an ideal tree. Out: what is under `dependencies`, as npm 11 writes it.

Source: @npmcli/arborist 9 lib/shrinkwrap.js `#buildLegacyLockfile`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.errors import ZipperError
from zipper.npm.collation import collation_key
from zipper.npm.folder_path import relative, resolve
from zipper.npm.semver import satisfies
from zipper.npm.spec import Spec, parse_spec, resolve_spec
from zipper.tree.model import ROOT, Node, Tree, split_location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.tree.model import Edge

__all__ = ["list_legacy_dependencies"]

_LOCAL: Final = ("file", "directory", "git")
_SAVED: Final = ("file", "remote")


def list_legacy_dependencies(
    tree: Tree,
    *,
    folder: str,
    overridden: Mapping[tuple[str, str], str],
    without_resolved: bool = False,
    legacy_peer_deps: bool = False,
) -> dict[str, object]:
    """Return the root's `dependencies`, by name.

    Args:
        tree: the ideal tree.
        folder: the project's absolute path, `/`-separated.
        overridden: the specs that overrides gave, by the location and the name of a dependency.
        without_resolved: leave out where packages come from.
        legacy_peer_deps: the tree is one in which peers are no dependencies.
    """
    writer = _Writer(
        tree,
        folder,
        overridden,
        without_resolved=without_resolved,
        legacy_peer_deps=legacy_peer_deps,
    )
    return writer.list_children(ROOT, ())


class _Writer:
    """Walks the tree downwards, with all that is looked up on the way."""

    def __init__(
        self,
        tree: Tree,
        folder: str,
        overridden: Mapping[tuple[str, str], str],
        *,
        without_resolved: bool,
        legacy_peer_deps: bool,
    ) -> None:
        self._tree = tree
        self._folder = folder
        self._without_resolved = without_resolved
        self._edges_out = {
            location: [
                edge._replace(spec=overridden.get((location, edge.name), edge.spec))
                for edge in tree.edges_out(location, legacy_peer_deps=legacy_peer_deps)
            ]
            for location in tree.nodes
        }
        self._edges_in: dict[str, list[Edge]] = {}
        for edges in self._edges_out.values():
            for edge in edges:
                if edge.target is not None:
                    self._edges_in.setdefault(edge.target, []).append(edge)
        self._children: dict[str, dict[str, str]] = {}
        for location in tree.nodes:
            parent, name = split_location(location)
            if name:
                self._children.setdefault(parent, {})[name] = location

    def list_children(self, location: str, path: tuple[str, ...]) -> dict[str, object]:
        """Return the entries in the node_modules of the folder `location`, reached over `path`."""
        return {
            name: self._entry(child, (*path, location))
            for name, child in self._children.get(location, {}).items()
            if self._real(child) not in path  # a link that leads back
        }

    def _entry(self, location: str, path: tuple[str, ...]) -> dict[str, object]:
        node = self._tree.nodes[location]
        came_from = _parse(node.resolved)
        asked = self._spec_of(node) or came_from
        entry = self._source(node, asked, came_from)
        if _is_in_dependency_bundle(self._tree, node):
            entry["bundled"] = True
        kinds = {spec.type for spec in (asked, came_from) if spec is not None}
        is_remote = asked is not None and asked.type == "remote"
        hides = self._without_resolved or is_remote or node.link_target is not None
        if node.resolved and not hides and kinds.isdisjoint(_LOCAL):
            entry["resolved"] = node.resolved
        if node.integrity:
            entry["integrity"] = node.integrity
        flags = {
            "extraneous": node.extraneous,
            "peer": node.peer,
            "devOptional": node.dev_optional,
            "dev": node.dev,
            "optional": node.optional,
        }
        entry |= {flag: True for flag, holds in flags.items() if holds}
        real = self._real(location)
        if self._edges_out[real]:
            entry["requires"] = self._requires(real)
        if children := self.list_children(real, path):
            entry["dependencies"] = children
        return entry

    def _source(self, node: Node, asked: Spec | None, came_from: Spec | None) -> dict[str, object]:
        """Return the version, which may say where the package comes from instead."""
        if node.link_target is not None:
            return {"version": f"file:{node.link_target}"}
        if asked is not None and asked.type in _SAVED:
            return {"version": asked.save_spec}
        if "git" in (asked and asked.type, came_from and came_from.type):
            source: dict[str, object] = {"version": node.resolved}
            return source if asked is None else source | {"from": asked.raw}
        if node.package_name != node.name:
            return {"version": f"npm:{node.package_name}@{node.version}"}
        return {"version": node.version} if node.version else {}

    def _spec_of(self, node: Node) -> Spec | None:
        """Return what the dependency nearest to the root asks for, of those that the node fits."""
        edges = [edge for edge in self._edges_in.get(node.location, ()) if _is_valid(edge, node)]
        if not edges:
            return None
        edge = min(edges, key=_nearness)
        try:
            return resolve_spec(node.name, edge.spec, where=resolve(self._folder, edge.source))
        except ZipperError:
            return None

    def _requires(self, location: str) -> dict[str, str]:
        """Return the specs of a package's dependencies, without peers, which npm 6 did not know."""
        return {
            edge.name: _relative_spec(edge.spec, resolve(self._folder, location))
            for edge in self._edges_out[location]
            if edge.type not in ("peer", "peerOptional")
        }

    def _real(self, location: str) -> str:
        target = self._tree.nodes[location].link_target
        return location if target is None else target


def _parse(resolved: str | None) -> Spec | None:
    try:
        return parse_spec(resolved, where="/") if resolved else None
    except ZipperError:
        return None


def _is_valid(edge: Edge, node: Node) -> bool:
    """Return whether the node fits the dependency, as far as versions tell."""
    spec = None if node.link_target is not None else _parse(f"{edge.name}@{edge.spec}")
    wanted = spec and (spec.sub_spec or spec)
    if not wanted or wanted.type not in ("range", "version"):
        return True
    return wanted.fetch_spec == "*" or satisfies(node.version, wanted.fetch_spec or "", loose=True)


def _nearness(edge: Edge) -> tuple[int, object]:
    parts = edge.source.split("node_modules")
    return len(parts), collation_key(parts[-1])


def _relative_spec(spec: str, folder: str) -> str:
    if not spec.startswith("file:"):
        return spec
    return f"file:{relative(folder, resolve(folder, spec.removeprefix('file:')))}"


def _is_in_dependency_bundle(tree: Tree, node: Node) -> bool:
    """Return whether another package than the project brings the node along."""
    outermost = node.location
    while (parent := split_location(outermost)[0]) and "node_modules/" in parent:
        outermost = parent
    return node.in_bundle and not tree.nodes[outermost].in_bundle
