"""git's unified diffs, as pnpm, yarn and bun apply them to packages: text to effects.

In: the text of a patch. Out: effects in their order: a file is created, deleted, renamed, made
executable, or changed hunk by hunk. Files are the work of `zipper.npm.patch_apply`.

Libraries of the Python Package Index were tried on a patch with a rename, a mode and a new file:
unidiff 1.0.1 reads all three and applies nothing; whatthepatch 1.0.7 loses modes and renames;
patch-ng 1.19.1 works on a disk, reads a rename as two files, and looks for a hunk elsewhere.

Source: patch-package's `patch/parse.ts`, from which pnpm's, yarn's and bun's readers come.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Effect", "Hunk", "HunkPart", "PatchFaultError", "parse_patch"]

_HUNK: Final = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@.*", re.DOTALL)

_DIFF: Final = re.compile(r"diff --git a/(.*?) b/(.*?)\s*")

_FIELDS: Final = (
    "old mode ",
    "new mode ",
    "deleted file mode ",
    "new file mode ",
    "rename from ",
    "rename to ",
    "semver exclusivity ",
)

_KINDS: Final = {"-": "deletion", "+": "insertion", " ": "context", "": "context", "\r": "context"}

_MODES: Final = {0o644: False, 0o755: True}


class PatchFaultError(ValueError):
    """What is wrong with a patch, or why it does not apply."""


class HunkPart(NamedTuple):
    """Lines of one kind that follow each other."""

    kind: str
    """`context`, `deletion` or `insertion`."""
    lines: tuple[str, ...]
    ends_without_newline: bool = False


class Hunk(NamedTuple):
    """A change of one place in a file. Lines count from 1."""

    old_start: int
    old_length: int
    new_start: int
    new_length: int
    parts: tuple[HunkPart, ...]


class Effect(NamedTuple):
    """One thing that a patch does to a package's files."""

    kind: Literal["create", "delete", "rename", "mode", "change"]
    path: str
    """Relative to the package; for a rename the new one."""
    hunks: tuple[Hunk, ...] = ()
    is_executable: bool = False
    """For a file that is created, and for a change of mode."""
    old_path: str = ""
    """For a rename."""
    versions: str | None = None
    """yarn's own addition: the versions of the package for which it is meant."""


