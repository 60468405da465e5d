"""Peers, where a lockfile leaves them to its tool: each set of providers is an instance.

In: a graph in which no peer has a target, and one of its importers. Out: the graph that this
importer reaches, in which a package with peers is there once for each context that differs.

yarn looks for a peer among what the package that asks depends on; bun's isolated linker further up
(`zipper.tree.isolated_peers`). What nothing provides is not there, or, with bun, what the lockfile
has for this case (`Instance.peer_targets`).

Source: `@yarnpkg/core` 4 Project.ts `resolvePeerDependencies`.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from zipper.errors import LockfileError
from zipper.tree.isolated_peers import bind_isolated_peers
from zipper.tree.locked_graph import Instance, LockedGraph
from zipper.tree.merge_instances import merge_instances

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["PeerRule", "bind_peers"]

PeerRule = Literal["parent", "ancestors"]
"""Where a peer is looked for."""

_CONTEXTS_MAX: Final = 200_000

_Binding = tuple[tuple[str, str], ...]
"""Peer to what provides it, sorted: an instance's key, or the place of a dependency."""


class _Context(NamedTuple):
    """A package, and what its free peers are bound to."""

    base: str
    binding: _Binding


def bind_peers(
    graph: LockedGraph, importer: str, rule: PeerRule, *, omits_dev: bool = True
) -> LockedGraph:
    """Return what the importer in the folder `importer` reaches, its peers bound.

    Args:
        graph: of a whole lockfile, its folders known.
        importer: one of its importers' folders.
        rule: where peers are looked for.
        omits_dev: whether the importer's development dependencies provide nothing.

    Raises:
        LockfileError: ELOCKFILE where contexts nest in more ways than any project has.
    """
    if rule == "ancestors":
        return bind_isolated_peers(merge_instances(graph), importer, omits_dev=omits_dev)
    start = graph.importers[importer]
    binder = _Binder(graph, start, omits_dev=omits_dev)
    instances = dict(binder.bind())
    return LockedGraph(instances, {importer: start})


class _Binder:
    def __init__(self, graph: LockedGraph, start: str, *, omits_dev: bool) -> None:
        self._graph = graph
        self._start = start
        self._importers = frozenset(graph.importers.values())
        self._omits_dev = omits_dev
        self._provided = {key: self._provides(key, own) for key, own in graph.instances.items()}
        self._free = {key: self._peers(key) for key in graph.instances}
        self._keys: dict[_Context, str] = {}
        self._waiting: list[_Context] = []
        self._places: dict[str, tuple[_Context, str]] = {}

    def bind(self) -> Iterator[tuple[str, Instance]]:
        """Yield the importer, and each package in each of its contexts."""
        self._key_of(_Context(self._start, ()))
        while self._waiting:
            context = self._waiting.pop()
            own = self._graph.instances[context.base]
            targets = {name: self._reach(context, name) for name in self._provided[context.base]}
            targets |= {peer: self._resolve(place) for peer, place in context.binding}
            yield self._keys[context], own._replace(targets=targets)

    def _provides(self, key: str, own: Instance) -> Mapping[str, str]:
        """Return what a package depends on, its own development dependencies left out."""
        manifest = own.manifest
        with_dev = key == self._start and not self._omits_dev
        return {
            name: to
            for name, to in own.targets.items()
            if with_dev
            or name not in manifest.dev_dependencies
            or name in manifest.dependencies
            or name in manifest.optional_dependencies
        }

    def _peers(self, key: str) -> frozenset[str]:
        if key in self._importers:
            return frozenset()
        manifest = self._graph.instances[key].manifest
        return frozenset(manifest.peer_dependencies) | manifest.peer_optional

    def _reach(self, context: _Context, name: str) -> str:
        """Return the key of what `name` is for a package in its context."""
        return self._key_of(self._contextualize(context, self._provided[context.base][name]))

    def _contextualize(self, asker: _Context, base: str) -> _Context:
        binding = []
        for name in sorted(self._free[base]):
            place = self._provide(asker, name)
            if place is not None:
                binding.append((name, place))
        return _Context(base, tuple(binding))

    def _provide(self, asker: _Context, name: str) -> str | None:
        """Return what the asking package has under a name: a key, or a place that has one later."""
        base = self._provided[asker.base].get(name)
        bound = dict(asker.binding).get(name)
        if base is not None:
            if not self._free[base]:
                return self._key_of(_Context(base, ()))
            place = f"{self._key_of(asker)} > {name}"
            self._places[place] = (asker, base)
            return place
        if bound is None:
            itself = name == self._graph.instances[asker.base].manifest.name
            return self._key_of(asker) if itself else None
        return bound

    def _resolve(self, place: str) -> str:
        found = self._places.get(place)
        return place if found is None else self._key_of(self._contextualize(*found))

    def _key_of(self, context: _Context) -> str:
        key = self._keys.get(context)
        if key is None:
            key = context.base
            if context.binding:
                key += f" ({sha256(repr(context.binding).encode()).hexdigest()})"
            self._keys[context] = key
            self._waiting.append(context)
            if len(self._keys) > _CONTEXTS_MAX:
                raise LockfileError(
                    "ELOCKFILE",
                    f"peers give rise to more than {_CONTEXTS_MAX:,} contexts",
                    facts=(("at", context.base),),
                )
        return key
