"""A lockfile that was written on one machine for that machine only.

npm can leave the variants of other platforms out of a lockfile (npm/cli#4828). A function built
from such a file would load on the developer's machine alone, so it is refused.

In: a tree and what was selected of it. Out: nothing, or the error that says what is missing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.errors import LockfileError
from zipper.tree.target_fit import fits_system

if TYPE_CHECKING:
    from collections.abc import Collection

    from zipper.target import Target
    from zipper.tree.connections import Connections
    from zipper.tree.model import Node, Tree

__all__ = ["refuse_lock_for_another_platform"]

_CPU_NAMES: Final = {"x64": {"x64", "amd64"}, "arm64": {"arm64", "aarch64"}}
_OTHER_LIBC: Final = {"musl", "android"}
"""Of those that a processor of Lambda's can have."""


def refuse_lock_for_another_platform(
    tree: Tree, connections: Connections, *, kept: Collection[str], target: Target
) -> None:
    """Raise when a selected package lacks its variant for the target but has those of others.

    A variant is an optional dependency whose name tells its platform, as `@esbuild/linux-x64`
    does. One that fits the target, or none at all, is no reason to refuse.

    Raises:
        LockfileError: ELOCKPLATFORM.
    """
    for location in kept:
        edges = [edge for edge in connections.edges_out[location] if edge.type == "optional"]
        missing = [edge.name for edge in edges if edge.target is None and _names(edge.name, target)]
        if not missing:
            continue
        found = [tree.nodes[edge.target] for edge in edges if edge.target is not None]
        variants = [node for node in found if node.manifest.os or node.manifest.cpu]
        if variants and not any(fits_system(node.manifest, target) for node in variants):
            raise _refusal(tree.nodes[location], missing, variants, target)


def _names(name: str, target: Target) -> bool:
    """Say whether a package's name tells that it is the variant for `target`."""
    words = set(re.split(r"[-_./@]", name.replace("x86_64", "x64")))
    return bool(target.os in words and words & _CPU_NAMES[target.cpu] and not words & _OTHER_LIBC)


def _refusal(node: Node, missing: list[str], variants: list[Node], target: Target) -> LockfileError:
    return LockfileError(
        "ELOCKPLATFORM",
        f"the lockfile holds no variant of `{node.package_name}` for {target.os} on {target.cpu}",
        facts=(
            ("missing", ", ".join(missing)),
            ("locked", ", ".join(variant.package_name for variant in variants)),
            ("needed by", node.location or "the project"),
        ),
        hint="write a new lockfile with `python -m zipper resolve`, which records every "
        "platform's variants, or remove package-lock.json and node_modules and run `npm install`",
    )
