"""Which members are binaries, by their names, modes and first bytes, and which are damaged."""

from __future__ import annotations

import pytest
from support.checking import zip_files
from support.elf_files import NEEDED, RPATH, RUNPATH, SONAME, make_elf

from zipper.archive.listing import Listing, read_listing
from zipper.checks.elf import scan_binary
from zipper.checks.member_contents import find_binaries, find_damaged
from zipper.checks.subject import Subject
from zipper.target import Target

ELF = b"\x7fELF" + bytes(12) + b"\x02" + bytes(60)
MACH_O, PE = bytes.fromhex("cffaedfe"), b"MZ\x90\0"


def subject_of(files: dict[str, bytes | tuple[bytes, int]], **changes: object) -> Subject:
    """Return a subject of these members, the first one's record of the directory changed."""
    listing = read_listing(zip_files(files))
    if changes:
        entries = (listing.entries[0]._replace(**changes), *listing.entries[1:])
        source, by_name = listing.source, {entry.name: entry for entry in entries}
        listing = Listing(entries, source, b"", (), by_name, listing.directory_start)
    return Subject(listing=listing, target=Target())


@pytest.mark.parametrize(
    ("name", "content", "mode", "kind"),
    [
        ("a.node", ELF, 0o644, "elf"),
        ("a.so", ELF, 0o644, "elf"),
        ("a.so.1", ELF, 0o644, "elf"),
        ("lib/a.so.1.20.3", ELF, 0o644, "elf"),
        ("a.node", b"text", 0o644, "other"),
        ("a.node", b"", 0o644, "empty"),
        ("a.node", b"version https://git-lfs", 0o644, "git-lfs"),
        ("a.node", MACH_O, 0o644, "mach-o"),
        ("tool", ELF, 0o644, "elf"),
        ("tool", PE, 0o644, "pe"),
        ("tool", b"text", 0o755, None),
        ("tool", b"", 0o644, None),
        ("tool.exe", PE, 0o755, "pe"),
        ("tool.x", MACH_O, 0o711, "mach-o"),
        ("tool.x", ELF, 0o645, "elf"),
        ("tool.x", ELF, 0o644, None),
        ("a.node.txt", ELF, 0o644, None),
        ("a.so.x", ELF, 0o644, None),
        ("a.sometimes", ELF, 0o644, None),
        ("node", b"text", 0o644, None),
        ("a.node", ELF, 0o120777, None),
        ("d.node/a.txt", ELF, 0o644, None),
    ],
)
def test_what_is_a_binary(name: str, content: bytes, mode: int, kind: str | None) -> None:
    """A library by its name, whatever it holds; anything else that may be started if it is one."""
    found = dict(find_binaries(subject_of({name: (content, mode)})))

    assert ({} if kind is None else {name: kind}) == {n: one.format for n, one in found.items()}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, None),
        ({"crc": 1}, "another CRC"),
        ({"size": 9}, "should have 9"),
        ({"flags": 1}, None),
        ({"method": 14}, None),
        ({"size": 1 << 30}, "size"),
        ({"size": (1 << 30) + 1}, None),
    ],
)
def test_what_is_damaged(changes: dict[str, int], words: str | None) -> None:
    """By its CRC and its size; what is not inflated has other findings, or is over every quota."""
    found = list(find_damaged(subject_of({"a.txt": b"text"}, **changes)))

    assert (words is not None) == bool(found)
    assert words is None or (found[0][0] == "a.txt" and words in found[0][1])


def test_what_is_found_of_a_binary_is_kept_as_it_is() -> None:
    """Lists are tuples again after they were noted."""
    ((name, binary),) = find_binaries(subject_of({"tool": ELF}))

    assert ("tool", (), (), ()) == (name, binary.needed, binary.rpath, binary.runpath)
    assert binary.is_truncated


def test_a_damaged_binary_is_no_binary() -> None:
    """One that cannot be inflated is damaged, and nothing is said of what it needs."""
    subject = subject_of({"a.node": ELF}, size=len(ELF) + 1)

    assert ["a.node"] == [name for name, _ in find_damaged(subject)]
    assert [] == list(find_binaries(subject))


def test_a_binary_is_found_whole() -> None:
    """With all that it names, the first time and the next, when it comes from what was noted."""
    content = make_elf((NEEDED, "a.so"), (SONAME, "b.so"), (RPATH, "/c:/d"), (RUNPATH, "/e"))
    subject = subject_of({"b.so": content})

    for _ in range(2):
        assert [("b.so", scan_binary(content))] == list(find_binaries(subject))
