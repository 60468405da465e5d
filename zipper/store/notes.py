"""The notebook: everything that zipper remembers from one run to the next.

In: a kind of result, what it depends on by value, and the result. Out: the result again, as long as
the same code is asked with the same inputs, and what it rests on outside of them is as it was.

    <cache>/notes/<kind>/3c/3cf6...e1     a note of its own
    <cache>/notes/<kind>.sqlite           small results by content, many at a time

A note is a line with the hash of the rest, a line with its head (kind, the identity of the code,
inputs), one with its witnesses, and the result. Whatever differs, is damaged or cannot be
read is no note. Losing one costs time, no more; a cache that cannot be written to is read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from typing import TYPE_CHECKING, Any, Final

from zipper.errors import StoreError
from zipper.files import write_file
from zipper.folders import make_private_folders
from zipper.named_tuple import NamedTuple
from zipper.store.code_identity import code_identity
from zipper.store.ownership import Ownership

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from zipper.store.note_rows import NoteRows

__all__ = [
    "BUILT",
    "BUNDLE",
    "BUNDLE_LIMITS",
    "CODE_HASH",
    "COMPILED",
    "EXECUTABLE",
    "FILE_FACTS",
    "INSTALL",
    "INTEGRITY",
    "KEPT_PACKAGES",
    "KINDS",
    "LOCKFILE_PROOF",
    "NOTES",
    "ORIGINS",
    "REPORT",
    "RESOLUTION",
    "RULE_FINDINGS",
    "SIGNATURE",
    "SOURCES",
    "VERDICT",
    "Kind",
    "Notebook",
    "Value",
    "is_usable",
]

Value = str | int | float | bool | None | tuple["Value", ...]
"""What an input may be: a text, a number, or a tuple of such. Nothing has another form tomorrow."""

NOTES: Final = "notes"
"""The folder of the cache where the notes are."""

_TOGETHER: Final = 1_000
"""Rows that are written together where many follow each other."""


class Kind(NamedTuple):
    """A kind of result."""

    name: str
    """Its folder, and the word for it in `cache size`."""
    is_small: bool = False
    """Many small results by content: rows of one file instead of a file each; no witnesses."""
    part: str = ""
    """Of zipper's code, what makes them (see `zipper.store.code_parts`); empty for all of it."""


LOCKFILE_PROOF: Final = Kind("lockfile-proof")
RESOLUTION: Final = Kind("resolution")
INSTALL: Final = Kind("install")
CODE_HASH: Final = Kind("code-hash")
VERDICT: Final = Kind("verdict")
REPORT: Final = Kind("report")
BUILT: Final = Kind("built")
INTEGRITY: Final = Kind("integrity")
SIGNATURE: Final = Kind("signature")
FILE_FACTS: Final = Kind("file-facts", is_small=True, part="facts")
RULE_FINDINGS: Final = Kind("rule-findings", is_small=True)
ORIGINS: Final = Kind("origins")
COMPILED: Final = Kind("compiled", is_small=True)
SOURCES: Final = Kind("sources")
EXECUTABLE: Final = Kind("executable")
PRUNED: Final = Kind("pruned")
BUNDLE: Final = Kind("bundle")
BUNDLE_LIMITS: Final = Kind("bundle-limits", is_small=True)
KEPT_PACKAGES: Final = Kind("kept-packages")

KINDS: Final = (
    *(LOCKFILE_PROOF, RESOLUTION, INSTALL, CODE_HASH, VERDICT, REPORT, BUILT, INTEGRITY, SIGNATURE),
    *(FILE_FACTS, RULE_FINDINGS, ORIGINS, COMPILED, SOURCES, EXECUTABLE, PRUNED),
    *(BUNDLE, BUNDLE_LIMITS, KEPT_PACKAGES),
)


