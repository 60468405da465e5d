"""What the readers of other package managers' lockfiles share: their result, and their complaints.

In: a decoded document and its text. Out: values of the types that a reader wants, or an error that
says file, line and column.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, NoReturn, Protocol

from zipper.errors import LockfileError
from zipper.lockfile.npm_v1 import is_folder_name
from zipper.npm.lockfile_formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zipper.tree.locked_graph import LockedGraph

__all__ = [
    "Document",
    "ForeignLockfile",
    "LockfileReader",
    "SettingsBeside",
    "clean_folder",
    "importer_key",
    "reader_of",
]

_FOLDER_MAX: Final = 1_000


class ForeignLockfile(NamedTuple):
    """A lockfile of another package manager, read."""

    path: str
    tool: str
    """`pnpm`, `bun`, `yarn` (2 and later) or `yarn classic`."""
    version: str
    """Of the format, as the file has it."""
    graph: LockedGraph
    """With every platform's variants; of folders it knows what the lockfile does, no more."""
    settings: Mapping[str, object]
    """The file's other entries (overrides, catalogs, checksums), for the frozen check."""
    peers: Literal["parent", "ancestors"] | None = None
    """Where the tool looks for peers, which the graph leaves open; None where they are bound."""
    unasked: tuple[str, ...] = ()
    """What is locked though nothing asks for it: the tool would take it out."""


class SettingsBeside(Protocol):
    """The files beside a lockfile that decide what it means."""

    @property
    def manifest(self) -> Mapping[str, object]:
        """What the package.json says."""
        ...

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes; None where it is not there."""
        ...

    def read_settings(self, name: str) -> Mapping[str, object]:
        """Return what a YAML file of settings says; empty where it is not there."""
        ...


class LockfileReader(Protocol):
    """The `read` of a format's module."""

    def __call__(
        self, text: str, *, path: str, beside: SettingsBeside | None = None
    ) -> ForeignLockfile:
        """Return what a lockfile says, without `beside` as if there were no settings."""
        ...


def reader_of(name: str) -> LockfileReader:
    """Return what reads a file that is called `name`: one reader is needed, and imported."""
    reader: LockfileReader = import_module(f"zipper.lockfile.{FORMATS[name].module}").read
    return reader


class Document:
    """A decoded lockfile, and where in its text each entry is."""

    def __init__(
        self,
        root: object,
        *,
        path: str,
        code: str,
        hint: str,
        locate: Callable[[tuple[str | int, ...]], tuple[int, int]],
    ) -> None:
        self.path = path
        self._code = code
        self._hint = hint
        self._locate = locate
        self._names: set[str] = set()
        self.root = self.map(root)

    def fail(self, message: str, *keys: str | int, code: str = "") -> NoReturn:
        """Raise for the entry that `keys` lead to, from the outside inwards.

        Args:
            message: what is wrong with it.
            *keys: of maps, and positions in lists.
            code: the tool's own, where it is not that of a broken file.

        Raises:
            LockfileError: always.
        """
        line, column = self._locate(keys)
        raise LockfileError(
            code or self._code,
            f"`{self.path}`: {message}",
            facts=(("at", f"line {line}, column {column}"),),
            hint=self._hint,
        )

    def map(self, value: object, *keys: str | int) -> Mapping[str, object]:
        """Return `value` as a map; nothing and an empty text are an empty one."""
        if value is None or value == "":
            return {}
        if not isinstance(value, dict):
            self.fail(f"`{_last(keys)}` is no map", *keys)
        return value

    def maps(self, value: object, *keys: str | int) -> Mapping[str, Mapping[str, object]]:
        """Return `value` as a map of maps."""
        return {key: self.map(one, *keys, key) for key, one in self.map(value, *keys).items()}

    def texts(self, value: object, *keys: str | int) -> Mapping[str, str]:
        """Return `value` as a map of texts."""
        if isinstance(value, dict) and all(type(one) is str for one in value.values()):
            return value
        return {key: self.text(one, *keys, key) for key, one in self.map(value, *keys).items()}

    def text(self, value: object, *keys: str | int) -> str:
        """Return `value` as a text; nothing is an empty one."""
        if value is None:
            return ""
        if not isinstance(value, str):
            self.fail(f"`{_last(keys)}` is no text", *keys)
        return value

    def words(self, value: object, *keys: str | int) -> tuple[str, ...]:
        """Return `value` as a list of texts; one text is a list of one."""
        if value is None or value == "":
            return ()
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list):
            self.fail(f"`{_last(keys)}` is no list", *keys)
        return tuple(self.text(one, *keys, at) for at, one in enumerate(value))

    def name(self, value: str, *keys: str | int) -> str:
        """Return the name of a dependency, which becomes a folder's."""
        if value not in self._names:
            if not is_folder_name(value):
                self.fail(f"`{value[:200]}` cannot be a package's name", *keys)
            self._names.add(value)
        return value

    def folder(self, value: str, *keys: str | int) -> str:
        """Return a folder relative to the lockfile's, made normal; "" is that one."""
        found = clean_folder(value)
        if found is None:
            self.fail(f"`{value[:200]}` cannot be a folder beside the lockfile", *keys)
        return found


def clean_folder(path: str) -> str | None:
    """Return a relative path without `.` and with `..` at its beginning only, or None."""
    hostile = "\\" in path or "\0" in path or path.startswith(("/", "~")) or ":" in path[:2]
    if hostile or len(path) > _FOLDER_MAX:
        return None
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def importer_key(folder: str) -> str:
    """Return the key of the instance of a folder on this disk; no package's key begins so."""
    return f"./{folder}"


def _last(keys: tuple[str | int, ...]) -> str:
    return str(keys[-1])[:200] if keys else "the document"
