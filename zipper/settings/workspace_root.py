"""The root of the workspace that a folder is a member of, as npm looks for it.

In: a folder. Out: the nearest folder above whose package.json lists it, or None.

Source: @npmcli/config 10 lib/index.js `loadLocalPrefix`.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from zipper.errors import ProjectError
from zipper.files import read_or_none
from zipper.npm.json_text import parse_json_object
from zipper.npm.workspaces import match_workspaces, parse_workspaces

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["find_root_of_settings", "find_workspace_root"]


def find_workspace_root(folder: Path) -> Path | None:
    """Return the nearest folder above of which `folder` is a member; None where there is none.

    A package.json above that cannot be read lists nothing: it is none of this project's business.
    """
    for above in folder.parents:
        path = above / "package.json"
        data = read_or_none(path) if path.is_file() else None
        if data is not None and b'"workspaces"' in data:
            place = folder.relative_to(above).as_posix()
            with contextlib.suppress(ProjectError):
                raw = parse_json_object(data, path=str(path))
                if match_workspaces(parse_workspaces(raw.get("workspaces") or ()), [place]):
                    return above
    return None


def find_root_of_settings(folder: Path) -> Path | None:
    """Return the root whose settings hold for `folder`: a workspace's, or pnpm's, which lists it.

    pnpm's lockfile lists its members by their folders; its workspace file has patterns for them.
    """
    for above in folder.parents:
        if (above / "pnpm-workspace.yaml").is_file():
            place = folder.relative_to(above).as_posix().encode("utf-8", "surrogateescape")
            listed = read_or_none(above / "pnpm-lock.yaml") or b""
            return above if b"\n  %s:" % place in listed else None
    return find_workspace_root(folder)
