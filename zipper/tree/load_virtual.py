"""From a lockfile's tree to the tree in the making.

In: the virtual `Tree`. Out: its nodes in the draft; those that package.json no longer agrees with
wait in the worklist.

Source: @npmcli/arborist 9, load-virtual, build-ideal-tree `#initTree`, `#inflateAncientLockfile`.
"""

from __future__ import annotations

from posixpath import dirname, normpath
from typing import TYPE_CHECKING, Final

from zipper.errors import LockfileError, RegistryError, ZipperError
from zipper.npm.integrity import parse_integrity
from zipper.npm.workspaces import name_from_folder
from zipper.tree.bundle_owner import is_in_dependency_bundle
from zipper.tree.bundled_packages import add_locked_nodes
from zipper.tree.dep_valid import resolve_edge_spec
from zipper.tree.prefetch import Wish

if TYPE_CHECKING:
    from zipper.npm.package_json import Manifest
    from zipper.tree.draft import DraftNode
    from zipper.tree.model import Tree
    from zipper.tree.resolver_requests import FetchedManifest
    from zipper.tree.resolver_state import Resolution
    from zipper.tree.trampoline import Step
    from zipper.tree.worklist import Worklist

__all__ = [
    "inflate_lockfile",
    "load_virtual",
    "load_workspaces",
    "queue_named_updates",
    "queue_problems",
]

_REFUSALS: Final = frozenset({"E401", "E403", "E404", "E405", "E410", "E451"})
"""A registry's answer that it has no such packument for us; the next attempt gets it too."""


def load_virtual(resolution: Resolution, tree: Tree) -> Step[None]:
    """Put the lockfile's nodes into the draft.

    package.json files outside node_modules are read anew, since their author may have changed them.

    Raises:
        LockfileError: EMISSINGTARGET for a link whose target is not in the lockfile.
    """
    root = resolution.draft.root
    for node in tree.nodes.values():
        if node.link_target is not None and node.link_target not in tree.nodes:
            raise LockfileError(
                "EMISSINGTARGET",
                f"the lockfile links `{node.location}` to `{node.link_target}`, which it lacks",
                hint="remove the lockfile and run `python -m zipper resolve`",
            )
    add_locked_nodes(
        resolution, root, (node for node in tree.nodes.values() if node.location != "")
    )
    for link in tuple(resolution.draft.nodes.values()):
        target = link.target
        if target is not None and target.is_top and target is not root:
            manifest = yield from resolution.manifests.read_directory(target.path)
            if manifest is not None:
                set_manifest(resolution, target, manifest)
                link.manifest, link.version = manifest, manifest.version


def load_workspaces(resolution: Resolution) -> Step[None]:
    """Put the workspaces into the draft before anything is placed, as a project without a lockfile.

    npm finds them on the disk then, and what they depend on counts from the first placement on.
    """
    root = resolution.draft.root
    for directory in resolution.request.workspaces.values():
        path = normpath(f"{root.path}/{directory}")
        if path == root.path:
            continue
        manifest = yield from resolution.manifests.read_directory(path)
        if manifest is None:
            continue
        rules = root.overrides
        if rules is not None:
            rules = rules.node_rule(manifest.name, manifest.version)
        node = resolution.make_node(name_from_folder(path), manifest, overrides=rules)
        resolution.attach_top(node, path)


def queue_problems(resolution: Resolution, worklist: Worklist) -> None:
    """Queue every package that the root reaches and that lacks something, or has a wrong one."""
    seen = {resolution.draft.root}
    stack = [resolution.draft.root]
    while stack:
        node = stack.pop()
        for edge in node.all_edges():
            trusted = edge.type == "peerOptional" and resolution.trusts_optional_peers
            if not trusted and (edge.to is None or not edge.valid):
                worklist.push(node)
            if edge.to is not None and edge.to not in seen:
                seen.add(edge.to)
                stack.append(edge.to)


def queue_named_updates(resolution: Resolution, worklist: Worklist) -> None:
    """Queue whatever depends on a package that is to be chosen anew."""
    for name in resolution.update_names:
        for node in tuple(resolution.draft.by_name.get(name, ())):
            if node.is_top or node.in_shrinkwrap or is_in_dependency_bundle(node):
                continue
            for edge in tuple(node.edges_in):
                worklist.push(edge.source)


def set_manifest(resolution: Resolution, node: DraftNode, manifest: Manifest) -> None:
    """Give `node` another manifest, and with it other dependencies."""
    node.manifest = manifest
    node.version = manifest.version
    for edge in tuple(node.edges_out.values()):
        if edge.to is not None:
            edge.to.edges_in.pop(edge, None)
        resolution.draft.forget_edge(edge)
    node.edges_out = {}
    node.load_dependencies(legacy_peer_deps=resolution.request.options.legacy_peer_deps)
    node.all_edges()
    for edge in tuple(node.edges_in):
        edge.reload(hard=True)


def inflate_lockfile(resolution: Resolution) -> Step[None]:
    """Ask for the manifests that lockfiles of version 1 do not have; a refusal changes nothing.

    What these manifests newly ask for is not looked for, unless something else draws attention to
    the package: npm has chosen its worklist by then.

    Raises:
        RegistryError: no request was allowed, or none was answered.

    Deviation: npm goes on without the manifests then too. It does not know for which systems a
    package is, and would have the variants of all of them in the tree.
    """
    nodes = [
        node
        for node in resolution.draft.nodes.values()
        if node.location.startswith("node_modules") and not node.is_link
    ]
    asked = []
    for node in nodes:
        is_local = (node.resolved or "").startswith("file:")
        wanted = node.resolved if is_local or not node.version else node.version
        try:
            spec = resolve_edge_spec(node.name, wanted or "*", dirname(node.path), home=node.home)
        except ZipperError:
            continue
        asked.append((node, spec))
    resolution.manifests.expect(
        Wish(node.name, spec.fetch_spec or "*", is_placed=False)
        for node, spec in asked
        if spec.registry
    )
    for node, spec in asked:
        try:
            fetched = yield from resolution.manifests.fetch(spec)
        except RegistryError as error:
            if error.code not in _REFUSALS:
                raise
            continue
        except ZipperError:
            continue
        if _is_of_another_tarball(node, fetched):
            continue
        set_manifest(resolution, node, fetched.manifest)
        node.integrity = node.integrity or fetched.integrity


def _is_of_another_tarball(node: DraftNode, fetched: FetchedManifest) -> bool:
    """Say whether the integrities contradict, as where an alias has the name of a real package.

    Source: pacote 21 lib/registry.js `manifest`.
    """
    locked, found = parse_integrity(node.integrity), parse_integrity(fetched.integrity)
    if locked is None or found is None or locked.match(found) is not None:
        return False
    return bool(locked.hashes.keys() & found.hashes.keys())
