"""Trees as text, so that a failing comparison can be read.

node_modules/a        1.0.0
  node_modules/b      only in npm: 2.0.0 dev
"""

from __future__ import annotations

from posixpath import normpath
from typing import TYPE_CHECKING, Any

from zipper.npm.workspaces import name_from_folder

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


def entries_of(tree: Tree, *, project: str) -> dict[str, dict[str, Any]]:
    """Return the tree in the form of the tables: location to version, name, flags and links.

    `project` is the absolute path of the project: a folder outside has its name from there.
    """
    return {
        location: _entry(node, name_from_folder(normpath(f"{project}/{location}")))
        for location, node in tree.nodes.items()
        if location
    }


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


def _entry(node: Node, folder: str) -> dict[str, Any]:
    if node.link_target is not None:
        return {"resolved": node.link_target, "link": True} if node.link_target else {"link": True}
    entry: dict[str, Any] = {}
    if node.version:
        entry["version"] = node.version
    if node.manifest.name and node.manifest.name != folder:
        entry["name"] = node.manifest.name
    entry |= {flag: True for flag, field in _FLAGS.items() if getattr(node, field)}
    if node.resolved is not None and node.resolved.startswith("file:"):
        entry["resolved"] = node.resolved
    return entry
