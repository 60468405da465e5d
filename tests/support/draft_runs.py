"""A run of the resolver in the middle of its work: a tree in the making, as values say it."""

from __future__ import annotations

from typing import Any, Final

from tests.support.invented_registry import project
from zipper.errors import ResolutionError
from zipper.npm.package_json import parse_manifest
from zipper.tree.draft import Draft, DraftNode
from zipper.tree.manifests import Manifests
from zipper.tree.model import split_location
from zipper.tree.overrides import parse_overrides
from zipper.tree.resolver_options import ResolverOptions
from zipper.tree.resolver_state import Resolution

__all__ = ["make", "start"]

_OPTIONS: Final = {
    "strictPeerDeps": "strict_peer_deps",
    "preferDedupe": "prefer_dedupe",
    "installStrategy": "install_strategy",
    "force": "force",
    "save": "save",
}


def make(resolution: Resolution, name: str, fields: dict[str, Any]) -> DraftNode:
    """Return a node that is nowhere yet."""
    node = resolution.make_node(
        name,
        parse_manifest({"name": name, **fields}),
        resolved=fields.get("resolved"),
        integrity=fields.get("integrity"),
        error=ResolutionError("ETARGET", "none") if fields.get("fails") else None,
    )
    node.has_shrinkwrap = fields.get("hasShrinkwrap", False)
    return node


def start(tree: dict[str, Any], options: dict[str, Any]) -> Resolution:
    """Return a run with a tree as it is in the middle of one."""
    known = {_OPTIONS[name]: value for name, value in options.items() if name in _OPTIONS}
    request = project({}, options=ResolverOptions(**known))
    request = request._replace(update=frozenset(options.get("updateNames", ())))
    manifest = parse_manifest({"name": "p", **tree[""]})
    root = DraftNode("p", manifest, overrides=parse_overrides(manifest.raw.get("overrides")))
    root.path = "/p"
    root.load_dependencies(legacy_peer_deps=False)
    draft = Draft(root, "/p")
    root.all_edges()
    resolution = Resolution(request, draft, Manifests(request.pick_options))
    for place, fields in tree.items():
        above, name = split_location(place)
        if name:
            draft.attach(make(resolution, name, fields), draft.nodes[above])
    return resolution
