"""Conflict marks of a merge in a JSON file, which npm resolves in its lockfile.

In: the text with its marks. Out: what both sides come to: our changes laid over theirs, so that
ours count where they touch the same.

Source: parse-conflict-json 5, just-diff 6 and just-diff-apply 5, as npm 11.19.1 ships them.
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any, Final, NamedTuple

__all__ = ["has_conflict", "merge_conflict"]

_MARKS: Final = {"|||||||": "parent", "<<<<<<<": "ours", "=======": "theirs", ">>>>>>>": "top"}
_SEEN_BY: Final = {
    "ours": ("top", "ours"),
    "theirs": ("top", "theirs"),
    "parent": ("top", "parent"),
}
_NEVER_SET: Final = frozenset({"__proto__", "constructor", "prototype"})


class _Change(NamedTuple):
    """One difference: a value to set at a path, or with `removes` to take away there."""

    path: tuple[str | int, ...]
    value: Any = None
    removes: bool = False
    is_new: bool = False


def has_conflict(text: str) -> bool:
    """Return whether `text` has the marks that a version control system leaves in a conflict."""
    return all(mark in text for mark in ("<<<<<<<", "=======", ">>>>>>>"))


def merge_conflict(text: str) -> object:
    """Return what both sides of a conflict come to.

    Raises:
        ValueError: one of the sides, or what they have in common, is no JSON.
    """
    pieces = dict.fromkeys(_SEEN_BY, "")
    state = "top"
    for line in re.split(r"[\n\r]+", text):
        mark = next((mark for mark in _MARKS if mark in line), None)
        if mark is not None:
            state = _MARKS[mark]
            continue
        for side, seen in _SEEN_BY.items():
            if state in seen:
                pieces[side] += line
    parent, ours, theirs = (json.loads(pieces[side]) for side in ("parent", "ours", "theirs"))
    for change in _list_changes(parent, ours):
        if not _NEVER_SET.intersection(map(str, change.path)) and not _apply(theirs, change):
            _copy_path(theirs, ours, change.path)
    return theirs


def _list_changes(old: Any, new: Any) -> list[_Change]:  # noqa: ANN401  (JSON)
    """Return what makes `new` of `old`: removals from the last on, then changes, then additions."""
    removed: list[_Change] = []
    other: list[_Change] = []
    _compare(old, new, (), (), removed, other)
    return [*removed[::-1], *sorted(other, key=lambda change: change.is_new)]


def _compare(
    old: Any,  # noqa: ANN401  (JSON)
    new: Any,  # noqa: ANN401
    path: tuple[str | int, ...],
    path_of_removal: tuple[str | int, ...],
    removed: list[_Change],
    other: list[_Change],
) -> None:
    cut = len(old) - len(new) if isinstance(old, list) and not _trims_right(old, new) else 0
    removed += [_Change((*path_of_removal, index), removes=True) for index in range(cut)]
    before = dict(enumerate(old[cut:])) if isinstance(old, list) else old
    after = dict(enumerate(new)) if isinstance(new, list) else new
    removed += [
        _Change((*path_of_removal, key), removes=True) for key in before if key not in after
    ]
    for key, value in after.items():
        place = (*path, key)
        if key not in before:
            other.append(_Change(place, copy.deepcopy(value), is_new=True))
        elif type(before[key]) is type(value) and isinstance(value, dict | list):
            step = key + cut if isinstance(key, int) else key
            _compare(before[key], value, place, (*path_of_removal, step), removed, other)
        elif _differ(before[key], value):
            other.append(_Change(place, copy.deepcopy(value)))


def _differ(one: object, two: object) -> bool:
    """Return whether two values differ; for JavaScript true is not 1."""
    return type(one) is not type(two) or one != two


def _trims_right(old: list[Any], new: list[Any]) -> bool:
    """Return whether a list became shorter at its end rather than at its beginning."""
    cut = len(old) - len(new)
    if cut <= 0:
        return True
    left = _count_equal(zip(old, new, strict=False))
    right = _count_equal(zip(old[::-1], new[::-1], strict=False))
    return left >= right


def _count_equal(pairs: zip[tuple[Any, Any]]) -> int:
    count = 0
    for one, two in pairs:
        if _differ(one, two):
            break
        count += 1
    return count


def _apply(document: Any, change: _Change) -> bool:  # noqa: ANN401  (JSON)
    """Make the change; False where what is to change is not there."""
    *way, last = change.path
    place = document
    for step in way:
        if isinstance(place, dict):
            place = place.setdefault(step, {})
        elif isinstance(place, list) and isinstance(step, int) and step < len(place):
            place = place[step]
        else:
            return False
    if isinstance(place, dict):
        if last not in place and not change.is_new:
            return False
        if change.removes:
            del place[last]
        else:
            place[last] = change.value
        return True
    if not isinstance(place, list) or not isinstance(last, int):
        return change.is_new and not isinstance(place, list)  # as setting a number's property
    if last >= len(place):
        if change.is_new:
            place.append(change.value)
        return change.is_new
    place[last : last + 1] = [] if change.removes else [change.value]
    return True


def _copy_path(to: Any, source: Any, path: tuple[str | int, ...]) -> None:  # noqa: ANN401  (JSON)
    """Take over from our side the first part of the path in which theirs is of another kind."""
    for step in path:
        mine, other = _get(source, step), _get(to, step)
        if isinstance(mine, dict | list) and type(mine) is type(other):
            to, source = other, mine
        elif isinstance(to, dict) and isinstance(source, dict):
            if step in source:
                to[step] = mine
            else:
                to.pop(step, None)
            return
        else:
            if isinstance(to, list) and isinstance(source, list) and isinstance(step, int):
                to += [None] * (step + 1 - len(to))  # what JavaScript leaves empty is written so
                to[step] = mine
            return


def _get(value: Any, step: str | int) -> Any:  # noqa: ANN401  (JSON)
    if isinstance(value, dict):
        return value.get(str(step))
    is_there = isinstance(value, list) and isinstance(step, int) and step < len(value)
    return value[step] if is_there else None
