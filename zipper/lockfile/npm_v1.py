"""lockfileVersion 1: nested `dependencies`, without manifests.

In: the decoded lockfile. Out: nodes. What it does not record (os, cpu, libc, engines, peers) npm
asks the registry for, and so does the pipeline for the optional packages, whose place in the
deployment package depends on it.

Source: npm 6 docs "package-locks"; arborist 9 lib/shrinkwrap.js `#loadAll`, lib/spec-from-lock.js.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from zipper.errors import LockfileError
from zipper.npm.git_resolved import make_consistent
from zipper.npm.package_json import EMPTY, Manifest
from zipper.tree.model import Node, join_location

__all__ = ["DEPTH_MAX", "is_folder_name", "read_ancient"]

DEPTH_MAX: Final = 200
"""Deepest nesting accepted; npm 6 never wrote more than a few dozen levels."""


def read_ancient(raw: Mapping[str, object], *, path: str) -> dict[str, Node]:
    """Return the nodes of a lockfile of version 1, in its order.

    Raises:
        LockfileError: ELOCKFILE for entries that are no objects, names that are none, or
            nesting beyond 200 levels.
    """
    nodes: dict[str, Node] = {}
    waiting = [("", raw.get("dependencies"), 0)]
    while waiting:
        parent, dependencies, depth = waiting.pop()
        if depth > DEPTH_MAX:
            raise LockfileError("ELOCKFILE", f"`{path}` is nested too deep at `{parent}`")
        for name, entry in _entries(dependencies, path=path):
            node = _read_node(join_location(parent, name), name, entry)
            nodes[node.location] = node
            place = node.location
            if node.link_target is not None:
                # What is nested under a link lies in the folder that it points at.
                place = node.link_target
                nodes.setdefault(place, _target_of(node))
            waiting.append((place, entry.get("dependencies"), depth + 1))
    return nodes


def is_folder_name(name: str) -> bool:
    """Return whether `name` is one folder inside node_modules, or one inside a scope's folder."""
    parts = name.split("/")
    whole = len(parts) == 1 + name.startswith("@") and "\\" not in name and "\0" not in name
    return whole and not any(part in ("", ".", "..") for part in parts)


def _entries(dependencies: object, *, path: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    if not isinstance(dependencies, Mapping):
        return
    for name, entry in dependencies.items():
        named = isinstance(name, str) and is_folder_name(name)
        if not named or not isinstance(entry, Mapping):
            raise LockfileError("ELOCKFILE", f"`{path}` has an entry that cannot be used: {name!r}")
        yield name, entry


def _read_node(location: str, name: str, entry: Mapping[str, object]) -> Node:
    version = _text(entry.get("version"))
    package_name, version, resolved = _split_version(name, version, _text(entry.get("resolved")))
    link = version.startswith("file:") and not version.endswith((".tgz", ".tar.gz", ".tar"))
    if link and (version.startswith("file:/") or "\0" in version):
        raise LockfileError("ELOCKFILE", f"the lockfile links `{location}` to {version!r}")
    manifest = Manifest(
        name=package_name,
        version=version,
        dependencies=_requires(entry.get("requires")),
        raw=MappingProxyType({"version": version}),
    )
    return Node(
        location=location,
        name=name,
        manifest=manifest,
        version="" if link else version,
        resolved=resolved or None,
        integrity=_text(entry.get("integrity")) or None,
        link_target=version.removeprefix("file:").rstrip("/") if link else None,
        dev=entry.get("dev") is True,
        optional=entry.get("optional") is True,
        in_bundle=entry.get("bundled") is True,
    )


def _split_version(name: str, version: str, resolved: str) -> tuple[str, str, str]:
    """Return package name, version and tarball of an entry, whose `version` may be a spec.

    `npm:other@1.0.0` is an alias, a URL or a `file:` tarball stands for its own `resolved`, and so
    does a repository, whose version is not recorded.
    """
    if version.startswith("npm:"):
        package_name, _, version = version.removeprefix("npm:").rpartition("@")
        return package_name or name, version, resolved
    if "/" not in version and ":" not in version:
        return name, version, resolved
    repository = make_consistent(version)
    if repository.startswith(("git+", "git:")):
        return name, "", repository
    return name, version, resolved or version


def _requires(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        return EMPTY
    return {k: v for k, v in value.items() if isinstance(k, str) and isinstance(v, str)}


def _target_of(link: Node) -> Node:
    assert link.link_target is not None
    manifest = link.manifest._replace(version="", raw=MappingProxyType({}))
    return Node(location=link.link_target, name=link.name, manifest=manifest)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
