"""Store zips become folders on disk: an isolated node_modules, ready for Node.js.

In: store zips and the folder each goes to. Out: files with npm's modes. A package is inflated once,
into a folder beside its store zip, and hard-linked from there; where links cannot be made (another
disk), its files are written anew. Builds never read the inflated folders.
"""

from __future__ import annotations

import contextlib
import errno
import os
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.errors import OutputError
from zipper.files import write_error
from zipper.folders import make_folders, remove_folder
from zipper.store.shared_work import share_work
from zipper.store.store_zip import folder_of
from zipper.store.store_zip_format import inflate
from zipper.store.unpacked_folders import (
    file_mode,
    is_unmarked,
    is_unpacked_sound,
    mark_unpacked,
    renew_mark,
    unmark,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zipper.archive.entries import PlannedEntry
    from zipper.store.store_zip import StoreZip

__all__ = ["link_packages", "renew_marks", "write_entries"]

_NO_LINKS: Final = frozenset({errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EROFS})


def link_packages(
    groups: Sequence[Sequence[tuple[StoreZip, str]]],
    *,
    copy: bool = False,
    on_windows: bool = os.name == "nt",
    wanted: Callable[[bytes], bool] | None = None,
) -> None:
    """Make each package's files in its folder, which may exist already and hold others.

    Args:
        groups: store zips and their folders, whose parents are made. Those of one group are made
            one after the other, each over what is there; groups have no folder in common.
        copy: write the files anew, for a folder in which they are going to be changed.
        on_windows: refuse names that Windows takes for devices, or changes.
        wanted: tells by its name whether a file is needed; None for all.

    Raises:
        OutputError: EOUTPUT where the operating system refuses, or could not hold a name.
        StoreError: ESTORE for a package that has to be written anew, and is damaged.
    """

    def make(number: int) -> None:
        for zipped, into in groups[number]:
            if on_windows:
                _refuse_unwritable(zipped.names(), into)
            if copy or not zipped.may_link or not _make_links(zipped, into, wanted):
                members = zipped.members("")
                kept = [one for one in members if wanted is None or wanted(one.name)]
                write_entries(kept, Path(into))

    share_work(len(groups), make)


def _refuse_unwritable(names: Sequence[str], into: str) -> None:
    from zipper.store.portable_names import describe_unwritable  # noqa: PLC0415  (on Windows)

    problem = describe_unwritable(names)
    if problem is not None:
        raise OutputError(
            "EOUTPUT",
            f"cannot write a package into `{into}`: {problem}",
            hint="install on Linux or macOS, or in WSL; `zipper build` needs no such file here",
        )


def renew_marks(groups: Sequence[Sequence[tuple[StoreZip, str]]]) -> None:
    """Have the next install believe the files of these packages, as far as this one could."""
    for folder in {folder_of(zipped.path) for group in groups for zipped, _ in group}:
        renew_mark(folder)


def write_entries(entries: Sequence[PlannedEntry], into: Path, *, has_umask: bool = True) -> None:
    """Write each entry below `into`; a file that is there already is replaced.

    Names are those of a plan: relative, without `..`, and no file where another needs a folder.

    Args:
        entries: what is written.
        into: a folder, which is made where there is none.
        has_umask: False for files of modes 0644 and 0755, and folders to which no others can write,
            whatever the umask says.

    Raises:
        OutputError: EOUTPUT where the operating system refuses.
    """
    try:
        for folder, members in _by_folder(entries, into):
            make_folders(folder, mode=0o777 if has_umask else 0o755)
            for base, entry in members:
                _write(folder / base, entry, has_umask=has_umask)
    except OSError as cause:
        raise write_error(cause, into, OutputError) from cause


def _make_links(zipped: StoreZip, into: str, wanted: Callable[[bytes], bool] | None = None) -> bool:
    """Link a package's files; False where they cannot be linked."""
    folder, end, names = folder_of(zipped.path), os.fsencode(into), zipped.raw_names()
    try:
        if is_unmarked(folder, names):
            if not _restore(zipped, folder):
                unmark(folder)
                return False
            mark_unpacked(folder)
        _link(names if wanted is None else list(filter(wanted, names)), os.fsencode(folder), end)
    except OSError as cause:
        if cause.errno in _NO_LINKS or isinstance(cause, FileNotFoundError):
            return False
        raise write_error(cause, Path(into), OutputError) from cause
    return True


def _restore(zipped: StoreZip, folder: Path) -> bool:
    """Have the package's files be in the folder beside its store zip; tell whether they are.

    Raises:
        StoreError: ESTORE for a store zip that is damaged.
    """
    if folder.is_dir():
        if is_unpacked_sound(zipped):
            return True
        remove_folder(folder)
    # Where it cannot be made, another process was quicker, or the store cannot be written to.
    return _inflate_once(zipped, folder) or (folder.is_dir() and is_unpacked_sound(zipped))


def _inflate_once(zipped: StoreZip, folder: Path) -> bool:
    """Make the folder with the package's files beside its store zip; tell whether that went."""
    temporary = folder.with_name(f"{folder.name}.{os.getpid()}-{os.urandom(4).hex()}")
    try:
        write_entries(zipped.members(""), temporary, has_umask=False)
        temporary.rename(folder)
    except (OSError, OutputError):
        remove_folder(temporary)
        return False
    return True


def _link(names: Sequence[bytes], source: bytes, into: bytes) -> None:
    """Link every file; tens of thousands, so nothing here costs more than the link itself."""
    link_names = _link_within if os.link in os.supports_dir_fd else _link_by_path
    try:
        os.mkdir(into)  # noqa: PTH102 - a Path costs more than the call
    except (FileExistsError, FileNotFoundError):
        make_folders(os.fsdecode(into))
    link_names(names, _list_folders(names), source, into)


def _list_folders(names: Iterable[bytes]) -> list[bytes]:
    """Return all folders of `names`, parents first."""
    folders: set[bytes] = set()
    above = {name.rpartition(b"/")[0] for name in names}
    while above := above - folders - {b""}:
        folders |= above
        above = {folder.rpartition(b"/")[0] for folder in above}
    return sorted(folders)


def _link_within(
    names: Iterable[bytes], folders: Iterable[bytes], source: bytes, into: bytes
) -> None:
    """Link in two open folders: the system need not walk two long paths for each file."""
    start = os.open(source, os.O_RDONLY)
    try:
        end = os.open(into, os.O_RDONLY)
        try:
            for folder in folders:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(folder, dir_fd=end)
            for name in names:
                try:
                    os.link(name, name, src_dir_fd=start, dst_dir_fd=end)
                except FileExistsError:
                    os.unlink(name, dir_fd=end)
                    os.link(name, name, src_dir_fd=start, dst_dir_fd=end)
        finally:
            os.close(end)
    finally:
        os.close(start)


def _link_by_path(
    names: Iterable[bytes], folders: Iterable[bytes], source: bytes, into: bytes
) -> None:
    """Link as `_link_within` does, on systems that have no such call."""
    for folder in folders:
        make_folders(os.fsdecode(os.path.join(into, folder)))  # noqa: PTH118 - as above
    for name in names:
        path = os.path.join(into, name)  # noqa: PTH118 - as above
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108 - as above
        os.link(os.path.join(source, name), path)  # noqa: PTH118 - as above


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


def _write(path: Path, entry: PlannedEntry, *, has_umask: bool) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    mode = 0o777 if entry.mode & 0o111 else 0o666
    content = memoryview(inflate(entry))
    try:
        descriptor = os.open(path, flags, mode)
    except FileExistsError:
        path.unlink()
        descriptor = os.open(path, flags, mode)
    try:
        if not has_umask and hasattr(os, "fchmod"):
            os.fchmod(descriptor, file_mode(entry))
        while content:
            content = content[os.write(descriptor, content) :]
    finally:
        os.close(descriptor)
