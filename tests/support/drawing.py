"""Trees as text, so that a failing comparison can be read.

    node_modules/a        1.0.0
      node_modules/b      only in npm: 2.0.0 dev
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.tree.model import Node, Tree

_FLAGS = {
    "dev": "dev",
    "optional": "optional",
    "devOptional": "dev_optional",
    "peer": "peer",
    "inBundle": "in_bundle",
    "hasShrinkwrap": "has_shrinkwrap",
    "extraneous": "extraneous",
}
_SHOWN_MAX = 60


def entries_of(tree: Tree) -> dict[str, dict[str, Any]]:
    """Return the tree in the form of the tables: location to version, name, flags and links."""
    return {location: _entry(node) for location, node in tree.nodes.items() if location}


def draw_tree_differences(
    expected: Mapping[str, Mapping[str, Any]], actual: Mapping[str, Mapping[str, Any]]
) -> str:
    """Return the tree with what differs written beside it; nothing when both are equal."""
    if dict(expected) == dict(actual):
        return ""
    lines = []
    for location in sorted(expected.keys() | actual.keys()):
        npm, ours = expected.get(location), actual.get(location)
        if npm == ours:
            note = _told(ours)
        elif npm is None:
            note = f"<== only in zipper: {_told(ours)}"
        elif ours is None:
            note = f"<== only in npm: {_told(npm)}"
        else:
            note = f"<== npm: {_told(npm)}, zipper: {_told(ours)}"
        lines.append((location, note))
    if len(lines) > _SHOWN_MAX:
        lines = [line for line in lines if "<==" in line[1]]
    return "\n" + "\n".join(
        f"{'  ' * (location.count('node_modules') - 1)}{location}  {note}"
        for location, note in lines
    )


def _told(entry: Mapping[str, Any] | None) -> str:
    if not entry:
        return "(nothing)"
    shown = [str(value) if value is not True else name for name, value in entry.items()]
    return " ".join(shown)


def _entry(node: Node) -> dict[str, Any]:
    if node.link_target is not None:
        return {"link": True, "resolved": node.link_target}
    entry: dict[str, Any] = {}
    if node.version:
        entry["version"] = node.version
    folder = node.location.rpartition("node_modules/")[2]
    scope_and_name = "/".join(node.location.split("/")[-2:])
    named = node.manifest.name
    last = scope_and_name if scope_and_name.startswith("@") else node.location.rpartition("/")[2]
    if named and named not in (folder, last):
        entry["name"] = named
    entry |= {flag: True for flag, field in _FLAGS.items() if getattr(node, field)}
    if node.resolved is not None and node.resolved.startswith("file:"):
        entry["resolved"] = node.resolved
    return entry
