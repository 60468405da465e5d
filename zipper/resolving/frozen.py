"""Whether a foreign lockfile is in step with its manifests, as the tool's own frozen install asks.

In: what was read of the lockfile, and the manifests on this disk. Out: nothing, or the error of the
tool with each difference. The lockfile is never rewritten.

Source: pnpm's `satisfiesPackageManifest`; bun's `--frozen-lockfile`, which compares what is chosen
and not what is asked for (tried with 1.3 and 1.4); yarn's `--immutable` (YN0028).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.errors import LockfileError
from zipper.lockfile.formats import FORMATS
from zipper.lockfile.yarn_descriptors import plain_range

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.lockfile.foreign import ForeignLockfile
    from zipper.npm.package_json import Manifest
    from zipper.tree.locked_graph import Instance

__all__ = ["refuse_drift"]

_SHOWN_MAX: Final = 12


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
    wanted = _list_specs(disk)
    known = _list_specs(locked.manifest)
    ignored = _read_ignored(lockfile)
    changed = _read_overrides(lockfile)
    for name in sorted(wanted.keys() | known.keys()):
        asked, has = wanted.get(name), known.get(name)
        if asked == has or name in ignored or name in changed:
            continue
        if asked is not None and has is not None and _means(lockfile, asked, has):
            continue
        if asked is not None and has is not None and _chooses(lockfile, locked, name, asked):
            continue
        if has is None and (asked or "").startswith("link:"):
            continue  # `excludeLinksFromLockfile`
        if asked is None and (name in disk.peer_dependencies or (has or "").startswith("runtime:")):
            continue  # `autoInstallPeers`; a JavaScript runtime of `devEngines`
        yield f"`{name}` is {_tell(asked)} there, and {_tell(has)} in the lockfile"


def _list_specs(manifest: Manifest) -> dict[str, str]:
    return {
        **manifest.dev_dependencies,
        **manifest.dependencies,
        **manifest.optional_dependencies,
    }


def _means(lockfile: ForeignLockfile, asked: str, has: str) -> bool:
    """Say whether two specs are the same, as the tool writes them."""
    if lockfile.tool == "yarn":
        return plain_range(asked) == plain_range(has)
    # The first bun.lock has a member's folder in place of what was asked for.
    is_old = lockfile.tool == "bun" and lockfile.version == "0"
    return is_old and asked.startswith(("workspace:", "file:"))


def _chooses(lockfile: ForeignLockfile, locked: Instance, name: str, asked: str) -> bool:
    """Say whether bun would choose what is locked for another spec, too."""
    target = lockfile.graph.instances.get(locked.targets.get(name, ""))
    if lockfile.tool != "bun" or target is None or target.folder is not None:
        return False
    from zipper.npm.semver import satisfies  # noqa: PLC0415  (where something differs)

    version, real = target.manifest.version, target.manifest.name
    spec = asked.removeprefix(f"npm:{real}@") if real != name else asked
    return bool(version) and satisfies(version, spec)


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
