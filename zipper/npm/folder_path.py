"""Folder paths as text: `/` on every machine, no file system asked.

In and out: paths. The rules are those of Node's `path.posix`; a path that does not begin with `/`
stays relative, because there is no current folder here.
"""

from __future__ import annotations

__all__ = ["normalize", "relative", "resolve"]


def normalize(path: str) -> str:
    """Return `path` without `.`, inner `..`, doubled and trailing slashes; empty means here."""
    absolute = path.startswith("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", ".") and not (part == ".." and absolute):
            parts.append(part)
    return f"/{'/'.join(parts)}" if absolute else "/".join(parts)


def resolve(base: str, path: str) -> str:
    """Return `path` as seen from `base` (empty: here); an absolute one stays where it is."""
    return normalize(f"{base}/{path}" if base and not path.startswith("/") else path)


def relative(base: str, path: str) -> str:
    """Return the way from the folder `base` to `path`; empty where they are the same."""
    here, there = normalize(base).split("/"), normalize(path).split("/")
    here, there = [part for part in here if part], [part for part in there if part]
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + there[shared:])
