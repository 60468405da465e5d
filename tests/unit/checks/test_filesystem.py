"""The file system of a function: what lies in the package and its layers, and where links lead."""

from __future__ import annotations

import pytest
from support.checking import Memory, zip_files

from zipper.archive.listing import Listing, read_listing
from zipper.checks.filesystem import FileSystem, may_read
from zipper.checks.subject import Subject
from zipper.target import Target

LINK = 0o120777


def listing_of(files: dict[str, str]) -> Listing:
    """Return the listing of a zip; a text `-> place` is a link."""
    return read_listing(
        zip_files(
            {
                name: (text.removeprefix("-> "), LINK) if text.startswith("-> ") else text
                for name, text in files.items()
            }
        )
    )


def files_of(files: dict[str, str], *layers: dict[str, str], kind: str = "function") -> FileSystem:
    """Return the file system of a package with layers."""
    return FileSystem.of(
        Subject(
            listing=listing_of(files),
            target=Target(),
            layers=tuple(map(listing_of, layers)),
            kind=kind,  # type: ignore[arg-type]
        )
    )


@pytest.mark.parametrize(
    ("path", "is_file", "is_folder"),
    [
        ("/var/task/a.js", True, False),
        ("/var/task/lib", False, True),
        ("/var/task/lib/b.js", True, False),
        ("/var/task/made", False, True),
        ("/var/task", False, True),
        ("/var/task/", False, False),
        ("/opt", False, True),
        ("/opt/nodejs", False, True),
        ("/opt/nodejs/c.js", True, False),
        ("/opt/a.js", False, False),
        ("/var/task/nodejs", False, False),
        ("/var", False, False),
        ("a.js", False, False),
    ],
)
def test_what_is_there(path: str, is_file: bool, is_folder: bool) -> None:
    """The package is in /var/task and the layers are in /opt, which are there in any case."""
    files = files_of({"a.js": "", "lib/b.js": "", "made/": ""}, {"nodejs/c.js": ""})

    assert (is_file, is_folder) == (files.is_file(path), files.is_folder(path))
    assert files.exists(path) == (is_file or is_folder)


def test_the_last_layer_wins() -> None:
    """A layer under test lies over those that are given beside it."""
    first, second = {"a": "1", "b": "1"}, {"a": "2"}
    files = files_of({}, first, second)
    assert [b"2", b"1", None] == [files.read(f"/opt/{name}", limit_bytes=9) for name in "abc"]

    files = files_of({"a": "3"}, first, second, kind="layer")
    assert [b"3", b"1"] == [files.read(f"/opt/{name}", limit_bytes=9) for name in "ab"]
    assert not files.is_file("/var/task/a")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/var/task/here/x.js", "/var/task/lib/x.js"),
        ("/var/task/root/x.js", "/var/task/lib/x.js"),
        ("/var/task/lib/up/x.js", "/var/task/x.js"),
        ("/var/task/lib/self/x.js", "/var/task/lib/x.js"),
        ("/var/task/dotted/x.js", "/var/task/lib/x.js"),
        ("/var/task/twice/x.js", "/var/task/lib/x.js"),
        ("/var/task/layer/x.js", "/opt/lib/x.js"),
        ("/opt/back/x.js", "/var/task/lib/x.js"),
        ("/var/task/out/x.js", "/x.js"),
        ("/var/task/lib/../lib/./x.js", "/var/task/lib/x.js"),
        ("/var/task/loop/x.js", ""),
        ("/var/task/loop", ""),
        ("/var/task/here", "/var/task/lib"),
        ("/var/task/plain", "/var/task/plain"),
    ],
)
def test_where_links_lead(path: str, expected: str) -> None:
    """As path_resolution(7) says: from their own folder, or from the root."""
    links = {
        "here": "-> lib",
        "root": "-> /var/task/lib",
        "lib/up": "-> ..",
        "lib/self": "-> .",
        "dotted": "-> ./x/..//lib/",
        "twice": "-> here",
        "layer": "-> /opt/lib",
        "out": "-> ../../../..",
        "loop": "-> loop",
        "lib/x.js": "",
        "plain": "",
    }
    files = files_of(links, {"lib/x.js": "", "back": "-> ../var/task/here"})

    assert expected == files.real_path(path)


