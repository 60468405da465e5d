"""The hash of a package: recalled where its plan is known, else worked out while it is written."""

from __future__ import annotations

import binascii
import contextlib
import errno
import hashlib
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.archive.splice import splice
from zipper.file_bytes import FileBytes, open_file
from zipper.files import write_file
from zipper.named_tuple import NamedTuple
from zipper.store.notes import CODE_HASH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from io import FileIO
    from queue import SimpleQueue

    from zipper.archive.plan import Plan
    from zipper.store.store_zips import Store

__all__ = [
    "Hashing",
    "Written",
    "hash_file",
    "hash_output",
    "hash_plan",
    "measure_hashed",
    "recall_hash",
    "write_hashed",
]

_PIECE_BYTES: Final = 1 << 20
_ALONE_BYTES: Final = 1 << 22
"""A smaller zip is hashed when it is written: to start a thread takes as long, and functions that
are built at once have threads already."""


class Written(NamedTuple):
    """A zip that was written."""

    size_bytes: int
    code_sha256: str
    file: FileBytes | None = None
    """Its bytes, whatever another build has put in its place since; None for what its path names,
    where it was found written, and on Windows, which renames no open file."""


def write_hashed(
    path: Path,
    contents: Plan,
    fingerprint: str,
    store: Store,
    *,
    accept: Callable[[Path, Written], bool] | None = None,
    beside: Path | None = None,
) -> Written:
    """Write the zip of `contents` to `path`; return its size, hash and bytes.

    The same plan makes the same bytes, so their hash is worked out once: it takes as long as to
    write them.

    Args:
        path: its folder must exist when the zip is finished.
        contents: the plan.
        fingerprint: of the plan; the hash is remembered under it, unless it is empty.
        store: what remembers.
        accept: called with the finished file under its temporary name; where it returns False,
            what was at `path` stays as it was.
        beside: where the temporary file goes; see `zipper.files.write_file`.

    Raises:
        OutputError: EOUTPUT where the operating system refuses.
        ArchiveError: EZIP where the zip would be too large for its format.
    """
    known = recall_hash(fingerprint, store)
    hashing = Hashing() if known is None else None
    files: list[FileBytes | None] = []

    @contextlib.contextmanager
    def follow(temporary: Path) -> Iterator[Callable[[int], None]]:
        if hashing is None:
            yield lambda _: None
        else:
            with hashing.follow(temporary) as grown:
                yield grown
        files.append(open_file(temporary) if sys.platform != "win32" else None)

    results: list[Written] = []

    def finish(temporary: Path, size: int) -> bool:
        code_sha256 = known
        if hashing is not None:
            code_sha256 = hashing.code_sha256()
            _remember_hash(fingerprint, code_sha256, store)
        results.append(Written(size, code_sha256 or "", files[0]))
        return accept is None or accept(temporary, results[0])

    write_file(path, splice(contents), follow=follow, accept=finish, beside=beside)
    return results[0]


def measure_hashed(path: Path, fingerprint: str, store: Store) -> Written:
    """Return size and `code_sha256` of the zip at `path`, which the plan has made.

    Raises:
        OSError: it cannot be read.
    """
    known = recall_hash(fingerprint, store)
    if known is None:
        known = hash_output(path)
        _remember_hash(fingerprint, known, store)
    return Written(path.stat().st_size, known)


def recall_hash(fingerprint: str, store: Store) -> str | None:
    """Return the `code_sha256` that the plan's zip had when it was written last."""
    noted = store.notebook.recall(CODE_HASH, fingerprint)  # nothing is, under an empty one
    return None if noted is None else noted.decode("ascii")


def _remember_hash(fingerprint: str, code_sha256: str, store: Store) -> None:
    if fingerprint:
        store.notebook.remember(CODE_HASH, fingerprint, code_sha256.encode("ascii"))


def hash_output(path: Path) -> str:
    """Return the `code_sha256` of a file that is there.

    Raises:
        OSError: where it cannot be read.
    """
    return _in_base64(bytes.fromhex(hash_file(str(path))))


class Hashing:
    """The SHA-256 of a file that is being written; hashing leaves Python's lock to others."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def code_sha256(self) -> str:
        """Return the hash in base64, as Lambda reports it."""
        return _in_base64(self._digest.digest())

    @contextlib.contextmanager
    def follow(self, path: Path) -> Iterator[Callable[[int], None]]:
        """Read the file at `path` back and hash it as it grows; at the end, wait for the rest.

        Yields a function to call each time with how many bytes have been written.

        Raises:
            OSError: where the file cannot be read back.
        """
        failures: list[OSError] = []
        with path.open("rb", buffering=0) as file:
            reader = _Follower(lambda sizes: self._read(file, sizes, failures))
            try:
                yield reader.grow
            finally:
                reader.finish()
        for failure in failures:
            raise failure

    def _read(self, file: FileIO, sizes: Iterable[int], failures: list[OSError]) -> None:
        piece = memoryview(bytearray(_PIECE_BYTES))
        done = 0
        with _kept(failures):
            for size in sizes:
                while done < size:
                    count = file.readinto(piece[: size - done])
                    if not count:
                        raise OSError(errno.EIO, "it became shorter while it was written")
                    self._digest.update(piece[:count])
                    done += count


class _Follower:
    """Reads what is written, in a thread once that is worth one.

    Args:
        read: what reads, given how far it may each time.
    """

    def __init__(self, read: Callable[[Iterable[int]], None]) -> None:
        self._read = read
        self._size = 0
        self._sizes: SimpleQueue[int | None] | None = None
        self._thread: threading.Thread | None = None

    def grow(self, size: int) -> None:
        """Say how much there is by now."""
        self._size = size
        if self._sizes is None and size > _ALONE_BYTES:
            from queue import SimpleQueue  # noqa: PLC0415  (for large zips)

            self._sizes = SimpleQueue()
            work = (iter(self._sizes.get, None),)
            self._thread = threading.Thread(target=self._read, args=work)
            self._thread.start()
        if self._sizes is not None:
            self._sizes.put(size)

    def finish(self) -> None:
        """Have all of it read."""
        if self._sizes is None or self._thread is None:
            self._read([self._size])
        else:
            self._sizes.put(None)
            self._thread.join()


@contextlib.contextmanager
def _kept(failures: list[OSError]) -> Iterator[None]:
    """Keep what fails in a thread, for the one who waits for it to raise."""
    try:
        yield
    except OSError as failure:
        failures.append(failure)


def hash_plan(contents: Plan) -> str:
    """Return the `code_sha256` of the zip that a plan makes; it is written nowhere."""
    digest = hashlib.sha256()
    for chunk in splice(contents):
        for piece in chunk:
            digest.update(piece)
    return _in_base64(digest.digest())


def hash_file(path: str) -> str:
    """Return the SHA-256 of a file in hexadecimal; empty where there is none.

    Raises:
        OSError: where it is there and cannot be read.
        ReadError: EREAD where it becomes shorter meanwhile.
    """
    file = open_file(Path(path))
    digest = hashlib.sha256()
    for piece in () if file is None else file.pieces(len(file)):
        digest.update(piece)
    return "" if file is None else digest.hexdigest()


def _in_base64(digest: bytes) -> str:
    return binascii.b2a_base64(digest, newline=False).decode("ascii")
