"""Each rule that reads the listing finds what it is for, and nothing in a sound package."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import pytest

from zipper.archive.listing import Listing, read_listing
from zipper.checks.member_rules import ALL_RULES
from zipper.checks.rules import LISTING_RULES
from zipper.checks.run_rules import check_listing, run_rules
from zipper.checks.subject import Subject, find_folders
from zipper.findings import leave_out
from zipper.npm.folder_path import find_package
from zipper.target import RUNTIMES, Target

if TYPE_CHECKING:
    from zipper.findings import Finding

LINK = 0o120777
ODD_NAMES = ("a:b.js", "..a/b..js", "a./b", "...", "lib/é.js", "a b.js")


def make_listing(files: dict[str, tuple[bytes, int]] | list[tuple[str, bytes, int]]) -> Listing:
    """Return the listing of a zip of members with modes; a mode of 0 is stored as no mode."""
    rows = files if isinstance(files, list) else [(n, c, m) for n, (c, m) in files.items()]
    body, directory = bytearray(), bytearray()
    for name, content, mode in rows:
        raw = name.encode()
        attributes = (mode if mode > 0o7777 else 0o100000 | mode) << 16 if mode else 0
        sizes = (zlib.crc32(content), len(content), len(content), len(raw), 0)
        directory += struct.pack(
            "<4sBB5H3L5H2L",
            b"PK\x01\x02",
            20,
            3,
            20,
            0,
            0,
            0,
            33,
            *sizes,
            0,
            0,
            0,
            attributes,
            len(body),
        )
        directory += raw
        body += struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 33, *sizes) + raw + content
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, len(rows), len(rows), len(directory), len(body), 0
    )
    return read_listing(bytes(body + directory + end))


def find(
    files: dict[str, tuple[bytes, int]] | list[tuple[str, bytes, int]] | Listing,
    *,
    handler: str | None = "index.handler",
    runtime: str = "nodejs24.x",
    **options: object,
) -> dict[str, Finding]:
    """Return the findings of all rules by code, the last of each."""
    listing = files if isinstance(files, Listing) else make_listing(files)
    found = check_listing(
        listing,
        target=Target(runtime),
        handler=handler,
        **{"size_bytes": 1000, "rules": ALL_RULES, **options},  # type: ignore[arg-type]
    )
    return {finding.code: finding for finding in found}


SOUND = {"index.js": (b"exports.handler = async () => 1;", 0o644)}


@pytest.mark.parametrize("runtime", sorted(RUNTIMES))
def test_a_sound_package_has_no_error(runtime: str) -> None:
    """One readable handler passes on every runtime."""
    assert not [f for f in find(SOUND, runtime=runtime).values() if f.severity == "error"]


def test_a_backslash_of_a_file_made_on_unix() -> None:
    """It belongs to the file's name; what Windows writes for a folder is an error elsewhere."""
    finding = find({**SOUND, "lib\\a.js": (b"", 0o644)})["zip-name-unsafe"]
    assert ("warning", True) == (finding.severity, "backslash" in finding.message)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("\\..\\a/../b.js", "backslash"),
        ("/etc/passwd", "absolute"),
        ("C:/a.js", "absolute"),
        ("../a.js", "leaves"),
        ("a/../../b.js", "leaves"),
        ("a/..", "leaves"),
        ("./a.js", "empty part"),
        ("a//b.js", "empty part"),
        ("a\nb.js", "control"),
        (f"{'a' * 256}.js", "too long"),
        ("\u00e9" * 128, "too long"),
        ("a/" * 2050 + "b.js", "too long"),
    ],
)
def test_unsafe_names(name: str, words: str) -> None:
    """Names that leave the root, or that Linux takes literally, are errors; shown safely."""
    finding = find({**SOUND, name: (b"", 0o644)})["zip-name-unsafe"]
    assert "error" == finding.severity
    assert words in finding.message
    assert "\n" not in finding.message


@pytest.mark.parametrize("name", [*ODD_NAMES, "a" * 255, "b/" * 2000 + "c"])
def test_odd_names_that_are_safe(name: str) -> None:
    """Odd names that a Linux unzip handles are left alone."""
    assert "zip-name-unsafe" not in find({**SOUND, name: (b"", 0o644)})


def test_duplicates() -> None:
    """A name that two members have is one finding with their number."""
    found = find([("index.js", SOUND["index.js"][0], 0o644)] * 2 + [("a", b"", 0o644)])
    assert "2 members" in found["zip-duplicate"].message


