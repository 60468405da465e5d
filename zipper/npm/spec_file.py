"""Folders and tarballs on disk as package specs: `../x`, `~/x.tgz`, `file:x`.

In: what was written, and where it was written. Out: what to save and what to fetch, as paths.

Source: npm-package-arg 13 lib/npa.js, which sends the path through Node's URL parser; what that
does to a path is said here in plain steps. The platform is POSIX: a backslash is no separator.
On Windows npm takes backslashes for separators; the answer must not depend on the machine, so
`zipper.tree.dep_valid` does so on each for what package.json files say.
"""

from __future__ import annotations

import re
from typing import Final

from zipper.npm import folder_path

__all__ = ["locate_file_spec"]

_TOO_ROOTED: Final = re.compile(r"/{1,3}(?=\.\.?(?:/|\Z))")
_DRIVE: Final = re.compile("[a-zA-Z]:")


def locate_file_spec(raw_spec: str, *, where: str, home: str) -> tuple[str, str]:
    """Return what package.json would say, and the absolute path.

    Args:
        raw_spec: with or without `file:`.
        where: the folder from which relative paths count, absolute.
        home: the folder that `~` stands for, absolute.
    """
    path = raw_spec.removeprefix("file:")
    if path.startswith("//") and not path.startswith("///") and path != "//":
        path = f"/{path}"  # `file://x` is `file:///x`: there is no host
    rooted = _TOO_ROOTED.match(path)
    path = path if rooted is None else path[rooted.end() :]
    above = folder_path.normalize(where)
    alone = _follow([], path)
    found = _follow([*above.strip("/").split("/"), ""] if above.strip("/") else [""], path)
    if not above.startswith("/"):
        found = found.removeprefix("/")
    if alone == "/~" or alone.startswith("/~/"):
        save_spec = f"file:{alone[1:]}"
        found = folder_path.resolve(home, alone[3:])
    elif path.startswith("/"):
        save_spec = f"file:{folder_path.normalize(found)}"
    else:
        save_spec = f"file:{folder_path.relative(above, found)}"
    save_spec = save_spec.replace("\\", "/")
    if save_spec.startswith("file://"):
        save_spec = save_spec.replace("//", "/", 1)
    return save_spec, folder_path.normalize(found)


def _follow(base: list[str], path: str) -> str:
    """Return where `path` leads from the folder `base`, as the URL standard walks `file:` paths.

    A first part such as `C:` is a drive: nothing is above it, and it is above everything.
    """
    if path.startswith("//"):
        path = path[2:] or "/"
    if path.startswith("/"):
        base, path = [], path[1:]
    elif _is_drive(path.partition("/")[0]):
        base = []
    elif not path:
        return "/" + "/".join(base)
    parts = base[:-1]
    segments = path.split("/")
    for index, segment in enumerate(segments):
        if segment == ".." and not (len(parts) == 1 and _is_drive(parts[0])):
            del parts[-1:]
        elif segment not in (".", ".."):
            parts.append(segment)
            continue
        if index == len(segments) - 1:
            parts.append("")
    return "/" + "/".join(parts)


def _is_drive(part: str) -> bool:
    return _DRIVE.fullmatch(part) is not None
