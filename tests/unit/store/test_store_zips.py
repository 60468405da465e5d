"""The store on disk: what is put in comes out, and what was damaged counts as absent."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest

from tests.support.tarballs import make_package
from zipper.archive.plan import lay_out
from zipper.archive.splice import splice
from zipper.errors import StoreError
from zipper.store.extract import extract
from zipper.store.keys import StoreKey
from zipper.store.store_zips import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from zipper.archive.entries import PlannedEntry, PlannedZip
    from zipper.store.store_zip import StoreZip

KEY = StoreKey("sha512", "ab" * 64)
FILES = {"a.js": "a" * 3_000, "lib/b.js": "b", "bin/é.js": "#!x", "lib/random": os.urandom(2_000)}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


@pytest.fixture
def entries() -> list[PlannedEntry]:
    return extract(make_package(FILES), label="a@1.0.0")


def bytes_of(zipped: StoreZip) -> bytes:
    return bytes_of_plan(zipped.members("p/"))


def bytes_of_plan(parts: Sequence[PlannedEntry | PlannedZip]) -> bytes:
    return b"".join(b"".join(chunk) for chunk in splice(lay_out(parts)))


@pytest.mark.parametrize("name", ["", "a", "@s/a", "é", "n" * 300])
def test_found_is_what_was_added(store: Store, entries: list[PlannedEntry], name: str) -> None:
    """Names, modes and contents come back, below the prefix that is asked for."""
    added = store.add(KEY, entries, package_name=name)
    found = store.find(KEY)

    assert found is not None
    assert [e.name.decode() for e in entries] == found.names()
    assert bytes_of(added) == bytes_of(found)
    assert [b"p/" + e.name for e in entries] == [e.name for e in found.members("p/")]
    assert [e.mode for e in entries] == [e.mode for e in found.members("")]
    assert b"b" == found.read("lib/b.js")
    assert None is found.read("lib")


def test_only_its_owner_writes_to_a_store_zip(store: Store, entries: list[PlannedEntry]) -> None:
    """Whatever the umask lets others do."""
    before = os.umask(0)
    try:
        added = store.add(KEY, entries)
    finally:
        os.umask(before)

    assert 0o644 == stat.S_IMODE(added.path.stat().st_mode)


def test_store_zip_is_an_ordinary_zip(store: Store, entries: list[PlannedEntry]) -> None:
    """Any tool can read what is in the store."""
    path = store.add(KEY, entries).path

    with zipfile.ZipFile(path) as archive:
        assert None is archive.testzip()
        assert [*sorted(["package.json", *FILES], key=str.encode)] == archive.namelist()


def test_package_stands_where_most_trees_need_it(store: Store, entries: list[PlannedEntry]) -> None:
    """In that folder it is taken over whole, in any other member by member, to the same bytes."""
    store.add(KEY, entries, package_name="@s/a")
    found = store.find(KEY)
    assert found is not None

    whole = found.whole("node_modules/@s/a/")

    assert whole is not None
    assert found.members("node_modules/@s/a/") == whole.entries()
    assert bytes_of_plan([whole]) == bytes_of_plan(found.members("node_modules/@s/a/"))
    for other in ("node_modules/@s/b/", "node_modules/@s/ab/", "node_modules/", "", "a/"):
        assert None is found.whole(other)


@pytest.mark.parametrize(("name", "home"), [("", ""), ("é", "node_modules/é/"), ("", "p/")])
def test_package_without_a_folder_is_never_whole(
    store: Store, entries: list[PlannedEntry], name: str, home: str
) -> None:
    """Nor is one whose name would flag all of its members as UTF-8, nor an empty one."""
    assert None is store.add(KEY, entries, package_name=name).whole(home)
    assert None is store.add(KEY, [], package_name="a").whole("node_modules/a/")


def test_memory_and_disk_give_the_same_bytes(store: Store, entries: list[PlannedEntry]) -> None:
    """A package that could not be kept goes into the zip as one that could."""
    assert bytes_of(store.keep_in_memory(KEY, entries)) == bytes_of(store.add(KEY, entries))


def test_a_shared_store_reads_a_package_once(store: Store, entries: list[PlannedEntry]) -> None:
    """Whoever asks later gets the same package and the same list of its files."""
    store.add(KEY, entries)
    shared = Store(store.cache_dir, is_shared=True)
    first = shared.find(KEY)
    second = shared.find(KEY)

    assert first is not None
    assert first is second
    assert first.members("p/") is first.members("p/")
    assert store.find(KEY) is not store.find(KEY)


def test_absent_is_none(store: Store) -> None:
    """What was never added is not found, and looking makes no folder."""
    assert None is store.find(KEY)
    assert not store.cache_dir.exists()


def test_every_damaged_byte_is_noticed(store: Store, entries: list[PlannedEntry]) -> None:
    """Whichever byte of a store zip changes, the package counts as absent and the file is gone."""
    path = store.add(KEY, entries[:2]).path
    data = path.read_bytes()
    step = max(1, len(data) // 150)
    places = {*range(0, len(data), step), *range(max(0, len(data) - 120), len(data))}
    for place in sorted(places):
        damaged = bytearray(data)
        damaged[place] ^= 0x10
        path.write_bytes(damaged)

        assert None is store.find(KEY), place
        assert not path.exists(), place


@pytest.mark.parametrize("kept", [0, 1, 21, 22, 100, -40, -16, -1])
def test_truncated_is_noticed(store: Store, entries: list[PlannedEntry], kept: int) -> None:
    """A store zip that ends too soon counts as absent."""
    path = store.add(KEY, entries).path
    path.write_bytes(path.read_bytes()[:kept])

    assert None is store.find(KEY)
    assert not path.exists()


def test_bytes_behind_the_end_are_noticed(store: Store, entries: list[PlannedEntry]) -> None:
    """A store zip that something was appended to counts as absent."""
    path = store.add(KEY, entries).path
    path.write_bytes(path.read_bytes() + b"\0")

    assert None is store.find(KEY)


def test_folder_in_the_place_of_a_store_zip(store: Store) -> None:
    """What is there and cannot be read is an error that names it."""
    store.path_of(KEY).mkdir(parents=True)

    with pytest.raises(StoreError, match="cannot read"):
        store.find(KEY)


def test_file_in_the_place_of_the_store(store: Store, entries: list[PlannedEntry]) -> None:
    """A store that cannot be made is ESTORE."""
    store.cache_dir.write_text("")

    with pytest.raises(StoreError) as raised:
        store.add(KEY, entries)

    assert "ESTORE" == raised.value.code


def test_added_again_replaces(store: Store, entries: list[PlannedEntry]) -> None:
    """The later of two processes that fetched the same tarball changes nothing."""
    first = store.add(KEY, entries)
    before = bytes_of(first)

    store.add(KEY, entries)

    assert before == bytes_of(first)
    assert [first.path] == list(store)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks on Windows")
def test_lock_is_for_one(store: Store) -> None:
    """A second holder is told so at once; another first byte has another lock."""
    other = StoreKey("sha512", "cd" * 64)
    with store.lock(KEY) as first, store.lock(KEY) as second, store.lock(other) as third:
        assert (True, False, True) == (first, second, third)
    with store.lock(KEY) as again:
        assert again


def test_paths_hold_codec_and_level(store: Store) -> None:
    """Another codec, version or level has another folder, so that bytes never mix."""
    import deflate  # noqa: PLC0415  (for its version only)

    path = store.path_of(KEY)

    assert f"libdeflate-{deflate.__version__}-6" in path.parts[-4]
    assert ("sha512", "ab", f"{'ab' * 64}.zip") == path.parts[-3:]


def test_the_bytes_of_a_store_zip_go_by_the_number_of_its_format(tmp_path: Path) -> None:
    """Store zips do not know which code made them: where their bytes change, the number is raised.

    Then a new digest stands here. Members are too short to be deflated, so no codec is in it.
    """
    tarball = make_package({"a.js": "1", "bin/b": "2", "\u00e9.txt": "3"})
    store = Store(tmp_path)
    entries = extract(tarball, label="a@1.0.0")
    made = store.add(StoreKey("sha512", "ab" * 64), entries, package_name="a")
    digest = hashlib.sha256(made.path.read_bytes()).hexdigest()

    assert ("4", "9292f8c0867dae3b2b4af5bc27c5b38d832e2fc021a36e1007a2cc96dfcd1ff5") == (
        store.root.name.partition("-")[0],
        digest,
    )


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, entries: list[PlannedEntry]) -> None:
    """The error names the folder that was to be made."""
    store = Store(tmp_path / "cache")
    store.root.mkdir(parents=True)
    (store.root / "sha512").touch()

    with pytest.raises(StoreError) as raised:
        store.add(KEY, entries)

    assert "ESTORE" == raised.value.code
    assert f"`{store.path_of(KEY).parent}`" in raised.value.message


@pytest.mark.skipif(os.name != "posix", reason="folders have no groups")
@pytest.mark.parametrize("size", [10, 100_000])
@pytest.mark.parametrize("is_shared", [False, True])
def test_what_a_group_can_write_to_has_to_have_its_digest(
    store: Store, size: int, *, is_shared: bool
) -> None:
    """Sums can be made to agree with other bytes; nor is it linked, or known by a look."""
    entries = extract(make_package({"a.js": os.urandom(size)}), label="a")
    path = store.add(KEY, entries).path
    if is_shared:
        path.parent.chmod(0o775)

    sound = Store(store.cache_dir).find(KEY)
    data = bytearray(path.read_bytes())
    data[50] ^= 1
    data[-4:] = zlib.crc32(bytes(data[:-8])).to_bytes(4, "little")
    path.write_bytes(data)
    forged = Store(store.cache_dir).find(KEY)

    assert sound is not None
    assert (is_shared, not is_shared) == (sound.stamp is None, sound.may_link)
    assert (is_shared, not is_shared) == (forged is None, path.exists())


@pytest.mark.parametrize(("defers", "is_found"), [(False, False), (True, True)])
def test_the_sum_of_a_large_one_may_be_checked_while_it_is_written(
    store: Store, *, defers: bool, is_found: bool
) -> None:
    """By its names alone it is taken before; its bytes are none then."""
    entries = extract(make_package({"a.js": os.urandom(100_000)}), label="a")
    path = store.add(KEY, entries).path
    data = bytearray(path.read_bytes())
    data[5_000] ^= 1
    path.write_bytes(data)

    found = Store(store.cache_dir, defers=defers).find(KEY)

    assert is_found == (found is not None)
    if found is not None:
        with pytest.raises(StoreError):
            found.read_whole()


def test_what_is_found_is_held_up_to_a_bound(tmp_path: Path) -> None:
    """One that was opened takes no room."""
    store = Store(tmp_path / "cache", is_shared=True)
    for number in range(3):
        entries = extract(make_package({"a.js": os.urandom(40 * 1024)}), label="a")
        store.add(StoreKey("sha512", f"{number:02x}" * 64), entries)
    keys = [StoreKey("sha512", f"{number:02x}" * 64) for number in range(3)]

    found = [store.find(key) for key in keys]

    assert [store.find(key) for key in keys] == found
    assert all(one is store.find(key) for one, key in zip(found, keys, strict=True))
