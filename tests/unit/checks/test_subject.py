"""What rules ask of a subject: its files, folders, sizes, package.json files and dependencies."""

from __future__ import annotations

import pytest
from support.checking import Memory, zip_files

from zipper.archive.listing import Listing, read_listing
from zipper.checks.subject import (
    Subject,
    find_dependency,
    find_folders,
    read_manifests,
)
from zipper.target import Target

MANIFEST_LIMIT_BYTES = 4 << 20
TEXT_LIMIT_BYTES = 64 << 20
PATH_MAX = 4096


def subject_of(files: dict[str, str], **options: object) -> Subject:
    """Return the subject of a zip with these files."""
    return Subject(
        listing=read_listing(zip_files(files)),
        target=Target(),
        **options,  # type: ignore[arg-type]
    )


def resized(files: dict[str, str], name: str, **changes: int) -> Listing:
    """Return the listing of a zip in which the directory says something else of a member."""
    listing = read_listing(zip_files(files))
    entries = tuple(e._replace(**changes) if e.name == name else e for e in listing.entries)
    return Listing(entries, listing.source, b"", (), {entry.name: entry for entry in entries})


@pytest.mark.parametrize("folder", ["", "node_modules/a/"])
@pytest.mark.parametrize(
    ("name", "extra", "is_read"),
    [
        ("package.json", 0, True),
        ("package.json", 1, False),
        ("package.jso", 1, True),
    ],
)
def test_how_much_of_a_package_json_is_read(
    folder: str, name: str, extra: int, is_read: bool
) -> None:
    """Real ones have 0.3 MB; other files may be larger."""
    text = '{"a": 1}' + " " * (MANIFEST_LIMIT_BYTES - 8 + extra)
    subject = subject_of({f"{folder}{name}": text})

    assert is_read == bool(subject.read_bytes(f"{folder}{name}"))
    assert is_read == bool(subject.read_json(f"{folder}{name}"))


def test_what_cannot_be_read_is_empty() -> None:
    """A member that is absent, damaged, or too large."""
    listing = resized({"a.js": "1", "b.js": "1"}, "b.js", size=TEXT_LIMIT_BYTES + 1)
    subject = Subject(listing=listing, target=Target())

    assert [b"1", b"", b""] == [subject.read_bytes(name) for name in ("a.js", "b.js", "c.js")]


@pytest.mark.parametrize("text", ["{", "[]", "1", '"a"', "null"])
def test_what_is_no_object_is_empty(text: str) -> None:
    """Nothing of it can be asked for."""
    assert {} == subject_of({"package.json": text}).package_json


def test_an_object_is_parsed_once() -> None:
    """A small one is kept, for this zip, and for those that have the part."""
    files = {
        "a.json": '{"a": 1}',
        "b.json": '{"a": 1}' + " " * 9_000,
        "node_modules/p/package.json": '{"name": "p"}',
        "node_modules/q/package.json": '{"name": "q"}' + " " * 9_000,
    }
    for subject in (subject_of(files), subject_of(files, cache=Memory())):
        same = {name: subject.read_json(name) is subject.read_json(name) for name in files}
        assert dict(zip(files, (True, False, True, False), strict=True)) == same
        assert [{"a": 1}, {"a": 1}, {"name": "p"}, {"name": "q"}] == [
            subject.read_json(name) for name in files
        ]


def test_sizes_of_packages() -> None:
    """By the innermost package, wherever its members are in the zip; the project's own apart."""
    files = {
        "a.js": "1",
        "node_modules/a/a.js": "12",
        "node_modules/a/lib/b.js": "123",
        "node_modules/a/node_modules/b/a.js": "1234",
        "z.js": "12345",
    }
    listing = resized(files, "node_modules/a/lib/b.js", compressed_size=1)
    subject = Subject(listing=listing, target=Target())

    assert subject.sizes_by_package == {
        "": (6, 6),
        "node_modules/a": (5, 3),
        "node_modules/a/node_modules/b": (4, 4),
    }
    assert 15 == subject.unzipped_size_bytes
    assert {"node_modules/a": b"", "node_modules/a/node_modules/b": b""} == subject.manifests


def test_names_of_files_and_folders() -> None:
    """A name that ends in a slash is a folder's, and what is above a file is one as well."""
    subject = subject_of({"A/b/C.js": "", "d/": "", "e.js": ""})

    assert ["A/b/C.js", "e.js"] == [entry.name for entry in subject.files]
    assert {"A", "A/b", "d"} == subject.folders
    assert {"a/b/c.js": "A/b/C.js", "e.js": "e.js"} == subject.lowered
    assert subject.lowered_names["a/b"] == "A/b"
    assert subject.lowered_names["a"] == "A"


@pytest.mark.parametrize(("extra", "are_counted"), [(0, True), (1, False)])
def test_folders_of_a_name_that_cannot_be_unzipped(extra: int, are_counted: bool) -> None:
    """A path that is too long for Linux could name gigabytes of folders."""
    name = "a/" * (PATH_MAX // 2 - 1) + "bc" + "d" * extra

    assert are_counted == ("a/a" in find_folders(read_listing(zip_files({name: ""}))))


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("", "node_modules/x"),
        ("node_modules/a", "node_modules/a/node_modules/x"),
        ("node_modules/a/node_modules/b", "node_modules/a/node_modules/x"),
        ("node_modules/c", "node_modules/x"),
        ("node_modules/@s/d", "node_modules/x"),
        ("nodejs/node_modules/e", "nodejs/node_modules/x"),
        ("lib/node_modules/f", "node_modules/x"),
    ],
)
def test_where_a_dependency_is(package: str, expected: str) -> None:
    """In the package, or in a node_modules above it, the nearest one first."""
    homes = ("node_modules/a/", "", "nodejs/")
    subject = subject_of({f"{home}node_modules/x/index.js": "" for home in homes})

    assert expected == find_dependency(subject, package, "x")
    assert find_dependency(subject, package, "gone") is None


def test_package_json_files_of_packages() -> None:
    """The project's, and that of each package, but none of a folder in it."""
    files = {
        "package.json": "0",
        "lib/package.json": "1",
        "node_modules/a/package.json": "2",
        "node_modules/a/esm/package.json": "3",
        "node_modules/@s/b/package.json": "4",
        "node_modules/@s/package.json": "5",
        "node_modules/c/my-package.json": "6",
        "node_modules/d/package.json": "7" * (MANIFEST_LIMIT_BYTES + 1),
    }
    found = dict(read_manifests(read_listing(zip_files(files))))

    assert {"": b"0", "node_modules/a": b"2", "node_modules/@s/b": b"4"} == found
