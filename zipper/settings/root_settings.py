"""What the root of a workspace says for a member that is built by its folder.

In: the root's settings and the member's folder. Out: those that hold for the member. Its own go
before them, key by key.
"""

from __future__ import annotations

from typing import Any, Final

from zipper.npm.folder_path import normalize
from zipper.settings.values import Settings, merge

__all__ = ["settings_for_member"]

_OWN: Final = ("handler", "include", "exclude", "output", "layers")
"""What a table without `functions` says of the root as a project, and of no member."""


def settings_for_member(root: Settings, folder: str) -> Settings:
    """Return what `root`, the settings of a workspace's root, say for the member in `folder`.

    A function that has this folder as its project, alone, is what the member is; else the table
    around the functions holds.
    """
    common = root._replace(functions=(), project=None, name=None)
    if not root.functions:
        nothing: dict[str, Any] = dict.fromkeys(_OWN)
        return common._replace(**nothing)
    same = [one for one in root.functions if one.project and normalize(one.project) == folder]
    if len(same) == 1:
        return merge(common, same[0]._replace(project=None, name=None))
    return common
