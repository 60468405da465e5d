"""Fingerprints: one for the same zip, another for whatever would change a byte of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from zipper.archive.entries import PlannedEntry, make_entry
from zipper.archive.plan import lay_out
from zipper.archive.plan_fingerprint import take_fingerprint
from zipper.archive.splice import splice
from zipper.layout.placement import Homes
from zipper.store.keys import StoreKey
from zipper.store.store_zip import StoreZip
from zipper.store.store_zips import Store

if TYPE_CHECKING:
    from pathlib import Path

HOME = "node_modules/a/"


def own(name: str = "index.js", data: bytes = b"ab", *, executable: bool = False) -> PlannedEntry:
    return make_entry(name, data, method=0, crc=7, size=len(data), executable=executable)


def package(store: Store, digest: str = "aa") -> StoreZip:
    key = StoreKey("sha512", digest)
    return store.find(key) or store.add(key, [own("x", b"12")], package_name="a")


def fingerprint(
    zipped: StoreZip, *entries: PlannedEntry, home: str = HOME, apart: bool = False
) -> str:
    whole = None if apart else zipped.whole(home)
    parts = zipped.members(home) if whole is None else [whole]
    homes = Homes({"node_modules/a": (home,)})
    return take_fingerprint(lay_out([*parts, *entries]), homes, {"node_modules/a": zipped})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_same_plan_has_the_same_fingerprint(store: Store) -> None:
    """Whoever makes it, in whatever order."""
    first = fingerprint(package(store), own(), own("b"))

    assert first == fingerprint(package(store), own("b"), own())


@pytest.mark.parametrize(
    "other",
    [
        own(data=b"ba"),
        own(executable=True),
        own("index.mjs"),
        own()._replace(fields=own().fields[:6] + b"\1\0\x21\0" + own().fields[10:]),
    ],
    ids=["content", "mode", "name", "date"],
)
def test_each_own_file_counts(store: Store, other: PlannedEntry) -> None:
    """Its content too, where size and CRC-32 are those of another."""
    assert fingerprint(package(store), own()) != fingerprint(package(store), other)


def test_each_package_counts(store: Store) -> None:
    """By the hash in its name, whether it is taken over whole or member by member."""
    first, other = package(store), package(store, "bb")

    assert fingerprint(first) != fingerprint(other)
    assert fingerprint(first, apart=True) != fingerprint(other, apart=True)
    assert fingerprint(first) != fingerprint(first, home="node_modules/b/")
    elsewhere = StoreZip("elsewhere.zip", first.data)
    elsewhere.stamp = first.stamp
    assert fingerprint(first) != fingerprint(elsewhere)


def test_package_that_was_written_to_counts_as_another(store: Store) -> None:
    """Its file tells by size and times; where there is no file to tell by, there is no name."""
    before = fingerprint(package(store))
    path = package(store).path
    os.utime(path, ns=(1, 1))
    os.utime(path, ns=(path.stat().st_atime_ns, 1))

    assert before != fingerprint(package(store))
    assert "" == fingerprint(StoreZip(str(path), package(store).data))


def test_files_that_run_into_each_other_are_told_apart(store: Store) -> None:
    """One file whose content looks like the row of a second one is not two files."""
    second = own("b", b"1")
    row = b"e" + second.name + b"\0" + second.fields + b"-" + b"1"
    joined = own("a", b"0" + row)
    first = own("a", b"0")

    assert fingerprint(package(store), first, second) != fingerprint(package(store), joined)
    assert b"".join(map(b"".join, splice(lay_out([joined])))).endswith(bytes(2))
