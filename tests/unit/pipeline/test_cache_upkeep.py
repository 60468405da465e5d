"""Sizes, soundness and pruning of the store."""

from __future__ import annotations

import hashlib
import os
import struct
import threading
import time
import zlib
from typing import TYPE_CHECKING

import pytest

from tests.support.notes import list_notes
from tests.support.scene import write_files
from tests.support.tarballs import make_package
from zipper.bundling.kept_modules import BUNDLING, NOTED
from zipper.errors import StoreError
from zipper.pipeline.cache_upkeep import Size, measure, prune, repair, verify
from zipper.registry.freshness import Terms
from zipper.registry.packument_cache import CachedDocument, PackumentCache
from zipper.store.extract import extract
from zipper.store.install_files import link_packages
from zipper.store.keys import StoreKey
from zipper.store.note_upkeep import measure_notes
from zipper.store.notes import FILE_FACTS, KINDS, VERDICT, Kind, Notebook
from zipper.store.store_zips import Store
from zipper.store.unpacked_folders import mark_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with three packages."""
    made = Store(tmp_path / "cache")
    for number in range(3):
        entries = extract(make_package({"a.js": f"{number}" * 900}), label="a@1.0.0")
        made.add(StoreKey("sha512", f"{number:02x}" * 64), entries)
    return made


def test_empty_store_is_sound(tmp_path: Path) -> None:
    """A store that does not exist has nothing in it, and none is made."""
    store = Store(tmp_path / "none")

    assert (Size(0, 0), 0, ()) == (measure(store), verify(store).sound, verify(store).damaged)
    assert not (tmp_path / "none").exists()


def test_measure_counts_packages_and_bytes(store: Store) -> None:
    """The size is that of the store zips."""
    assert Size(3, sum(path.stat().st_size for path in store)) == measure(store)


def test_verify_names_what_is_damaged_and_repair_removes_it(store: Store) -> None:
    """A damaged package is named, and gone after a repair; the others stay."""
    first, *others = store
    first.write_bytes(first.read_bytes()[:-1])

    result = verify(store)
    stayed = list(store)
    repaired = repair(store)

    assert (2, (first,)) == (result.sound, result.damaged)
    assert result == repaired
    assert [first, *others] == stayed
    assert others == list(store)
    assert (2, ()) == (verify(store).sound, verify(store).damaged)


def seal(data: bytearray) -> bytes:
    """Return a store zip with sums that agree with its other bytes."""
    digest = hashlib.sha256(data[:-40]).digest()
    at = data.index(b"PK\x01\x02")
    sums = [zlib.crc32(bytes(data[start:-40]) + digest) for start in (at, 0)]
    return bytes(data[:-40]) + digest + struct.pack("<II", *sums)


@pytest.mark.parametrize("at", [24, 28])
def test_verify_finds_a_directory_that_leads_nowhere(store: Store, at: int) -> None:
    """A size or a length of the first record, which is larger than all there is."""
    path = next(iter(store))
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x01\x02") + at
    data[place : place + 2] = b"\xff\xff"
    path.write_bytes(seal(data))

    assert (path,) == verify(store).damaged == repair(store).damaged
    assert not path.exists()


def test_verify_names_what_cannot_be_read(store: Store) -> None:
    """A folder in the place of a store zip."""
    path = next(iter(store))
    path.unlink()
    path.mkdir()

    assert (2, (path,)) == (verify(store).sound, verify(store).damaged)


def test_what_has_just_gone_is_passed_over(store: Store) -> None:
    """A link that leads nowhere is as absent as what another process has removed."""
    last = list(store)[-1]
    last.with_name("ff" * 64 + ".zip").symlink_to("gone")

    assert (4, 3, ()) == (len(list(store)), verify(store).sound, verify(store).damaged)


def test_verify_looks_into_the_members(store: Store) -> None:
    """A store zip whose own sum is right, but not that of a member, is noticed too."""
    path = next(iter(store))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 16] ^= 1  # the CRC-32 of the first member, in the directory
    path.write_bytes(seal(data))
    assert store.find(StoreKey("sha512", path.stem)) is not None

    assert (path,) == verify(store).damaged


def test_verify_removes_leftovers(store: Store) -> None:
    """A temporary file that nobody writes any more goes."""
    leftover = next(iter(store)).with_name(".x.zip.1-2.zipper-tmp")
    leftover.write_bytes(b"half")

    verify(store)

    assert not leftover.exists()


def test_prune_removes_what_was_not_used(store: Store) -> None:
    """Only packages whose last use is longer ago than the days given go."""
    old, *others = store
    long_ago = time.time() - 31 * 86_400
    os.utime(old, (long_ago, long_ago))
    size = old.stat().st_size

    assert Size(0, 0) == prune(store, unused_days=32)
    assert Size(1, size) == prune(store, unused_days=30)
    assert others == list(store)


def test_prune_removes_other_codecs(store: Store) -> None:
    """The store of a codec that is no longer used goes whole."""
    other = store.root.parent / "1-zlib-1.2-6" / "sha512" / "aa"
    other.mkdir(parents=True)
    (other / "x.zip").write_bytes(b"123")

    assert Size(1, 3) == prune(store, unused_days=90)
    assert not (store.root.parent / "1-zlib-1.2-6").exists()
    assert 3 == len(list(store))


def test_prune_removes_old_notes(store: Store) -> None:
    """What was remembered long ago goes, the rest stays."""
    notes = store.notebook
    notes.remember(VERDICT, "old", b"1")
    (note,) = list_notes(store.cache_dir)
    os.utime(note, (0, time.time() - 40 * 86_400))
    notes.remember(VERDICT, "new", b"2")

    prune(store, unused_days=30)

    assert notes.recall(VERDICT, "old") is None
    assert b"2" == notes.recall(VERDICT, "new")


def test_prune_removes_notes_of_other_code(store: Store) -> None:
    """What another zipper has noted goes, and what stands where notes once were; the rest stays."""
    other = Notebook(store.cache_dir, identity="other")
    for notes in (other, store.notebook):
        notes.remember(VERDICT, (), b"1")
        notes.remember_many(FILE_FACTS, [((), b"1")])
    for former in (store.root / "notes" / "ab" / "abcd", store.cache_dir / "resolutions" / "a"):
        former.parent.mkdir(parents=True)
        former.write_bytes(b"in step")
    (store.cache_dir / "facts.sqlite").write_bytes(b"")
    (store.cache_dir / "notes" / "former-kind").mkdir()

    prune(store, unused_days=30)

    assert 1 == len(list_notes(store.cache_dir))
    assert (None, {}) == (other.recall(VERDICT, ()), other.recall_many(FILE_FACTS, [()]))
    assert b"1" == store.notebook.recall(VERDICT, ())
    assert {0: b"1"} == store.notebook.recall_many(FILE_FACTS, [()])
    assert {"notes", "store"} == {path.name for path in store.cache_dir.iterdir()}
    assert {"verdict", "file-facts.sqlite"} == {
        path.name for path in (store.cache_dir / "notes").iterdir()
    }
    assert not (store.root / "notes").exists()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_is_measured_verified_and_repaired(store: Store, kind: Kind) -> None:
    """A note of each kind is counted; with a flipped bit it is damaged, and gone after a repair."""
    if kind.is_small:
        store.notebook.remember_many(kind, [((), b"a result of some length")])
        path = store.cache_dir / "notes" / f"{kind.name}.sqlite"
    else:
        store.notebook.remember(kind, (), b"a result of some length")
        (path,) = list_notes(store.cache_dir)
    counted = {row.kind: row.notes for row in measure_notes(store.cache_dir)}
    assert {one.name: int(one is kind) for one in KINDS} == counted
    assert () == verify(store).damaged

    path.write_bytes(path.read_bytes().replace(b"some length", b"same length"))

    assert (path,) == verify(store).damaged == repair(store).damaged
    assert (3, ()) == (verify(store).sound, verify(store).damaged)
    assert 0 == sum(row.notes for row in measure_notes(store.cache_dir))


def test_verify_beside_prune_finds_no_damage(tmp_path: Path) -> None:
    """What another process has just removed is absent, and not damaged."""
    store = Store(tmp_path / "cache")
    cried: list[Path] = []
    for turn in range(12):
        for number in range(40):
            entries = extract(make_package({f"{n}.js": f"{n}" * 99 for n in range(9)}), label="a")
            made = store.add(StoreKey("sha512", f"{number:02x}" * 64), entries)
            link_packages([[(made, f"{tmp_path}/installed/{turn}-{number}")]])
        begun = threading.Barrier(2)

        def verify_beside(begun: threading.Barrier = begun) -> None:
            begun.wait()
            cried.extend(verify(store).damaged)

        thread = threading.Thread(target=verify_beside)
        thread.start()
        begun.wait()
        time.sleep(turn / 1_000)
        prune(store, unused_days=-1)
        thread.join()

    assert [] == cried


def unpack(store: Store, path: Path) -> Path:
    """Have an install unpack the store zip at `path`, and return its folder."""
    zipped = store.find(StoreKey("sha512", path.stem))
    assert zipped is not None
    link_packages([[(zipped, f"{store.cache_dir}/installed/{path.stem[:9]}")]])
    return path.with_suffix("")


def test_measure_counts_what_installs_unpacked(store: Store) -> None:
    """The folders from which installs link take room too."""
    unpack(store, next(iter(store)))

    measured = measure(store)

    assert 3 == measured.packages
    assert measured.unpacked_size_bytes > 900


@pytest.mark.parametrize("harm", ["changed", "absent", "more"])
def test_repair_removes_a_folder_that_was_changed(store: Store, harm: str) -> None:
    """A file of an install that was edited in place is edited for all installs: it goes."""
    first, second, _ = store
    folder, good = unpack(store, first), unpack(store, second)
    if harm == "changed":
        (folder / "a.js").write_text("1" * 900)
        (folder / "a.js").write_text("0" * 899 + "x")
    elif harm == "absent":
        (folder / "a.js").unlink()
    else:
        (folder / "b.js").touch()

    result = repair(store)

    assert (3, (folder,)) == (result.sound, result.damaged)
    assert (False, True) == (folder.exists(), good.exists())


def test_prune_removes_folders_with_their_package(store: Store) -> None:
    """What was unpacked goes with its store zip; so does what killed installs left."""
    old, other, _ = store
    folder, kept = unpack(store, old), unpack(store, other)
    long_ago = time.time() - 31 * 86_400
    os.utime(old, (long_ago, long_ago))
    half = other.with_name(f"{other.stem}.12-ab")
    new = other.with_name(f"{other.stem}.13-ab")
    for path in (half, new):
        path.mkdir()
    os.utime(half, (long_ago, long_ago))

    pruned = prune(store, unused_days=30)

    assert (1, True) == (pruned.packages, pruned.unpacked_size_bytes > 900)
    assert [False, True, False, True] == [path.exists() for path in (folder, kept, half, new)]


def test_prune_removes_unused_nodes_and_logs(store: Store) -> None:
    """A Node goes by the last use of its marker; one that is used stays."""
    long_ago = time.time() - 31 * 86_400
    for name in ("old", "used"):
        (store.cache_dir / "node" / name).mkdir(parents=True)
        (store.cache_dir / "node" / name / "zipper.json").write_text("{}")
    log = store.cache_dir / "scripts" / "a-1.0.0-0.log"
    log.parent.mkdir()
    log.write_text("said")
    for path in (store.cache_dir / "node" / "old" / "zipper.json", log):
        os.utime(path, (long_ago, long_ago))

    prune(store, unused_days=30)

    assert ["used"] == [path.name for path in (store.cache_dir / "node").iterdir()]
    assert not log.exists()


def test_prune_removes_unused_modules_of_bundles(store: Store) -> None:
    """They go by the time of the list beside them; what is used, or no such list, stays."""
    folder = store.cache_dir / BUNDLING
    for name in ("old", "used"):
        write_files(folder, {f"{name}/a/index.js": "1", f"{name}{NOTED}": "list"})
    (folder / "note.txt").write_text("x")
    for name in (f"old{NOTED}", "note.txt"):
        os.utime(folder / name, (1, 1))

    prune(store, unused_days=30)

    assert ["note.txt", "used", f"used{NOTED}"] == sorted(path.name for path in folder.iterdir())


def test_a_mark_without_its_store_zip_goes(store: Store) -> None:
    """A file that says of a folder that it is sound says nothing where the package has gone."""
    gone, kept, _ = store
    marks = [mark_of(unpack(store, path)) for path in (gone, kept)]
    for mark in marks:
        mark.touch()
    gone.unlink()

    repair(store)

    assert [False, True] == [mark.exists() for mark in marks]
    assert not gone.with_suffix("").exists()


def test_verify_inflates_the_members(store: Store) -> None:
    """One that is no deflated data is damaged, though the sums of the zip are right."""
    path = next(iter(store))
    data = bytearray(path.read_bytes())
    start = 30 + int.from_bytes(data[26:28], "little") + int.from_bytes(data[28:30], "little")
    data[start] = 7  # the last block, of the kind that the format has not
    path.write_bytes(seal(data))

    assert (path,) == verify(store).damaged


def test_prune_removes_old_packuments_and_what_killed_processes_left(store: Store) -> None:
    """Packuments that nobody read or wrote lately go, with locks and half-written files."""
    cache = PackumentCache(store.cache_dir / "packuments")
    for name in ("old", "new"):
        document = CachedDocument(b"{}", Terms(is_full=True))
        cache.write(f"https://registry.example/{name}", document, full=True)
    (old, new) = sorted((store.cache_dir / "packuments").glob("*/*"), key=_holds_new)
    half, lock = old.with_name(".new-abc"), store.cache_dir / "packuments" / "locks" / "abc"
    lock.parent.mkdir()
    for path in (old, half, lock):
        path.touch()
        os.utime(path, (1, 1))
    size = old.stat().st_size
    os.utime(old, (1, 1))

    assert size == prune(store, unused_days=90).size_bytes
    assert [False, True, False, False] == [path.exists() for path in (old, new, half, lock)]


def _holds_new(path: Path) -> bool:
    return b"example/new" in path.read_bytes()


@pytest.mark.parametrize(("count", "more"), [(1, ""), (3, ", and 2 more")])
def test_what_cannot_be_removed_is_told(store: Store, count: int, more: str) -> None:
    """All else is gone by then; the first is named, and how many there are."""
    long_ago = time.time() - 31 * 86_400
    logs = [store.cache_dir / "scripts" / f"{number}.log" for number in range(count)]
    for log in logs:
        log.mkdir(parents=True)  # a file is expected there
        os.utime(log, (long_ago, long_ago))
    old = next(iter(store))
    os.utime(old, (long_ago, long_ago))

    with pytest.raises(StoreError) as raised:
        prune(store, unused_days=30)

    assert f"cannot remove `{logs[0]}`{more}: Is a directory" == raised.value.message
    assert ("ESTORE", "make the cache writable, or run this as the user who owns it") == (
        raised.value.code,
        raised.value.hint,
    )
    assert not old.exists()


def test_a_repair_tells_what_cannot_be_removed(store: Store) -> None:
    """What is damaged is gone all the same."""
    path = next(iter(store))
    path.write_bytes(b"damaged")
    mark = mark_of(path.with_suffix(""))
    mark.mkdir()  # a file is expected there

    with pytest.raises(StoreError, match="Is a directory") as raised:
        repair(store)

    assert str(mark) in raised.value.message
    assert not path.exists()
