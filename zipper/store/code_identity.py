"""Which code this is: zipper's own, the libraries that decide with it, and the Python they run in.

In: the package's folder and where Python looks for packages. Out: a hash. What one code remembers
is believed by the same code only, so each edit and each upgrade begins anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["code_identity", "identify_code"]

_PACKAGE: Final = Path(__file__).parent.parent

_LIBRARIES: Final = frozenset(
    {
        *("cryptography", "deflate", "msgspec", "packageurl_python", "packaging", "pathspec"),
        *("pyelftools", "pyyaml", "tree_sitter", "tree_sitter_javascript"),
    }
)
"""Those whose answers are in what is remembered, as wheels spell their names."""

_INSTALLED: Final = (".dist-info", ".egg-info")


@cache
def code_identity() -> str:
    """Return the identity of the code that runs, worked out once a process."""
    return identify_code(_PACKAGE, sys.path)


def identify_code(package: Path, search_path: Iterable[str]) -> str:
    """Return a hash of all code that decides.

    Args:
        package: zipper's folder. Where the record of its installation lies beside it, that tells
            the code by content, the same in each copy; in a source tree size, times and inode of
            each file do.
        search_path: where Python looks for packages; it finds the versions of libraries there.
    """
    parts = [
        sys.implementation.cache_tag or sys.implementation.name,
        *map(str, sys.version_info),
        *(_read_records(package) or _stamp_files(str(package))),
        *_list_libraries(search_path),
    ]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _read_records(package: Path) -> list[str]:
    """Return the rows about the package's files in records of installation beside it, sorted.

    What else a record names differs by installer: compiled files, the installer's own.
    """
    beside, own = str(package.parent), f"{package.name}/"
    rows: list[str] = []
    with contextlib.suppress(OSError):
        for name in os.listdir(beside):  # noqa: PTH208 - a Path for each costs more than the rest
            if name.startswith(package.name) and name.endswith(".dist-info"):
                with contextlib.suppress(OSError):
                    text = Path(beside, name, "RECORD").read_text("utf-8", "surrogateescape")
                    rows += [row for row in text.split("\n") if row.startswith(own)]
    return sorted(row for row in rows if "/__pycache__/" not in row)


def _stamp_files(folder: str) -> Iterator[str]:
    """Yield name, size, times and inode of each file below `folder`, sorted.

    Where there is no such folder (a package that is run from a zip), those of what holds it.
    """
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except NotADirectoryError:
        yield _describe(folder, os.stat(os.path.dirname(folder)))  # noqa: PTH116, PTH120 - text
        return
    except OSError:
        yield folder
        return
    for entry in entries:
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _stamp_files(entry.path)
        else:
            with contextlib.suppress(OSError):
                yield _describe(entry.path, entry.stat())


def _describe(path: str, status: os.stat_result) -> str:
    stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return f"{path} {stamp}"


def _list_libraries(search_path: Iterable[str]) -> Iterator[str]:
    """Yield name and version of each library that decides, as its folder is named."""
    standard = os.path.dirname(os.__file__)  # noqa: PTH120 - text
    for folder in search_path:
        if folder == standard or folder.startswith(os.path.join(standard, "lib-dynload")):  # noqa: PTH118 - text
            continue
        with contextlib.suppress(OSError):
            names = os.listdir(folder or ".")  # noqa: PTH208 - as above
            yield from sorted(name for name in names if _is_library(name))


def _is_library(name: str) -> bool:
    return name.endswith(_INSTALLED) and name.partition("-")[0].lower() in _LIBRARIES