class Notebook:
    """The notes of one cache. Safe for many threads and processes.

    Args:
        cache_dir: the cache; it need not exist.
        recalls: False has everything answered afresh; what is found is noted all the same.
        identity: of the code that asks; by default that of the code that runs.
    """

    def __init__(
        self, cache_dir: Path, *, recalls: bool = True, identity: str | None = None
    ) -> None:
        self.folder = cache_dir / NOTES
        self.recalls = recalls
        self._identity = identity
        self._ownership = Ownership(cache_dir)
        self.kept: dict[str, Any] = {}
        """What those who use it keep in memory as long as it is open."""
        self._waiting: dict[Kind, dict[bytes, bytes]] | None = None
        """Where rows are written together: those that are not written yet."""
        self._lock = threading.Lock()
        self._starts: dict[Kind, bytes] = {}
        """How the head of each kind's notes begins, which a check needs hundreds of times."""

    def recall(
        self,
        kind: Kind,
        inputs: Value,
        still: Callable[[Value], bool] | None = None,
    ) -> bytes | None:
        """Return the result that was noted for `inputs`; None where there is none that holds.

        Args:
            kind: of the result.
            inputs: all that it depends on.
            still: tells whether what it rests on besides is as it was; without it a result that
                has witnesses does not hold.

        Raises:
            TypeError: an input is no `Value`.
            StoreError: ESTORE where everyone can write to the folder, or another user owns it.
        """
        head = self._head(kind, inputs)
        if not self.recalls:
            return None
        path = self._path(kind, head)
        self._ownership.group_of(os.path.dirname(path))  # noqa: PTH120 - a Path costs more
        data = _read(path)
        parts = None if data is None else _open(data)
        if parts is None or parts[0] != head:
            return None
        _, witnesses, body = parts
        if still is None:
            return body if witnesses == b"[]" else None
        with contextlib.suppress(ValueError):
            return body if still(_freeze(json.loads(witnesses))) else None
        return None

    def remember(self, kind: Kind, inputs: Value, body: bytes, witnesses: Value = ()) -> None:
        """Note the result for `inputs`; where that fails it is worked out again, no more.

        Args:
            kind: as for `recall`.
            inputs: as for `recall`.
            body: the result.
            witnesses: what it rests on besides, for the `still` of `recall`.

        Raises:
            TypeError: an input or a witness is no `Value`.
        """
        head = self._head(kind, inputs)
        rest = b"\n".join((head, _encode(witnesses), body))
        path = self._path(kind, head)
        with contextlib.suppress(OSError, StoreError):
            make_private_folders(path.parent)
            write_file(path, [[_sum(rest), b"\n", rest]], error=StoreError, mode=0o644)

    def recall_many(self, kind: Kind, rows: Iterable[Value]) -> dict[int, bytes]:
        """Return the results that were noted for `rows` of inputs, by the row's number."""
        if not self.recalls:
            return {}
        self._ownership.group_of(os.fspath(self.folder))
        noted = self._rows(kind)
        waiting = {} if self._waiting is None else self._waiting.get(kind, {})
        if not waiting and not noted.exists():
            return {}  # nothing is noted yet, under whatever key
        keys = [self._key(kind, inputs) for inputs in rows]
        found = {key: waiting[key] for key in keys if key in waiting}
        found |= noted.get_many(set(keys) - found.keys())
        return {number: found[key] for number, key in enumerate(keys) if key in found}

    def remember_many(self, kind: Kind, rows: Iterable[tuple[Value, bytes]]) -> None:
        """Note the result for each row of inputs, as `remember` does."""
        found = {self._key(kind, inputs): body for inputs, body in rows}
        if self._waiting is None:
            self._rows(kind).put_many(found)
            return
        with self._lock:
            waiting = self._waiting.setdefault(kind, {})
            waiting.update(found)
            full = self._waiting.pop(kind) if len(waiting) >= _TOGETHER else {}
        self._rows(kind).put_many(full)

    @contextlib.contextmanager
    def writes_together(self) -> Iterator[None]:
        """Within it, write rows many at a time, the last ones at the end.

        Opening and closing the file takes longer than a function's few rows. Those of a process
        that is killed meanwhile are worked out again.
        """
        waiting: dict[Kind, dict[bytes, bytes]] = {}
        self._waiting = waiting
        try:
            yield
        finally:
            self._waiting = None
            for kind, rows in waiting.items():
                self._rows(kind).put_many(rows)

    def _rows(self, kind: Kind) -> NoteRows:
        from zipper.store.note_rows import NoteRows  # noqa: PLC0415 - SQLite; no warm build needs it

        assert kind.is_small
        code = self._identity or code_identity(kind.part)
        return NoteRows(self.folder / f"{kind.name}.sqlite", code)

    def _key(self, kind: Kind, inputs: Value) -> bytes:
        return hashlib.sha256(self._head(kind, inputs)).digest()

    def _path(self, kind: Kind, head: bytes) -> Path:
        name = hashlib.sha256(head).hexdigest()
        return self.folder / kind.name / name[:2] / name

    def _head(self, kind: Kind, inputs: Value) -> bytes:
        start = self._starts.get(kind)
        if start is None:
            code = self._identity or code_identity(kind.part)
            start = self._starts[kind] = _encode((kind.name, code))[:-1]
        return b"%b,%b]" % (start, _encode(inputs))


def is_usable(path: Path, kind: Kind, *, identity: str | None = None) -> bool | None:
    """Return whether the file at `path` is a note that this code may use.

    False for one that another code made; None for one that is damaged.
    """
    data = _read(path)
    parts = None if data is None else _open(data)
    if parts is None or hashlib.sha256(parts[0]).hexdigest() != path.name:
        return None
    row = json.loads(parts[0])
    return bool(row[:2] == [kind.name, identity or code_identity(kind.part)])


def _open(data: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Return head, witnesses and body of a note; None where it is none, or damaged."""
    check, _, rest = data.partition(b"\n")
    if check != _sum(rest):
        return None
    head, _, rest = rest.partition(b"\n")
    witnesses, _, body = rest.partition(b"\n")
    return head, witnesses, body


def _read(path: Path) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            return file.readall()
    except OSError:
        return None


def _sum(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode("ascii")


_ENCODER: Final = json.JSONEncoder(separators=(",", ":"))
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})
"""What needs no look: a build encodes thousands of values."""


def _encode(value: Value) -> bytes:
    """Return `value` as JSON without line ends.

    Raises:
        TypeError: it is no `Value`, or holds one that is none.
    """
    _refuse_others(value)
    return _ENCODER.encode(value).encode("ascii")


def _refuse_others(value: object) -> None:
    if isinstance(value, tuple):
        for item in value:
            if type(item) not in _PLAIN:
                _refuse_others(item)
    elif value is not None and not isinstance(value, str | int | float):
        raise TypeError(f"a note cannot hold a {type(value).__name__}")


def _freeze(value: object) -> Value:
    """Return what `_encode` made the JSON `value` of."""
    if isinstance(value, list):
        return tuple([_freeze(item) for item in value])
    return value  # type: ignore[return-value]  # no other value is written
