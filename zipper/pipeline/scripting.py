"""Install scripts in a build or an install: the project's consent, and what scripts need to run.

In: a project, its selected tree and files. Out: both after the scripts that were allowed by name.
Without consent for anything, nothing is imported and nothing changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.node.scripted import Scripted

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.contents.obtain import Obtained
    from zipper.node.environment import NodeEnvironment
    from zipper.project import Project
    from zipper.store.files import Store
    from zipper.target import Target
    from zipper.tree.model import Tree

__all__ = ["apply_scripts"]


def apply_scripts(
    project: Project,
    tree: Tree,
    obtained: Obtained,
    *,
    allow_scripts: tuple[str, ...],
    target: Target,
    store: Store,
    offline: bool = False,
) -> Scripted:
    """Return tree and files after the install scripts that the project allows by name.

    zipper's `allow_scripts` and the `allowScripts` of package.json count, and `ignore-scripts`
    stops all. A result that is in the store is used again: then no script runs and no Node starts.

    Raises:
        UsageError: EUSAGE for an entry that names nothing.
        NodeError: ESCRIPT if a script of a required package fails; ENODE without a Node.
        StoreError: ESTORE.
    """
    policy = project.manifest.raw.get("allowScripts")
    if not allow_scripts and not policy:
        return Scripted(tree, obtained)
    from zipper.node.consent import read_consent  # noqa: PLC0415 - rare
    from zipper.node.tree_scripts import ScriptRunner, run_tree_scripts  # noqa: PLC0415 - rare

    def make_tree(root: Path) -> None:
        from zipper.pipeline.installing import fill_tree  # noqa: PLC0415 - only where a script runs

        fill_tree(root, Scripted(tree, obtained), copy=True)

    return run_tree_scripts(
        tree,
        obtained,
        consent=read_consent(
            allow_scripts, npm_policy=policy, ignore_scripts=project.npm.ignore_scripts
        ),
        store=store,
        runner=ScriptRunner(
            target=target,
            node_version=target.node_version,
            provide_node=lambda: _provide_node(project, target, store, offline=offline),
            make_tree=make_tree,
        ),
        legacy_peer_deps=project.npm.legacy_peer_deps,
    )


def _provide_node(
    project: Project, target: Target, store: Store, *, offline: bool
) -> NodeEnvironment:
    """Return the Node of the target; its own client asks, as the tarballs' is closed by then."""
    from zipper.contents.client import LazyClient  # noqa: PLC0415 - only where a script runs
    from zipper.node.environment import provide_node  # noqa: PLC0415 - as above
    from zipper.node.packages import RegistryPackages  # noqa: PLC0415 - as above

    with LazyClient(project, cache_dir=store.cache_dir, offline=offline, on_event=None) as client:
        return provide_node(
            target,
            cache_dir=store.cache_dir,
            packages=RegistryPackages(client),
            is_offline=offline,
        )
