"""Whole findings about a zip's structure, names, kinds of members and links."""

from __future__ import annotations

import pytest
from support.checking import zip_files

from zipper.archive.directory import ZipFault
from zipper.archive.listing import Listing, read_listing
from zipper.checks.rules import LISTING_RULES
from zipper.checks.run_rules import check_listing
from zipper.target import Target

H = "exports.handler = async () => 1;"
REMAKE = "make the zip again, with `zipper build` or with `zip -r`"
LINK = 0o120777


def told(listing: Listing, **options: object) -> list[tuple[str, str, str, str, str]]:
    """Return what the rules that read the listing find about the zip itself."""
    found = check_listing(
        listing,
        target=Target(),
        handler="index.handler",
        **{"size_bytes": 1, "rules": LISTING_RULES, **options},  # type: ignore[arg-type]
    )
    return [
        (one.code, one.severity, one.path, one.message, one.hint)
        for one in found
        if one.code.startswith("zip-")
    ]


def named(name: str, *, system: int = 0) -> Listing:
    """Return the listing of a zip with a second member of this name."""
    listing = read_listing(zip_files({"index.js": H, "other.js": ""}))
    (odd,) = (entry for entry in listing.entries if entry.name == "other.js")
    entries = (
        *(entry for entry in listing.entries if entry is not odd),
        odd._replace(name=name, create_system=system),
    )
    return Listing(entries, listing.source, b"", (), {entry.name: entry for entry in entries})


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("unreadable", ("zip-unreadable", "error", "a", "the zip cannot be read: why", REMAKE)),
        (
            "ambiguous",
            ("zip-unreadable", "error", "a", "readers of zips disagree about it: why", REMAKE),
        ),
        ("prefix", ("zip-unreadable", "warning", "a", "the zip is not clean: why", REMAKE)),
        ("trailing", ("zip-unreadable", "warning", "a", "the zip is not clean: why", REMAKE)),
        (
            "zip64",
            (
                "zip-zip64",
                "warning",
                "a",
                (
                    "why; Lambda is not known to read zip64, and hardly a package within its "
                    "quotas needs it"
                ),
                "write the zip without zip64 records",
            ),
        ),
        (
            "dotted",
            (
                "zip-name-unsafe",
                "warning",
                "",
                (
                    "the names begin with `./`, which an unzip on Linux drops; that Lambda does "
                    "so, "
                    "too, is not documented"
                ),
                "pack `*` instead of `.`, or use `zip -r`, which leaves it out",
            ),
        ),
        ("overlap", None),
        ("local-header", None),
    ],
)
def test_what_is_wrong_with_the_structure(kind: str, expected: tuple[str, ...] | None) -> None:
    """Each fault of the directory is told; those of headers are told where they are read."""
    listing = read_listing(zip_files({"index.js": H}))
    faults = (ZipFault(kind, "a", "why"),)  # type: ignore[arg-type]

    assert ([] if expected is None else [expected]) == told(listing._replace(faults=faults))


@pytest.mark.parametrize(("count", "is_needed"), [(65_534, False), (65_535, True)])
def test_a_zip_that_needs_zip64(count: int, is_needed: bool) -> None:
    """The first fault of the kind is told, and fewer files where that is what helps.

    Source: APPNOTE.TXT, 4.4.1.4: a number that does not fit in 16 bits is 0xFFFF.
    """
    listing = read_listing(zip_files({"index.js": H}))
    faults = (ZipFault("zip64", "a", "first"), ZipFault("zip64", "b", "second"))
    many = listing._replace(entries=listing.entries * count, faults=faults)
    found = [one for one in told(many, rules=LISTING_RULES[:2]) if one[0] == "zip-zip64"]

    assert [("a", True)] == [(path, text.startswith("first; ")) for _, _, path, text, _ in found]
    assert ("65,535 files" in found[0][4]) == is_needed


def test_a_zip_without_files() -> None:
    """A folder is no file; a zip that cannot be read has its own finding."""
    empty = (
        "zip-empty", "error", "",
        "the zip has no files; Lambda answers `Uploaded file must be a non-empty zip`",
        "check what the zip was made from",
    )  # fmt: skip
    assert [empty] == told(read_listing(zip_files({"lib/": ""})))
    assert ["zip-unreadable"] == [one[0] for one in told(read_listing(b"<html>"))]


ABSOLUTE = ("is an absolute name", "name members relative to the root of the package")
LEAVES = ("leaves the root of the package", ABSOLUTE[1])
CONTROL = ("has a control character in its name", "rename the file")
EMPTY = ("has an empty part or a `.` in its name", "write the name without it")
LONG = (
    "is too long to be unzipped",
    "Linux takes 255 bytes for a name and 4096 for a path: rename it",
)
BACKSLASH = (
    "has a backslash, which Linux takes for a part of the file's name",
    "use a tool that writes `/`; Windows PowerShell 5's Compress-Archive writes backslashes",
)