def test_a_file_that_is_a_folder_clashes() -> None:
    """A file `lib` beside `lib/a.js` cannot be unzipped."""
    assert "lib" == find({**SOUND, "lib": (b"", 0o644), "lib/a.js": (b"", 0o644)})["zip-clash"].path


@pytest.mark.parametrize("other", ["INDEX.js", "lib/a.js"])
def test_names_that_differ_in_case_clash_on_request(other: str) -> None:
    """Files and folders that are one on a Mac are a warning, and only where that is asked for."""
    files = {**SOUND, other: (b"", 0o644), "LIB/b.js": (b"", 0o644)}
    assert "zip-clash" not in find(files)
    wanted = "index.js" if other == "INDEX.js" else "lib"
    subject = Subject(listing=make_listing(files), target=Target(), tells_case=True)
    findings = [f for f in run_rules(subject, LISTING_RULES) if f.code == "zip-clash"]
    assert [("warning", wanted)] == [(f.severity, f.path) for f in findings]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"flags": 1}, "zip-encrypted"), ({"method": 14}, "zip-method"), ({"crc": 9}, "zip-crc")],
)
def test_how_members_are_stored(changes: dict[str, int], code: str) -> None:
    """Encryption, other methods and a wrong CRC are errors."""
    listing = make_listing(SOUND)
    entry = listing.entries[0]._replace(**changes)
    forged = Listing((entry,), listing.source, b"", (), {entry.name: entry})
    assert "error" == find(forged)[code].severity


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (9, "deflate64"), (12, "bzip2"), (14, "lzma"), (93, "zstd"), (95, "xz"), (98, "ppmd"),
        (99, "AES"), (7, "unknown"),
    ],
)  # fmt: skip
def test_methods_have_their_names(method: int, name: str) -> None:
    """A method is called as APPNOTE.TXT 4.4.5 does, unknown where it has none there."""
    entry = make_listing(SOUND).entries[0]._replace(method=method)
    forged = Listing((entry,), b"", b"", (), {entry.name: entry})

    message = find(forged, rules=ALL_RULES[:12])["zip-method"].message

    assert f"by method {method} ({name}), not" in message


def test_header_and_directory_must_agree() -> None:
    """A member that is called otherwise in its local header is unreadable."""
    archive = bytes(make_listing(SOUND).source).replace(b"index.js", b"other.js", 1)
    assert "is called `other.js`" in find(read_listing(archive))["zip-unreadable"].message


@pytest.mark.parametrize(
    ("target", "kind", "expected"),
    [
        ("index.js", "function", False),
        ("../index.js", "function", True),
        ("nowhere", "function", True),
        ("/etc/passwd", "function", True),
        ("/opt/nodejs/node_modules", "function", False),
        ("../../opt/nodejs", "function", False),
        ("/opt/../etc/shadow", "function", True),
        ("/var/task/../../etc/shadow", "function", True),
        ("/var/runtime/../task/index.js", "function", False),
        ("./sub/../index.js", "function", False),
        ("link", "function", True),
        ("", "function", True),
        ("index.js", "layer", True),
    ],
)
def test_links(target: str, kind: str, expected: bool) -> None:
    """A link works in a function if its target is packed, and never in a layer."""
    found = find({**SOUND, "link": (target.encode(), LINK)}, kind=kind)
    assert expected == ("zip-symlink" in found)


@pytest.mark.parametrize(
    ("target", "where"),
    [
        ("/etc/passwd", "`/etc/passwd`, outside of the package"),
        ("/opt/../etc/shadow", "`/opt/../etc/shadow`, `/etc/shadow`"),
        ("../../etc/shadow", "`../../etc/shadow`, `/etc/shadow`"),
    ],
)
def test_where_a_link_leads_is_said_once(target: str, where: str) -> None:
    """The place is named where the target does not tell it."""
    found = find({**SOUND, "link": (target.encode(), LINK)})["zip-symlink"]

    assert f"links to {where}" in found.message


def test_a_link_is_followed_through_other_links() -> None:
    """Where the parent of a linked folder is meant, the link's own place does not count."""
    files = {**SOUND, "layer": (b"/opt", LINK), "out": (b"layer/../etc/shadow", LINK)}

    found = find(files)["zip-symlink"]

    assert "out" == found.path
    assert "`/etc/shadow`" in found.message
    del files["out"]
    assert "zip-symlink" not in find(files)


@pytest.mark.parametrize("kind", [0o010644, 0o020644, 0o060644, 0o140755])
def test_what_is_neither_file_nor_folder_nor_link(kind: int) -> None:
    """A named pipe, a device or a socket is an error; where a zip has no Unix modes it is none."""
    assert "error" == find({**SOUND, "odd": (b"", kind)})["zip-kind"].severity
    assert "zip-kind" not in find({**SOUND, "odd": (b"", 0o100644)})


END = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("comment", "is_told"),
    [(b"", False), (b"made by hand", False), (END, True), (END + b"!", True), (b"PK\5\6", True)],
)
def test_a_comment_with_another_end_record(comment: bytes, is_told: bool) -> None:
    """Readers that search from the end take the one, others the other: an error."""
    raw = bytes(make_listing(SOUND).source)
    zipped = raw[:-2] + struct.pack("<H", len(comment)) + comment

    listing = read_listing(zipped)

    assert is_told == ("ambiguous" in {fault.kind for fault in listing.faults})
    assert is_told == ("zip-unreadable" in find(listing))


def test_what_is_no_zip() -> None:
    """Bytes that are no zip, and a zip without files, have their own codes."""
    assert "zip-unreadable" in find(read_listing(b"<html>" * 99))
    assert "zip-empty" in find(
        read_listing(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, 0, 0, 0))
    )


def test_the_zipped_size_names_s3() -> None:
    """A zip above 50 MiB is a warning with the way out; exactly 50 MiB is none."""
    finding = find(SOUND, size_bytes=52_428_801)["size-zipped"]
    assert "warning" == finding.severity
    assert "S3" in finding.hint
    assert "size-zipped" not in find(SOUND, size_bytes=52_428_800)


def _grown(listing: Listing, name: str, size: int) -> Listing:
    entries = tuple(e._replace(size=size) if e.name == name else e for e in listing.entries)
    return Listing(entries, listing.source, b"", (), {e.name: e for e in entries})


@pytest.mark.parametrize("over", [-1, 0, 1, 1000])
def test_what_has_to_go_is_enough(over: int) -> None:
    """A package has to stay below the quota; the hint counts the bytes that are too many."""
    listing = _grown(make_listing({"index.js": SOUND["index.js"]}), "index.js", 262_144_000 + over)
    finding = find(listing, rules=ALL_RULES[:12])["size-unzipped"]

    assert ("info" if over < 0 else "error") == finding.severity
    assert over < 0 or finding.hint.startswith(f"take {over + 1:,} bytes or more out")


def test_the_unzipped_size_counts_layers_and_names_packages() -> None:
    """Function and layers stay below the quota; the largest packages are named, with why."""
    files = {
        **SOUND,
        "package.json": (b'{"dependencies": {"large": "1"}}', 0o644),
        "node_modules/large/package.json": (b'{"dependencies": {"inner": "1"}}', 0o644),
        "node_modules/large/a.map": (b"", 0o644),
        "node_modules/inner/a.js": (b"", 0o644),
        "node_modules/other/package.json": (b'{"dependencies": {"inner": "2"}}', 0o644),
        "node_modules/other/node_modules/inner/a.js": (b"", 0o644),
    }
    listing = make_listing(files)
    for name, size in (
        ("node_modules/large/a.map", 200_000_000),
        ("node_modules/inner/a.js", 900),
        ("node_modules/other/node_modules/inner/a.js", 800),
    ):
        listing = _grown(listing, name, size)
    layer = _grown(make_listing(SOUND), "index.js", 62_144_000)
    assert "size-unzipped" not in find(listing, rules=ALL_RULES[:12])
    near = find(_grown(listing, "index.js", 50_000_000), rules=ALL_RULES[:12])["size-unzipped"]
    assert "info" == near.severity
    assert "12,142,204 of 262,144,000 remain" in near.message
    finding = find(listing, layers=(layer,), rules=ALL_RULES[:12])["size-unzipped"]
    assert "`node_modules/large` 200,000,0" in finding.message
    assert "(a dependency of the project)" in finding.message
    assert "`node_modules/inner` 900 (needed by `large`)" in finding.message
    assert "`node_modules/other/node_modules/inner` 800 (needed by `other`)" in finding.message
    assert "leaves 200,000,000" in finding.message
    excluding = "`--exclude 'node_modules/**/*.map'`"
    assert f"source maps (200,000,000 bytes; {excluding})" in finding.hint
    assert "`inner` (2 copies) 800 bytes" in finding.hint


@pytest.mark.parametrize(("size", "expected"), [(235_929_599, False), (235_929_600, True)])
def test_nine_tenths_of_the_quota_are_near_it(size: int, expected: bool) -> None:
    """From there on the report says how much is left."""
    listing = _grown(make_listing(SOUND), "index.js", size)

    assert expected == ("size-unzipped" in find(listing, rules=ALL_RULES[:12]))


