"""Globs of paths and names: `packages/*`, `libs/{a,b}/**`, `+(api|web)-*`.

In: a pattern. Out: whether a path fits it. Imported where there is a pattern to match.

Source: minimatch 10 with its own defaults: case counts, what begins with a dot is named by a dot.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from zipper.npm.glob_braces import expand_braces
from zipper.npm.glob_part import PartTest, compile_part

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["matches_path"]

_Part = PartTest | None
"""A test of a name; None for `**`, any number of folders."""


def matches_path(path: str, pattern: str) -> bool:
    """Say whether a path fits a glob: `*` stays within a folder, `**` crosses folders."""
    names = path.split("/")
    return any(_fits(names, parts) for parts in _compile(pattern))


@lru_cache(maxsize=256)
def _compile(pattern: str) -> tuple[tuple[_Part, ...], ...]:
    if pattern.startswith("#"):
        return ()  # a comment
    return tuple(
        tuple(None if part == "**" else _compile_name(part) for part in _normalize(one))
        for one in expand_braces(pattern)
        if not one.startswith("/")
    )


def _compile_name(part: str) -> PartTest:
    return compile_part(part, ignores_case=False, hides_dots=True)


def _normalize(pattern: str) -> list[str]:
    """Split a pattern at its slashes, let `..` take back a name, and drop a last `.`."""
    kept: list[str] = []
    for part in filter(None, pattern.split("/")):
        if part == ".." and kept and kept[-1] not in ("..", ".", "**"):
            kept.pop()
        else:
            kept.append(part)
    return kept[:-1] if len(kept) > 1 and kept[-1] == "." else kept


def _fits(names: Sequence[str], parts: Sequence[_Part]) -> bool:
    """Walk all ways at once: sets of places in the path, so that `**/**/x` stays cheap."""
    places = {0}
    for part in parts:
        if part is not None:
            places = {at + 1 for at in places if at < len(names) and part(names[at])}
        elif places:
            last = first = min(places)
            while last < len(names) and not names[last].startswith("."):
                last += 1
            places |= set(range(first, last + 1))
    return len(names) in places
