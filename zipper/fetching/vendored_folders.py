"""Links to folders that a package brings along: `"x": "file:./vendor/x"` of a published package.

In: the selected tree and the store zips of its packages. Out: the files of each such link, taken
from the package that has them; and a finding for a link to nothing, which npm makes without a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.findings import Finding
from zipper.tree.model import is_vendored_link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.archive.entries import PlannedEntry
    from zipper.store.store_zip import StoreZip
    from zipper.tree.model import Node, Tree

__all__ = ["unpack_vendored"]


def unpack_vendored(
    tree: Tree, zips: Mapping[str, StoreZip]
) -> tuple[dict[str, list[PlannedEntry]], tuple[Finding, ...]]:
    """Return location to files, named relative to the folder, and what is found to be missing."""
    folders: dict[str, list[PlannedEntry]] = {}
    findings: list[Finding] = []
    for location, node in tree.nodes.items():
        if is_vendored_link(node):
            folders[location] = _take_files(node.link_target or "", zips)
            if not folders[location]:
                findings.append(_tell_dangling(tree, node))
    return folders, tuple(findings)


def _take_files(target: str, zips: Mapping[str, StoreZip]) -> list[PlannedEntry]:
    """Return the files below `target` of the package whose tarball has them."""
    holders = [holder for holder in zips if target.startswith(f"{holder}/")]
    if not holders:
        return []
    holder = max(holders, key=len)
    inside = f"{target[len(holder) + 1 :]}/".encode("utf-8", "surrogateescape")
    return [
        member._replace(name=member.name[len(inside) :])
        for member in zips[holder].members("")
        if member.name.startswith(inside)
    ]


def _tell_dangling(tree: Tree, node: Node) -> Finding:
    hint = (
        f"write the folder as a dependency of your own, and `${node.name}` as the override"
        if _is_overridden(tree.root.manifest.raw.get("overrides"), node.name)
        else "use another version of the package that asks for it"
    )
    return Finding(
        "link-dangling",
        "warning",
        node.location,
        f"`{node.name}` is a link to `{node.link_target}`, which no package brings along: it is "
        "left out",
        hint,
    )


def _is_overridden(overrides: object, name: str) -> bool:
    """Tell whether `overrides` names the package with a spec, for all or below another."""
    if not isinstance(overrides, dict):
        return False
    return isinstance(overrides.get(name), str) or any(
        _is_overridden(inner, name) for inner in overrides.values()
    )
