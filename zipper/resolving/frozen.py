"""Whether a foreign lockfile is in step with its manifests, as the tool's own frozen install asks.

In: what was read of the lockfile, and the manifests on this disk. Out: nothing, or the error of the
tool with each difference. The lockfile is never rewritten.

Source: pnpm's `satisfiesPackageManifest`; bun's `--frozen-lockfile`, which compares what is chosen
and not what is asked for (tried with 1.3 and 1.4); yarn's `--immutable` (YN0028).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.errors import LockfileError
from zipper.lockfile.yarn_descriptors import plain_range
from zipper.npm.json_text import map_of
from zipper.npm.lockfile_formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.lockfile.foreign import ForeignLockfile
    from zipper.npm.package_json import Manifest
    from zipper.tree.locked_graph import Instance

__all__ = ["refuse_drift"]

_SHOWN_MAX: Final = 12


class _Demand(NamedTuple):
    """What a manifest asks for under one name."""

    spec: str
    group: str


def refuse_drift(lockfile: ForeignLockfile, manifests: Mapping[str, Manifest]) -> None:
    """Raise where an importer's package.json asks for other things than the lockfile has.

    Args:
        lockfile: as it was read, its folders not yet known.
        manifests: folder to package.json; an importer whose folder is not there is passed over.

    Raises:
        LockfileError: under the tool's own code, with the differences.
    """
    lines = []
    for folder, key in sorted(lockfile.graph.importers.items()):
        disk = manifests.get(folder)
        if disk is not None:
            locked = lockfile.graph.instances[key]
            where = f"{folder}/package.json" if folder else "package.json"
            lines += [(where, line) for line in _list_drift(lockfile, locked, disk)]
    lines += [("in the lockfile", f"nothing asks for `{one}`") for one in lockfile.unasked]
    if lines:
        row = next(one for one in FORMATS.values() if one.tool == lockfile.tool)
        rest = len(lines) - _SHOWN_MAX
        more = (("and", f"{rest} more"),) if rest > 0 else ()
        raise LockfileError(
            row.drift,
            f"`{lockfile.path}` is not in step with package.json",
            facts=(*lines[:_SHOWN_MAX], *more),
            hint=f"bring it up to date: `{row.update}`",
        )


def _list_drift(lockfile: ForeignLockfile, locked: Instance, disk: Manifest) -> Iterator[str]:
    has_peers = lockfile.tool == "pnpm" and _installs_peers(lockfile)
    wanted = _list_asked(disk, has_peers=has_peers)
    known = _list_asked(locked.manifest, has_peers=False)
    left_out = _read_ignored(lockfile) | _read_overrides(lockfile)
    for name in sorted(wanted.keys() | known.keys()):
        asked, has = wanted.get(name), known.get(name)
        if name in left_out or _is_same(lockfile, asked, has):
            continue
        if asked is not None and has is not None and asked.spec == has.spec:
            yield f"`{name}` is in {asked.group} there, and in {has.group} in the lockfile"
        else:
            told = (None if one is None else one.spec for one in (asked, has))
            yield "`{}` is {} there, and {} in the lockfile".format(name, *map(_tell, told))
    yield from _list_other_drift(lockfile, locked.manifest, disk)


def _list_asked(manifest: Manifest, *, has_peers: bool) -> dict[str, _Demand]:
    """Return what is asked for by name; the stronger group wins, as for every tool."""
    groups = {
        "peerDependencies": manifest.peer_dependencies if has_peers else {},
        "devDependencies": manifest.dev_dependencies,
        "dependencies": manifest.dependencies,
        "optionalDependencies": manifest.optional_dependencies,
    }
    found = {}
    for group, specs in groups.items():
        # What pnpm installs for a peer is one of the dependencies.
        known = "dependencies" if group == "peerDependencies" else group
        found.update({name: _Demand(spec, known) for name, spec in specs.items()})
    return found


def _is_same(
    lockfile: ForeignLockfile,
    asked: _Demand | None,
    has: _Demand | None,
) -> bool:
    """Say whether the tool takes both for the same."""
    if asked is None:
        # A JavaScript runtime of `devEngines`.
        return has is not None and has.spec.startswith("runtime:")
    if has is None:
        return lockfile.tool == "pnpm" and asked.spec.startswith("link:")
    if lockfile.tool == "yarn":
        return plain_range(asked.spec) == plain_range(has.spec)
    if lockfile.tool != "bun":
        return asked == has  # what bun's has, its manifests have been followed for
    # The first bun.lock has a member's folder in place of what was asked for.
    is_old = lockfile.version == "0" and asked.spec.startswith(("workspace:", "file:"))
    return asked.spec == has.spec or is_old


def _list_other_drift(lockfile: ForeignLockfile, locked: Manifest, disk: Manifest) -> Iterator[str]:
    """Yield what else of a manifest is in the tool's lockfile, and is another there."""
    if lockfile.tool == "pnpm":
        for field in ("dependenciesMeta", "publishDirectory"):
            if _read_field(disk, field) != locked.raw.get(field, {}):
                yield f"`{field}` is not what it is in the lockfile"
    if lockfile.tool not in ("yarn", "bun"):
        return
    if lockfile.tool == "yarn":
        if disk.name and disk.name != locked.name:
            yield f"its name is `{disk.name}` there, and `{locked.name}` in the lockfile"
        meta = map_of(disk.raw.get("dependenciesMeta"))
        said = {name for name, one in meta.items() if map_of(one).get("optional") is True}
        wanted = {*disk.optional_dependencies, *(said & {*disk.dependencies})}
        for name in sorted(wanted ^ {*locked.optional_dependencies}):
            yield f"`{name}` is optional in one of them alone"
    asked, has = disk.peer_dependencies, locked.peer_dependencies
    for name in sorted({*asked, *has}):
        # bun installs what fits, so that a range may be another.
        is_other = asked.get(name) != has.get(name) and lockfile.tool == "yarn"
        if (name in asked) != (name in has) or is_other:
            shown = (asked.get(name), has.get(name))
            yield "the peer `{}` is {} there, and {} in the lockfile".format(
                name, *map(_tell, shown)
            )


def _read_field(disk: Manifest, field: str) -> object:
    """Return a field of package.json as pnpm's lockfile has it, its values as texts."""
    if field == "publishDirectory":
        return map_of(disk.raw.get("publishConfig")).get("directory", {})
    return {
        name: {key: str(one).lower() for key, one in map_of(value).items()}
        for name, value in map_of(disk.raw.get(field)).items()
    }


def _installs_peers(lockfile: ForeignLockfile) -> bool:
    settings = map_of(lockfile.settings.get("settings"))
    return settings.get("autoInstallPeers") == "true"


def _read_ignored(lockfile: ForeignLockfile) -> frozenset[str]:
    value = lockfile.settings.get("ignoredOptionalDependencies")
    return frozenset(value) if isinstance(value, list) else frozenset()


def _read_overrides(lockfile: ForeignLockfile) -> frozenset[str]:
    """Return the names that overrides change wherever they are asked for, the importer included."""
    value = lockfile.settings.get("overrides")
    if lockfile.tool != "pnpm" or not isinstance(value, dict):
        return frozenset()
    names = (key.rpartition(">")[2] for key in value)
    return frozenset(name[: at if (at := name.find("@", 1)) > 0 else None] for name in names)


def _tell(spec: str | None) -> str:
    return "not" if spec is None else f"`{spec}`"
