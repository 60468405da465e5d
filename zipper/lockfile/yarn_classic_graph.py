"""yarn.lock of version 1 as a locked graph: which entry each name of each package means.

In: the entries, the importers' manifests, the root's `resolutions`. Out: a graph whose packages
have what the lockfile knows of them: name, version and dependencies. Platforms, peers and commands
are not in the file; `zipper.resolving.classic_tree` asks for them.

Source: yarn 1.22 src/package-resolver.js, src/resolution-map.js, src/util/parse-package-path.js.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.errors import LockfileError, ZipperError
from zipper.lockfile.foreign import clean_folder, importer_key
from zipper.lockfile.yarn_classic_needs import (
    ClassicNeed,
    list_needs,
    means_member,
    read_resolutions,
)
from zipper.npm.package_json import Manifest
from zipper.npm.semver import satisfies
from zipper.npm.spec import resolve_spec
from zipper.npm.tarball_address import read_tarball_address
from zipper.npm.workspaces import matches_pattern
from zipper.tree.locked_graph import Instance, LockedGraph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.lockfile.yarn_classic import YarnEntry
    from zipper.npm.spec import Spec

__all__ = ["ClassicGraph", "state_classic_graph"]

_SHOWN_MAX: Final = 12

_AGGREGATOR: Final = "workspace-aggregator"
"""What yarn puts above the members of a workspace in the path of a dependency."""


class ClassicGraph(NamedTuple):
    """The graph, and what its packages are asked for as."""

    graph: LockedGraph
    specs: Mapping[str, Spec]
    """Instance's key to a spec that means it, for those that are not folders of this disk."""
    addresses: Mapping[str, str]
    """Instance's key to the tarball's address in the lockfile, for those of a registry."""
    named: Mapping[str, tuple[str, ...]]
    """Name to the instances that are requested under it, in yarn's order."""
    requests: Mapping[str, tuple[tuple[str, ...], ...]]
    """Instance's key to the packages above each request for it, from the project on, in yarn's
    order: `zipper.lockfile.yarn_classic_peers` looks for peers there."""


def state_classic_graph(
    entries: Mapping[str, YarnEntry],
    importers: Mapping[str, Manifest],
    *,
    workspaces: Mapping[str, str],
    omits_dev: bool = False,
) -> ClassicGraph | None:
    """Return what the lockfile says; None where it says what npm's rules have to judge.

    A package is walked once, from where it is requested first: there `resolutions` with a path
    decide what its dependencies are. `name@range` means one package in the whole project: where
    a resolution counts for one path, it counts for each package that has the same range.

    Args:
        entries: by `name@range`.
        importers: folder to package.json, the root's under "" first.
        workspaces: member's name to folder.
        omits_dev: whether development dependencies of members count for nothing.

    Raises:
        LockfileError: EFROZENLOCKFILE where it lacks something that is asked for, or has a version
            that the range does not have: yarn refuses such a file, or resolves anew.
    """
    return _Walk(entries, importers, workspaces, omits_dev=omits_dev).run()


class _UnreadEntryError(Exception):
    """An entry is for npm's rules, which may forbid it."""


