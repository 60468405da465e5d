"""Peers as bun's isolated linker binds them: one instance for each set of versions that differs.

In: a graph in which no peer has a target, and its importers. Out: the graph with each package in
each of its contexts.

A peer is what any package on the way from the project has under its name, the nearest first; else
what the lockfile has for it, which is then installed for the package that asks: the newest version
that fits all such packages, else the newest that fits this one. A first pass walks
the tree of all dependencies, a package again only where one of the peers that it leaves open is
another package; a second one joins what came to the same peers.

Source: bun 1.4 src/install/isolated_install.rs `build_store`, isolated_install/Store.rs.
"""

from __future__ import annotations

from collections import deque
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.errors import LockfileError
from zipper.tree.locked_graph import Instance, LockedGraph
from zipper.tree.shared_peers import find_shared, share

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["bind_isolated_peers"]

_NODES_MAX: Final = 200_000

_Peers = dict[str, tuple[str, str, bool]]
"""By the name of the package that was found: the peer's name, the package, whether it is installed
for the peer alone."""


class _Request(NamedTuple):
    """A dependency that is to be walked."""

    parent: _Node | None
    name: str
    package: str
    is_member: bool = False
    """Whether the project has the package as a member of its workspace."""


class _Node:
    """A package at one place in the tree of all dependencies."""

    __slots__ = ("children", "dependencies", "is_member", "name", "package", "parent", "peers")

    def __init__(self, request: _Request) -> None:
        self.parent = request.parent
        self.name = request.name
        self.package = request.package
        self.is_member = request.is_member
        self.dependencies: dict[str, str] = {}
        self.peers: _Peers = {}
        self.children: list[_Node] = []

    def list_above(self) -> Iterator[_Node]:
        """Yield this one and those above it."""
        node: _Node | None = self
        while node is not None:
            yield node
            node = node.parent


def bind_isolated_peers(
    graph: LockedGraph, importer: str, *, omits_dev: bool = True
) -> LockedGraph:
    """Return what the importers reach, their peers bound, with `importer` alone as importer.

    Args:
        graph: of a whole lockfile, its folders known, each package one instance.
        importer: one of its importers' folders.
        omits_dev: whether development dependencies provide nothing.

    Raises:
        LockfileError: ELOCKFILE where contexts nest in more ways than any project has.
    """
    start = graph.importers.get("", graph.importers[importer])
    linker = _Linker(graph, omits_dev=omits_dev)
    top = linker.walk(start)
    if shared := find_shared(graph, linker.installed):
        graph = share(graph, shared)
        top = _Linker(graph, omits_dev=omits_dev).walk(start)
    instances = _join(graph, top)
    return LockedGraph(instances, {importer: graph.importers[importer]})


