"""Packages that a lockfile puts in the place of others.

In: a selected tree. Out: findings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from zipper.findings import Finding
from zipper.supply.sources import odd_origins
from zipper.tree.model import ROOT, is_top

if TYPE_CHECKING:
    from zipper.tree.model import Node, Tree

__all__ = ["find_disguises"]

_TARBALL_PATH: Final = r"(?:^|/)((?:@[^/]+/)?[^/@]+)/-/[^/]+\.tgz\Z"


def find_disguises(tree: Tree) -> tuple[Finding, ...]:
    """Return a finding for each locked package that is really another one.

    So a lockfile could be made to install something else than package.json says, and few would
    see it in a review. An alias that is asked for is no disguise, nor what an override names, nor
    the address that a spec is: then the name is the dependency's, whatever the tarball's is.
    """
    return (*_foreign_tarballs(tree), *map(_renamed, _list_unasked(tree)))


def _list_unasked(tree: Tree) -> list[Node]:
    """Return the packages that have another's name, and are requested by that name nowhere."""
    renamed = [
        node
        for location, node in tree.nodes.items()
        if location != ROOT
        and node.link_target is None
        and node.package_name != node.name
        and not is_top(location)
    ]
    if not renamed or "npm:" in str(tree.root.manifest.raw.get("overrides")):
        return []
    aliased = {origin.edge.target for origin in odd_origins(tree)}
    return [node for node in renamed if node.location not in aliased]


def _renamed(node: Node) -> Finding:
    return Finding(
        "resolved-disguised",
        "error",
        node.location,
        f"`{node.name}` is really `{node.package_name}`, and nothing requests it by that name",
        "write a new lockfile with `python -m zipper resolve`, and find out who wrote this one",
    )


def _foreign_tarballs(tree: Tree) -> tuple[Finding, ...]:
    named = ((node, _other_name(node)) for node in tree.nodes.values())
    found = [(node, other) for node, other in named if other is not None]
    if not found:
        return ()
    asked = {
        (origin.edge.target, origin.spec.fetch_spec)
        for origin in odd_origins(tree)
        if origin.spec.type == "remote"
    }
    return tuple(
        _from_tarball_of(other, node)
        for node, other in found
        if (node.location, node.resolved) not in asked
    )


def _from_tarball_of(other: str, node: Node) -> Finding:
    from zipper.npm.credentials import redact_url  # noqa: PLC0415  (for this finding only)

    return Finding(
        "resolved-disguised",
        "error",
        node.location,
        f"`{node.package_name}` is to come from the tarball of `{other}`: "
        f"{redact_url(node.resolved or '')}",
        "write a new lockfile with `python -m zipper resolve`, and find out who wrote this one",
    )


def _other_name(node: Node) -> str | None:
    """Return the name that the tarball's standard address tells, where it is not the node's."""
    resolved = node.resolved
    if resolved is None or node.link_target is not None or not resolved.startswith("http"):
        return None
    # Nearly always it is the node's own, and no address has to be taken apart.
    if f"/{node.package_name}/-/" in resolved:
        return None
    found = re.search(_TARBALL_PATH, unquote(urlsplit(resolved).path))
    if found is None:
        return None
    # A registry may lie below a folder that looks like a scope.
    return found[1] if found[1].lower() != node.package_name.lower() else None
