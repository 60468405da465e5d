"""Store zips become folders: links out of the store, or copies."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from zipper.errors import OutputError, StoreError
from zipper.store.codec import compress
from zipper.store.files import Store, StoreKey
from zipper.store.unpack import _link_by_path, _link_within, link_packages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from zipper.store.files import StoreZip

    Link = Callable[[Iterable[bytes], Iterable[bytes], bytes, bytes], None]

FILES = {
    "a/b/c.js": b"c",
    "a/z.js": b"z",
    "cli.js": b"#!x\n",
    "p\u00e9.js": b"e",
    "package.json": b"{}",
}


@pytest.fixture
def zipped(tmp_path: Path) -> StoreZip:
    """A package in the store."""
    entries = [compress(name, data, executable=name == "cli.js") for name, data in FILES.items()]
    return Store(tmp_path / "cache").add(StoreKey("sha512", "ab" * 64), sorted(entries))


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_files_are_links_out_of_the_store(zipped: StoreZip, tmp_path: Path) -> None:
    """Two installs of a package share its bytes on disk; only commands are executable."""
    link_packages([(zipped, tmp_path / "x" / "one"), (zipped, tmp_path / "x" / "two")])
    one, two = tmp_path / "x" / "one", tmp_path / "x" / "two"

    assert FILES == contents(one) == contents(two)
    assert all((one / name).samefile(two / name) for name in FILES)
    assert {"cli.js"} == {name for name in FILES if os.access(one / name, os.X_OK)}


def test_copies_can_be_changed(zipped: StoreZip, tmp_path: Path) -> None:
    """What is written into a copy is nowhere else."""
    link_packages([(zipped, tmp_path / "linked")])
    link_packages([(zipped, tmp_path / "copy")], copy=True)
    (tmp_path / "copy" / "cli.js").write_bytes(b"changed")

    assert FILES == contents(tmp_path / "linked")


def test_files_that_are_there_are_replaced(zipped: StoreZip, tmp_path: Path) -> None:
    """A package unpacked over a folder wins, and what else is in the folder stays."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "z.js").write_bytes(b"older")
    (tmp_path / "other.js").write_bytes(b"o")
    link_packages([(zipped, tmp_path)])

    assert {"a/z.js": b"z", "other.js": b"o"}.items() <= contents(tmp_path).items()


@pytest.mark.parametrize("name", ["a", "a/b"])
def test_file_where_a_folder_is_needed_is_told(zipped: StoreZip, tmp_path: Path, name: str) -> None:
    """It is an error with a code, and the file is as it was."""
    path = tmp_path / "into" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"mine")

    with pytest.raises(OutputError, match="into"):
        link_packages([(zipped, tmp_path / "into")])
    assert b"mine" == path.read_bytes()


def test_error_ends_the_work_of_all_threads(zipped: StoreZip, tmp_path: Path) -> None:
    """Nobody waits for thousands of packages that are of no use any more."""
    (tmp_path / "refused").write_bytes(b"a file where the package's folder would be")
    folders = [tmp_path / "refused", *(tmp_path / "made" / str(n) for n in range(5_000))]

    with pytest.raises(OutputError, match="refused"):
        link_packages([(zipped, folder) for folder in folders])
    assert len(list((tmp_path / "made").glob("*"))) < 5_000


def harm(zipped: StoreZip, at: int) -> None:
    """Change one byte of a store zip on disk."""
    data = bytearray(zipped.path.read_bytes())
    data[at] ^= 1
    zipped.path.write_bytes(data)


def test_names_are_all_that_a_link_needs(zipped: StoreZip, tmp_path: Path) -> None:
    """What is unpacked beside a store zip is linked though its data are damaged, and not copied."""
    link_packages([(zipped, tmp_path / "first")])
    harm(zipped, 40)
    found = Store(tmp_path / "cache", links=True).find(StoreKey("sha512", "ab" * 64))
    assert found is not None
    link_packages([(found, tmp_path / "second")])

    assert FILES == contents(tmp_path / "second")
    with pytest.raises(StoreError) as caught:
        link_packages([(found, tmp_path / "copy")], copy=True)
    assert "ESTORE" == caught.value.code
    assert "cache verify" in (caught.value.hint or "")
    with pytest.raises(StoreError):
        found.read("cli.js")
    assert Store(tmp_path / "cache").find(StoreKey("sha512", "ab" * 64)) is None


@pytest.mark.parametrize("at", [-20, -60, -200])
def test_damaged_names_are_noticed(zipped: StoreZip, tmp_path: Path, at: int) -> None:
    """The directory and the end record have a sum of their own."""
    link_packages([(zipped, tmp_path / "first")])
    harm(zipped, at)

    assert Store(tmp_path / "cache", links=True).find(StoreKey("sha512", "ab" * 64)) is None
    assert not zipped.path.exists()


def test_whole_package_is_checked_where_nothing_is_unpacked(
    zipped: StoreZip, tmp_path: Path
) -> None:
    """Its files are going to be read."""
    harm(zipped, 40)

    assert Store(tmp_path / "cache", links=True).find(StoreKey("sha512", "ab" * 64)) is None


@pytest.mark.parametrize("link", [_link_within, _link_by_path])
def test_both_ways_to_link_do_the_same(link: Link, tmp_path: Path) -> None:
    """Systems that cannot link within open folders give the same files."""
    source, into = tmp_path / "source", tmp_path / "into"
    (source / "f" / "g").mkdir(parents=True)
    (into / "f").mkdir(parents=True)
    for name in ("a", "f/b", "f/g/c"):
        (source / name).write_bytes(name.encode())
    (into / "a").write_bytes(b"older")
    folders = [b"f", b"f/g"]
    link([b"a", b"f/b", b"f/g/c"], folders, os.fsencode(source), os.fsencode(into))

    assert {"a": b"a", "f/b": b"f/b", "f/g/c": b"f/g/c"} == contents(into)
    assert (source / "f" / "b").samefile(into / "f" / "b")
    with pytest.raises(FileNotFoundError):
        link([b"absent"], folders, os.fsencode(source), os.fsencode(into))
