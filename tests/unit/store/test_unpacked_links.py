"""Store zips become folders: links out of the store, or copies."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from zipper.archive.compress import compress
from zipper.errors import OutputError, StoreError
from zipper.pipeline.cache_upkeep import verify
from zipper.store.install_files import _link_by_path, _link_within, link_packages, renew_marks
from zipper.store.keys import StoreKey
from zipper.store.store_zip import folder_of
from zipper.store.store_zips import Store
from zipper.store.unpacked_folders import is_unmarked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from zipper.store.store_zip import StoreZip

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
    return add(tmp_path / "cache", "ab", FILES)


def add(cache_dir: Path, digits: str, files: dict[str, bytes], package_name: str = "") -> StoreZip:
    """Put a package with `files` into the store, under a hash that repeats two digits."""
    entries = [compress(name, data, executable=name == "cli.js") for name, data in files.items()]
    key = StoreKey("sha512", digits * 64)
    return Store(cache_dir).add(key, sorted(entries), package_name=package_name)


def link(zipped: StoreZip, *folders: Path, copy: bool = False) -> None:
    """Make one package in each of `folders`, which have nothing to do with each other."""
    link_packages([[(zipped, str(folder))] for folder in folders], copy=copy)


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_files_are_links_out_of_the_store(zipped: StoreZip, tmp_path: Path) -> None:
    """Two installs of a package share its bytes on disk; only commands are executable."""
    link(zipped, tmp_path / "x" / "one", tmp_path / "x" / "two")
    one, two = tmp_path / "x" / "one", tmp_path / "x" / "two"

    assert FILES == contents(one) == contents(two)
    assert all((one / name).samefile(two / name) for name in FILES)
    assert {"cli.js"} == {name for name in FILES if os.access(one / name, os.X_OK)}


def test_copies_can_be_changed(zipped: StoreZip, tmp_path: Path) -> None:
    """What is written into a copy is nowhere else."""
    link(zipped, tmp_path / "linked")
    link(zipped, tmp_path / "copy", copy=True)
    (tmp_path / "copy" / "cli.js").write_bytes(b"changed")

    assert FILES == contents(tmp_path / "linked")


def test_files_that_are_there_are_replaced(zipped: StoreZip, tmp_path: Path) -> None:
    """A package unpacked over a folder wins, and what else is in the folder stays."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "z.js").write_bytes(b"older")
    (tmp_path / "other.js").write_bytes(b"o")
    link(zipped, tmp_path)

    assert {"a/z.js": b"z", "other.js": b"o"}.items() <= contents(tmp_path).items()


@pytest.mark.parametrize("name", ["a", "a/b"])
def test_file_where_a_folder_is_needed_is_told(zipped: StoreZip, tmp_path: Path, name: str) -> None:
    """It is an error with a code, and the file is as it was."""
    path = tmp_path / "into" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"mine")

    with pytest.raises(OutputError, match="into"):
        link(zipped, tmp_path / "into")
    assert b"mine" == path.read_bytes()


def test_error_ends_the_work_of_all_threads(zipped: StoreZip, tmp_path: Path) -> None:
    """Nobody waits for thousands of packages that are of no use any more."""
    (tmp_path / "refused").write_bytes(b"a file where the package's folder would be")
    folders = [tmp_path / "refused", *(tmp_path / "made" / str(n) for n in range(5_000))]

    with pytest.raises(OutputError, match="refused"):
        link(zipped, *folders)
    assert len(list((tmp_path / "made").glob("*"))) < 5_000