@pytest.mark.parametrize(
    ("name", "shown", "problem"),
    [
        ("lib\\a.js", "lib\\a.js", BACKSLASH),
        ("/a.js", "/a.js", ABSOLUTE),
        ("c:/a.js", "c:/a.js", ABSOLUTE),
        ("../a.js", "../a.js", LEAVES),
        ("a/../b.js", "a/../b.js", LEAVES),
        ("a\nb.js", "a\\nb.js", CONTROL),
        ("a\0b.js", "a\\x00b.js", CONTROL),
        ("", "", EMPTY),
        ("./a.js", "./a.js", EMPTY),
        ("a/./b.js", "a/./b.js", EMPTY),
        ("a/.", "a/.", EMPTY),
        ("a//b.js", "a//b.js", EMPTY),
        ("a//", "a//", EMPTY),
        (f"{'a' * 253}.js", f"{'a' * 253}.js", LONG),
        ("é" * 128, "é" * 128, LONG),
        (f"{'a/' * 1920}{'b' * 256}", f"{'a/' * 1920}{'b' * 256}", LONG),
        (f"{'a/' * 2047}b.js", f"{('a/' * 2047)[:255]}...", LONG),
        (f"{'a/' * 1024}{'é/' * 683}b", f"{'a/' * 1024}{'é/' * 683}b", LONG),
    ],
)
def test_names_that_cannot_be_unzipped(name: str, shown: str, problem: tuple[str, str]) -> None:
    """What is wrong, and what to do; the name is shown so that it can be printed."""
    found = [one for one in told(named(name)) if one[0] == "zip-name-unsafe"]

    assert [("zip-name-unsafe", "error", name, f"`{shown}` {problem[0]}", problem[1])] == found


@pytest.mark.parametrize(
    "name", ["a", "a/b", "a/", ".a", "a.", "..a", "a..", "cc:/a", "a:/b", "é" * 127, "a" * 255]
)
def test_names_that_can(name: str) -> None:
    """Dots, colons and letters of any kind are parts of names; a drive has one letter."""
    expected = name == "a:/b"

    assert expected == bool(told(named(name)))


@pytest.mark.parametrize(
    ("name", "system", "severity"),
    [
        ("lib\\a.js", 3, "warning"),
        ("lib\\a.js", 0, "error"),
        ("..\\a.js", 3, "warning"),
        ("..\\/a.js", 3, "error"),
        ("\\/a.js", 3, "error"),
        ("../a.js", 3, "error"),
    ],
)
def test_backslashes(name: str, system: int, severity: str) -> None:
    """On Unix they may belong to a file's own name, if that is safe without them."""
    (found,) = told(named(name, system=system))

    assert ("zip-name-unsafe", severity) == found[:2]
    only = "only code that asks for this very name finds the file"
    assert (found[4] == only) == (severity == "warning")


@pytest.mark.parametrize(
    ("mode", "what"),
    [
        (0o010644, "a named pipe"),
        (0o020644, "a device"),
        (0o060644, "a device"),
        (0o140755, "a socket"),
        (0o100644, None),
    ],
)
def test_kinds_of_members(mode: int, what: str | None) -> None:
    """Source: inode(7). Another system's attributes have no such meaning."""
    listing = read_listing(zip_files({"index.js": H, "odd": ("", mode)}))
    expected = (
        "zip-kind",
        "error",
        "odd",
        f"`odd` is {what}; what becomes of one on Lambda is not documented",
        "leave it out, or pack a file",
    )
    assert ([] if what is None else [expected]) == told(listing)
    entries = tuple(entry._replace(create_system=0) for entry in listing.entries)
    assert [] == told(listing._replace(entries=entries))


FILE, GONE = "pack the file itself", "pack the target, or leave the link out"


@pytest.mark.parametrize(
    ("target", "kind", "says", "hint"),
    [
        ("", "function", "is a symbolic link without a target, which Linux does not make", FILE),
        ("/etc/passwd", "function", "links to `/etc/passwd`, outside of the package", FILE),
        ("../../etc/a", "function", "links to `../../etc/a`, `/etc/a`", FILE),
        ("link", "function", "links to `link`, in a circle", FILE),
        ("./link/a", "function", "links to `./link/a`, in a circle", FILE),
        ("nowhere", "function", "links to `nowhere`, which is not in the package", GONE),
        ("/var/tasks", "function", "links to `/var/tasks`, outside of the package", FILE),
        ("/optional", "function", "links to `/optional`, outside of the package", FILE),
        (
            "index.js",
            "layer",
            "is a symbolic link; AWS names links as a cause of `Layer conversion failed`",
            FILE,
        ),
        ("index.js", "function", None, ""),
        ("lib", "function", None, ""),
        (".", "function", None, ""),
        ("/var/task", "function", None, ""),
        ("/opt", "function", None, ""),
        ("/opt/x", "function", None, ""),
        ("/var/runtime/x", "function", None, ""),
    ],
)
def test_links(target: str, kind: str, says: str | None, hint: str) -> None:
    """Where it leads decides; what is in /opt and in the runtime's folder is not here to see."""
    listing = read_listing(zip_files({"index.js": H, "lib/a": "", "link": (target, LINK)}))
    expected = [("zip-symlink", "error", "link", f"`link` {says}", hint)]

    assert ([] if says is None else expected) == told(listing, kind=kind)


def test_members_that_are_there_several_times() -> None:
    """Each name is told once, with their number."""
    listing = read_listing(zip_files({"index.js": H, "a\t": ""}))
    (odd,) = (entry for entry in listing.entries if entry.name == "a\t")
    found = told(listing._replace(entries=(*listing.entries, odd, odd)))

    assert [
        (
            "zip-duplicate",
            "error",
            "a\t",
            "3 members are called `a\\t`; which one Lambda keeps is not documented",
            "leave one of them out",
        )
    ] == found


@pytest.mark.parametrize(
    ("flags", "is_told"), [(1, True), (0x40, True), (0x2000, True), (8, False)]
)
def test_encrypted_members(flags: int, is_told: bool) -> None:
    """By any of the bits for it. Source: APPNOTE.TXT, 4.4.4: bits 0, 6 and 13."""
    listing = read_listing(zip_files({"index.js": H}))
    entries = (listing.entries[0]._replace(flags=flags, method=14 if is_told else 8),)
    expected = (
        "zip-encrypted", "error", "index.js", "`index.js` is encrypted",
        "make the zip without a password",
    )  # fmt: skip

    assert ([expected] if is_told else []) == told(listing._replace(entries=entries))