class _Linker:
    """The first pass: the tree of all dependencies, peers found."""

    def __init__(self, graph: LockedGraph, *, omits_dev: bool) -> None:
        self._instances = graph.instances
        self._members = {key: folder for folder, key in graph.importers.items() if folder}
        self._importers = frozenset(graph.importers.values())
        self._omits_dev = omits_dev
        self._provided = {key: self._list_provided(key) for key in graph.instances}
        self._wanted = {key: _list_peers(own) for key, own in graph.instances.items()}
        self._open = self._find_open()
        self._known: dict[tuple[str, tuple[str | None, ...]], _Node] = {}
        self._waiting: list[_Request] = []
        self._count = 0
        self.installed: dict[str, set[str]] = {}
        """By a required peer's name: the packages for which it is installed, as nothing has it."""

    def walk(self, start: str) -> _Node:
        """Return the node of the project, with all below it."""
        top = self._enter(_Request(None, "", start))
        while self._waiting:
            request = self._waiting.pop()
            parent = request.parent
            assert parent is not None
            found = _find_ring(parent, request)
            if found is None:
                context = request.package, self._find_context(parent, request.package)
                known = self._known.get(context)
                if known is None or not _is_same(known, request):
                    found = self._enter(request)
                    self._known.setdefault(context, found)
                else:
                    found = known
                    self._pass_on(parent, known)
            parent.children.append(found)
        return top

    def _enter(self, request: _Request) -> _Node:
        self._count += 1
        if self._count > _NODES_MAX:
            raise LockfileError(
                "ELOCKFILE",
                f"peers give rise to more than {_NODES_MAX:,} contexts",
                facts=(("at", request.package),),
            )
        node = _Node(request)
        if request.package in self._members and not request.is_member:
            return node  # a link to the member's folder, which has its own dependencies
        requests = []
        if request.parent is None:
            for key, folder in sorted(self._members.items()):
                name = self._instances[key].manifest.name or folder
                node.dependencies[name] = key
                requests.append(_Request(node, name, key, is_member=True))
        for name, package in self._provided[node.package].items():
            node.dependencies[name] = package
            requests.append(_Request(node, name, package))
        for name in self._wanted[node.package]:
            found = self._bind(node, name)
            if found is not None:
                requests.append(_Request(node, name, found))
        self._waiting += reversed(requests)
        return node

    def _bind(self, node: _Node, name: str) -> str | None:
        """Return what is linked for a peer; None where the package has it, or nothing has."""
        passed: list[_Node] = []
        found: str | None = None
        is_installed = True
        for one in node.list_above():
            if name in one.dependencies:
                found, is_installed = one.dependencies[name], False
                break
            passed.append(one)
        else:
            found = self._instances[node.package].peer_targets.get(name)
        if found is None or not passed:
            return None
        is_shared = is_installed and node.package not in self._importers
        if is_shared and name not in self._instances[node.package].manifest.peer_optional:
            self.installed.setdefault(name, set()).add(node.package)
        for one in passed:
            self._mark(one, name, found, is_installed=is_installed)
        node.dependencies[name] = found
        return found

    def _mark(self, node: _Node, name: str, package: str, *, is_installed: bool) -> None:
        if node.package == package:
            return  # no package is a peer of its own: in a ring it would differ from itself
        real = self._instances[package].manifest.name or package
        node.peers.setdefault(real, (name, package, is_installed))

    def _pass_on(self, parent: _Node, known: _Node) -> None:
        """Mark the peers that a node below would have marked here, were it walked again."""
        for name, package, is_installed in known.peers.values():
            for one in parent.list_above():
                if name in one.dependencies:
                    break
                self._mark(one, name, package, is_installed=is_installed)

    def _find_context(self, parent: _Node, package: str) -> tuple[str | None, ...]:
        """Return what each peer is that a package, or what it depends on, leaves open."""
        if package in self._importers:
            return ()
        return tuple(_look_up(parent, name) for name in self._open[package])

    def _list_provided(self, key: str) -> Mapping[str, str]:
        """Return what a package depends on itself, in bun's order."""
        own = self._instances[key]
        manifest = own.manifest

        def place(name: str) -> int:
            if name in manifest.dependencies:
                return 2
            return 0 if name in manifest.dev_dependencies else 1

        names = sorted(own.targets, key=lambda name: (place(name), name))
        if self._omits_dev and key in self._importers:
            names = [
                name
                for name in names
                if name not in manifest.dev_dependencies
                or name in manifest.dependencies
                or name in manifest.optional_dependencies
            ]
        return {name: own.targets[name] for name in names}

    def _find_open(self) -> dict[str, tuple[str, ...]]:
        """Return for each package the peers that it and what is below it do not have themselves."""
        meant: dict[str, set[str]] = {}
        for own in self._instances.values():
            for name, target in (*own.targets.items(), *own.peer_targets.items()):
                meant.setdefault(name, set()).add(target)
        below: dict[str, set[str]] = {}
        above: dict[str, set[str]] = {}
        for key in self._instances:
            reached = set(self._provided[key].values())
            below[key] = reached.union(*(meant.get(name, ()) for name in self._wanted[key]))
            for child in below[key]:
                above.setdefault(child, set()).add(key)
        found: dict[str, frozenset[str]] = dict.fromkeys(self._instances, frozenset())
        waiting = dict.fromkeys(self._instances)
        while waiting:
            key, _ = waiting.popitem()
            names = set(self._wanted[key]).union(*(found[child] for child in below[key]))
            new = frozenset(names - self._provided[key].keys())
            if new != found[key]:
                found[key] = new
                waiting.update(dict.fromkeys(above.get(key, ())))
        return {key: tuple(sorted(names)) for key, names in found.items()}


def _list_peers(own: Instance) -> tuple[str, ...]:
    return tuple(sorted({*own.manifest.peer_dependencies, *own.manifest.peer_optional}))


def _is_same(node: _Node, request: _Request) -> bool:
    return (node.name, node.is_member) == (request.name, request.is_member)


def _look_up(node: _Node, name: str) -> str | None:
    for one in node.list_above():
        if name in one.dependencies:
            return one.dependencies[name]
        for _, (peer, package, is_installed) in sorted(one.peers.items()):
            if peer == name and not is_installed:
                return package
    return None


def _find_ring(parent: _Node, request: _Request) -> _Node | None:
    """Return the node above that is the same dependency: there a ring ends."""
    above = parent.list_above()
    package = request.package
    return next((one for one in above if one.package == package and _is_same(one, request)), None)


def _join(graph: LockedGraph, top: _Node) -> dict[str, Instance]:
    """Return the instances: nodes of one package with the same peers are one."""
    importers = frozenset(graph.importers.values())
    edges: dict[str, dict[str, str]] = {}
    bases: dict[str, str] = {}
    waiting = deque([top])
    while waiting:
        node = waiting.popleft()
        key = _name(node, importers)
        is_link = node.package in importers and not (node is top or node.is_member)
        if key in edges or is_link:
            continue
        bases[key] = node.package
        edges[key] = {
            child.name: _name(child, importers) for child in node.children if not child.is_member
        }
        waiting.extend(node.children)
    return {
        key: _finish(graph.instances[bases[key]], found, is_importer=bases[key] in importers)
        for key, found in edges.items()
    }


def _name(node: _Node, importers: frozenset[str]) -> str:
    if node.package in importers or not node.peers:
        return node.package
    peers = [package for _, (_, package, _) in sorted(node.peers.items())]
    return f"{node.package} ({sha256(repr(peers).encode()).hexdigest()})"


def _finish(own: Instance, targets: Mapping[str, str], *, is_importer: bool) -> Instance:
    if is_importer:
        manifest = own.manifest
        runs = {*manifest.dependencies, *manifest.optional_dependencies}
        return own._replace(
            targets={name: to for name, to in targets.items() if name in own.targets},
            # A member's development dependency is a peer for those that depend on the member.
            peer_targets={
                name: targets[name] for name in _list_peers(own) if name in targets.keys() - runs
            },
        )
    # What is installed for a peer is needed, whatever the package says of it.
    optional = own.manifest.peer_optional - own.peer_targets.keys()
    manifest = own.manifest._replace(peer_optional=optional)
    return own._replace(manifest=manifest, targets=targets, peer_targets={})
