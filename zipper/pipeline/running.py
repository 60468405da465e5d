"""Running a zip made by any tool as Lambda would: a fitting Node, and the package in it.

In: paths and options. Out: a `RunResult`. How it is run, and under which limits, is
`zipper.node`'s work.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.checks.run_rules import find_handler
from zipper.errors import UsageError
from zipper.node.limits import LIMITS
from zipper.node.run_zip import RunSettings, run_zip
from zipper.npm.package_json import Manifest
from zipper.pipeline.reading_zips import open_listing
from zipper.project.npmrc_files import read_npm_settings
from zipper.project.read_project import Project
from zipper.settings.cache_folder import find_cache_dir
from zipper.target import Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zipper.events import OnEvent
    from zipper.node.result import RunResult

__all__ = ["run"]

PathLike = str | os.PathLike[str]


def run(  # noqa: PLR0913  (keyword-only options of a public function)
    path: PathLike,
    *,
    target: Target | None = None,
    handler: str | None = None,
    events: Sequence[bytes] = (b"{}",),
    layers: Sequence[PathLike] = (),
    memory_mb: int = 128,
    timeout_seconds: float = 3,
    limits: str = "standard",
    environment: Mapping[str, str] | None = None,
    network: bool = True,
    concurrency: int = 1,
    runtime_modules: PathLike | None = None,
    node: str | None = None,
    node_mirror: str | None = None,
    registry: str | None = None,
    offline: bool = False,
    cache_dir: PathLike | None = None,
    on_event: OnEvent | None = None,
) -> RunResult:
    """Run the handler in the zip at `path` once for each event, as Lambda would.

    Args:
        path: a zip made by any tool.
        target: runtime and architecture; by default the newest runtime, x86_64.
        handler: such as `index.handler`; by default what package.json in the zip says by `main`.
        events: JSON documents; they share one process, one after another.
        layers: zips of the function's layers, in the order of its configuration.
        memory_mb: of function and Node together.
        timeout_seconds: for one invocation.
        limits: `standard`, or `preview` for the service's first ones.
        environment: the function's own variables; nothing else of the caller's reaches it.
        network: False asks for a process without a network.
        concurrency: how many processes start at once; each takes all the events.
        runtime_modules: a folder that stands for the runtime's own modules, such as the AWS SDK.
        node: `system`, a version, or the path of an executable, instead of the runtime's newest.
        node_mirror: where Node is downloaded from instead of nodejs.org.
        registry: the registry's address instead of the configured one, for Node itself.
        offline: fail rather than open a connection for Node.
        cache_dir: where the store is, instead of ZIPPER_CACHE_DIR or the system's place.
        on_event: told of progress, from any thread.

    Raises:
        UsageError: EUSAGE for settings that Lambda refuses, or an event that is not JSON.
        ArchiveError: EREAD; EZIP for a zip that Lambda could not unpack, or that is too large.
        NodeError: ENODE where no fitting Node.js is to be had, or it cannot run functions here.
    """
    if limits not in LIMITS:
        known = ", ".join(LIMITS)
        raise UsageError("EUSAGE", f"unknown limits `{limits}`", facts=(("known", known),))
    target = target or Target()
    settings = RunSettings(
        target=target,
        handler=handler or find_handler(open_listing(path)),
        layers=tuple(Path(layer) for layer in layers),
        memory_mb=memory_mb,
        timeout_seconds=timeout_seconds,
        limits=LIMITS[limits],
        environment=dict(environment or {}),
        network=network,
        concurrency=concurrency,
        runtime_modules=None if runtime_modules is None else Path(runtime_modules),
    )
    from zipper.pipeline.nodejs import find_node  # noqa: PLC0415  (after what may be refused)

    found = find_node(
        _read_here(registry),
        target,
        cache_dir=find_cache_dir(cache_dir),
        choice=node,
        mirror=node_mirror,
        offline=offline,
        on_event=on_event,
    )
    return run_zip(Path(path), settings=settings, node=found, events=events)


def _read_here(registry: str | None) -> Project:
    """Return npm's settings of the current folder as a project's: they name the registry."""
    here = Path.cwd()
    npm = read_npm_settings(here, options={"registry": registry} if registry else None)
    return Project(
        root=here, manifest=Manifest(), lockfile=None, npm=npm, workspaces={}, fingerprint=""
    )
