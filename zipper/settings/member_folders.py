"""Functions that settings name by the folders of a workspace's members.

    [tool.zipper]
    functions = ["packages/fn-*"]

In: settings with such patterns. Out: settings with a function a folder, called after it. What the
member's own settings say goes before what is at the root, key by key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import ProjectError
from zipper.settings.values import Settings, merge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["expand_members"]


def expand_members(
    settings: Settings, folder: Path, *, read: Callable[[Path], Settings]
) -> Settings:
    """Return `settings` with the functions that its patterns find below `folder`.

    Args:
        settings: of the file in `folder`; a function without a name is a pattern.
        folder: where the patterns begin.
        read: returns the settings of a member's folder.

    Raises:
        ProjectError: ESETTINGS for a pattern that finds nothing, and for two functions of one name.
    """
    functions: dict[str, Settings] = {}
    for function in settings.functions:
        found = [function] if function.name is not None else _find(function, folder, read)
        for one in found:
            name = one.name or ""
            other = functions.setdefault(name, one)
            if other is not one:
                raise ProjectError(
                    "ESETTINGS",
                    f"two functions are called `{name}`",
                    facts=(("found in", other.project or "."), ("and in", one.project or ".")),
                    hint="name one of them in a table: `[[tool.zipper.functions]]` with `name` and "
                    "`project`",
                )
    return settings._replace(functions=tuple(functions.values()))


def _find(pattern: Settings, folder: Path, read: Callable[[Path], Settings]) -> Iterator[Settings]:
    text = (pattern.project or "").replace("\\", "/").strip("/")
    try:
        folders = sorted(path for path in folder.glob(text) if (path / "package.json").is_file())
    except (ValueError, NotImplementedError):
        folders = []
    members = [path for path in folders if "node_modules" not in path.relative_to(folder).parts]
    if not members:
        raise ProjectError(
            "ESETTINGS",
            f"`{pattern.project}` in `functions` finds no folder with a package.json",
            facts=(("below", str(folder)),),
            hint="a pattern is relative to the file of the settings: `packages/fn-*`",
        )
    for path in members:
        own = read(path)._replace(functions=())
        yield merge(own, Settings(name=path.name, project=str(path)))
