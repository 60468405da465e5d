"""The largest files and folders of the project itself, and the patterns that leave them out.

In: a subject. Out: paths with their sizes, and options of `zipper build`. What holds the handler,
or what Node needs to know, is never among them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.checks.handler_name import parse_handler

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zipper.checks.subject import Subject

__all__ = ["OwnPart", "advise_exclude", "find_own_parts"]

_SPECIAL: Final = re.compile(r"([\\*?\[\]!#])")
_PATTERNS_MAX: Final = 5


class OwnPart(NamedTuple):
    """A file, or a folder with a slash at the end, and what is in it."""

    path: str
    size_bytes: int
    zipped_size_bytes: int

    def measure(self, *, zipped: bool) -> int:
        """Return its bytes, unzipped or zipped."""
        return self.zipped_size_bytes if zipped else self.size_bytes


def find_own_parts(subject: Subject) -> list[OwnPart]:
    """Return the project's own files and folders, the largest first.

    A folder that holds the handler's file is shown by what it contains.
    """
    kept = _kept_folders(subject)
    sizes: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for entry in subject.files:
        if "node_modules/" in entry.name:
            continue
        part = _part_of(entry.name, kept)
        sizes[part][0] += entry.size
        sizes[part][1] += entry.compressed_size
    parts = [OwnPart(path, *both) for path, both in sizes.items()]
    return sorted(parts, key=lambda part: (-part.size_bytes, part.path))


def _kept_folders(subject: Subject) -> frozenset[str]:
    """Return the folders on the way to the handler's file, with slashes; "" among them."""
    name = parse_handler(subject.handler or "")
    path = "" if isinstance(name, str) else name.module_path
    folders = {""}
    while path := path.rpartition("/")[0]:
        folders.add(f"{path}/")
    return frozenset(folders)


def _part_of(name: str, kept: frozenset[str]) -> str:
    """Return the part that a file belongs to: the first folder that is not on the handler's way."""
    place = ""
    while place in kept:
        folder, slash, _ = name[len(place) :].partition("/")
        if not slash:
            return name
        place = f"{place}{folder}/"
    return place


def advise_exclude(subject: Subject, surplus: int, *, zipped: bool = False) -> str:
    """Return the options that leave out the fewest parts that are the surplus; empty for none.

    Args:
        subject: of the check.
        surplus: bytes that have to go.
        zipped: whether these are bytes of the zip.
    """
    parts = [part for part in find_own_parts(subject) if _may_go(part.path, subject)]
    parts.sort(key=lambda part: (-part.measure(zipped=zipped), part.path))
    chosen = list(_choose(parts, surplus, zipped=zipped))
    if not chosen:
        return ""
    total = sum(part.measure(zipped=zipped) for part in chosen)
    options = " ".join(f"--exclude '{_as_pattern(part.path)}'" for part in chosen)
    return f"`{options}` leaves out {total:,} bytes"


def _choose(parts: Sequence[OwnPart], surplus: int, *, zipped: bool) -> Iterator[OwnPart]:
    """Yield the largest parts until they are the surplus; only those that count for it."""
    left = surplus
    for part in parts[:_PATTERNS_MAX]:
        size = part.measure(zipped=zipped)
        if left <= 0 or size * 100 < surplus:
            return
        left -= size
        yield part


def _may_go(path: str, subject: Subject) -> bool:
    name = parse_handler(subject.handler or "")
    module = "" if isinstance(name, str) else name.module_path
    return path != "package.json" and path.rpartition(".")[0] != module


def _as_pattern(path: str) -> str:
    """Return the gitignore pattern of one path; a quote in it would end the shell's."""
    return "/" + _SPECIAL.sub(r"\\\1", path).replace("'", "?")
