"""The search of Linux's loader, folder by folder."""

from __future__ import annotations

import pytest
from support.checking import zip_files

from zipper.archive.listing import read_listing
from zipper.checks.elf import Binary
from zipper.checks.filesystem import FileSystem
from zipper.checks.library_search import Libraries
from zipper.checks.subject import Subject
from zipper.target import Target

ADDON = "/var/task/a/b/x.node"


def libraries(names, **fields):
    """Return the search for an addon that needs `q.so`, in a package with the files `names`."""
    listing = read_listing(zip_files(dict.fromkeys(names, "")))
    files = FileSystem.of(Subject(listing=listing, target=Target()))
    return Libraries(files, {ADDON: Binary("elf", needed=("q.so",), **fields)})


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("q.so", {}, True),
        ("lib/q.so", {}, True),
        ("a/b/q.so", {}, False),
        ("a/b/q.so", {"rpath": ("$ORIGIN",)}, True),
        ("a/b/q.so", {"runpath": ("${ORIGIN}",)}, True),
        ("a/c/q.so", {"runpath": ("$ORIGIN/../c",)}, True),
        ("a/c/q.so", {"rpath": ("$ORIGIN/../c",), "runpath": ("$ORIGIN",)}, False),
        ("a/lib64/q.so", {"rpath": ("$ORIGIN/../$LIB",)}, True),
        ("a/c/q.so", {"rpath": ("/build/c",)}, False),
    ],
)
def test_folders(name, fields, expected) -> None:
    """LD_LIBRARY_PATH of Lambda, DT_RPATH and DT_RUNPATH with `$ORIGIN` decide."""
    assert expected is libraries([name, "a/b/x.node"], **fields).find(ADDON, "q.so")


def test_a_library_has_the_rpath_of_what_loads_it() -> None:
    """DT_RPATH goes on to the libraries that are loaded, DT_RUNPATH does not."""
    listing = read_listing(zip_files(dict.fromkeys(["a/b/x.node", "c/l.so", "d/q.so"], "")))
    files = FileSystem.of(Subject(listing=listing, target=Target()))
    library = "/var/task/c/l.so"

    for field, expected in (("rpath", True), ("runpath", False)):
        addon = Binary("elf", needed=("l.so",), **{field: ("/var/task/c", "/var/task/d")})
        found = Libraries(files, {ADDON: addon, library: Binary("elf", needed=("q.so",))})
        assert expected is found.find(library, "q.so")
