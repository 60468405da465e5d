"""package-lock.json and npm-shrinkwrap.json to a `Tree`: lockfileVersion 1, 2 and 3.

In: the text of the lockfile and the project's manifest. Out: the virtual tree as npm's
`loadVirtual` sees it. Whether it fits package.json is `zipper.lockfile.validate`'s question.

Source: npm docs "package-lock.json"; arborist 9 lib/arborist/load-virtual.js.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from zipper.errors import LockfileError
from zipper.lockfile.npm_v1 import DEPTH_MAX, is_folder_name, read_ancient
from zipper.named_tuple import NamedTuple
from zipper.npm.git_resolved import make_consistent
from zipper.npm.json_text import parse_json_object
from zipper.npm.package_json import Manifest, parse_manifest
from zipper.tree.model import ROOT, Node, Tree, is_top

__all__ = ["Lockfile", "read_entries", "read_lockfile"]


_NOT_IN_PACKAGES: Final = frozenset({"resolved", "integrity", "link"})
"""What the target of a link does not have; one inside another package comes with its tarball."""


class Lockfile(NamedTuple):
    """A lockfile: where it is, its version, and its tree (npm's virtual tree).

    Where `has_manifests` is false (version 1), nodes know no os, cpu, libc, engines or peers.
    """

    path: str
    version: int
    tree: Tree
    has_manifests: bool
    root: Manifest = Manifest()
    """The project's package.json as the lockfile recorded it."""
    was_in_conflict: bool = False
    """Whether it has the conflict marks of a merge, both sides of which were taken together."""


def read_lockfile(text: str | bytes, *, path: str, manifest: Manifest) -> Lockfile:
    """Return what is in a lockfile; the root is `manifest`, not the lockfile's copy of it.

    Args:
        text: the lockfile.
        path: for messages.
        manifest: the project's package.json.

    Raises:
        LockfileError: EJSONPARSE; ELOCKVERSION for a version npm does not know either (Deviation:
            npm warns and reads it as version 3, whatever it may mean then);
            ELOCKFILE for entries of a wrong type or with a location outside of the project.
    """
    merged = _merge(text, path)
    raw = parse_json_object(text, path=path, error=LockfileError) if merged is None else merged
    version = raw.get("lockfileVersion", 1)
    if not isinstance(version, int | float) or version not in (1, 2, 3) or version is True:
        raise LockfileError(
            "ELOCKVERSION",
            f"`{path}` has lockfileVersion {version!r}; 1, 2 and 3 are known",
            hint="write a new one: delete it and run `python -m zipper resolve`",
        )
    packages = raw.get("packages")
    has_manifests = isinstance(packages, Mapping)
    recorded = packages.get(ROOT) if isinstance(packages, Mapping) else None
    nodes = read_entries(raw, path=path)
    root = Node(location=ROOT, name=manifest.name, manifest=manifest, version=manifest.version)
    nodes.pop(ROOT, None)  # a link to the project itself; version 1 has no entry for it
    tree = Tree({ROOT: root, **nodes})
    return Lockfile(
        path,
        int(version),
        tree,
        has_manifests=has_manifests,
        root=parse_manifest(recorded) if isinstance(recorded, Mapping) else Manifest(),
        was_in_conflict=merged is not None,
    )


def _merge(text: str | bytes, path: str) -> Mapping[str, object] | None:
    """Return what both sides of a merge conflict come to, as npm does; None where there is none.

    Raises:
        LockfileError: EJSONPARSE where a side, or what they have in common, is no JSON. npm takes
            such a file for none, and chooses every version anew.
    """
    if ("<<<<<<<" if isinstance(text, str) else b"<<<<<<<") not in text:  # type: ignore[operator]
        return None
    from zipper.npm.json_conflict import has_conflict, merge_conflict  # noqa: PLC0415  (rare)

    decoded = text if isinstance(text, str) else text.decode("utf-8-sig", "replace")
    if not has_conflict(decoded):
        return None
    try:
        merged = merge_conflict(decoded)
    except (ValueError, RecursionError):
        merged = None
    if isinstance(merged, Mapping):
        return merged
    raise LockfileError(
        "EJSONPARSE",
        f"`{path}` holds the conflict marks of a merge, and its sides cannot be merged",
        hint="take one side, as with `git checkout --theirs`, and run `python -m zipper resolve`",
    )


def read_entries(raw: Mapping[str, object], *, path: str) -> dict[str, Node]:
    """Return the nodes of a decoded lockfile by location, the root apart.

    Raises:
        LockfileError: ELOCKFILE, as in `read_lockfile`.
    """
    packages = raw.get("packages")
    if isinstance(packages, Mapping):
        return _read_packages(packages, path=path)
    return read_ancient(raw, path=path)


def _read_packages(packages: Mapping[object, object], *, path: str) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    for location, entry in packages.items():
        if not isinstance(location, str) or not isinstance(entry, Mapping):
            raise _malformed(path, str(location))
        if location != ROOT:
            nodes[location] = _read_entry(location, entry, path=path)
    return nodes


def _read_entry(location: str, entry: Mapping[str, object], *, path: str) -> Node:
    within = _split_location(location, path=path)
    link = entry.get("link") is True
    if not within and not is_top(location) and not _NOT_IN_PACKAGES.isdisjoint(entry):
        raise _malformed(path, location)
    resolved = entry.get("resolved")
    integrity = entry.get("integrity")
    if link and isinstance(resolved, str) and ("\0" in resolved or resolved.startswith("/")):
        raise _malformed(path, location)
    manifest = parse_manifest(entry)
    flag = entry.get
    return Node(
        location=location,
        name=within or manifest.name or location.rpartition("/")[2],
        manifest=manifest,
        version=manifest.version,
        resolved=make_consistent(resolved) if isinstance(resolved, str) else None,
        integrity=integrity if isinstance(integrity, str) and integrity else None,
        link_target=_link_target(resolved) if link else None,
        dev=flag("dev") is True,
        optional=flag("optional") is True,
        dev_optional=flag("devOptional") is True,
        peer=flag("peer") is True,
        extraneous=flag("extraneous") is True,
        in_bundle=flag("inBundle") is True,
        has_shrinkwrap=flag("hasShrinkwrap") is True,
    )


def _link_target(resolved: object) -> str:
    """Return the location of a link's target; the project itself is the empty one."""
    return resolved.rstrip("/").removeprefix("./") if isinstance(resolved, str) else ""


def _split_location(location: str, *, path: str) -> str:
    """Return the folder's name inside node_modules, or nothing for the target of a link.

    Such a target may lie inside a package: `node_modules/a/vendor/x`.

    Raises:
        LockfileError: ELOCKFILE where the location would put files outside of the package.
    """
    before, found, name = location.rpartition("node_modules/")
    hostile = "\\" in location or "\0" in location or location.startswith("/")
    hostile |= location.count("node_modules/") > DEPTH_MAX
    if found:
        package = "/".join(name.split("/")[: 1 + name.startswith("@")])
        inside = name.removeprefix(package).split("/")[1:]
        hostile |= not is_folder_name(package) or any(part in ("", ".", "..") for part in inside)
        name = "" if inside else name
        hostile |= ".." in before.split("/")[1:] and not before.startswith("../")
    if hostile:
        raise _malformed(path, location)
    return name if found else ""


def _malformed(path: str, location: str) -> LockfileError:
    return LockfileError(
        "ELOCKFILE",
        f"`{path}` has an entry that cannot be used: {location!r}",
        hint="write a new one: delete it and run `python -m zipper resolve`",
    )
