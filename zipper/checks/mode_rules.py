"""Rules about the modes of files: who may read them, and which can be started.

In: a subject. Out: findings with `mode-` codes. Reads what the handler reaches, and the first
bytes of files that should be executable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.closure import close
from zipper.checks.file_facts import EAGER, OPTIONAL
from zipper.checks.filesystem import LAYERS, TASK, may_read
from zipper.checks.module_messages import WHEN
from zipper.checks.parts import find_in_parts
from zipper.errors import ArchiveError
from zipper.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.archive.listing import Entry, Listing
    from zipper.checks.subject import Subject

__all__ = ["check_executables", "check_readable"]

_EXTENSIONS: Final = "extensions"
_HEAD_BYTES: Final = 64
_SEVERITIES: Final[dict[int, Severity]] = {EAGER: "error", OPTIONAL: "info"}


def check_readable(subject: Subject) -> Iterator[Finding]:
    """Yield files that the function's user, who owns none of them, may not read.

    What loading the handler reads is an error, and so is each file of a layer, because AWS refuses
    to publish it. What nothing is known to read is a warning.

    Deviation: folders are left out, because AWS gives them 0755 itself.
    Source: AWS, "Troubleshoot deployment issues in Lambda", permissions.
    """
    unreadable = list(find_in_parts(subject, "unreadable", _find_unreadable))
    start = close(subject) if unreadable else None
    modules = {} if start is None else start.walk.modules
    mount = LAYERS if subject.kind == "layer" else TASK
    for name, mode in unreadable:
        message = f"`{name}` has mode {mode:04o}: not readable by everyone"
        module = modules.get(f"{mount}/{name}")
        severity: Severity = "warning"
        if subject.kind == "layer":
            severity, when = "error", "`Layer conversion failed`"
        elif module is None:
            when = "EACCES if something reads it"
        else:
            when = f"EACCES; {WHEN[module.level]}"
            severity = _SEVERITIES.get(module.level, "warning")
        hint = "give it 0644, or 0755 for a program"
        yield Finding("mode-unreadable", severity, name, f"{message}, so {when}", hint)


def _find_unreadable(listing: Listing) -> Iterator[list[str | int]]:
    for entry in listing.entries:
        if not may_read(entry) and not entry.is_dir:
            yield [entry.name, entry.mode & 0o7777]


def check_executables(subject: Subject) -> Iterator[Finding]:
    """Yield ELF programs, extensions and `#!` scripts in a `bin` folder without the mode for it."""
    for name, found in find_in_parts(subject, "programs", _find_programs):
        kind = "an extension" if subject.kind == "layer" and _is_extension(name) else found
        if kind:
            message = (
                f"`{name}` is {kind} without the executable bit: starting it fails with EACCES"
            )
            yield Finding("mode-not-executable", "warning", name, message, "give it 0755")


def _find_programs(listing: Listing) -> Iterator[list[str]]:
    """Yield name and kind of what may have to be executable and is not; the kind may be empty."""
    for entry in listing.entries:
        if entry.mode & 0o111 or not entry.size or entry.is_dir or not _may_be_program(entry):
            continue
        kind = _program_kind(listing, entry)
        if kind or _is_extension(entry.name):
            yield [entry.name, kind]


def _may_be_program(entry: Entry) -> bool:
    folder, _, name = entry.name.rpartition("/")
    return folder.rpartition("/")[2] in ("bin", ".bin", _EXTENSIONS) or "." not in name


def _is_extension(name: str) -> bool:
    """Return whether a file of a layer is one that Lambda starts before the function.

    Source: AWS, Lambda extensions API: each file directly in `/opt/extensions`.
    """
    return name.rpartition("/")[0] == _EXTENSIONS


def _program_kind(listing: Listing, entry: Entry) -> str:
    try:
        content = listing.read_head(entry, _HEAD_BYTES)
    except ArchiveError:
        return ""  # the rules about contents say it
    folder = entry.name.rpartition("/")[0].rpartition("/")[2]
    # Types 2 and 3 of an ELF file are programs; a library is 3 too, and is known from its name.
    if content[:4] == b"\x7fELF" and content[16:17] in (b"\x02", b"\x03"):
        return "an ELF program"
    if content[:2] == b"#!" and folder == "bin" and b"node" not in content.split(b"\n")[0]:
        return "a script"
    return ""
