"""The parts of a zip: the members of each package, which other zips may have byte for byte.

In: a subject. Out: its `Part`s, and what a function finds in each. What the bytes of a part alone
decide is the same in every zip that has the part: it is found once, kept for the functions that
are judged in one run, and noted for later ones.

A part is known by the hash of its bytes and of what the directory says of them, offsets counted
from its first byte. A zip is in parts where its members lie one after another in the order of its
directory, each package in one place, and no header leads out of its part; any other zip is one
part of its own, which is not remembered.
"""

from __future__ import annotations

import hashlib
import json
import struct
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final, Protocol

from zipper.archive.directory import END_MARK
from zipper.archive.runs import Run, find_places
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from zipper.archive.listing import Entry, Listing
    from zipper.checks.file_facts import FactKey, FactsCache
    from zipper.checks.subject import Subject

__all__ = [
    "Known",
    "KnownParts",
    "Part",
    "find_folder",
    "find_in_parts",
    "known_at",
    "known_parts",
    "note_parts",
    "parts_of",
]

Row = list[Any]
"""Something found: texts and numbers, as JSON gives them back."""

_MARK: Final = "node_modules/"
_MEMORY: Final = "_parts"
_FOLDERS: Final = "_parts_by_folder"
_FIELDS: Final = struct.Struct("<2H2B5H4LQ")
"""Lengths of name and extra field, and what follows them in an `Entry`."""
_PIECE_BYTES: Final = 1 << 18
_KEPT_BYTES: Final = 1 << 20
"""Of a part whose bytes may be kept."""
_HEADERS: Final = "headers"


class Known:
    """What is known of a part, in whichever zip it lies. Safe in threads."""

    __slots__ = ("digest", "is_fresh", "lock", "memory", "rows")

    def __init__(self, digest: str, lock: AbstractContextManager[object]) -> None:
        self.digest = digest
        """Empty for what is not remembered."""
        self.lock = lock
        """Held by who looks at the part, so that others wait for what is found."""
        self.rows: dict[str, list[Row]] = {}
        """What was found, by what looks for it."""
        self.memory: dict[object, Any] = {}
        """What is kept for this run only, as values."""
        self.is_fresh = False
        """Whether it has rows that are not noted."""


class Part(NamedTuple):
    """Members of one zip that follow each other and belong together."""

    folder: str
    """Of the package, with a slash; empty for the project's own files."""
    listing: Listing
    """Of these members alone."""
    end: int
    """Where in the zip their bytes end."""
    run: Run | None
    """Its records of the directory, where another zip had them before."""
    known: Known

    def find(self, name: str, look: Callable[[Listing], Iterator[Row]]) -> list[Row]:
        """Return what `look` finds, from memory where that is known under `name`."""
        rows = self.known.rows.get(name)
        if rows is None:
            with self.known.lock:
                rows = self.known.rows.get(name)
                if rows is None:
                    rows = self.known.rows[name] = list(look(self.listing))
                    self.known.is_fresh = True
        return rows


class KnownParts(Protocol):
    """The parts that one run has met, so that what two zips share is looked at once."""

    @property
    def is_alone(self) -> bool:
        """Whether one zip is judged, so that nothing is kept for others."""
        ...

    @property
    def runs(self) -> Mapping[bytes, Sequence[Run]]:
        """Their records in directories, by the name of the first."""
        ...

    def find(self, run: Run, content: bytes) -> Known | None:
        """Return what is known of a part by its records and bytes, where the latter are kept."""
        ...

    def share(self, digest: str, run: Run, content: bytes | None = None) -> Known:
        """Return what is known of a part, by its digest; the first asker has it kept."""
        ...


def parts_of(subject: Subject) -> tuple[Part, ...]:
    """Return the parts of a subject's zip, in the order of its directory; found once."""
    memory = subject.__dict__
    if _MEMORY not in memory:
        parts = _split(subject.listing)
        if parts and subject.cache is not None:
            parts = _know(parts, subject.listing, subject.cache)
        if not parts or any(part.find(_HEADERS, _bound(part)) for part in parts):
            parts = (Part("", subject.listing, len(subject.listing.source), None, _unknown()),)
        memory[_MEMORY] = parts
    found: tuple[Part, ...] = memory[_MEMORY]
    return found


def known_at(subject: Subject, name: str) -> Known | None:
    """Return what is known of the part that a member's name lies in; None for no known part.

    A part has all members that lie in its folder: what is absent from it is absent.
    """
    parts = known_parts(subject)
    return parts.get(find_folder(name)) if parts else None


def known_parts(subject: Subject) -> Mapping[str, Known]:
    """Return what is known of each package, by its folder: of all, or of none."""
    memory = subject.__dict__
    by_folder: dict[str, Known] | None = memory.get(_FOLDERS)
    if by_folder is None:
        by_folder = {part.folder: part.known for part in parts_of(subject) if part.known.digest}
        memory[_FOLDERS] = by_folder
    return by_folder


def find_in_parts(
    subject: Subject, name: str, look: Callable[[Listing], Iterator[Row]]
) -> Iterator[Row]:
    """Yield what `look` finds in each part, in their order.

    Args:
        subject: of the check.
        name: what the rows are remembered under.
        look: finds rows in the members of a part, by nothing but their bytes.
    """
    for part in parts_of(subject):
        yield from part.find(name, look)


def note_parts(subject: Subject) -> None:
    """Hand what is new about the parts to the cache."""
    if subject.cache is None:
        return
    fresh = [part.known for part in parts_of(subject) if part.known.digest and part.known.is_fresh]
    for known in fresh:
        known.is_fresh = False
    if fresh:
        subject.cache.put_many({_key(one): json.dumps(dict(one.rows)).encode() for one in fresh})