class _File:
    """The part of a patch that is about one file."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.diff: tuple[str, str] | None = None
        self.old = ""
        self.new = ""
        self.hunks: list[Hunk] = []


def parse_patch(text: str) -> tuple[Effect, ...]:
    """Return the effects of a patch, in its order; what is no part of a diff is passed over.

    Raises:
        PatchFaultError: what cannot be meant, and a path that leaves the package.
    """
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    try:
        files = _Reader(lines, splits=False).read()
    except _LengthError:
        # Diffs without a line for each file: `--- a/` begins one, and is no deleted line.
        files = _Reader(lines, splits=True).read()
    return tuple(effect for file in files for effect in _interpret(file))


class _LengthError(PatchFaultError):
    """A hunk has other lines than its first line says."""


class _Reader:
    """Reads lines into files and hunks."""

    def __init__(self, lines: list[str], *, splits: bool) -> None:
        self._lines = lines
        self._splits = splits
        self._files: list[_File] = []
        self._file = _File()

    def read(self) -> list[_File]:
        at = 0
        while at < len(self._lines):
            line = self._lines[at]
            if line.startswith("@@"):
                at = self._read_hunks(at)
                self._end_file()
            else:
                self._read_header(line)
                at += 1
        self._end_file()
        return self._files

    def _end_file(self) -> None:
        self._files.append(self._file)
        self._file = _File()

    def _read_header(self, line: str) -> None:
        file = self._file
        if line.startswith("diff --git "):
            if file.diff is not None:
                self._end_file()
            found = _DIFF.fullmatch(line)
            if found is None:
                raise PatchFaultError(f"`{line[:200]}` does not name two files")
            self._file.diff = (found[1], found[2])
        elif line.startswith("--- "):
            file.old = line[6:].strip()
        elif line.startswith("+++ "):
            file.new = line[6:].strip()
        else:
            for field in _FIELDS:
                if line.startswith(field):
                    file.fields[field.strip()] = line[len(field) :].strip()

    def _read_hunks(self, at: int) -> int:
        """Read the hunks that begin at a line; return the line after them."""
        lines = self._lines
        while at < len(lines) and lines[at].startswith("@@"):
            found = _HUNK.match(lines[at].strip())
            if found is None:
                raise PatchFaultError(f"`{lines[at][:200]}` is no first line of a hunk")
            start, length, new_start, new_length = (
                1 if group is None else int(group) for group in found.groups()
            )
            end, parts = self._read_parts(at + 1)
            hunk = Hunk(max(start, 1), length, max(new_start, 1), new_length, parts)
            _check(hunk, at + 1)
            self._file.hunks.append(hunk)
            at = end
        return at

    def _read_parts(self, at: int) -> tuple[int, tuple[HunkPart, ...]]:
        groups: list[tuple[str, list[str]]] = []
        open_ends: set[int] = set()
        lines = self._lines
        while at < len(lines) and not (self._splits and lines[at].startswith("--- a/")):
            line = lines[at]
            if line.startswith("\\"):
                if not groups or not line.startswith("\\ No newline at end of file"):
                    raise PatchFaultError(f"`{line[:200]}` is in no place for it")
                open_ends.add(len(groups) - 1)
                at += 1
                continue
            kind = _KINDS.get(line[:1])
            if kind is None:
                break
            if not groups or groups[-1][0] != kind:
                groups.append((kind, []))
            groups[-1][1].append(line[1:])
            at += 1
        parts = (
            HunkPart(kind, tuple(texts), number in open_ends)
            for number, (kind, texts) in enumerate(groups)
        )
        return at, tuple(parts)


def _check(hunk: Hunk, line: int) -> None:
    count = {"context": 0, "deletion": 0, "insertion": 0}
    for part in hunk.parts:
        count[part.kind] += len(part.lines)
    old, new = count["context"] + count["deletion"], count["context"] + count["insertion"]
    if (old, new) != (hunk.old_length, hunk.new_length):
        raise _LengthError(
            f"the hunk at line {line} has {old} old and {new} new lines, and says "
            f"{hunk.old_length} and {hunk.new_length}"
        )


def _interpret(file: _File) -> Iterator[Effect]:
    fields = file.fields
    versions = fields.get("semver exclusivity")
    first, second = file.diff or ("", "")
    hunks = tuple(file.hunks)
    if "rename from" in fields:
        old, path = _inside(fields["rename from"]), _inside(fields.get("rename to", ""))
        yield Effect("rename", path, old_path=old, versions=versions)
    elif "deleted file mode" in fields:
        yield Effect("delete", _inside(first or file.old), versions=versions)
        return
    elif "new file mode" in fields:
        executable = _parse_mode(fields["new file mode"])
        path = _inside(second or file.new)
        yield Effect("create", path, hunks[:1], executable, versions=versions)
        return
    else:
        path = file.new or second
        if not path:
            return
        path = _inside(path)
    before, after = fields.get("old mode", ""), fields.get("new mode", "")
    if before and after and before != after:
        yield Effect("mode", path, is_executable=_parse_mode(after), versions=versions)
    if hunks:
        yield Effect("change", path, hunks, versions=versions)


def _parse_mode(text: str) -> bool:
    """Return whether a mode makes a file executable."""
    mode = int(text, 8) & 0o777 if re.fullmatch("[0-7]{1,11}", text) else -1
    if mode not in _MODES:
        raise PatchFaultError(f"`{text[:40]}` is no mode that a package's file can have")
    return _MODES[mode]


def _inside(path: str) -> str:
    """Return the path, which must be one inside the package."""
    parts = path.replace("\\", "/").split("/")
    if not path or "\0" in path or path.startswith(("/", "\\")) or {"..", ""} & set(parts):
        raise PatchFaultError(f"`{path[:200]}` is no path inside the package")
    return "/".join(part for part in path.split("/") if part != ".")
