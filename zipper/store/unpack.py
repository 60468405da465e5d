"""Store zips become folders on disk: an isolated node_modules, ready for Node.js.

In: store zips and the folder each goes to. Out: files with npm's modes. A package is inflated once,
into a folder beside its store zip, and hard-linked from there; where links cannot be made (another
disk), its files are written anew. Builds never read the inflated folders.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import TYPE_CHECKING, Final

from zipper.errors import OutputError
from zipper.files import write_error
from zipper.store.files import inflate
from zipper.store.unpacked import folder_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from zipper.archive.plan import PlannedEntry
    from zipper.store.files import StoreZip

__all__ = ["link_packages", "write_entries"]

_THREADS: Final = 2
"""More only wait for each other: a file system changes its folders one at a time, nearly."""
_SEPARATOR: Final = os.sep.encode()
_NO_LINKS: Final = frozenset({errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EROFS})


def link_packages(packages: Iterable[tuple[StoreZip, Path]], *, copy: bool = False) -> None:
    """Make each package's files in its folder, which may exist already and hold others.

    Args:
        packages: store zip and folder; the folders' parents are made.
        copy: write the files anew, for a folder in which they are going to be changed.

    Raises:
        OutputError: EOUTPUT where the operating system refuses.
    """
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="zipper-unpack") as pool:
        for _ in pool.map(lambda item: _make(item[0], item[1], copy=copy), packages):
            pass


def write_entries(entries: Sequence[PlannedEntry], into: Path) -> None:
    """Write each entry below `into`; a file that is there already is replaced.

    Names are those of a plan: relative, without `..`, and no file where another needs a folder.

    Raises:
        OutputError: EOUTPUT where the operating system refuses.
    """
    try:
        for folder, members in _by_folder(entries, into):
            folder.mkdir(parents=True, exist_ok=True)
            for base, entry in members:
                _write(folder / base, entry)
    except OSError as cause:
        raise write_error(cause, into, OutputError) from cause


def _make(zipped: StoreZip, into: Path, *, copy: bool) -> None:
    entries = zipped.members("")
    inflated = None if copy else _inflated_folder(zipped, entries)
    if inflated is not None:
        try:
            _link(entries, inflated, into)
        except OSError as cause:
            if cause.errno not in _NO_LINKS and not isinstance(cause, FileNotFoundError):
                raise write_error(cause, into, OutputError) from cause
        else:
            return
    write_entries(entries, into)


def _inflated_folder(zipped: StoreZip, entries: Sequence[PlannedEntry]) -> Path | None:
    """Return the folder with the package's files, made if need be; None in a read-only store."""
    folder = folder_of(zipped.path)
    if folder.is_dir():
        return folder
    temporary = folder.with_name(f"{folder.name}.{os.getpid()}-{os.urandom(4).hex()}")
    try:
        write_entries(entries, temporary)
        temporary.rename(folder)
    except (OSError, OutputError):
        # Another process was quicker, or the store cannot be written to.
        shutil.rmtree(temporary, ignore_errors=True)
    return folder if folder.is_dir() else None


def _link(entries: Sequence[PlannedEntry], source: Path, into: Path) -> None:
    """Link every file; tens of thousands, so nothing here costs more than the link itself."""
    names: dict[bytes, list[bytes]] = {}
    for entry in entries:
        folder, _, name = entry.name.rpartition(b"/")
        names.setdefault(folder, []).append(name)
    link_names = _link_within if os.link in os.supports_dir_fd else _link_by_path
    start, end = os.fsencode(source) + _SEPARATOR, os.fsencode(into) + _SEPARATOR
    for folder, inner in names.items():
        _make_folder(end + folder)
        link_names(inner, start + folder, end + folder)


def _make_folder(path: bytes) -> None:
    try:
        os.mkdir(path)  # noqa: PTH102 - a Path costs more than the call
    except FileExistsError:
        pass
    except FileNotFoundError:
        os.makedirs(path, exist_ok=True)  # noqa: PTH103 - as above


def _link_within(names: Iterable[bytes], source: bytes, into: bytes) -> None:
    """Link by names in two open folders: the system need not walk two long paths for each file."""
    start = end = None
    try:
        start, end = os.open(source, os.O_RDONLY), os.open(into, os.O_RDONLY)
        for name in names:
            try:
                os.link(name, name, src_dir_fd=start, dst_dir_fd=end)
            except FileExistsError:
                os.unlink(name, dir_fd=end)
                os.link(name, name, src_dir_fd=start, dst_dir_fd=end)
    finally:
        for descriptor in (start, end):
            if descriptor is not None:
                os.close(descriptor)


def _link_by_path(names: Iterable[bytes], source: bytes, into: bytes) -> None:
    for name in names:
        path = into + _SEPARATOR + name
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108 - as above
        os.link(source + _SEPARATOR + name, path)


def _by_folder(
    entries: Sequence[PlannedEntry], into: Path
) -> Iterable[tuple[Path, Iterable[tuple[str, PlannedEntry]]]]:
    """Yield each folder below `into` with its files' names and entries."""
    named = sorted(
        (*entry.name.decode("utf-8", "surrogateescape").rpartition("/")[::2], entry)
        for entry in entries
    )
    for folder, members in groupby(named, key=lambda item: item[0]):
        yield into / folder, ((base, entry) for _, base, entry in members)


def _write(path: Path, entry: PlannedEntry) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    mode = 0o777 if entry.mode & 0o111 else 0o666
    content = memoryview(inflate(entry))
    try:
        descriptor = os.open(path, flags, mode)
    except FileExistsError:
        path.unlink()
        descriptor = os.open(path, flags, mode)
    try:
        while content:
            content = content[os.write(descriptor, content) :]
    finally:
        os.close(descriptor)
