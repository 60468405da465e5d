"""Which code this is: zipper's own, the libraries that decide with it, and the Python they run in.

In: the package's folder and where Python looks for packages. Out: a hash. What one code remembers
is believed by the same code only, so each edit and each upgrade begins anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["code_identity", "identify_code"]

_Stamp = tuple[str, *tuple[int, ...]]

_PACKAGE: Final = Path(__file__).parent.parent

_LIBRARIES: Final = frozenset(
    {
        *("cryptography", "deflate", "msgspec", "packageurl_python", "packaging", "pathspec"),
        *("pyelftools", "pyyaml", "tree_sitter", "tree_sitter_javascript"),
    }
)
"""Those whose answers are in what is remembered, as wheels spell their names."""

_PLAIN: Final = 2
"""The form of `marshal` in which the same values are the same bytes; to write them as text takes
three times as long."""

_INSTALLED: Final = (".dist-info", ".egg-info")


@cache
def code_identity(part: str = "") -> str:
    """Return the identity of the code that runs, worked out once a process.

    Args:
        part: of zipper's own, see `zipper.store.code_parts`; empty for all of it.
    """
    if not part:
        return identify_code(_PACKAGE, sys.path, stamps=_own_stamps)
    from zipper.store.code_parts import counts_for  # noqa: PLC0415 - no warm build needs it

    return identify_code(_PACKAGE, sys.path, lambda name: counts_for(part, name), _own_stamps)


def identify_code(
    package: Path,
    search_path: Iterable[str],
    counts: Callable[[str], bool] | None = None,
    stamps: Callable[[str], Sequence[_Stamp]] | None = None,
) -> str:
    """Return a hash of all code that decides.

    Args:
        package: zipper's folder. Where the record of its installation lies beside it, that tells
            the code by content, the same in each copy; in a source tree size, times and inode of
            each file do.
        search_path: where Python looks for packages; it finds the versions of libraries there.
        counts: says of a file, by its path in zipper's folder, whether it does; None for all.
        stamps: gives those of the files below a folder, sorted; by default they are read.
    """
    records = _read_records(package)
    if counts is not None:
        start = len(package.name) + 1
        paths = [os.fsdecode(row[start:].partition(b",")[0]) for row in records]
        records = [row for row, path in zip(records, paths, strict=True) if counts(path)]
    parts = [sys.version, *_list_libraries(search_path)]
    own = b"\n".join(records)
    if not records:
        rows = (stamps or _stamp_files)(str(package))
        own = marshal.dumps(_choose(rows, str(package), counts), _PLAIN)
    text = "\0".join(parts).encode("utf-8", "surrogateescape")
    return hashlib.sha256(b"\0".join((text, own))).hexdigest()


def _read_records(package: Path) -> list[bytes]:
    """Return the rows about the package's files in records of installation beside it, sorted.

    What else a record names differs by installer: its own files, and compiled ones, without a hash.
    """
    beside, own = str(package.parent), os.fsencode(f"{package.name}/")
    rows: list[bytes] = []
    for name in _list(beside):
        if name.endswith(".dist-info") and name.startswith(package.name):
            with contextlib.suppress(OSError), open(f"{beside}/{name}/RECORD", "rb") as record:  # noqa: PTH123 - text
                rows += [row for row in record.read().splitlines() if row.startswith(own)]
    return sorted(row for row in rows if not row.endswith(b",,"))


def _choose(
    rows: Sequence[_Stamp], package: str, counts: Callable[[str], bool] | None
) -> list[_Stamp]:
    """Return the stamps of the files that count; where there is no such folder, all."""
    if counts is None or len(rows) <= 1:
        return list(rows)
    start = len(package) + 1
    return [row for row in rows if counts(row[0][start:].replace(os.sep, "/"))]


def _stamp_files(package: str) -> Sequence[_Stamp]:
    """Return name, size, times and inode of each file below a folder, sorted.

    Where there is no such folder (a package that is run from a zip), those of what holds it.
    Warm builds look at hundreds of files here, so that each step is the cheapest there is.
    """
    rows: list[_Stamp] = []
    folders = [package]
    for folder in folders:
        try:
            entries = os.scandir(folder)
        except NotADirectoryError:
            holder = Path(folder).parent
            rows.append(_stamp(str(holder), holder.stat))
            continue
        except OSError:
            continue
        with entries:
            for entry in entries:
                if not entry.is_dir():
                    rows.append(_stamp(entry.path, entry.stat))
                elif entry.name != "__pycache__":
                    folders.append(entry.path)
    rows.sort()
    return rows


_own_stamps = cache(_stamp_files)
"""Of the code that runs: a check asks for the identity of all of it, and of a part."""


def _stamp(path: str, stat: Callable[[], os.stat_result]) -> _Stamp:
    try:
        status = stat()
    except OSError:  # a link that leads nowhere
        return (path,)
    return path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _list_libraries(search_path: Iterable[str]) -> Iterator[str]:
    """Yield name and version of each library that decides, as its folder is named."""
    standard = os.path.dirname(os.__file__)  # noqa: PTH120 - text
    for folder in search_path:
        if folder not in (standard, os.path.join(standard, "lib-dynload")):  # noqa: PTH118 - text
            found = [name for name in _list(folder or ".") if name.endswith(_INSTALLED)]
            yield from sorted(name for name in found if _is_library(name))


def _list(folder: str) -> list[str]:
    """Return the names in a folder; none where it cannot be read."""
    try:
        return os.listdir(folder)  # noqa: PTH208 - a Path for each costs more than the rest
    except OSError:
        return []


def _is_library(name: str) -> bool:
    return name.partition("-")[0].lower() in _LIBRARIES