@pytest.mark.parametrize(("size", "expected"), [(262_143_999, False), (262_144_000, True)])
def test_the_unzipped_quota_is_exact(size: int, expected: bool) -> None:
    """The package must be smaller than 262,144,000 bytes."""
    listing = _grown(make_listing(SOUND), "index.js", size)
    finding = find(listing, rules=ALL_RULES[:12])["size-unzipped"]
    assert expected == (finding.severity == "error")
    assert finding.hint.startswith("take 1 bytes or more out") == expected


@pytest.mark.parametrize(
    ("files", "handler", "expected"),
    [
        (["app/index.js", "app/package.json"], "index.handler", True),
        (["app/index.js"], "app/index.handler", False),
        (["app/index.js", "other.txt"], "index.handler", False),
        (["node_modules/a/index.js"], "index.handler", False),
    ],
)
def test_wrapped_packages(files: list[str], handler: str, expected: bool) -> None:
    """One folder around everything is an error, unless the handler names it."""
    found = find(dict.fromkeys(files, (b"", 420)), handler=handler)
    assert expected == ("layout-wrapped" in found)


def test_node_modules_of_a_layer_in_a_function() -> None:
    """`nodejs/node_modules` in a function is where nothing looks."""
    found = find({**SOUND, "nodejs/node_modules/a/index.js": (b"", 0o644)})
    assert "nodejs/node_modules" == found["layout-node-modules"].path


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("node_modules/a/index.js", "error"),
        ("src/a.js", "warning"),
        ("nodejs/node18/node_modules/a/index.js", "warning"),
        ("nodejs/node_modules/a/index.js", None),
        ("nodejs/node24/node_modules/a/index.js", None),
    ],
)
def test_layouts_of_layers(name: str, severity: str | None) -> None:
    """A layer must have its modules where the runtime looks."""
    finding = find({name: (b"", 0o644)}, kind="layer").get("layout-layer")
    assert severity == (None if finding is None else finding.severity)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(0o644, False), (0o600, True), (0o640, True), (0o755, False), (0o004, False), (0, False)],
)
def test_files_must_be_readable(mode: int, expected: bool) -> None:
    """The permission of others decides; a zip without modes is readable."""
    assert expected == ("mode-unreadable" in find({**SOUND, "a.txt": (b"", mode)}))


@pytest.mark.parametrize(
    ("name", "content", "mode", "expected"),
    [
        ("bin/run", b"#!/bin/sh\n", 0o644, True),
        ("bin/run", b"#!/bin/sh\n", 0o755, False),
        ("bin/cli.js", b"#!/usr/bin/env node\n", 0o644, False),
        ("tool", b"\x7fELF" + bytes(12) + b"\x02" + bytes(60), 0o644, True),
        ("LICENSE", b"MIT", 0o644, False),
    ],
)
def test_programs_must_be_executable(name: str, content: bytes, mode: int, expected: bool) -> None:
    """ELF programs, and scripts under bin that Node does not run, need the executable bit."""
    assert expected == ("mode-not-executable" in find({**SOUND, name: (content, mode)}))


@pytest.mark.parametrize(
    ("path", "package"),
    [
        ("index.js", ""),
        ("lib/node_modules.js", ""),
        ("my_node_modules/a.js", ""),
        ("node_modules/a/lib/b.js", "node_modules/a"),
        ("node_modules/@s/a/b.js", "node_modules/@s/a"),
        ("node_modules/a/node_modules/b/c.js", "node_modules/a/node_modules/b"),
        ("nodejs/node_modules/a/b.js", "nodejs/node_modules/a"),
    ],
)
def test_packages_of_paths(path: str, package: str) -> None:
    """A path belongs to the innermost package."""
    assert package == find_package(path)


def test_folders_are_those_that_files_imply() -> None:
    """Every folder above a file is one, whether the zip names it or not."""
    assert {"a", "a/b", "c"} == find_folders(
        make_listing({"a/b/c.js": (b"", 0o644), "c/": (b"", 0o755)})
    )


def test_ignored_codes_hide_no_error() -> None:
    """`ignore` takes warnings and infos away, never an error."""
    found = find({"index.js": (b"", 0o600)}, size_bytes=60_000_000)
    left = leave_out(tuple(found.values()), {"size-zipped", "mode-unreadable"})

    assert {"size-zipped"} == found.keys() - {finding.code for finding in left}


def test_every_code_is_explained() -> None:
    """Each row of the tables has a summary, a text, a source and an example."""
    for rule in ALL_RULES:
        assert all((rule.summary, rule.text, rule.source, rule.example)), rule.code
        assert rule.text.endswith("."), rule.code
