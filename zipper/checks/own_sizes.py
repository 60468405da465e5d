"""The largest files and folders of the project itself, and the patterns that leave them out.

In: a subject. Out: paths with their sizes, and options of `zipper build`. What holds the handler,
or what Node needs to know, is never among them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from zipper.checks.handler_name import parse_handler
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zipper.checks.subject import Subject

__all__ = ["OwnPart", "advise_exclude", "find_own_parts"]

_SPECIAL: Final = late_pattern(r"([\\*?\[\]!#])")
_PATTERNS_MAX: Final = 5
_CODE: Final = (".js", ".mjs", ".cjs", ".json", ".node", ".wasm", ".ts", ".mts", ".cts")
"""How the names of files end that Node.js loads."""


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
    return _measure(subject, _kept_folders(subject))


def _measure(subject: Subject, kept: frozenset[str]) -> list[OwnPart]:
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
    return _list_folders([] if isinstance(name, str) else [name.module_path])


def _list_folders(paths: Iterable[str]) -> frozenset[str]:
    folders = {""}
    for path in paths:
        above = path
        while above := above.rpartition("/")[0]:
            folders.add(f"{above}/")
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


def advise_exclude(subject: Subject, surplus: int, *, zipped: bool, follows: bool) -> str:
    """Return the options that leave out the fewest parts that are the surplus; empty for none.

    No file that the handler's modules request is in one of them.

    Args:
        subject: of the check.
        surplus: bytes that have to go.
        zipped: whether these are bytes of the zip.
        follows: whether the code may be read; it is where one of the parts has some.
    """
    kept = _kept_folders(subject)
    chosen = _choose(subject, kept, surplus, zipped=zipped)
    if follows and _have_code(subject, chosen):
        reached = _find_reached(subject)
        kept |= _list_folders(reached)
        chosen = _choose(subject, kept, surplus, zipped=zipped, reached=reached)
    if not chosen:
        return ""
    total = sum(part.measure(zipped=zipped) for part in chosen)
    options = " ".join(f"--exclude '{_as_pattern(part.path)}'" for part in chosen)
    return f"`{options}` leaves out {total:,} bytes"


def _choose(
    subject: Subject,
    kept: frozenset[str],
    surplus: int,
    *,
    zipped: bool,
    reached: frozenset[str] = frozenset(),
) -> list[OwnPart]:
    """Return the largest parts until they are the surplus; only those that count for it."""
    parts = [
        part
        for part in _measure(subject, kept)
        if part.path not in reached and _may_go(part.path, subject)
    ]
    parts.sort(key=lambda part: (-part.measure(zipped=zipped), part.path))
    chosen = []
    left = surplus
    for part in parts[:_PATTERNS_MAX]:
        size = part.measure(zipped=zipped)
        if left <= 0 or size * 100 < surplus:
            break
        left -= size
        chosen.append(part)
    return chosen


def _have_code(subject: Subject, parts: Sequence[OwnPart]) -> bool:
    places = tuple(part.path for part in parts)
    return any(
        entry.name.startswith(places) and entry.name.endswith(_CODE) for entry in subject.files
    )


def _find_reached(subject: Subject) -> frozenset[str]:
    """Return the files that the modules of the handler request."""
    from zipper.checks.closure import close, relative  # noqa: PLC0415 - parsing is heavy

    start = close(subject)
    return frozenset() if start is None else frozenset(map(relative, start.walk.modules))


def _may_go(path: str, subject: Subject) -> bool:
    name = parse_handler(subject.handler or "")
    module = "" if isinstance(name, str) else name.module_path
    return path != "package.json" and path.rpartition(".")[0] != module


def _as_pattern(path: str) -> str:
    """Return the gitignore pattern of one path; a quote in it would end the shell's."""
    pattern = _SPECIAL.sub(r"\\\1", path).replace("'", "?")
    # git cuts off white space at the end of a line.
    return f"/{pattern[:-1]}?" if pattern[-1:].isspace() else f"/{pattern}"
