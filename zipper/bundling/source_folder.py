"""The files that sources are read from: the project's and its siblings', names as they are written.

In: a folder. Out: answers about `/`-separated paths relative to it, which may begin with `..`. What
was asked is noted, so that a later build can tell whether the answers are the same. A disk that
ignores case answers as Lambda's would, which does not.
"""

from __future__ import annotations

import hashlib
import os
from posixpath import normpath
from typing import TYPE_CHECKING, Final, cast

from zipper.bundling.source_names import TYPED
from zipper.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zipper.store.notes import Value

    _Rows = tuple[tuple[str, str], ...]

__all__ = ["SourceFolder", "join"]

_FILE: Final = "f"
_FOLDER: Final = "d"
_NOTHING: Final = ""
_ALL: Final = "="
"""Goes before a folder whose answer is the hash of all names below it."""
_CASE: Final = "?"
"""Goes before a name whose answer is the file that differs from it in case alone."""
_DEEP: Final = "*"
_FLAT: Final = "+"
"""Go before a folder whose answer is its sources, with those of inner folders or without."""
_SEPARATOR: Final = "\0"
_SOURCES_MAX: Final = 5_000
_DEPTH_MAX: Final = 20
"""Sources that a computed name may mean, and folders in folders; links may go in circles."""


class SourceFolder:
    """Files below and beside `root`; each folder is listed, and each file read, once."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._listed: dict[str, dict[str, str]] = {}
        self._asked: dict[str, str] = {}
        self._read: dict[str, bytes] = {}

    def is_file(self, path: str) -> bool:
        """Tell whether there is a file of exactly this name."""
        return self._kind(path) == _FILE

    def is_folder(self, path: str) -> bool:
        """Tell whether there is a folder of exactly this name."""
        return path in ("", ".") or self._kind(path) == _FOLDER

    def read(self, path: str) -> bytes:
        """Return the content of a file.

        Raises:
            ProjectError: EREAD where it cannot be read.
        """
        data = self._read.get(path)
        if data is None:
            try:
                with open(f"{self._root}/{path}", "rb") as file:  # noqa: PTH123 - a Path costs more
                    data = self._read[path] = file.read()
            except OSError as cause:
                raise ProjectError(
                    "EREAD",
                    f"cannot read `{path}`: {cause.strerror or cause}",
                    facts=(("folder", self._root),),
                    hint="change its permissions, or take it out of what the handler imports",
                ) from cause
        return data

    def find_other_case(self, path: str) -> str | None:
        """Return the name of a file that differs from `path` in the case of letters alone."""
        found = self._find_other_case(path)
        self._asked[f"{_CASE}{path}"] = found or _NOTHING
        return found

    def _find_other_case(self, path: str) -> str | None:
        found = self._ignore_case(path, _FILE)
        return None if found == path else found

    def _ignore_case(self, path: str, wanted: str) -> str | None:
        """Return what there is under a name of the same letters, the same case before others."""
        above, _, name = path.rpartition("/")
        folder = self._ignore_case(above, _FOLDER) if above and name != ".." else above
        if folder is None or name == "..":
            return None if folder is None else path
        names = [name, *(one for one in self._list(folder) if one.lower() == name.lower())]
        kinds = self._list(folder)
        found = next((one for one in names if kinds.get(one) == wanted), None)
        return None if found is None else join(folder, found)

    def list_sources(self, folder: str, *, is_deep: bool) -> list[str]:
        """Return the sources in `folder`, and below it where `is_deep`, relative to it."""
        key = f"{_DEEP if is_deep else _FLAT}{folder}"
        found = self._list_sources(folder, is_deep=is_deep)
        self._asked[key] = _SEPARATOR.join(found)
        return found

    def _list_sources(self, folder: str, *, is_deep: bool) -> list[str]:
        found: list[str] = []
        waiting = [""]
        while waiting and len(found) < _SOURCES_MAX:
            inner = waiting.pop()
            for name, kind in self._list(join(folder, inner)).items():
                if kind == _FILE and name.endswith(TYPED):
                    found.append(f"{inner}{name}")
                elif kind == _FOLDER and is_deep and not name.startswith(("node_modules", ".")):
                    waiting += [f"{inner}{name}/"] * (inner.count("/") < _DEPTH_MAX)
        return sorted(found)

    def list_files(self, path: str) -> list[str]:
        """Return the files below a folder, by their paths; node_modules are left out."""
        found = self._find_files(path)
        self._asked[f"{_ALL}{path}"] = _hash("\n".join(found).encode("utf-8", "surrogateescape"))
        return found

    def _find_files(self, folder: str) -> list[str]:
        found, waiting = [], [folder]
        while waiting:
            place = waiting.pop()
            for name, kind in self._list(place).items():
                path = f"{place}/{name}" if place else name
                if kind == _FILE:
                    found.append(path)
                elif name != "node_modules":
                    waiting.append(path)
        return sorted(found)

    def witnesses(self) -> Value:
        """Return what has been asked so far, with the answers: what results rest on."""
        return (
            tuple(sorted(self._asked.items())),
            tuple(sorted((path, _hash(data)) for path, data in self._read.items())),
        )

    def still(self, witnesses: Value) -> bool:
        """Tell whether all answers would be the same today."""
        asked, read = cast("tuple[_Rows, _Rows]", witnesses)
        return all(self._kind(path) == kind for path, kind in asked) and all(
            self._kind(path) == _FILE and _hash(self.read(path)) == digest for path, digest in read
        )

    def _kind(self, path: str) -> str:
        known = self._asked.get(path)
        if known is None:
            folder, _, name = path.rpartition("/")
            if path.startswith((_DEEP, _FLAT)):
                listed = self._list_sources(path[1:], is_deep=path.startswith(_DEEP))
                known = self._asked[path] = _SEPARATOR.join(listed)
                return known
            if path.startswith(_ALL):
                self.list_files(path.removeprefix(_ALL))
                return self._asked[path]
            if path.startswith(_CASE):
                known = self._find_other_case(path.removeprefix(_CASE)) or _NOTHING
            elif name == "..":
                known = _FOLDER if os.path.isdir(f"{self._root}/{path}") else _NOTHING  # noqa: PTH112
            else:
                known = self._list(folder).get(name, _NOTHING)
            if known and folder and not path.startswith(_CASE) and not self.is_folder(folder):
                known = _NOTHING
            self._asked[path] = known
        return known

    def _list(self, folder: str) -> Mapping[str, str]:
        listed = self._listed.get(folder)
        if listed is None:
            listed = self._listed[folder] = _scan(f"{self._root}/{folder}")
        return listed


def join(folder: str, path: str) -> str:
    """Return `path` from `folder` on, its dots resolved; "" is the root."""
    joined = normpath(f"{folder}/{path}" if folder else path)
    return "" if joined == "." else joined


def _scan(folder: str) -> dict[str, str]:
    """Return the kind of each name in a folder, links followed."""
    kinds: dict[str, str] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir():
                    kinds[entry.name] = _FOLDER
                elif entry.is_file():
                    kinds[entry.name] = _FILE
    except OSError:
        return {}
    return kinds


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
