"""Filling a store: what is there is not fetched, what fails ends the rest, nobody waits on."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.support.tarballs import make_package
from zipper.errors import ArchiveError, RegistryError, StoreError, ZipperError
from zipper.fetching.fill_store import fill
from zipper.fetching.needed_tarballs import Wanted
from zipper.store.keys import StoreKey
from zipper.store.store_zips import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from zipper.archive.entries import PlannedEntry
    from zipper.store.store_zip import StoreZip


def wanted(name: str, digest: str | None = None) -> Wanted:
    told = digest or hashlib.sha512(name.encode()).hexdigest()
    return Wanted(
        label=f"{name}@1.0.0",
        key=StoreKey("sha512", told),
        package_name=name,
        version="1.0.0",
        resolved=None,
        integrity="",
    )


@dataclass
class Tarballs:
    """Tarballs from a dict, with a note of each one fetched."""

    contents: dict[str, bytes] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)

    def fetch(self, item: Wanted) -> bytes:
        """Return the tarball; an empty one stands still until the end."""
        self.fetched.append(item.package_name)
        found = self.contents.get(item.package_name)
        if found is None:
            raise RegistryError("E404", f"{item.label} is not in the registry")
        if not found:
            self.closed.wait(30)
        return found

    def close(self) -> None:
        """End what stands still."""
        self.closed.set()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def test_every_key_is_fetched_once(store: Store) -> None:
    """One key that stands several times is one fetch; a second filling opens nothing."""
    source = Tarballs({name: make_package({"x": name}) for name in "abc"})
    items = [wanted(name) for name in "abcabc"]
    opened: list[int] = []

    def open_fetch() -> Tarballs:
        opened.append(1)
        return source

    for _ in range(2):
        zips = fill(store, items, open_fetch=open_fetch)
        assert {item.key for item in items} == set(zips)

    assert (["a", "b", "c"], [1]) == (sorted(source.fetched), opened)
    assert source.closed.is_set()


def test_missing_are_counted_and_packed_are_told(store: Store) -> None:
    """The callbacks hear of what is missing, and of each package that was kept."""
    source = Tarballs({name: make_package() for name in "ab"})
    fill(store, [wanted("a")], open_fetch=lambda: source)
    counts: list[int] = []
    packed: list[str] = []

    fill(
        store,
        [wanted("a"), wanted("b")],
        open_fetch=lambda: source,
        on_missing=counts.append,
        on_packed=lambda item: packed.append(item.label),
    )

    assert ([1], ["b@1.0.0"]) == (counts, packed)


def test_first_error_ends_the_rest(store: Store) -> None:
    """An error ends fetches that stand still, is told with its item, and is the only one."""
    source = Tarballs({f"slow-{number}": b"" for number in range(8)})
    items = [wanted(name) for name in (*source.contents, "gone")]
    told: list[str] = []

    def note(item: Wanted, error: ZipperError) -> None:
        told.append(f"{item.label} {error.code}")
        error.facts = (("required by", "fn"),)

    began = time.monotonic()
    with pytest.raises(RegistryError) as raised:
        fill(store, items, open_fetch=lambda: source, on_error=note)

    assert time.monotonic() - began < 20
    assert (("required by", "fn"),) == raised.value.facts
    assert "gone@1.0.0 E404" == told[0]


def test_bad_tarball_is_named_and_not_kept(store: Store) -> None:
    """A tarball that cannot be unpacked is an error, and nothing of it is in the store."""
    with pytest.raises(ArchiveError, match=r"a@1\.0\.0: this is not a gzip file"):
        fill(store, [wanted("a")], open_fetch=lambda: Tarballs({"a": b"<html>"}))

    assert [] == list(store)


def test_damaged_package_is_fetched_again(store: Store) -> None:
    """A store zip that was damaged in the meantime is replaced, with the same bytes."""
    source = Tarballs({"a": make_package({"x": "1"})})
    item = wanted("a")
    path = fill(store, [item], open_fetch=lambda: source)[item.key].path
    whole = path.read_bytes()
    path.write_bytes(whole[:50])

    fill(store, [item], open_fetch=lambda: source)

    assert (whole, ["a", "a"]) == (path.read_bytes(), source.fetched)


class FullStore(Store):
    """A store on a disk that is full."""

    def add(
        self, key: StoreKey, entries: Sequence[PlannedEntry], *, package_name: str = ""
    ) -> StoreZip:
        """Refuse, as the operating system would."""
        raise StoreError("ESTORE", f"cannot write {key}: {package_name}, {len(entries)}")


@dataclass
class FarTarballs:
    """Tarballs that are long on their way, some for good until so many are asked for at once."""

    seconds: float
    at_once: int
    most: int = 0
    _waiting: threading.Condition = field(default_factory=threading.Condition)
    _count: int = 0

    def fetch(self, item: Wanted) -> bytes:
        """Return a package, as soon as enough others are asked for, or have been."""
        with self._waiting:
            self._count += 1
            self.most = max(self.most, self._count)
            self._waiting.notify_all()
            enough = self._waiting.wait_for(lambda: self.most >= self.at_once, timeout=20)
        assert enough
        time.sleep(self.seconds)
        with self._waiting:
            self._count -= 1
        return make_package({"x": item.label})

    def close(self) -> None:
        """Nothing stands still for good."""


@pytest.mark.parametrize("source", [FarTarballs(0.05, at_once=1), FarTarballs(0, at_once=5)])
def test_far_registry_is_asked_for_more_at_once(store: Store, source: FarTarballs) -> None:
    """Whether each tarball takes its time, or the first ones do not come."""
    zips = fill(store, [wanted(f"p{n}") for n in range(40)], open_fetch=lambda: source, jobs=9)

    assert 40 == len(zips)
    assert 4 < source.most <= 9


def test_no_more_are_asked_for_at_once_than_allowed(store: Store) -> None:
    """One job is one after another."""
    source = FarTarballs(0.03, at_once=1)

    fill(store, [wanted(f"p{n}") for n in range(5)], open_fetch=lambda: source, jobs=1)

    assert 1 == source.most


def test_store_that_cannot_be_written(tmp_path: Path) -> None:
    """Packages are there for this build, as if they had been kept."""
    source = Tarballs({"a": make_package({"x": "1"})})
    item = wanted("a")

    zips = fill(FullStore(tmp_path), [item], open_fetch=lambda: source)

    assert ["package.json", "x"] == zips[item.key].names()
    assert b"1" == zips[item.key].read("x")


def test_file_in_the_place_of_the_store(store: Store) -> None:
    """What is there and is no store is told, before anything is fetched."""
    store.root.parent.mkdir(parents=True)
    store.root.write_text("no store")

    with pytest.raises(StoreError, match="cannot read"):
        fill(store, [wanted("a")], open_fetch=Tarballs)


def test_waits_for_another_process(store: Store) -> None:
    """A package that another holder of the lock is getting is taken from it, not fetched."""
    source = Tarballs({"a": make_package({"x": "1"})})
    item = wanted("a")
    results: list[dict] = []

    def run() -> None:
        results.append(fill(store, [item], open_fetch=lambda: source))

    thread = threading.Thread(target=run)
    with store.lock(item.key) as held:
        assert held
        thread.start()
        time.sleep(0.2)
        assert [] == results
        other = Tarballs({"a": make_package({"x": "1"})})
        fill(Store(store.cache_dir / "elsewhere"), [item], open_fetch=lambda: other)
        path = store.path_of(item.key)
        path.parent.mkdir(parents=True)
        Store(store.cache_dir / "elsewhere").path_of(item.key).rename(path)
    thread.join(20)

    assert (1, []) == (len(results), source.fetched)


def test_two_keys_with_one_lock(store: Store) -> None:
    """Packages whose digests begin alike share a lock and do not wait for each other for ever."""
    source = Tarballs({f"p{n}": make_package({"x": str(n)}) for n in range(20)})
    items = [wanted(name, f"ab{index:02x}" * 32) for index, name in enumerate(source.contents)]

    assert 20 == len(fill(store, items, open_fetch=lambda: source))
    assert 20 == len(source.fetched)