def _edit_in_place(path: Path) -> None:
    """Change a file through one of its links, its size and time kept."""
    status = path.stat()
    with path.open("r+b") as file:
        file.write(b"X")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _truncate(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(0)


def _close(path: Path) -> None:
    path.chmod(0o600)


HARMS = {"edited in place": _edit_in_place, "truncated": _truncate, "closed": _close}


@pytest.mark.parametrize("harm_file", HARMS.values(), ids=HARMS)
def test_a_file_that_was_changed_through_a_link_is_made_anew(
    zipped: StoreZip, tmp_path: Path, harm_file: Callable[[Path], None]
) -> None:
    """What is done to one install never gets into the next, and `verify` names it before."""
    link(zipped, tmp_path / "first")
    link(zipped, tmp_path / "second")
    harm_file(tmp_path / "first" / "a" / "z.js")

    assert (folder_of(zipped.path),) == verify(Store(tmp_path / "cache")).damaged
    link(zipped, tmp_path / "third")
    assert FILES == contents(tmp_path / "third")
    assert 0o644 == (tmp_path / "third" / "a" / "z.js").stat().st_mode & 0o777
    assert () == verify(Store(tmp_path / "cache")).damaged


def test_a_missing_file_is_made_anew(zipped: StoreZip, tmp_path: Path) -> None:
    """A folder that has lost a file is not linked from."""
    link(zipped, tmp_path / "first")
    (folder_of(zipped.path) / "a" / "z.js").unlink()
    link(zipped, tmp_path / "second")

    assert FILES == contents(tmp_path / "second")


def test_the_umask_of_one_is_not_that_of_all(zipped: StoreZip, tmp_path: Path) -> None:
    """Files have npm's usual modes, whoever makes the first install under whichever umask."""
    before = os.umask(0o077)
    try:
        link(zipped, tmp_path / "first")
    finally:
        os.umask(before)

    modes = {file: (tmp_path / "first" / file).stat().st_mode & 0o777 for file in FILES}
    assert {file: 0o755 if file == "cli.js" else 0o644 for file in FILES} == modes


def test_files_are_read_again_only_where_they_may_have_changed(
    zipped: StoreZip, tmp_path: Path
) -> None:
    """After an install nothing needs a look, until a link is removed or a file is changed."""
    names, folder = zipped.raw_names(), folder_of(zipped.path)
    renew_marks([[(zipped, "")]])
    assert is_unmarked(folder, names)
    link(zipped, tmp_path / "first")
    # At once it cannot be told whether a file was changed after the mark was set.
    assert is_unmarked(folder, names)
    time.sleep(0.03)
    renew_marks([[(zipped, "")]])
    assert not is_unmarked(folder, names)
    (tmp_path / "first" / "cli.js").unlink()
    assert is_unmarked(folder, names)


def harm(zipped: StoreZip, at: int) -> None:
    """Change one byte of a store zip on disk."""
    data = bytearray(zipped.path.read_bytes())
    data[at] ^= 1
    zipped.path.write_bytes(data)


def test_names_are_all_that_a_link_needs(zipped: StoreZip, tmp_path: Path) -> None:
    """What is unpacked beside a store zip is linked though its data are damaged, and not copied."""
    link(zipped, tmp_path / "first")
    time.sleep(0.03)
    renew_marks([[(zipped, "")]])
    harm(zipped, 40)
    found = Store(tmp_path / "cache", links=True).find(StoreKey("sha512", "ab" * 64))
    assert found is not None
    link(found, tmp_path / "second")

    assert FILES == contents(tmp_path / "second")
    with pytest.raises(StoreError) as caught:
        link(found, tmp_path / "copy", copy=True)
    assert "ESTORE" == caught.value.code
    assert "cache repair" in (caught.value.hint or "")
    with pytest.raises(StoreError):
        found.read("cli.js")
    assert Store(tmp_path / "cache").find(StoreKey("sha512", "ab" * 64)) is None


@pytest.mark.parametrize("at", [-20, -60, -200])
def test_damaged_names_are_noticed(zipped: StoreZip, tmp_path: Path, at: int) -> None:
    """The directory and the end record have a sum of their own, looked at when names are read."""
    link(zipped, tmp_path / "first")
    harm(zipped, at)
    found = Store(tmp_path / "cache", links=True).find(StoreKey("sha512", "ab" * 64))
    assert found is not None

    for use in (found.names, lambda: link(found, tmp_path / "second")):
        with pytest.raises(StoreError) as caught:
            use()
        assert "ESTORE" == caught.value.code
    assert Store(tmp_path / "cache").find(StoreKey("sha512", "ab" * 64)) is None
    assert not zipped.path.exists()


@pytest.mark.parametrize("count", [1, 40, 400])
def test_all_names_are_read(tmp_path: Path, count: int) -> None:
    """However many they are, the end of the store zip is read as far as they go."""
    files = {f"lib/a-file-with-a-long-name-{number:03}.js": b"x" * 40 for number in range(count)}
    zipped = add(tmp_path / "cache", "cd", files, package_name="a")
    link(zipped, tmp_path / "first")
    found = Store(tmp_path / "cache", links=True).find(StoreKey("sha512", "cd" * 64))
    assert found is not None
    link(found, tmp_path / "second")

    assert sorted(files) == found.names()
    assert files == contents(tmp_path / "second")
    assert zipped.members("x/")[-1][:3] == found.members("x/")[-1][:3]


def test_package_in_anothers_folder_wins(tmp_path: Path) -> None:
    """Of one group, what comes later replaces what stands there."""
    outer = add(tmp_path, "01", {"node_modules/b/i.js": b"bundled", "package.json": b"{}"})
    inner = add(tmp_path, "02", {"i.js": b"own"})
    into = tmp_path / "node_modules" / "a"
    link_packages([[(outer, f"{into}/"), (inner, f"{into}/node_modules/b/")]])

    assert {"node_modules/b/i.js": b"own", "package.json": b"{}"} == contents(into)


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