@pytest.mark.parametrize(("count", "is_followed"), [(40, True), (41, False)])
def test_forty_links_are_the_most(count: int, is_followed: bool) -> None:
    """Linux gives up then: path_resolution(7), MAXSYMLINKS."""
    links = {f"l{number}": f"-> l{number + 1}" for number in range(count - 1)}
    files = files_of({**links, f"l{count - 1}": "-> end", "end": ""})

    assert is_followed == files.is_file("/var/task/l0")


def test_links_of_layers_that_hide_each_other() -> None:
    """The last layer's link counts; what is no link is none, whatever its text."""
    files = files_of({"text": "a"}, {"to": "-> a", "a/x": ""}, {"to": "-> b", "b/y": ""})

    assert files.is_file("/opt/to/y")
    assert not files.is_file("/opt/to/x")
    assert "/var/task/text/x" == files.real_path("/var/task/text/x")


@pytest.mark.parametrize(("size", "is_followed"), [(4096, True), (4097, False)])
def test_a_link_of_so_many_bytes(size: int, is_followed: bool) -> None:
    """Linux takes no longer path: PATH_MAX."""
    files = files_of(
        {"to": "-> " + "./" * ((size - 1) // 2) + "/" * ((size - 1) % 2) + "a", "a": ""}
    )

    assert ("/var/task/a" if is_followed else "/var/task/to") == files.real_path("/var/task/to")


@pytest.mark.parametrize(
    ("mode", "system", "is_readable"),
    [
        (0o100644, 3, True),
        (0o100604, 3, True),
        (0o100640, 3, False),
        (0o100600, 3, False),
        (0o100600, 0, True),
        (0, 3, True),
        (0o120700, 3, True),
    ],
)
def test_who_may_read(mode: int, system: int, is_readable: bool) -> None:
    """The function's user is another one; a zip without modes, and a link, can be read."""
    (entry,) = read_listing(zip_files({"a": ""})).entries
    changed = entry._replace(external_attributes=mode << 16, create_system=system)

    assert is_readable == may_read(changed)


def test_what_cannot_be_read() -> None:
    """A file that is absent is no file that may not be read."""
    files = FileSystem.of(
        Subject(listing=read_listing(zip_files({"a": ("", 0o600), "b": ""})), target=Target())
    )

    assert [False, True, True] == [files.is_readable(f"/var/task/{name}") for name in "abc"]


def test_what_is_known_of_packages() -> None:
    """Of those in the function's own zip; a path in a layer is none of them, however long."""
    files = {"index.js": "", "node_modules/a/index.js": "", "node_modules/b/index.js": ""}
    subject = Subject(listing=listing_of(files), target=Target(), cache=Memory())
    system = FileSystem.of(subject)

    assert system.known_at("/var/task/node_modules/a/index.js") is not None
    assert system.known_at("/var/task/node_modules/c/index.js") is None
    assert system.known_at("/var/task/index.js") is None
    assert system.known_at("/opt/abcd/node_modules/a/index.js") is None
    assert 2 == len(system.parts)
    linked = Subject(listing=listing_of({**files, "to": "-> a"}), target=Target(), cache=Memory())
    assert 0 == len(FileSystem.of(linked).parts)


def test_what_answers_rest_on() -> None:
    """Packages by what they hold, other places by whether they are folders; an own file decides."""
    files = {"lib/x": "", "node_modules/a/index.js": ""}
    subject = Subject(listing=listing_of(files), target=Target(), cache=Memory())
    system = FileSystem.of(subject)
    looked = [
        "/opt/abcd/node_modules/a/i.js", "/var/task/lib", "/var/task/gone",
        "/var/task/node_modules/a/x", "/var/task/node_modules/b/x",
    ]  # fmt: skip
    seen = system.find_sightings(looked)

    assert seen is not None
    assert ["node_modules/a/", "node_modules/b/"] == [folder for folder, _ in seen.parts]
    assert [True, False] == [bool(digest) for _, digest in seen.parts]
    assert seen.places == (
        ("/opt/abcd/node_modules/a/i.js", False), ("/var/task/gone", False), ("/var/task/lib", True)
    )  # fmt: skip
    assert system.has(seen)
    assert system.find_sightings([*looked, "/var/task/lib/x"]) is None

    for changed in (
        {**files, "node_modules/b/x": ""},
        {**files, "node_modules/a/index.js": "1"},
        {**files, "gone": ""},
        {**files, "gone/x": ""},
        {"node_modules/a/index.js": ""},
    ):
        other = Subject(listing=listing_of(changed), target=Target(), cache=Memory())
        assert not FileSystem.of(other).has(seen)