class _Walk:
    """What yarn's resolver does with a lockfile that is whole."""

    def __init__(
        self,
        entries: Mapping[str, YarnEntry],
        importers: Mapping[str, Manifest],
        workspaces: Mapping[str, str],
        *,
        omits_dev: bool,
    ) -> None:
        # The lines of the file lose the spaces of a range, its keys do not.
        self._entries = {key.replace(" ", ""): (key, entry) for key, entry in entries.items()}
        self._importers = importers
        self._workspaces = workspaces
        self._members = {importer_key(folder): folder for folder in importers if folder}
        self._omits_dev = omits_dev
        self._resolutions = list(read_resolutions(importers[""]))
        self._instances: dict[str, Instance] = {}
        self._specs: dict[str, Spec] = {}
        self._addresses: dict[str, str] = {}
        self._requests: dict[str, list[tuple[str, ...]]] = {}
        self._named: dict[str, dict[str, None]] = {}
        self._missing: dict[str, None] = {}
        self._misfits: dict[ClassicNeed, str] = {}
        self._renewed: set[str] = set()
        self._needs: dict[str, tuple[ClassicNeed, ...]] = {}
        self._meanings: dict[tuple[str, str, str], str] = {}
        self._redirected: dict[tuple[str, str, str], str] = {}
        self._waiting: deque[tuple[str, tuple[str, ...]]] = deque()

    def run(self) -> ClassicGraph | None:
        try:
            self._request_all()
        except _UnreadEntryError:
            return None
        self._refuse_drift()
        self._meanings |= self._redirected
        for key, needs in self._needs.items():
            found = {one.name: self._meanings.get(one.pattern) for one in needs}
            targets = {name: to for name, to in found.items() if to is not None}
            self._instances[key] = self._instances[key]._replace(targets=targets)
        keys = {folder: importer_key(folder) for folder in self._importers}
        requests = {key: tuple(paths) for key, paths in self._requests.items()}
        named = {name: tuple(found) for name, found in self._named.items()}
        graph = LockedGraph(self._instances, keys)
        return ClassicGraph(graph, self._specs, self._addresses, named, requests)

    def _refuse_drift(self) -> None:
        lines = {one: f"`{one}` is not in it" for one in self._missing}
        for one, version in self._misfits.items():
            if one.pattern not in self._redirected:
                asked = f"{one.name}@{one.spec}"
                lines[asked] = f"`{asked}` is {version}, which is not in that range"
        if lines:
            shown = list(lines.values())[:_SHOWN_MAX]
            rest = len(lines) - len(shown)
            raise LockfileError(
                "EFROZENLOCKFILE",
                "`yarn.lock` is not in step with package.json",
                facts=(
                    *(("in the lockfile", line) for line in shown),
                    *((("and", f"{rest} more"),) if rest else ()),
                ),
                hint="bring it up to date: `yarn install`",
            )

    def _request_all(self) -> None:
        """Request what yarn requests, in its order: one after another what the root asks for."""
        for _, name, spec in self._resolutions:
            if f"{name}@{spec}" in self._entries:
                self._request(ClassicNeed(name, spec), ())
                self._drain()
        root = importer_key("")
        needs = list_needs(self._importers[""], "", omits_dev=False)
        self._instances[root] = Instance(self._importers[""], folder="")
        self._needs[root] = needs
        for one in needs:
            self._request(one, ())
            self._drain()
        if self._members:
            # yarn's own package above all members, which has the root's dependencies, too.
            above = [one for one in needs if one.name in self._importers[""].dependencies]
            above += [one for one in needs if one.name in self._importers[""].optional_dependencies]
            for one in above:
                self._request(one, (_AGGREGATOR,), redirects=True)
        for key in self._members:
            if key not in self._instances:
                self._add_member(key, (_AGGREGATOR,))
            self._add_request(key, (_AGGREGATOR,))
        self._drain()
        for key in self._members:
            self._add_request(key, ())

    def _add_member(self, key: str, path: tuple[str, ...]) -> None:
        folder = self._members[key]
        manifest = self._importers[folder]
        self._instances[key] = Instance(manifest, folder=folder)
        self._needs[key] = list_needs(manifest, folder, omits_dev=self._omits_dev)
        self._waiting.append((key, (*path, manifest.name)))

    def _drain(self) -> None:
        while self._waiting:
            key, path = self._waiting.popleft()
            for one in self._needs[key]:
                self._request(one, path, redirects=True)

    def _request(self, one: ClassicNeed, path: tuple[str, ...], *, redirects: bool = False) -> None:
        """Find out what `one` means for the package at the end of `path`.

        `redirects` says whether `resolutions` count: not for what the root asks for itself.
        """
        resolved = self._resolve(one.name, (*path, one.name)) if redirects else None
        if resolved is not None:
            # No request of the package that it is: yarn looks for no peers there.
            key = self._meanings.get(ClassicNeed(one.name, resolved).pattern)
            if key is None:
                self._missing[f"{one.name}@{resolved}"] = None
            else:
                self._redirected[one.pattern] = key
            return
        key = self._find(one, path)
        if key is None:
            return
        self._named.setdefault(one.name, {})[key] = None
        if key in self._renewed:
            self._renew(key, one, path)
        self._add_request(key, path)
        if key in self._members and key not in self._instances:
            self._add_member(key, path)
        self._meanings[one.pattern] = key

    def _renew(self, key: str, one: ClassicNeed, path: tuple[str, ...]) -> None:
        """Request again what a package needs that is no version of a registry's: so does yarn.

        It finds such a package anew for each request, and the last one counts.
        """
        self._requests[key] = []
        if one.name not in path:
            for need in self._needs.get(key, ()):
                found = self._meanings.get(need.pattern)
                if found is not None and found not in self._renewed:
                    self._add_request(found, (*path, one.name))

    def _add_request(self, key: str, path: tuple[str, ...]) -> None:
        self._requests.setdefault(key, []).append(path)

    def _find(self, one: ClassicNeed, path: tuple[str, ...]) -> str | None:
        """Return the key of what `one` means where no resolution counts."""
        member = self._workspaces.get(one.name)
        if member is not None and means_member(one.spec, self._importers[member].version):
            return importer_key(member)
        if one.spec.startswith("link:"):
            return self._link(one.folder, one.spec.removeprefix("link:"))
        found = self._entries.get(f"{one.name}@{one.spec}".replace(" ", ""))
        if found is None:
            if not one.is_optional:
                self._missing[f"{one.name}@{one.spec}"] = None
            return None
        try:
            key, entry = found
            spec = resolve_spec(one.name, key[len(one.name) + 1 :], where="/")
        except ZipperError:
            raise _UnreadEntryError from None
        if spec.type in ("version", "range") and not satisfies(entry.version, spec.fetch_spec):
            self._misfits[one] = entry.version
        return self._add(one.name, spec, entry, path, one.folder)

    def _add(
        self, name: str, spec: Spec, entry: YarnEntry, path: tuple[str, ...], folder: str
    ) -> str:
        spec = spec.sub_spec or spec
        real = spec.name or name
        own = Instance(
            Manifest(
                name=real,
                version=entry.version,
                dependencies=entry.dependencies,
                optional_dependencies=entry.optional_dependencies,
            ),
            integrity=entry.integrity,
        )
        if spec.type == "directory":
            place = self._clean(folder, spec.raw_spec.removeprefix("file:"))
            key, own = f"{importer_key(place)} copied", own._replace(folder=place)
        elif spec.registry:
            # What yarn noted elsewhere, or of another package, is what npm's rules make of it:
            # an address or an alias, with all that may be forbidden about these.
            if entry.resolved and read_tarball_address(entry.resolved) != (real, entry.version):
                raise _UnreadEntryError
            key = f"{real}@{entry.version}"
            if real != name:
                key = f"{name}@npm:{key}"
                self._renewed.add(key)
            self._addresses[key] = entry.resolved
        else:
            address = entry.resolved + (f"#{entry.fragment}" if spec.type == "git" else "")
            key = f"{real}@{address or spec.raw_spec}"
            self._renewed.add(key)
            self._specs.setdefault(key, spec if spec.type != "git" else _pin(spec, real, address))
        if key not in self._instances:
            self._instances[key] = own
            self._needs[key] = list_needs(own.manifest, "", omits_dev=True)
            self._waiting.append((key, (*path, name)))
        return key

    def _link(self, folder: str, target: str) -> str:
        place = self._clean(folder, target)
        if place in self._importers:
            return importer_key(place)
        key = importer_key(place)
        self._instances.setdefault(key, Instance(folder=place))
        return key

    def _clean(self, folder: str, target: str) -> str:
        place = clean_folder(f"{folder}/{target}" if folder else target)
        if place is None:
            raise _UnreadEntryError
        return place

    def _resolve(self, name: str, path: tuple[str, ...]) -> str | None:
        """Return the range that `resolutions` have for the dependency at `path`."""
        place = "/".join(path)
        found = (
            wanted
            for pattern, own, wanted in self._resolutions
            if own == name and matches_pattern(place, pattern)
        )
        return next(found, None)


def _pin(spec: Spec, name: str, address: str) -> Spec:
    """Return the spec of the commit that is locked, under the words that asked for it."""
    try:
        return resolve_spec(name, address, where="/")._replace(raw=spec.raw)
    except ZipperError:
        raise _UnreadEntryError from None
