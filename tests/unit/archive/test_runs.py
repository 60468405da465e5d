"""Records that another zip has are recognized, and mean what reading each of them says."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from support.checking import zip_files

from zipper.archive.directory import Entry
from zipper.archive.listing import Listing, read_listing
from zipper.archive.runs import Run, find_places, gather

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = st.text("abcé/.", min_size=1, max_size=12)
FILES = st.dictionaries(NAMES.map("m/a/{}".format), st.binary(max_size=50), min_size=1)


def run_of(archive: bytes, first: int) -> Run:
    """Return the run of all members from `first` on."""
    listing = read_listing(archive)
    places = [listing.directory_start + place for place in find_places(listing.entries)]
    return Run(archive[places[first] : places[-1]], listing.entries[first:], b"")


def read(archive: bytes, *runs: Run) -> Listing:
    """Read a zip of which runs are known."""
    return read_listing(archive, {run.name: (run,) for run in runs})


@given(FILES, st.binary(max_size=90), st.binary(max_size=90))
def test_a_run_is_what_its_records_say(files: dict[str, bytes], one: bytes, other: bytes) -> None:
    """Behind another first member, so at other offsets, the entries are those that are read."""
    run = run_of(zip_files({"a.js": one, **files}), 1)

    moved = zip_files({"a.js": other, **files, "z.js": one})

    listing = read(moved, run)
    assert {1: run} == listing.runs
    assert read_listing(moved).entries == listing.entries
    assert all(isinstance(entry, Entry) for entry in listing.entries)


@given(FILES, st.data())
def test_another_record_is_no_run(files: dict[str, bytes], data: st.DataObject) -> None:
    """Where any byte of the records differs, whichever it is, the members are read one by one."""
    archive = zip_files(files)
    run = run_of(archive, 0)
    directory = bytearray(archive)
    start = read_listing(archive).directory_start
    place = data.draw(st.integers(start, start + run.size - 1))
    directory[place] ^= data.draw(st.integers(1, 255))
    changed = bytes(directory)

    assert read_listing(changed).entries == read(changed, run).entries


def test_a_run_that_is_cut_off_is_none() -> None:
    """A directory with fewer records than the run has them read one by one."""
    run = run_of(zip_files({"m/a.js": "1", "m/b.js": "2"}), 0)

    listing = read(zip_files({"m/a.js": "1"}), run)

    assert {} == listing.runs
    assert ["m/a.js"] == [entry.name for entry in listing.entries]


def test_what_is_found_in_a_run_is_found_once() -> None:
    """The second zip that has a run is asked about its other members alone."""
    run = run_of(zip_files({"m/a.js": "1", "m/b.js": "2"}), 0)
    asked: list[list[str]] = []

    def look(entries: Sequence[Entry]) -> int:
        asked.append([entry.name for entry in entries])
        return len(entries)

    found = [
        gather(read(zip_files({first: "1", "m/a.js": "1", "m/b.js": "2"}), run), "size", look)
        for first in ("a.js", "b.js")
    ]

    assert [[2, 1], [2, 1]] == found
    assert [["m/a.js", "m/b.js"], ["a.js"], ["b.js"]] == asked


def test_what_is_found_in_a_listing_is_found_once() -> None:
    """It is asked once about its members, and anew about a part of them."""
    listing = read_listing(zip_files({"a.js": "1", "m/a.js": "1"}))
    asked: list[list[str]] = []

    def look(entries: Sequence[Entry]) -> int:
        asked.append([entry.name for entry in entries])
        return len(entries)

    part = listing._replace(entries=listing.entries[:1], memory=None)
    found = [gather(one, "size", look) for one in (listing, listing, part)]

    assert [[2], [2], [1]] == found
    assert [["a.js", "m/a.js"], ["a.js"]] == asked


def test_threads_ask_at_once() -> None:
    """Whatever is worked out when it is first asked for is the same for all who ask meanwhile."""
    archive = zip_files({f"m/a{number}.js": str(number) for number in range(200)})
    listing = read_listing(archive)
    directory = archive[listing.directory_start :]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            for _ in range(100):
                run = run_of(archive, 0)
                asked = [pool.submit(run.is_at, directory, 0) for _ in range(4)]
                assert all(one.result() for one in asked)
                moved = [pool.submit(run.move, directory, 0) for _ in range(4)]
                assert all(list(listing.entries) == one.result() for one in moved)
    finally:
        sys.setswitchinterval(interval)
