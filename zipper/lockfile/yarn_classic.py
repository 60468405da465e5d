"""yarn.lock of version 1: which version, address and integrity yarn chose for `name@spec`.

In: the file's text. Out: entries by `name@spec`, to be asked where npm has no lockfile of its own.

As npm reads it: what is before a broken line counts and nothing after it. A lockfile of yarn 2
or later, which is YAML, has the same outline with a colon after each key, so no entry of it has a
version here and none counts.

Source: @npmcli/arborist 9, lib/yarn-lock.js and lib/shrinkwrap.js `load`.
Deviation: npm writes a new yarn.lock beside its lockfile; this one is only read. A byte-order mark
counts for nothing, as for yarn.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.npm.ecmascript import SPACES, trim

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["YarnEntry", "YarnLock", "read_yarn_lock"]

_HEADER: Final = "# yarn lockfile v1"

_WORD: Final = rf"[^{SPACES}]+"

_REST: Final = r"[^\u2028\u2029]"

_ENTRY: Final = re.compile(rf"[^{SPACES}]{_REST}*:")

_GROUP: Final = re.compile(rf" {{2}}{_WORD}:")

_GROUPED: Final = re.compile(rf" {{4}}{_WORD} {_REST}+")

_FIELD: Final = re.compile(rf" {{2}}{_WORD} {_REST}+")

_QUOTED: Final = re.compile(rf'"{_REST}*"')

_LAST_PART: Final = re.compile(r'(?s)[^\\](?:\\\\)*"\Z')

_BETWEEN_SPECS: Final = re.compile(", *")

_Fields = dict[str, str | dict[str, str]]
"""What an entry says, by key; a group such as `dependencies` has words of its own."""

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class YarnEntry(NamedTuple):
    """What yarn chose for one `name@spec`."""

    version: str
    resolved: str
    """The tarball's URL, or what stands for it; empty where there is none, as for a folder."""
    integrity: str | None = None
    dependencies: Mapping[str, str] = _NOTHING
    """Name to range; with the name they are the key of another entry."""
    optional_dependencies: Mapping[str, str] = _NOTHING
    fragment: str = ""
    """What is behind the `#` of `resolved`: a hash, or the commit of a git dependency."""


class YarnLock(NamedTuple):
    """The entries that count, by `name@spec`, and whether the file was read to its end."""

    entries: Mapping[str, YarnEntry]
    is_whole: bool
    is_bare: bool = False
    """Whether yarn wrote it without any entry: all dependencies are members of the workspace."""

    @property
    def counts(self) -> bool:
        """Whether it says what its project depends on."""
        return self.is_bare or bool(self.entries)


def read_yarn_lock(data: bytes) -> YarnLock:
    """Return what counts of a yarn.lock; hostile text yields fewer entries, never an error."""
    found: dict[str, _Fields] = {}
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    is_whole = _read_lines(text, found)
    entries = {}
    for spec, fields in found.items():
        version, resolved, integrity = (
            _text(fields.get(key)) for key in ("version", "resolved", "integrity")
        )
        if version:
            address, _, fragment = (resolved or "").partition("#")
            entries[spec] = YarnEntry(
                version,
                address,
                integrity,
                _group(fields.get("dependencies")),
                _group(fields.get("optionalDependencies")),
                fragment,
            )
    return YarnLock(entries, is_whole, is_bare=is_whole and not found and _HEADER in text)


def _text(value: str | dict[str, str] | None) -> str | None:
    return value if isinstance(value, str) else None


def _group(value: str | dict[str, str] | None) -> Mapping[str, str]:
    return value if isinstance(value, dict) else _NOTHING


def _read_lines(text: str, found: dict[str, _Fields]) -> bool:
    """Fill `found` up to the first line that npm cannot read; say whether there was none."""
    current: _Fields | None = None
    group: str | None = None
    for piece in text.removesuffix("\n").split("\n"):
        line = piece.removesuffix("\r").rpartition("\r")[2]
        if line.startswith("#"):
            continue
        if not line:
            current = group = None
        elif _ENTRY.fullmatch(line):
            current, group = {}, None
            found.update(dict.fromkeys(_split(_BETWEEN_SPECS.split(line[:-1])), current))
        elif current is None:
            return False
        elif _GROUP.fullmatch(line):
            group = line[2:-1]
            current[group] = {}
        elif not _read_field(line, current, group):
            return False
    return True


def _read_field(line: str, current: _Fields, group: str | None) -> bool:
    words = _split(line.lstrip(SPACES).split(" "))
    if len(words) != 2:
        return False
    key, value = words
    if _GROUPED.fullmatch(line):
        inside = None if group is None else current[group]
        if not isinstance(inside, dict):
            return False
        inside[key] = value
        return True
    if not _FIELD.fullmatch(line):
        return False
    current[key] = value
    return True


def _split(parts: list[str]) -> list[str]:
    """Return the words of a line; parts between quotation marks are put together again.

    What separated such parts is lost, as in npm: `"a b"` is `ab`.
    """
    words: list[str] = []
    rest = iter(parts)
    for part in rest:
        if _QUOTED.fullmatch(part):
            words.append(trim(part)[1:-1])
        elif part.startswith('"'):
            collected = [part[1:]]
            for more in rest:
                is_last = _LAST_PART.search(more) is not None
                collected.append(more.rstrip(SPACES)[:-1] if is_last else more)
                if is_last:
                    break
            words.append("".join(collected))
        else:
            words.append(trim(part))
    return words
