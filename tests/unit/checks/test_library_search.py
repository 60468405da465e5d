"""The search of Linux's loader, folder by folder."""

from __future__ import annotations

from typing import cast

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


class Present:
    """A file system that has these files, and no links."""

    def __init__(self, *paths: str) -> None:
        self._paths = paths

    def exists(self, path: str) -> bool:
        """Return whether one of them is at `path`."""
        return path in self._paths

    def real_path(self, path: str) -> str:
        """Return the path itself."""
        return path


DOCUMENTED = [
    "/var/lang/lib",
    "/lib64",
    "/usr/lib64",
    "/var/runtime",
    "/var/runtime/lib",
    "/var/task",
    "/var/task/lib",
    "/opt/lib",
]
"""LD_LIBRARY_PATH of Lambda's Node.js runtimes."""


def locate(name: str, *paths: str, **fields: object) -> str | None:
    """Return where an addon finds a library, of files at `paths`."""
    files = cast("FileSystem", Present(*paths))
    return Libraries(files, {ADDON: Binary("elf", **fields)}).locate(ADDON, name)


@pytest.mark.parametrize("first", range(len(DOCUMENTED)))
def test_the_first_folder_of_the_path_wins(first: int) -> None:
    """Each folder of LD_LIBRARY_PATH is looked into, in its order."""
    places = [f"{folder}/q.so" for folder in DOCUMENTED[first:]]

    assert places[0] == locate("q.so", *reversed(places))


@pytest.mark.parametrize(
    ("name", "place", "fields"),
    [
        ("/a/q.so", "/a/q.so", {}),
        ("./q.so", "./q.so", {}),
        ("q.so", "/var/task/a/b/q.so", {"rpath": ("$ORIGIN",)}),
        ("q.so", "/var/task/q.so", {"rpath": ("$ORIGIN/./..//../",)}),
        ("q.so", "/a/q.so", {"rpath": ("/../a",)}),
        ("q.so", "/a/x86_64/q.so", {"rpath": ("/a/$PLATFORM",)}),
        ("q.so", "/a/lib64/q.so", {"runpath": ("/a/${LIB}",)}),
        ("q.so", "/var/task/c/q.so", {"rpath": ("c",)}),
        ("q.so", "/b/q.so", {"rpath": ("/a", "/b")}),
    ],
)
def test_where_a_library_is_found(name: str, place: str, fields: dict[str, object]) -> None:
    """A name with a slash is a path; tokens and dots are those of ld.so(8)."""
    assert place == locate(name, place, **fields)


def test_the_order_of_the_places() -> None:
    """DT_RPATH comes before LD_LIBRARY_PATH, DT_RUNPATH behind it."""
    places = ("/a/q.so", "/var/task/q.so")

    assert "/a/q.so" == locate("q.so", *places, rpath=("/a",))
    assert "/var/task/q.so" == locate("q.so", *places, runpath=("/a",))


@pytest.mark.parametrize(
    ("other", "fields", "expected"),
    [
        ("/var/task/y.node", {"needed": ("q.so",), "rpath": ("/a",)}, True),
        ("/var/task/y.node", {"needed": ("q.so",)}, False),
        ("/var/task/y.node", {"needed": ("r.so",), "rpath": ("/a",)}, False),
        ("/var/task/y.so", {"needed": ("q.so",), "rpath": ("/a",)}, True),
        ("/var/task/y.node", {"soname": "q.so"}, True),
        ("/var/task/y.so", {"soname": "q.so"}, False),
    ],
)
def test_what_another_binary_has_loaded(other: str, fields: dict, expected: bool) -> None:
    """A library that is loaded once is there for all."""
    files = cast("FileSystem", Present("/a/q.so"))
    found = Libraries(files, {ADDON: Binary("elf"), other: Binary("elf", **fields)})

    assert expected is found.is_found_by_another("q.so")
