"""Which Node.js is used: that of the function's runtime, or the one that the user named.

In: a target, a cache folder, perhaps the user's choice. Out: a `NodeEnvironment`. Where the binary
comes from, in this order: the system, where its major fits; nodeenv's download; the registry's own
packages. Getting each of them belongs to `zipper.node.install_node`.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.errors import NodeError, UsageError
from zipper.node.environment import NodeEnvironment
from zipper.node.install_node import NodeSources, ask_version
from zipper.target import RUNTIMES

if TYPE_CHECKING:
    from zipper.node.environment import PackageSource
    from zipper.target import Target

__all__ = ["provide_node"]

_VERSION: Final = re.compile(r"v?(\d+)(?:\.(\d+)\.(\d+))?")


def provide_node(
    target: Target,
    *,
    cache_dir: Path,
    choice: str | None = None,
    packages: PackageSource | None = None,
    mirror: str | None = None,
    is_offline: bool = False,
    path: str | None = None,
) -> NodeEnvironment:
    """Return a Node.js for `target`, making its environment on first use.

    Args:
        target: its runtime's newest release is wanted; its architecture does not matter here.
        cache_dir: where environments are kept, each in a folder of its own below `node/`.
        choice: `system`, a version such as `22` or `22.23.3`, or the path of an executable; only
            with one of these is a Node of another major used.
        packages: for the registry's `node-*` packages; None leaves this source out.
        mirror: where nodeenv downloads; NODEJS_ORG_MIRROR, or nodejs.org, where it is None.
        is_offline: True asks no network; the store behind `packages` may still have the package.
        path: searched for the system's Node; PATH where it is None.

    Raises:
        NodeError: ENODE if no source has a fitting Node, with the reason of each.
        UsageError: EUSAGE for a choice that is none.
    """
    sources = NodeSources(
        root=cache_dir / "node",
        packages=packages,
        mirror=mirror or os.environ.get("NODEJS_ORG_MIRROR"),
        is_offline=is_offline,
        path=path,
    )
    if choice is None:
        system = sources.find_system()
        if system is not None and system.major == target.details.major:
            return sources.make_system(system)
        return sources.obtain(target.node_version, tried=system)
    if choice == "system":
        return sources.make_system(_require(sources.find_system()))
    if "/" in choice or "\\" in choice or Path(choice).is_file():
        return _chosen_executable(Path(choice))
    version = _chosen_version(choice)
    system = sources.find_system()
    if system is not None and system.version == version:
        return sources.make_system(system)
    return sources.obtain(version, tried=system)


def _require(system: NodeEnvironment | None) -> NodeEnvironment:
    if system is None:
        raise NodeError(
            "ENODE",
            "there is no Node.js on the PATH",
            hint="leave out `--node system`: zipper then gets the function's own Node",
        )
    return system


def _chosen_executable(path: Path) -> NodeEnvironment:
    executable = Path(shutil.which(path) or path).absolute()
    found = ask_version(executable)
    if isinstance(found, str):
        raise NodeError("ENODE", f"`{path}` is not a Node.js", facts=(("it answered", found),))
    version, real = found
    return NodeEnvironment(real, version, f"the executable {path}", real.parent.parent)


def _chosen_version(choice: str) -> str:
    """Return the release that `choice` means; a major means the newest that zipper knows."""
    found = _VERSION.fullmatch(choice)
    if found is not None and found[2] is not None:
        return f"{found[1]}.{found[2]}.{found[3]}"
    known = {str(runtime.major): runtime.node_version for runtime in RUNTIMES.values()}
    if found is None or found[1] not in known:
        raise UsageError(
            "EUSAGE",
            f"`{choice}` is not a Node.js: neither `system`, a version, nor a path",
            facts=(("majors", ", ".join(known)),),
            hint="write a whole version such as `22.23.3`, or a path with a slash",
        )
    return known[found[1]]
