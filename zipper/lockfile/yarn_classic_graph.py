"""yarn.lock of version 1 as a locked graph: which entry each name of each package means.

In: the entries, the importers' manifests, the root's `resolutions`. Out: a graph whose packages
have what the lockfile knows of them: name, version and dependencies. Platforms, peers and commands
are not in the file; `zipper.resolving.classic_tree` asks for them.

Source: yarn 1.22 src/package-resolver.js, src/resolution-map.js, src/util/parse-package-path.js.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.errors import ZipperError
from zipper.lockfile.foreign import clean_folder, importer_key
from zipper.npm.package_json import Manifest
from zipper.npm.semver import satisfies
from zipper.npm.spec import resolve_spec
from zipper.npm.tarball_address import read_tarball_address
from zipper.npm.workspaces import matches_pattern
from zipper.tree.locked_graph import Instance, LockedGraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.lockfile.yarn_classic import YarnEntry
    from zipper.npm.spec import Spec

__all__ = ["ClassicGraph", "state_classic_graph"]

_AGGREGATOR: Final = "workspace-aggregator"
"""What yarn puts above the members of a workspace in the path of a dependency."""


class ClassicGraph(NamedTuple):
    """The graph, and what its packages are asked for as."""

    graph: LockedGraph
    specs: Mapping[str, Spec]
    """Instance's key to a spec that means it, for those that are not folders of this disk."""


def state_classic_graph(
    entries: Mapping[str, YarnEntry],
    importers: Mapping[str, Manifest],
    *,
    workspaces: Mapping[str, str],
) -> ClassicGraph | None:
    """Return what the lockfile says; None where it lacks something that is asked for.

    A package is walked once, from where it is reached first: there `resolutions` with a path decide
    what its dependencies are, for all who depend on it, as in yarn.

    Args:
        entries: by `name@range`.
        importers: folder to package.json, the root's under "" first.
        workspaces: member's name to folder.
    """
    return _Walk(entries, importers, workspaces).run()


class _MissingEntryError(Exception):
    """The lockfile is out of step."""


class _Walk:
    def __init__(
        self,
        entries: Mapping[str, YarnEntry],
        importers: Mapping[str, Manifest],
        workspaces: Mapping[str, str],
    ) -> None:
        # The lines of the file lose the spaces of a range, its keys do not.
        self._entries = {key.replace(" ", ""): (key, entry) for key, entry in entries.items()}
        self._importers = importers
        self._workspaces = workspaces
        self._resolutions = list(_read_resolutions(importers[""]))
        self._instances: dict[str, Instance] = {}
        self._specs: dict[str, Spec] = {}
        self._waiting: deque[tuple[str, YarnEntry, tuple[str, ...]]] = deque()

    def run(self) -> ClassicGraph | None:
        try:
            for folder, manifest in self._importers.items():
                self._enter(folder, manifest)
                self._drain()
        except _MissingEntryError:
            return None
        keys = {folder: importer_key(folder) for folder in self._importers}
        return ClassicGraph(LockedGraph(self._instances, keys), self._specs)

    def _enter(self, folder: str, manifest: Manifest) -> None:
        path = (_AGGREGATOR, manifest.name) if folder else ()
        targets = {}
        for group in (
            manifest.dependencies,
            manifest.dev_dependencies,
            manifest.optional_dependencies,
        ):
            for name, wanted in group.items():
                is_optional = group is manifest.optional_dependencies
                target = self._reach(name, wanted, path, folder, is_optional=is_optional)
                if target is not None:
                    targets[name] = target
        self._instances[importer_key(folder)] = Instance(manifest, targets, folder=folder)

    def _drain(self) -> None:
        while self._waiting:
            key, entry, path = self._waiting.popleft()
            targets = {}
            for group in (entry.dependencies, entry.optional_dependencies):
                for name, wanted in group.items():
                    is_optional = group is entry.optional_dependencies
                    target = self._reach(name, wanted, path, "", is_optional=is_optional)
                    if target is not None:
                        targets[name] = target
            self._instances[key] = self._instances[key]._replace(targets=targets)

    def _reach(
        self, name: str, wanted: str, path: tuple[str, ...], folder: str, *, is_optional: bool
    ) -> str | None:
        """Return the key of what `name` means for the package at the end of `path`."""
        wanted = self._resolve(name, (*path, name)) or wanted
        member = self._workspaces.get(name)
        if member is not None and _means_member(wanted, self._importers[member].version):
            return importer_key(member)
        if wanted.startswith("link:"):
            return self._link(folder, wanted.removeprefix("link:"))
        found = self._entries.get(f"{name}@{wanted}".replace(" ", ""))
        if found is None:
            if is_optional:
                return None
            raise _MissingEntryError
        try:
            key, entry = found
            spec = resolve_spec(name, key[len(name) + 1 :], where="/")
        except ZipperError:
            raise _MissingEntryError from None
        return self._add(name, spec, entry, path, folder)

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
                raise _MissingEntryError
            key = f"{real}@{entry.version}"
        else:
            address = entry.resolved + (f"#{entry.fragment}" if spec.type == "git" else "")
            key = f"{real}@{address or spec.raw_spec}"
            self._specs.setdefault(key, spec if spec.type != "git" else _pin(spec, real, address))
        if key not in self._instances:
            self._instances[key] = own
            self._waiting.append((key, entry, (*path, name)))
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
            raise _MissingEntryError
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
        raise _MissingEntryError from None


def _means_member(wanted: str, version: str) -> bool:
    return wanted in ("", "*", "latest") or satisfies(version, wanted)


def _read_resolutions(root: Manifest) -> Iterator[tuple[str, str, str]]:
    """Yield pattern of a path, name of the dependency, and range."""
    raw = root.raw.get("resolutions")
    for pattern, wanted in raw.items() if isinstance(raw, dict) else ():
        if not isinstance(wanted, str):
            continue
        parts = pattern.split("/")
        name = "/".join(parts[-2:]) if len(parts) > 1 and parts[-2].startswith("@") else parts[-1]
        yield (f"**/{name}" if name == pattern else pattern), name, wanted
