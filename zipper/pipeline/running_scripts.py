"""Install scripts in a build or an install: the project's consent, and what scripts need to run.

In: a project, its selected tree and files. Out: both after the scripts that were allowed by name.
Without consent for anything, nothing is imported and nothing changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.fetching.package_files import Scripted

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.fetching.package_files import Obtained
    from zipper.node.consent import Consent
    from zipper.node.environment import NodeEnvironment
    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest
    from zipper.store.store_zips import Store
    from zipper.tree.model import Tree

__all__ = ["apply_scripts", "find_allowed_scripts", "read_project_consent"]


def read_project_consent(project: Project, allow: tuple[str, ...]) -> Consent | None:
    """Return which install scripts may run; None, and at once, where none are allowed.

    zipper's `allow_scripts`, the `allowScripts` of package.json and npm's `allow-scripts` count,
    and `ignore-scripts` stops all.

    Raises:
        UsageError: EUSAGE for an entry of zipper's that names nothing.
    """
    policy = project.manifest.raw.get("allowScripts")
    if not allow and not policy and not project.npm.allow_scripts:
        return None
    from zipper.node.consent import read_consent  # noqa: PLC0415 - rare

    return read_consent(
        allow,
        npm_policy=policy,
        npm_allowed=project.npm.allow_scripts,
        ignore_scripts=project.npm.ignore_scripts,
    )


def find_allowed_scripts(tree: Tree, consent: Consent | None) -> frozenset[str]:
    """Return the locations of the packages whose install scripts may run."""
    if consent is None:
        return frozenset()
    from zipper.node.consent import find_allowed  # noqa: PLC0415  (rare)

    return find_allowed(tree, consent)


def apply_scripts(
    project: Project,
    tree: Tree,
    obtained: Obtained,
    request: BuildRequest,
    *,
    consent: Consent | None,
    store: Store,
    offline: bool,
) -> Scripted:
    """Return tree and files after the install scripts that the project allows by name.

    A result that is in the store is used again: then no script runs and no Node starts.

    Raises:
        UsageError: EUSAGE for an entry that names nothing.
        NodeError: ESCRIPT if a script of a required package fails; ENODE without a Node.
        StoreError: ESTORE.
    """
    if consent is None:
        return Scripted(tree, obtained)
    from zipper.node.tree_scripts import ScriptRunner, run_tree_scripts  # noqa: PLC0415 - rare

    def provide_node() -> NodeEnvironment:
        from zipper.pipeline.nodejs import find_node  # noqa: PLC0415 - only where a script runs

        return find_node(
            project,
            request.target,
            cache_dir=store.cache_dir,
            choice=request.node,
            mirror=request.node_mirror,
            offline=offline,
        )

    def make_tree(root: Path) -> None:
        from zipper.pipeline.node_modules import fill_tree  # noqa: PLC0415 - only where a script runs

        fill_tree(root, Scripted(tree, obtained), copy=True)

    return run_tree_scripts(
        tree,
        obtained,
        consent=consent,
        store=store,
        runner=ScriptRunner(
            target=request.target,
            node_version=request.target.node_version,
            node_choice=request.node,
            provide_node=provide_node,
            timeout_seconds=request.script_timeout_seconds,
            make_tree=make_tree,
        ),
        legacy_peer_deps=project.npm.legacy_peer_deps,
    )
