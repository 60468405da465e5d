"""The Node.js that a run or install scripts need: asked for where one is needed, never before.

In: npm's settings, a target, the user's choice. Out: a `NodeEnvironment`. Where it may come from
is `zipper.node.choice`'s work; here it gets a registry of its own to ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.node.choice import provide_node
from zipper.node.node_packages import RegistryPackages
from zipper.registry.lazy_client import LazyClient
from zipper.store.store_zips import Store

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.events import OnEvent
    from zipper.node.environment import NodeEnvironment
    from zipper.project.read_project import Project
    from zipper.target import Target

__all__ = ["find_node"]


def find_node(
    project: Project,
    target: Target,
    *,
    cache_dir: Path,
    choice: str | None,
    mirror: str | None,
    offline: bool,
    on_event: OnEvent | None = None,
) -> NodeEnvironment:
    """Return the Node for `target`; the project's npm settings say which registry has it.

    Raises:
        NodeError: ENODE if no source has a fitting Node.
        UsageError: EUSAGE for a choice that is none.
        StoreError: ESTORE where everyone can write to the cache, or another user owns it.
    """
    store = Store(cache_dir)
    store.ownership.look_around()
    with LazyClient(project, cache_dir=cache_dir, offline=offline, on_event=on_event) as client:
        return provide_node(
            target,
            cache_dir=cache_dir,
            choice=choice,
            packages=RegistryPackages(store, client, project.npm),
            mirror=mirror,
            is_offline=offline,
        )
