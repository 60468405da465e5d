"""What several zips have alike is looked at once, and nothing else is taken for it."""

from __future__ import annotations

import io
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import TYPE_CHECKING

import pytest
from support.checking import Memory, zip_files

from zipper.archive.listing import read_listing
from zipper.checks.parts import find_in_parts, note_parts, parts_of
from zipper.checks.run_rules import check_zip
from zipper.checks.subject import Subject
from zipper.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.archive.listing import Listing
    from zipper.checks.results import Report

A = {"node_modules/a/index.js": "exports.a = 1", "node_modules/a/package.json": "{}"}
B = {"node_modules/@s/b/index.js": "1", "node_modules/@s/b/node_modules/c/index.js": "2"}


def subject_of(archive: bytes, memory: Memory | None = None) -> Subject:
    """Return a subject whose directory is read with what `memory` knows."""
    known = None if memory is None else memory.parts.runs
    return Subject(listing=read_listing(archive, known), target=Target(), cache=memory)


def folders_of(archive: bytes) -> list[str]:
    """Return the folders of a zip's parts."""
    return [part.folder for part in parts_of(subject_of(archive))]


def written(*pairs: tuple[str, str]) -> bytes:
    """Return a zip of the members in this very order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in pairs:
            archive.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


def names_of(subject: Subject, asked: list[str]) -> list[str]:
    """Return the members' names; what is really looked at goes into `asked`."""

    def look(listing: Listing) -> Iterator[list[str]]:
        asked.extend(entry.name for entry in listing.entries)
        for entry in listing.entries:
            yield [entry.name]

    return [name for (name,) in find_in_parts(subject, "names", look)]


def test_each_package_of_the_top_is_a_part() -> None:
    """What lies in a package's own node_modules is part of it; the project's files lie around."""
    archive = zip_files({"index.js": "1", **B, **A, "package.json": "{}"})

    assert ["", "node_modules/@s/b/", "node_modules/a/", ""] == folders_of(archive)


@pytest.mark.parametrize(
    "archive",
    [
        written(("node_modules/a/x", "1"), ("index.js", "1"), ("node_modules/a/y", "1")),
        zip_files({**A, "index.js": "1"}) + b"trailing",
        written(("index.js", "1"), ("node_modules/a/x", "1")).replace(b"PK\3\4", b"PK\3\5", 1),
        b"",
    ],
    ids=["interleaved", "trailing bytes", "a damaged header", "no zip"],
)
def test_any_other_zip_is_one_part(archive: bytes) -> None:
    """A zip that is not in order has one part, with all members, that is not remembered."""
    subject = subject_of(archive, memory := Memory())
    (part,) = parts_of(subject)

    assert subject.listing.entries == part.listing.entries
    note_parts(subject)
    assert {} == memory.noted


def test_a_part_that_another_zip_has_is_not_looked_at_again() -> None:
    """Of the second zip only what is new is looked at, and the answer is whole."""
    memory, asked = Memory(), []
    names_of(subject_of(zip_files({"index.js": "1", **A}), memory), [])

    files = {"index.mjs": "another", **A, **B}
    names = names_of(subject_of(zip_files(files), memory), asked)

    assert sorted(files) == sorted(names)
    assert sorted({"index.mjs", *B}) == sorted(asked)


@pytest.mark.parametrize(
    "changed",
    [
        {"node_modules/a/index.js": "exports.a = 2"},
        {"node_modules/a/index.js": ("exports.a = 1", 0o600)},
        {"node_modules/a/more.js": ""},
    ],
    ids=["content", "mode", "another file"],
)
def test_a_part_that_differs_is_looked_at(changed: dict[str, object]) -> None:
    """Whatever differs in a package, all of it is looked at anew."""
    memory, asked = Memory(), []
    names_of(subject_of(zip_files({"index.js": "1", **A}), memory), [])

    names_of(subject_of(zip_files({"index.js": "1", **A, **changed}), memory), asked)

    assert {*A, *changed} <= set(asked)


def test_a_later_run_knows_what_was_noted() -> None:
    """What one run has noted is not looked at by the next, a damaged note is no note."""
    archive = zip_files({"index.js": "1", **A})
    first = subject_of(archive, memory := Memory())
    names_of(first, [])
    note_parts(first)

    asked: list[str] = []
    names = names_of(subject_of(archive, Memory(memory.noted)), asked)
    assert ["index.js"] == asked
    assert ["index.js", *A] == names
    damaged = Memory(dict.fromkeys(memory.noted, b"["))
    assert names == names_of(subject_of(archive, damaged), asked)
    assert ["index.js", "index.js", *A] == asked


def test_a_directory_with_comments_is_read_in_full() -> None:
    """A member's comment, which no entry shows, keeps the parts from being remembered."""
    archive = io.BytesIO(zip_files(A))
    with zipfile.ZipFile(archive, "a") as opened:
        member = zipfile.ZipInfo("node_modules/b/index.js")
        member.comment = b"a comment"
        opened.writestr(member, "1")
    subject = subject_of(archive.getvalue(), memory := Memory())

    names_of(subject, [])
    note_parts(subject)

    assert {} == memory.noted


def test_a_member_that_reaches_into_the_next_part_is_found() -> None:
    """Parts are looked at alone only where no member's bytes lie in another part."""
    archive = bytearray(written(("node_modules/a/x", "1" * 9), ("node_modules/b/x", "2" * 9)))
    for at in (archive.find(b"PK\3\4") + 18, archive.find(b"PK\1\2") + 20):
        archive[at] = archive[at + 4] = 60
    memory = Memory()

    for _ in range(2):
        report = check_zip(bytes(archive), path="", target=Target(), handler=None, facts=memory)
        codes = {finding.code for finding in report.findings}
        assert {"zip-unreadable", "zip-crc"} <= codes


def test_threads_judge_at_once() -> None:
    """Zips that are judged at once in one run have the findings that each has alone."""
    zips = [
        zip_files({"index.js": f"require('a'); exports.handler = () => {n}", **A, **B})
        for n in range(12)
    ]

    def judge(archive: bytes, facts: Memory | None) -> Report:
        return check_zip(archive, path="", target=Target(), handler="index.handler", facts=facts)

    alone = [judge(archive, None) for archive in zips]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            for _ in range(3):
                memory = Memory()
                assert alone == list(pool.map(judge, zips, repeat(memory)))
    finally:
        sys.setswitchinterval(interval)


def test_bytes_that_are_kept_answer_for_a_hash() -> None:
    """From the third zip on bytes are compared; those that differ are hashed, and looked at."""
    memory = Memory()
    for number in range(4):
        names_of(subject_of(zip_files({"index.js": "1" * number, **A, **B}), memory), [])

    asked: list[str] = []
    changed = {**A, "node_modules/a/index.js": "exports.a = 2"}
    for number in range(4):
        names_of(subject_of(zip_files({"index.js": "2" * number, **changed, **B}), memory), asked)

    assert sorted(["index.js"] * 4 + list(A)) == sorted(asked)