def _split(listing: Listing) -> tuple[Part, ...]:
    """Return the parts of a zip, none where it is not in parts."""
    entries = listing.entries
    starts = [entry.header_offset for entry in entries]
    is_whole = not listing.faults and len(listing.by_name) == len(entries)
    if not entries or not is_whole or starts != sorted(starts):
        return ()
    places = list(_places(entries, listing.runs))
    folders = [folder for folder, _ in places if folder]
    if len(set(folders)) < len(folders):
        return ()
    parts = []
    last = len(entries)
    end = listing.directory_start
    for folder, first in reversed(places):
        own = listing._replace(entries=entries[first:last], by_name={}, runs={}, memory=None)
        run = listing.runs.get(first)
        whole = run if run and len(run) == last - first else None
        parts.append(Part(folder, own, end, whole, _unknown()))
        last, end = first, starts[first]
    return tuple(reversed(parts))


def _unknown() -> Known:
    """Return what is kept for one zip alone."""
    return Known("", nullcontext())


def _places(entries: Sequence[Entry], runs: Mapping[int, Run]) -> Iterator[tuple[str, int]]:
    """Yield the folder of each part, and which of the members is its first."""
    folder: str | None = None
    number = 0
    while number < len(entries):
        name = entries[number].name
        if not folder or not name.startswith(folder):
            following = find_folder(name)
            if following != folder:
                folder = following
                yield folder, number
        run = runs.get(number)  # all of it lies in one folder
        number += 1 if run is None else len(run)


def find_folder(name: str) -> str:
    """Return the folder of the part that a member is in, with a slash: the outermost package's.

    Nothing for what lies in no package.
    """
    at = name.find(_MARK)
    if at < 0 or (at and name[at - 1] != "/"):
        return ""
    start = at + len(_MARK)
    end = name.find("/", start)
    if name.startswith("@", start) and end > 0:
        end = name.find("/", end + 1)
    return name[: end + 1] if end > 0 else ""


def _know(parts: tuple[Part, ...], listing: Listing, cache: FactsCache) -> tuple[Part, ...]:
    """Return the parts with what is known of them in this run, or was noted before."""
    kept = []
    for part, run in zip(parts, _read_runs(parts, listing), strict=True):
        known = part.known
        if run is not None:
            # What a third zip has is compared with the second's bytes, in a tenth of a hash's time.
            content = None if part.run is None else _read_content(part)
            found = None if content is None else cache.parts.find(run, content)
            known = found or cache.parts.share(_hash(part, run, content), run, content)
        kept.append(part._replace(run=run, known=known))
    unknown = {_key(p.known): p.known for p in kept if p.known.digest and not p.known.rows}
    for key, text in cache.get_many(unknown).items():
        rows = _decode(text)
        with unknown[key].lock:
            unknown[key].rows = rows | unknown[key].rows
    return tuple(kept)


def _key(known: Known) -> FactKey:
    return ("part", known.digest)


def _decode(text: bytes) -> dict[str, list[Row]]:
    try:
        rows = json.loads(text)
    except ValueError:
        return {}
    return rows if isinstance(rows, dict) else {}


def _read_runs(parts: Sequence[Part], listing: Listing) -> list[Run | None]:
    """Return the records of each part of a package; None for others, and where one has comments."""
    if all(part.run is not None for part in parts if part.folder):
        return [part.run for part in parts]
    start, places = listing.directory_start, find_places(listing.entries)
    after = bytes(listing.source[start + places[-1] : start + places[-1] + len(END_MARK)])
    if after != END_MARK:
        return [None for _ in parts]
    directory = bytes(listing.source[start : start + places[-1]])
    runs: list[Run | None] = []
    first = 0
    for part in parts:
        entries = part.listing.entries
        last = first + len(entries)
        run = part.run
        if part.folder and run is None:
            run = Run(directory[places[first] : places[last]], entries, _hash_fields(entries))
        runs.append(run)
        first = last
    return runs


def _hash_fields(entries: Sequence[Entry]) -> bytes:
    """Return the hash of what the directory says, offsets counted from the first."""
    start = entries[0].header_offset
    pack = _FIELDS.pack
    fields = [pack(len(e[1]), len(e[2]), *e[3:14], e[14] - start) for e in entries]
    names = [e[1] + e[2] for e in entries]
    return hashlib.sha256(b"".join([b"%d\n" % len(entries), *fields, *names])).digest()


def _read_content(part: Part) -> bytes | None:
    """Return the bytes of a part; None for a large one."""
    start = part.listing.entries[0].header_offset
    return bytes(part.listing.source[start : part.end]) if part.end - start <= _KEPT_BYTES else None


def _hash(part: Part, run: Run, content: bytes | None) -> str:
    """Return the hash of all that a zip says of a part, wherever in the zip it lies."""
    source, start = part.listing.source, part.listing.entries[0].header_offset
    digest = hashlib.sha256(run.head)
    if content is not None:
        digest.update(content)
        return digest.hexdigest()
    for at in range(start, part.end, _PIECE_BYTES):
        digest.update(source[at : min(part.end, at + _PIECE_BYTES)])
    return digest.hexdigest()


def _bound(part: Part) -> Callable[[Listing], Iterator[Row]]:
    def look(listing: Listing) -> Iterator[Row]:
        for fault in listing.find_header_faults(end=part.end):
            yield [fault.path, fault.message]

    return look
