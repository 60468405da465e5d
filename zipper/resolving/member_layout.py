"""A member's closure, taken out of its root's tree and laid out with the member at the top.

In: a project that is a member, and the root's whole tree. Out: the member's tree, each of its edges
walked, and findings. What it came to is noted: where each of the root's folders goes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from zipper.errors import LockfileError
from zipper.findings import Finding, name_some
from zipper.store.notes import LOCKFILE_PROOF
from zipper.tree.graph_of_tree import describe_folder, graph_of_tree
from zipper.tree.locked_graph import LockedGraph, make_node
from zipper.tree.model import ROOT, Node, Tree, has_names_twice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.project.read_project import Project
    from zipper.store.notes import Notebook
    from zipper.tree.hoist import Doubled

__all__ = ["MemberLayout", "lay_out_member", "tell_doubled"]


class MemberLayout(NamedTuple):
    """A member's tree, and what a person should know about it."""

    tree: Tree
    findings: tuple[Finding, ...]


def lay_out_member(
    project: Project,
    whole: Tree,
    *,
    omit: frozenset[str],
    with_root: bool = False,
    notebook: Notebook | None = None,
) -> MemberLayout:
    """Return the member's closure with the member at the top, all platforms' variants in it.

    Args:
        project: says which member.
        whole: the root's tree.
        omit: dependency types to leave out.
        with_root: pack what the root depends on, too.
        notebook: has what the same lockfile came to before; only for a tree that is the lockfile's
            own, because a resolved one depends on the registry.

    Raises:
        LockfileError: EUSAGE where the lockfile lacks the member; ELAYOUT.
    """
    left = tuple(sorted(omit & {"dev", "peer"}))
    inputs = (project.fingerprint, project.member, left, project.npm.legacy_peer_deps)
    own = None if project.lockfile is None else project.lockfile.tree
    remembers = whole is own and not with_root
    noted = notebook.recall(LOCKFILE_PROOF, inputs) if notebook and remembers else None
    if noted is not None:
        places, told, left_out = json.loads(noted)
        findings = tuple(Finding(*row) for row in told)
        if left_out is not None:
            from zipper.tree.named_twice import settle_names  # noqa: PLC0415  (few folders have any)

            whole = settle_names(whole, left_out)
        return MemberLayout(Tree(dict(_make_nodes(whole, places))), findings)
    left_out = None
    if has_names_twice(whole):
        from zipper.tree.named_twice import find_left_out, settle_names  # noqa: PLC0415  (as above)

        left_out = find_left_out(whole, omit=omit, legacy_peer_deps=project.npm.legacy_peer_deps)
        whole = settle_names(whole, left_out)
    tree, places, findings = _lay_out(project, whole, omit, with_root=with_root)
    if left_out:
        findings = (*findings, *_tell_left_out(whole, left_out, set(places.values())))
    if notebook is not None and remembers:
        body = json.dumps([places, findings, left_out]).encode("ascii")
        notebook.remember(LOCKFILE_PROOF, inputs, body)
    return MemberLayout(tree, findings)


def _tell_left_out(
    whole: Tree, left_out: Mapping[str, list[str]], packed: set[str]
) -> Iterator[Finding]:
    from zipper.tree.named_twice import tell_left_out  # noqa: PLC0415  (few folders have any)

    return tell_left_out(whole, {place: left_out[place] for place in packed & left_out.keys()})


def _make_nodes(whole: Tree, places: Mapping[str, str]) -> Iterator[tuple[str, Node]]:
    """Yield the nodes of a layout: the folder of `whole` for each location."""
    for location, key in places.items():
        name = "" if location == ROOT else location.rpartition("node_modules/")[2]
        yield location, make_node(location, name, describe_folder(whole, key))


def _lay_out(
    project: Project, whole: Tree, omit: frozenset[str], *, with_root: bool
) -> tuple[Tree, Mapping[str, str], tuple[Finding, ...]]:
    # All that lays out a graph: a warm build needs none of it.
    from zipper.layout.edge_proof import prove_edges  # noqa: PLC0415
    from zipper.tree.graph_closure import take_closure  # noqa: PLC0415
    from zipper.tree.hoist import hoist  # noqa: PLC0415
    from zipper.tree.merge_instances import merge_instances  # noqa: PLC0415
    from zipper.tree.provided_peers import bind_provided_peers  # noqa: PLC0415

    start = [project.member, ROOT] if with_root else [project.member]
    graph = graph_of_tree(whole, legacy_peer_deps=project.npm.legacy_peer_deps, start=start)
    if project.member not in graph.importers:
        raise LockfileError(
            "EUSAGE",
            f"the root's lockfile has no member `{project.member}`",
            facts=(("root", str(project.root)),),
            hint="bring it up to date: `python -m zipper resolve`",
        )
    if with_root:
        graph = _add_root(graph, project.member)
    closure = take_closure(graph, project.member, fits=lambda _: True, omit=omit & {"dev", "peer"})
    merged = merge_instances(bind_provided_peers(closure))
    hoisted = hoist(merged, project.member)
    proof = prove_edges(hoisted.tree, merged, project.member)
    if proof.wrong:
        raise AssertionError(proof.wrong[:3])
    doubled = (tell_doubled(one) for one in hoisted.doubled)
    shadowed = _tell_shadowed(project, hoisted.tree)
    return hoisted.tree, hoisted.instances, (*doubled, *shadowed)


def _tell_shadowed(project: Project, tree: Tree) -> Iterator[Finding]:
    for node in tree.nodes.values():
        folder = project.workspaces.get(node.package_name)
        if folder is None or not node.location or (node.resolved or "").startswith("file:"):
            continue
        yield Finding(
            "sibling-shadowed",
            "warning",
            node.location,
            f"`{node.package_name}` comes from the registry, though a member of the workspace "
            f"has that name (`{folder}`)",
            "the spec does not fit the member's version: correct it, or rename the member",
        )


def _add_root(graph: LockedGraph, member: str) -> LockedGraph:
    """Return `graph` with what the root depends on as dependencies of the member, its own first."""
    root, own = (graph.instances[graph.importers[place]] for place in ("", member))
    manifest = own.manifest._replace(
        dependencies={**root.manifest.dependencies, **own.manifest.dependencies},
        optional_dependencies={
            **root.manifest.optional_dependencies,
            **own.manifest.optional_dependencies,
        },
    )
    added = {*root.manifest.dependencies, *root.manifest.optional_dependencies}
    inherited = {name: target for name, target in root.targets.items() if name in added}
    both = own._replace(manifest=manifest, targets={**inherited, **own.targets})
    return graph._replace(instances={**graph.instances, graph.importers[member]: both})


def tell_doubled(doubled: Doubled) -> Finding:
    """Return the finding `package-copies` about a package that is in several folders."""
    others = "; ".join(f"`{other}` for {name_some(asked, 3)}" for other, asked in doubled.others)
    text = f"`{doubled.package}` is packed {len(doubled.locations)} times: "
    text += f"{name_some(doubled.asked_by, 3)} need it, "
    text += (
        f"but {others} takes its place"
        if others
        else "under several names, or with other peers or patches"
    )
    hint = "where all of them accept one version, an override gives one copy" if others else ""
    return Finding("package-copies", "info", doubled.locations[0], text, hint)
