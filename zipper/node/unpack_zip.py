"""Unpacking a deployment package and its layers for a run.

In: listings of zips. Out: files below a folder, exactly as Lambda's user would find them. What to
write is decided first, for all layers together; then each file is written once. Names and links of
a hostile zip never reach outside of the folder.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zipper.errors import ArchiveError
from zipper.folders import make_folders

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from zipper.archive.listing import Entry, Listing

__all__ = ["UnpackedFile", "merge_layers", "plan_members", "write_members"]

_LINK_BYTES_MAX: Final = 4095

_NO_MODE: Final = 0o644


@dataclass(frozen=True, slots=True)
class UnpackedFile:
    """One file or symbolic link to be written, with the permissions that others have."""

    path: str
    listing: Listing
    entry: Entry
    mode: int
    is_link: bool


def plan_members(listing: Listing, *, zip_name: str) -> dict[str, UnpackedFile]:
    """Return the files and links of one zip by path; folders follow from them.

    Lambda's user owns none of the files, so each gets the permissions of "others", without write:
    a file of mode 0600 then fails here as it does there.

    Raises:
        ArchiveError: EZIP if the zip cannot be read, is empty, or holds a name that leaves the
            folder, a name twice, or one name both as a file and as a folder.
    """
    for fault in listing.faults:
        if fault.kind == "unreadable":
            raise _refuse(zip_name, fault.path or "the zip", fault.message)
    if not listing.entries:
        raise ArchiveError(
            "EZIP",
            f"`{zip_name}` has no members",
            facts=(("Lambda says", "Uploaded file must be a non-empty zip"),),
        )
    members: dict[str, UnpackedFile] = {}
    for entry in listing.entries:
        path = _checked_path(entry.name, zip_name)
        if entry.is_dir:
            continue
        if path in members:
            raise _refuse(zip_name, path, "is there twice")
        members[path] = UnpackedFile(path, listing, entry, _mode_of(entry), entry.is_symlink)
    _refuse_clashes(members, zip_name)
    return members


def merge_layers(layers: Sequence[dict[str, UnpackedFile]]) -> dict[str, UnpackedFile]:
    """Return the files of all layers in one folder; a later layer replaces a file of an earlier.

    Raises:
        ArchiveError: EZIP where one layer has a file and another a folder of the same name.
    """
    merged: dict[str, UnpackedFile] = {}
    for layer in layers:
        merged |= layer
    _refuse_clashes(merged, "the layers")
    return merged


def write_members(members: Iterable[UnpackedFile], root: Path) -> None:
    """Write `members` below `root`, which is empty, with folders of mode 0755.

    Links come last: no file is ever written through one.

    Raises:
        ArchiveError: EZIP for a member that is damaged or encrypted.
        OSError: the disk is full, or the like.
    """
    made: set[str] = set()
    links: list[UnpackedFile] = []
    for member in members:
        folder = member.path.rpartition("/")[0]
        if folder not in made:
            make_folders(root / folder, mode=0o755)
            made.add(folder)
        if member.is_link:
            links.append(member)
            continue
        content = member.listing.read(member.entry, limit_bytes=member.entry.size, check_crc=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(root / member.path, flags, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123 - of a descriptor
            file.write(content)
            os.fchmod(file.fileno(), member.mode)
    for link in links:
        target = link.listing.read(link.entry, limit_bytes=_LINK_BYTES_MAX)
        (root / link.path).symlink_to(os.fsdecode(target))


def _checked_path(name: str, zip_name: str) -> str:
    path = name.removesuffix("/")
    parts = path.split("/")
    if "\0" in name or any(part in ("", ".", "..") for part in parts):
        raise _refuse(zip_name, name, "is no path below the root of the package")
    return path


def _refuse_clashes(members: dict[str, UnpackedFile], zip_name: str) -> None:
    """Refuse a file or link that is where another member needs a folder."""
    folders = {path.rpartition("/")[0] for path in members} - {""}
    for folder in sorted(folders):
        parts = folder.split("/")
        for depth in range(1, len(parts) + 1):
            above = "/".join(parts[:depth])
            if above in members:
                raise _refuse(zip_name, above, "is both a file and a folder")


def _mode_of(entry: Entry) -> int:
    """Return the permissions of others for everybody; a zip of no Unix or no mode means 0644."""
    mode = stat.S_IMODE(entry.mode) if entry.create_system == 3 else 0
    others = (mode or _NO_MODE) & 0o5
    return others * 0o111


def _refuse(zip_name: str, path: str, problem: str) -> ArchiveError:
    return ArchiveError(
        "EZIP",
        f"`{path}` {problem}",
        facts=(("zip", zip_name),),
        hint="run `zipper check` on the zip; Lambda would not unpack it either",
    )
