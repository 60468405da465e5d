"""What bun makes of manifests that ask for other things than its lockfile records.

In: a lockfile of bun, and the manifests on this disk. Out: the lockfile as bun's frozen install has
it. bun compares the packages that come of the manifests, and not what is asked for: another range,
group or alias, one dependency more or less is in step where the packages stay the same. What bun
would have to look for in a registry stays as it was locked, so that the comparison finds it.

Deviation: bun asks the registry what a new dist-tag means; here it is out of step.

Source: bun's `Lockfile.hasMetaHashChanged`, over the names and versions of all packages (tried with
1.3 and 1.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.npm.json_text import map_of
from zipper.tree.locked_graph import LockedGraph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.lockfile.foreign import ForeignLockfile
    from zipper.npm.package_json import Manifest
    from zipper.tree.locked_graph import Instance

__all__ = ["follow_manifests"]

_GROUPS: Final = (
    "dependencies",
    "dev_dependencies",
    "optional_dependencies",
    "peer_dependencies",
)

_ANY: Final = ("", "*", "^", "~")


def follow_manifests(
    lockfile: ForeignLockfile, manifests: Mapping[str, Manifest]
) -> ForeignLockfile:
    """Return `lockfile` with what its importers ask for now, where that is locked.

    Packages that nothing reaches any more are in `unasked`.

    Args:
        lockfile: bun's, as it was read.
        manifests: folder to package.json; an importer whose folder is not there stays as it is.
    """
    graph = lockfile.graph
    follower = _ManifestFollower(lockfile, manifests)
    changed = {
        key: follower.follow(graph.instances[key], disk)
        for folder, key in graph.importers.items()
        if (disk := manifests.get(folder)) is not None
        and _list_groups(disk) != _list_groups(graph.instances[key].manifest)
    }
    if not changed:
        return lockfile
    followed = LockedGraph({**graph.instances, **changed}, graph.importers)
    lost = _reach(graph) - _reach(followed)
    labels = {graph.instances[key].label for key in lost}
    return lockfile._replace(graph=followed, unasked=tuple(sorted(labels)))


def _list_groups(manifest: Manifest) -> list[Mapping[str, str]]:
    return [dict(getattr(manifest, group)) for group in _GROUPS]


def _reach(graph: LockedGraph) -> set[str]:
    waiting, seen = list(graph.importers.values()), set[str]()
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            own = graph.instances[key]
            waiting += [*own.targets.values(), *own.peer_targets.values()]
    return seen


class _ManifestFollower(NamedTuple):
    lockfile: ForeignLockfile
    manifests: Mapping[str, Manifest]

    def follow(self, own: Instance, disk: Manifest) -> Instance:
        """Return an importer with the dependencies of its package.json that are locked."""
        known = {**own.peer_targets, **own.targets}
        chosen: dict[str, str] = {}
        groups: dict[str, dict[str, str]] = {}
        for group in _GROUPS:
            locked: Mapping[str, str] = getattr(own.manifest, group)
            specs: dict[str, str] = {}
            for name, spec in getattr(disk, group).items():
                target = known.get(name)
                is_free = group == "peer_dependencies" and name in disk.peer_optional
                if spec != locked.get(name) and not (target and self._fits(target, name, spec)):
                    target = None if is_free else self._choose(name, spec)
                    if target is None and not is_free:
                        continue
                specs[name] = spec
                if target is not None:
                    chosen[name] = target
            # The comparison reports what cannot be followed.
            missing = {name for name in getattr(disk, group) if name not in specs}
            groups[group] = {**specs, **{n: locked[n] for n in missing if n in locked}}
            chosen |= {name: known[name] for name in missing if name in locked and name in known}
        is_open = self.lockfile.peers is not None
        peers = set(groups["peer_dependencies"]) - set(groups["dependencies"])
        peers -= {*groups["optional_dependencies"], *groups["dev_dependencies"]}
        return own._replace(
            manifest=own.manifest._replace(
                dependencies=groups["dependencies"],
                dev_dependencies=groups["dev_dependencies"],
                optional_dependencies=groups["optional_dependencies"],
                peer_dependencies=groups["peer_dependencies"],
                peer_optional=disk.peer_optional,
            ),
            targets={n: to for n, to in chosen.items() if not is_open or n not in peers},
            peer_targets={
                **{n: to for n, to in own.peer_targets.items() if n in groups["peer_dependencies"]},
                **{n: to for n, to in chosen.items() if is_open and n in peers},
            },
        )

    def _choose(self, name: str, spec: str) -> str | None:
        """Return the newest of the locked packages that a spec may mean; None where none does.

        For bun a new alias is a new package.
        """
        from zipper.npm.semver import compare  # noqa: PLC0415  (where something differs)

        found: str | None = None
        instances = self.lockfile.graph.instances
        for key, one in instances.items():
            is_alias = one.folder is None and one.manifest.name != name
            if is_alias or one.bundled_in is not None or not self._fits(key, name, spec):
                continue
            is_newer = found is None or one.folder is not None
            if found is not None and not is_newer:
                versions = one.manifest.version, instances[found].manifest.version
                is_newer = compare(*versions) > 0
            if is_newer:
                found = key
        return found

    def _fits(self, key: str, name: str, spec: str) -> bool:
        """Say whether bun would take the locked package for `name: spec`."""
        from zipper.npm.semver import satisfies  # noqa: PLC0415  (as above)

        own = self.lockfile.graph.instances[key]
        range_ = self._read_catalog(name, spec).removeprefix(f"npm:{own.manifest.name}@")
        if own.folder is not None:
            there = self.manifests.get(own.folder)
            asked = range_.removeprefix("workspace:")
            if there is None or there.name != name:
                return False
            return asked in _ANY or satisfies(there.version, asked)
        is_named = own.manifest.name == name or range_ != spec
        return is_named and bool(own.manifest.version) and satisfies(own.manifest.version, range_)

    def _read_catalog(self, name: str, spec: str) -> str:
        if not spec.startswith("catalog:"):
            return spec
        settings = self.lockfile.settings
        named = map_of(map_of(settings.get("catalogs")).get(spec.removeprefix("catalog:")))
        found = (map_of(settings.get("catalog")) if spec == "catalog:" else named).get(name)
        return found if isinstance(found, str) else spec
