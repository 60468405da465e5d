"""The archive plan: which members a zip will have, before a byte of it is written.

In: members that are already deflated (from store zips, or from the project's own files), and whole
store zips. Out: a `Plan`, sorted and free of clashes, that `zipper.archive.splice` turns into bytes
and that can be printed, compared and tested. Nothing here reads or writes a file.
"""

from __future__ import annotations

from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from zipper.archive.entries import DOS_EPOCH, PlannedEntry
from zipper.errors import ArchiveError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zipper.archive.entries import PlannedZip

__all__ = ["Plan", "lay_out"]

_name_of: Final = itemgetter(0)


class Plan(NamedTuple):
    """Entries sorted by name, bytewise; no name twice, no file where another needs a folder.

    A store zip that is taken over whole is one part, for all of its entries.
    """

    parts: Sequence[PlannedEntry | PlannedZip]

    @property
    def entries(self) -> list[PlannedEntry]:
        """Every entry, in order."""
        return [entry for part in self.parts for entry in part.entries()]

    @property
    def files(self) -> int:
        """How many entries there are."""
        return sum([part.files for part in self.parts])

    @property
    def unzipped_size_bytes(self) -> int:
        """The sum of all sizes when unpacked, as Lambda counts them."""
        return sum([part.size_bytes for part in self.parts])

    def describe(self) -> Iterator[tuple[str, int, int, bool]]:
        """Yield name, size, compressed size (bytes) and executable for each entry, in order."""
        for entry in self.entries:
            executable = bool(entry.mode & 0o111)
            name = entry.name.decode("utf-8", "surrogateescape")
            yield name, entry.size_bytes, entry.length, executable


def lay_out(parts: Iterable[PlannedEntry | PlannedZip], *, dos_time: bytes = DOS_EPOCH) -> Plan:
    """Return the plan of all `parts`, sorted by name, each dated `dos_time`.

    A store zip stays whole where nothing else is below its folder, and the date is its own.

    Raises:
        ArchiveError: EZIP where two entries have one name, or one is a file where another
            needs a folder. O(n log n).
    """
    ordered = sorted(parts, key=_name_of)
    if dos_time != DOS_EPOCH:
        ordered = [
            entry._replace(fields=entry.fields[:6] + dos_time + entry.fields[10:])
            for part in ordered
            for entry in part.entries()
        ]
    while crossed := _find_crossed(ordered):
        ordered = [
            piece
            for number, part in enumerate(ordered)
            for piece in (part.entries() if number in crossed else [part])
        ]
        ordered.sort(key=_name_of)
    _refuse_clashes(ordered)
    return Plan(ordered)


def _find_crossed(ordered: Sequence[PlannedEntry | PlannedZip]) -> set[int]:
    """Return which parts are store zips in whose folder something else is too.

    The name of a store zip's part is its folder with a slash; what is there sorts behind it.
    """
    return {
        number
        for number, (part, following) in enumerate(pairwise(ordered))
        if part[0][-1:] == b"/" and following[0].startswith(part[0])
    }


def _refuse_clashes(ordered: Sequence[PlannedEntry | PlannedZip]) -> None:
    """Raise where a name appears twice or is both a file and a folder.

    Of a whole store zip only its folder counts: its entries are free of clashes, and alone there.
    """
    names = [part[0] for part in ordered]
    if len(set(names)) != len(names):
        twice = next(a for a, b in pairwise(names) if a == b)
        raise _clash(twice, "is twice in the package")
    folders = {name.rpartition(b"/")[0] for name in names}
    for folder in list(folders):
        while (cut := folder.rfind(b"/")) > 0:
            folder = folder[:cut]  # noqa: PLW2901  (walks up until a known folder)
            if folder in folders:
                break
            folders.add(folder)
    both = folders.intersection(names)
    if both:
        raise _clash(min(both), "is a file, and other files need a folder of that name")


def _clash(name: bytes, what: str) -> ArchiveError:
    text = name.decode("utf-8", "backslashreplace")
    return ArchiveError(
        "EZIP",
        f"`{text}` {what}",
        hint="rename or exclude one of them: `--exclude` takes gitignore patterns",
    )
