"""Packages that bring dependencies along: in their own node_modules, or pinned by a shrinkwrap.

In: a node of the tree in the making and the manifests inside its tarball. Out: the nodes below it.
npm opens no other tarball to resolve a tree.

Source: @npmcli/arborist 9, build-ideal-tree (`crackOpen`), load-actual, load-virtual.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from posixpath import normpath
from typing import TYPE_CHECKING, Final

from zipper.lockfile.npm_read import read_entries
from zipper.npm.package_json import Manifest, parse_manifest
from zipper.npm.workspaces import name_from_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zipper.tree.draft import DraftNode
    from zipper.tree.model import Node
    from zipper.tree.resolver_state import Resolution
    from zipper.tree.trampoline import Step

__all__ = ["add_locked_nodes", "load_inner_nodes"]

_INNER: Final = re.compile(r"(?:node_modules/(?:@[^/]+/)?[^/.@][^/]*/)+package\.json")
"""The manifest of a bundled package; folders that begin with a dot are none."""

_FOLDER: Final = re.compile(r"(?:(.+)/)?node_modules/((?:@[^/]+/)?[^/@][^/]*)")
"""The location of a package in a node_modules folder, and whose folder that is."""


def load_inner_nodes(resolution: Resolution, node: DraftNode) -> Step[None]:
    """Put what is in the tarball of `node` below it, where it has a bundle or a shrinkwrap.

    Raises:
        ZipperError: what the outside answered instead of the tarball.
    """
    bundles = bool(node.manifest.bundle_dependencies)
    if node.is_root or not node.resolved or not (bundles or node.has_shrinkwrap):
        return
    files = yield from resolution.manifests.open_tarball(
        node.package_name, node.version, node.resolved, node.integrity
    )
    shrinkwrap = files.get("npm-shrinkwrap.json")
    if node.has_shrinkwrap and isinstance(shrinkwrap, Mapping):
        entries = read_entries(shrinkwrap, path=f"{node.name}/npm-shrinkwrap.json")
        add_locked_nodes(resolution, node, entries.values())
    if bundles:
        _add_bundled_nodes(resolution, node, files)


def add_locked_nodes(resolution: Resolution, top: DraftNode, nodes: Iterable[Node]) -> None:
    """Put the nodes of a lockfile below `top`, links after their targets.

    An entry whose parent is not in the lockfile is a folder like those outside of node_modules. One
    whose parent had to make way for another spelling of its name is left out.
    """
    links: list[Node] = []
    placed = {"": top}
    for node in sorted(nodes, key=_outermost_first):
        if node.link_target is not None:
            links.append(node)
            continue
        name = node.name
        if _FOLDER.fullmatch(node.location) is None:
            name = name_from_folder(normpath(f"{top.path}/{node.location}"))
        made = resolution.make_node(
            name,
            node.manifest._replace(name=node.manifest.name or name),
            resolved=_absolute(node.resolved, top),
            integrity=node.integrity,
        )
        made.has_shrinkwrap = made.has_shrinkwrap or node.has_shrinkwrap
        placed[node.location] = made
        _add_at(resolution, placed, node.location, made, top)
    for node in links:
        target = placed.get(node.link_target or "")
        if target is not None:
            link = resolution.make_node(node.name, target.manifest, link_path=target.path)
            link.target = target
            _add_at(resolution, placed, node.location, link, top)


def _add_at(
    resolution: Resolution,
    placed: dict[str, DraftNode],
    location: str,
    node: DraftNode,
    top: DraftNode,
) -> None:
    folder = _FOLDER.fullmatch(location)
    parent = None if folder is None else placed.get(folder[1] or "")
    if parent is None:
        resolution.attach_top(node, normpath(f"{top.path}/{location}"))
    elif parent.draft is not None:
        resolution.draft.attach(node, parent)


def _outermost_first(node: Node) -> tuple[int, bool]:
    """Sort folders before what lies in them, link targets inside packages included."""
    return node.location.count("node_modules/"), _FOLDER.fullmatch(node.location) is None


def _add_bundled_nodes(
    resolution: Resolution, bundler: DraftNode, files: Mapping[str, object]
) -> None:
    paths = sorted(
        (p for p in files if _INNER.fullmatch(p)), key=lambda p: p.count("node_modules/")
    )
    for path in paths:
        raw = files[path]
        manifest = parse_manifest(raw) if isinstance(raw, Mapping) else Manifest()
        names = path.removesuffix("/package.json").split("node_modules/")[1:]
        parent: DraftNode | None = bundler
        for name in names[:-1]:
            parent = None if parent is None else parent.child(name.rstrip("/"))
        if parent is not None:
            resolution.draft.attach(resolution.make_node(names[-1], manifest), parent)


def _absolute(resolved: str | None, top: DraftNode) -> str | None:
    """Return `resolved` with the path of a local tarball made absolute, as nodes hold it."""
    if resolved is None or not resolved.startswith("file:"):
        return resolved
    path = resolved[5:]
    return f"file:{normpath(path if path.startswith('/') else f'{top.path}/{path}')}"
