"""The part of a whole tree that a build packs: the root's own, or a member's closure laid out anew.

In: a project and its whole tree. Out: the tree with the folder that is built at the top, and which
packages are in it more than once. The root keeps npm's locations; a member gets a layout of its
own, in which every name reaches what the lockfile says it reaches for the member.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.named_tuple import NamedTuple
from zipper.tree.select import select

if TYPE_CHECKING:
    from zipper.findings import Finding
    from zipper.project.read_project import Project
    from zipper.target import Target
    from zipper.tree.hoist import Doubled
    from zipper.tree.locked_graph import LockedGraph
    from zipper.tree.model import Tree

__all__ = ["Selected", "select_tree", "tell_doubled"]


class Selected(NamedTuple):
    """What a build packs."""

    tree: Tree
    findings: tuple[Finding, ...] = ()


def select_tree(
    project: Project,
    whole: Tree,
    *,
    target: Target,
    omit: frozenset[str],
    force: bool = False,
    with_root: bool = False,
) -> Selected:
    """Return what is packed of `whole` for `target`.

    Args:
        project: says which folder is built, and npm's settings.
        whole: the root's tree, from its lockfile or resolved.
        target: the runtime and architecture of the function.
        omit: dependency types to leave out.
        force: take packages whatever platform they are for, as npm's own setting says too.

        with_root: pack the dependencies of the workspace's root with a member, too.

    Raises:
        ResolutionError: EBADPLATFORM, EBADENGINE.
        LockfileError: ELOCKPLATFORM; for a member ELAYOUT, EUSAGE where the lockfile lacks it.
    """
    npm = project.npm
    findings: tuple[Finding, ...] = ()
    if project.member and project.foreign is None:
        whole, findings = _lay_out_member(project, whole, omit, with_root=with_root)
    tree = select(
        whole,
        target=target,
        omit=omit,
        legacy_peer_deps=npm.legacy_peer_deps,
        force=force or npm.force,
        engine_strict=npm.engine_strict,
    )
    return Selected(tree, findings)


def _lay_out_member(
    project: Project, whole: Tree, omit: frozenset[str], *, with_root: bool
) -> tuple[Tree, tuple[Finding, ...]]:
    """Return the member's closure with the member at the top, all platforms' variants in it."""
    from zipper.errors import LockfileError  # noqa: PLC0415  (for members only, as all below)
    from zipper.findings import Finding  # noqa: PLC0415
    from zipper.layout.edge_proof import prove_edges  # noqa: PLC0415
    from zipper.tree.graph_closure import take_closure  # noqa: PLC0415
    from zipper.tree.graph_of_tree import graph_of_tree  # noqa: PLC0415
    from zipper.tree.hoist import hoist  # noqa: PLC0415
    from zipper.tree.merge_instances import merge_instances  # noqa: PLC0415
    from zipper.tree.provided_peers import bind_provided_peers  # noqa: PLC0415

    graph = graph_of_tree(whole, legacy_peer_deps=project.npm.legacy_peer_deps)
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
    merged = merge_instances(bind_provided_peers(closure.graph))
    hoisted = hoist(merged, project.member)
    proof = prove_edges(hoisted.tree, merged, project.member)
    if proof.wrong:
        raise AssertionError(proof.wrong[:3])
    findings = [tell_doubled(one) for one in hoisted.doubled]
    findings += [
        Finding(
            "sibling-shadowed",
            "warning",
            node.location,
            f"`{node.package_name}` comes from the registry, though a member of the workspace "
            f"has that name (`{project.workspaces[node.package_name]}`)",
            "the spec does not fit the member's version: correct it, or rename the member",
        )
        for node in hoisted.tree.nodes.values()
        if node.package_name in project.workspaces
        and not (node.resolved or "").startswith("file:")
        and node.location
    ]
    return hoisted.tree, tuple(findings)


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
    from zipper.findings import Finding  # noqa: PLC0415  (as above)

    others = "; ".join(f"`{other}` for {_join(asked)}" for other, asked in doubled.others)
    return Finding(
        "package-copies",
        "info",
        doubled.locations[0],
        f"`{doubled.package}` is packed {len(doubled.locations)} times: "
        f"{_join(doubled.asked_by)} need it, but {others} takes its place",
        "where all of them accept one version, an override gives one copy",
    )


def _join(labels: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{label}`" for label in labels[:3])
    return f"{shown} and {len(labels) - 3} more" if len(labels) > 3 else shown
