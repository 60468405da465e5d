"""Rules about the zip itself: its structure, its names, how its members are stored.

In: a subject. Out: findings with `zip-` codes. All but `check_contents` and `check_headers` read
the listing only.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from zipper.archive.listing import DEFLATED, STORED, Entry
from zipper.archive.runs import gather
from zipper.checks.filesystem import LAYERS, TASK, FileSystem
from zipper.checks.member_contents import find_damaged
from zipper.checks.parts import parts_of
from zipper.checks.subject import PATH_MAX
from zipper.errors import ArchiveError
from zipper.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zipper.checks.subject import Subject

__all__ = [
    "check_clashes",
    "check_contents",
    "check_duplicates",
    "check_empty",
    "check_headers",
    "check_kinds",
    "check_links",
    "check_names",
    "check_storage",
    "check_structure",
]

_REMAKE: Final = "make the zip again, with `zipper build` or with `zip -r`"
_SUSPICIOUS: Final = ("\\", "\0", ":", "//", "/./", "/../")
"""What the joined names contain if any is unsafe; six searches beat 27,000 tests."""
_NAME_MAX: Final = 255
"""Bytes of one part of a path that Linux takes."""
_LINK_LIMIT_BYTES: Final = 4096
_UNIX: Final = 3
_ZIP64_ENTRIES: Final = 0xFFFF
"""From so many members on a zip needs zip64."""
_LINK: Final = 0o12
_PLAIN: Final = (STORED, DEFLATED)
_KINDS: Final = {
    0o1: "a named pipe",
    0o2: "a device",
    0o6: "a device",
    0o14: "a socket",
}
"""By the four highest bits of a Unix mode. Source: inode(7)."""
_METHODS: Final = {
    9: "deflate64",
    12: "bzip2",
    14: "lzma",
    93: "zstd",
    95: "xz",
    98: "ppmd",
    99: "AES",
}


def check_structure(subject: Subject) -> Iterator[Finding]:
    """Yield what is wrong with the end record and the central directory."""
    wide = [fault for fault in subject.listing.faults if fault.kind == "zip64"]
    for fault in subject.listing.faults:
        if fault.kind == "unreadable":
            yield Finding(
                "zip-unreadable",
                "error",
                fault.path,
                f"the zip cannot be read: {fault.message}",
                _REMAKE,
            )
        elif fault.kind == "ambiguous":
            message = f"readers of zips disagree about it: {fault.message}"
            yield Finding("zip-unreadable", "error", fault.path, message, _REMAKE)
        elif fault.kind in ("prefix", "trailing"):
            message = f"the zip is not clean: {fault.message}"
            yield Finding("zip-unreadable", "warning", fault.path, message, _REMAKE)
    if wide:
        message = (
            f"{wide[0].message}; Lambda is not known to read zip64, and hardly a package within "
            "its quotas needs it"
        )
        hint = "write the zip without zip64 records"
        if len(subject.listing.entries) >= _ZIP64_ENTRIES:
            hint = "have fewer than 65,535 files: leave out what the function does not need"
        yield Finding("zip-zip64", "warning", wide[0].path, message, hint)


def check_empty(subject: Subject) -> Iterator[Finding]:
    """Yield one finding for a zip without a file."""
    if not subject.files and not any(f.kind == "unreadable" for f in subject.listing.faults):
        message = "the zip has no files; Lambda answers `Uploaded file must be a non-empty zip`"
        yield Finding("zip-empty", "error", "", message, "check what the zip was made from")


def check_names(subject: Subject) -> Iterator[Finding]:
    """Yield the names that leave the root, or that an unzip on Linux takes literally."""
    if any(fault.kind == "dotted" for fault in subject.listing.faults):
        message = (
            "the names begin with `./`, which an unzip on Linux drops; that Lambda does so, too, "
            "is not documented"
        )
        hint = "pack `*` instead of `.`, or use `zip -r`, which leaves it out"
        yield Finding("zip-name-unsafe", "warning", "", message, hint)
    if all(gather(subject.listing, "plain", _are_plain)):
        return
    for name, entry in subject.listing.by_name.items():
        problem = _judge_name(name)
        if problem is not None:
            message = f"`{_shown(name)}` {problem[0]}"
            if _is_file_name(name, entry):
                hint = "only code that asks for this very name finds the file"
                yield Finding("zip-name-unsafe", "warning", name, message, hint)
                continue
            yield Finding("zip-name-unsafe", "error", name, message, problem[1])


def _are_plain(entries: Sequence[Entry]) -> bool:
    """Return whether no name is unsafe or too long."""
    names = [entry.name for entry in entries]
    joined = "/" + "/\n/".join(names) + "/"
    characters = _NAME_MAX if joined.isascii() else _NAME_MAX // 4
    is_long = len(max(names, key=len, default="")) > characters
    if is_long or joined.count("\n") >= len(names):
        return not names
    return not any(mark in joined for mark in _SUSPICIOUS)


def check_duplicates(subject: Subject) -> Iterator[Finding]:
    """Yield each name that several members have."""
    listing = subject.listing
    if len(listing.by_name) == len(listing.entries):
        return
    for name, count in Counter(entry.name for entry in listing.entries).items():
        if count > 1:
            message = (
                f"{count} members are called `{_shown(name)}`; which one Lambda keeps is not "
                "documented"
            )
            yield Finding("zip-duplicate", "error", name, message, "leave one of them out")


def check_clashes(subject: Subject) -> Iterator[Finding]:
    """Yield each name that is a file and a folder at the same time."""
    for name in sorted(subject.folders & subject.listing.by_name.keys()):
        message = f"`{_shown(name)}` is a file and a folder; only one of them can be unzipped"
        yield Finding("zip-clash", "error", name, message, "rename the file or the folder")
    if subject.tells_case:
        yield from _find_case_clashes(subject)


def _find_case_clashes(subject: Subject) -> Iterator[Finding]:
    """Yield the names that are one name where case does not count, as on macOS and Windows."""
    for name in sorted(subject.listing.by_name.keys() | subject.folders):
        first = subject.lowered_names[name.lower()]
        if first != name:
            message = (
                f"`{_shown(name)}` and `{_shown(first)}` differ in case only: two on Lambda, one "
                "on macOS and Windows"
            )
            yield Finding("zip-clash", "warning", name, message, "rename one of them")


def check_storage(subject: Subject) -> Iterator[Finding]:
    """Yield members that are encrypted, or neither stored nor deflated."""
    if all(not flags & 0x2041 and method in _PLAIN for flags, method, _, _ in subject.traits):
        return
    for entry in subject.listing.entries:
        if entry.flags & 0x2041:
            message = f"`{_shown(entry.name)}` is encrypted"
            yield Finding(
                "zip-encrypted", "error", entry.name, message, "make the zip without a password"
            )
        elif entry.method not in _PLAIN:
            method = _METHODS.get(entry.method, "unknown")
            message = (
                f"`{_shown(entry.name)}` is compressed by method {entry.method} ({method}), "
                "not stored or deflated"
            )
            yield Finding("zip-method", "error", entry.name, message, "compress with deflate")


def check_links(subject: Subject) -> Iterator[Finding]:
    """Yield symbolic links that dangle or leave the root, and every link of a layer."""
    if any(kind == _LINK for _, _, _, kind in subject.traits):
        seen = FileSystem.of(subject)
        for entry in subject.listing.entries:
            if entry.is_symlink:
                yield from _judge_link(subject, entry, seen)


def check_kinds(subject: Subject) -> Iterator[Finding]:
    """Yield the members that are neither file nor folder nor link."""
    if all(kind not in _KINDS for _, _, _, kind in subject.traits):
        return
    for entry in subject.listing.entries:
        kind = _KINDS.get(entry.external_attributes >> 28)
        if kind is not None and entry.create_system == _UNIX:
            message = (
                f"`{_shown(entry.name)}` is {kind}; what becomes of one on Lambda is not documented"
            )
            yield Finding("zip-kind", "error", entry.name, message, "leave it out, or pack a file")


def check_contents(subject: Subject) -> Iterator[Finding]:
    """Yield the members whose content does not inflate to the size and CRC of the directory."""
    for name, problem in find_damaged(subject):
        message = f"{problem}; Lambda accepts the upload and fails when it unzips"
        yield Finding("zip-crc", "error", name, message, _REMAKE)


def check_headers(subject: Subject) -> Iterator[Finding]:
    """Yield the members whose local header and directory disagree, and those that overlap."""
    if len(parts_of(subject)) > 1:  # which only a zip is in whose headers are right
        return
    for fault in subject.listing.find_header_faults():
        message = f"`{_shown(fault.path)}` {fault.message}"
        yield Finding("zip-unreadable", "error", fault.path, message, _REMAKE)


def _judge_name(name: str) -> tuple[str, str] | None:
    """Return what is wrong with a name and what to do, or None."""
    if "\\" in name:
        hint = (
            "use a tool that writes `/`; Windows PowerShell 5's Compress-Archive writes backslashes"
        )
        return "has a backslash, which Linux takes for a part of the file's name", hint
    parts = name.split("/")
    if name.startswith("/") or re.match(r"[A-Za-z]:/", name):
        return "is an absolute name", "name members relative to the root of the package"
    if ".." in parts:
        return "leaves the root of the package", "name members relative to the root of the package"
    if "\0" in name or "\n" in name:
        return "has a control character in its name", "rename the file"
    if not name or "." in parts or "" in parts[:-1]:
        return "has an empty part or a `.` in its name", "write the name without it"
    return _judge_length(name)


def _is_file_name(name: str, entry: Entry) -> bool:
    """Return whether backslashes belong to the file's own name, as in a zip that was made on Unix.

    Packages are published with such files, made on Windows.
    """
    return entry.create_system == _UNIX and _judge_name(name.replace("\\", "")) is None


def _judge_length(name: str) -> tuple[str, str] | None:
    raw = name.encode("utf-8", "surrogatepass")
    if len(raw) <= PATH_MAX and max(map(len, raw.split(b"/"))) <= _NAME_MAX:
        return None
    hint = f"Linux takes {_NAME_MAX} bytes for a name and {PATH_MAX} for a path: rename it"
    return "is too long to be unzipped", hint


def _judge_link(subject: Subject, entry: Entry, seen: FileSystem) -> Iterator[Finding]:
    try:
        target = subject.listing.read(entry, limit_bytes=_LINK_LIMIT_BYTES).decode(
            "utf-8", "replace"
        )
    except ArchiveError:
        return  # the rules about contents say it
    severity: Severity = "error"
    if subject.kind == "layer":
        message = "is a symbolic link; AWS names links as a cause of `Layer conversion failed`"
        yield Finding(
            "zip-symlink", severity, entry.name, f"`{entry.name}` {message}", "pack the file itself"
        )
        return
    if not target:
        message = f"`{entry.name}` is a symbolic link without a target, which Linux does not make"
        yield Finding("zip-symlink", severity, entry.name, message, "pack the file itself")
        return
    real = seen.real_path(f"{TASK}/{entry.name}")
    if f"{real}/".startswith((f"{LAYERS}/", "/var/runtime/")):
        return
    place = real[len(TASK) + 1 :]
    if not real:
        message = f"`{entry.name}` links to `{target}`, in a circle"
        yield Finding("zip-symlink", severity, entry.name, message, "pack the file itself")
    elif not f"{real}/".startswith(f"{TASK}/"):
        where = "outside of the package" if real.endswith(target) else f"`{real}`"
        message = f"`{entry.name}` links to `{target}`, {where}"
        yield Finding("zip-symlink", severity, entry.name, message, "pack the file itself")
    elif place and place not in subject.folders and place not in subject.listing.by_name:
        message = f"`{entry.name}` links to `{target}`, which is not in the package"
        yield Finding(
            "zip-symlink", severity, entry.name, message, "pack the target, or leave the link out"
        )


def _shown(name: str) -> str:
    """Return a name as it can be printed."""
    short = name if len(name) <= PATH_MAX else f"{name[:_NAME_MAX]}..."
    return short if short.isprintable() else ascii(short)[1:-1]
