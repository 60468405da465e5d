"""Files of packages that the user's own patterns leave out of the zip.

In: the parts of a plan, and gitignore patterns. Out: the parts without what the patterns match.
Whether the function still loads is the check's question, which reads the finished zip.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zipper.archive.entries import PlannedEntry, PlannedZip

__all__ = ["find_inner_patterns", "leave_out_members"]

_FOLDER: Final = "node_modules/"
_EVERYTHING: Final = frozenset({"", "*", "**", "**/*", "**/"})


def find_inner_patterns(patterns: Sequence[str]) -> tuple[str, ...]:
    """Return the patterns that are about files of packages: they name a place in node_modules.

    Those for node_modules as a whole, which many write out of habit, are about the folder on disk,
    and that is never packed. Patterns without the word are about the project's own files: what
    `test/` means for these may be part of a package.
    """
    return tuple(
        pattern
        for pattern in patterns
        if _FOLDER in pattern and pattern.rpartition(_FOLDER)[2] not in _EVERYTHING
    )


def leave_out_members(
    parts: Iterable[PlannedEntry | PlannedZip],
    is_excluded: Callable[[str], bool],
    left_out: list[str],
) -> Iterator[PlannedEntry | PlannedZip]:
    """Yield the parts without the entries whose names are excluded, which go to `left_out`.

    A store zip that loses nothing stays whole.
    """
    for part in parts:
        kept = []
        entries = part.entries()
        for entry in entries:
            name = entry.name.decode("utf-8", "surrogateescape")
            if is_excluded(name):
                left_out.append(name)
            else:
                kept.append(entry)
        if len(kept) == len(entries):
            yield part
        else:
            yield from kept
