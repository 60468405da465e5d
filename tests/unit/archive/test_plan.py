"""Plans: sorted, dated, without clashes, whatever order the entries come in."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.planned_zips import planned_zip
from zipper.archive.dos_time import parse_dos_time
from zipper.archive.entries import (
    DOS_EPOCH,
    FIELDS,
    STORED,
    UTF8_FLAG,
    PlannedEntry,
    PlannedZip,
    make_entry,
    put_below,
)
from zipper.archive.plan import lay_out
from zipper.archive.splice import splice
from zipper.errors import ArchiveError


def entry(name: str, data: bytes = b"x", *, executable: bool = False) -> PlannedEntry:
    return make_entry(name, data, method=STORED, crc=7, size=len(data), executable=executable)


def names(entries: list[PlannedEntry]) -> list[str]:
    return [item.name.decode() for item in lay_out(entries).entries]


def test_names_are_sorted_by_their_bytes() -> None:
    """Upper case before lower case, `-` before `/`, and UTF-8 by its bytes."""
    wanted = ["B", "a-b", "a/b", "a0", "é", "\u65e5", "\U0001f600"]

    assert wanted == names([entry(name) for name in reversed(wanted)])


@settings(max_examples=60, deadline=None)
@given(st.permutations(["a", "b/c", "b/d", "b-e", "Z", "é", "b/c.js"]))
def test_order_of_the_input_does_not_matter(order: list[str]) -> None:
    """Any order gives the same plan."""
    first = lay_out([entry(name, name.encode()) for name in sorted(order)])

    assert first == lay_out([entry(name, name.encode()) for name in order])


@pytest.mark.parametrize(
    ("clashing", "words"),
    [
        (["a", "b", "a"], "`a` is twice"),
        (["a", "b", "c", "b"], "`b` is twice"),
        (["a", "a/b"], "`a` is a file, and other files need a folder"),
        (["a/b", "a.js", "a", "a-b"], "`a` is a file"),
        (["a/b/c/d", "a/b"], "`a/b` is a file"),
        (["a/b/c", "a/b.c", "a/b"], "`a/b` is a file"),
        (["é\udcff", "é\udcff"], r"`é\\xff` is twice"),
    ],
)
def test_clashes_are_refused(clashing: list[str], words: str) -> None:
    """A name that is twice, or as file and folder, is EZIP and named."""
    with pytest.raises(ArchiveError, match=words) as raised:
        names([entry(name) for name in clashing])

    assert ("EZIP", True) == (raised.value.code, "--exclude" in (raised.value.hint or ""))


NAMES = st.lists(
    st.lists(st.sampled_from(["a", "b", "a.js", "é"]), min_size=1, max_size=3).map("/".join),
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(NAMES)
def test_clashes_are_found_wherever_they_are(given_names: list[str]) -> None:
    """A plan is refused exactly where a file system could not hold it."""
    folders = {name[:at] for name in given_names for at in range(len(name)) if name[at] == "/"}
    holds = len(set(given_names)) == len(given_names) and not folders & set(given_names)
    try:
        lay_out([entry(name) for name in given_names])
        accepted = True
    except ArchiveError:
        accepted = False

    assert holds == accepted


def test_entry_holds_the_fields_of_its_headers() -> None:
    """Version 2.0, the UTF-8 flag only where needed, 1980, two modes."""
    plain, other = entry("a", b"12"), entry("é", b"", executable=True)

    assert (20, 0, STORED, DOS_EPOCH, 7, 2, 2) == FIELDS.unpack(plain.fields)
    assert UTF8_FLAG == FIELDS.unpack(other.fields)[1]
    assert (0o100644, 0o100755) == (plain.mode, other.mode)
    assert (2, 0) == (plain.size_bytes, other.size_bytes)


def test_describe_tells_what_will_be_there() -> None:
    """Name, size, compressed size and executable, in the order of the zip."""
    plan = lay_out([entry("b", b"123", executable=True), entry("a", b"1")])

    assert [("a", 1, 1, False), ("b", 3, 3, True)] == list(plan.describe())
    assert 4 == plan.unzipped_size_bytes


def test_dates_are_those_asked_for() -> None:
    """Every entry has the date of the plan, and nothing else of it changes."""
    dated = lay_out([entry("a")], dos_time=parse_dos_time(1_700_000_000)).entries[0]

    assert parse_dos_time(1_700_000_000) == FIELDS.unpack(dated.fields)[3]
    assert entry("a") == dated._replace(fields=entry("a").fields)


def zip_of(folder: bytes, *given_names: str) -> PlannedZip:
    plan = lay_out([put_below(entry(name), folder) for name in given_names])
    data = b"".join(piece for chunk in splice(plan) for piece in chunk)
    return planned_zip(folder, data, plan.unzipped_size_bytes)


def test_zip_stays_whole_where_it_stands_alone() -> None:
    """Neighbours whose names begin alike do not stand in its folder."""
    zipped = zip_of(b"m/a/", "x", "y")

    plan = lay_out([entry("m/a0"), zipped, entry("m/a-b/x")])

    assert [b"m/a-b/x", b"m/a/", b"m/a0"] == [part.name for part in plan.parts]
    assert [b"m/a-b/x", b"m/a/x", b"m/a/y", b"m/a0"] == [e.name for e in plan.entries]
    assert 4 == plan.files


@pytest.mark.parametrize("inside", ["m/a/b", "m/a/w", "m/a/z/q"])
def test_zip_is_taken_apart_where_something_else_stands_in_its_folder(inside: str) -> None:
    """Sorted by name, another file may belong between its members."""
    plan = lay_out([zip_of(b"m/a/", "x", "y"), entry(inside), zip_of(b"m/b/", "x")])

    wanted = sorted([b"m/a/x", b"m/a/y", b"m/b/", inside.encode()])
    assert wanted == [part.name for part in plan.parts]


@pytest.mark.parametrize("name", ["m/a", "m/a/x", "m/a/x/y"])
def test_clash_with_a_whole_zip_is_refused(name: str) -> None:
    """A file in the place of its folder, of one of its files, or below one."""
    with pytest.raises(ArchiveError, match=r"needs? a folder|is twice"):
        lay_out([zip_of(b"m/a/", "x", "y"), entry(name)])


def test_one_zip_twice_in_one_place_is_refused() -> None:
    """Two packages in one folder are a clash like any other."""
    with pytest.raises(ArchiveError, match="`m/a/x` is twice"):
        lay_out([zip_of(b"m/a/", "x"), zip_of(b"m/a/", "x")])


def test_date_is_that_of_the_members_of_a_zip_too() -> None:
    """A date other than the store's own is written into each member."""
    dated = lay_out([zip_of(b"m/a/", "x")], dos_time=parse_dos_time(1_700_000_000))

    assert [parse_dos_time(1_700_000_000)] == [FIELDS.unpack(e.fields)[3] for e in dated.entries]


def read_dos_time(data: bytes) -> datetime:
    time, date = struct.unpack("<HH", data)
    return datetime(
        1980 + (date >> 9), date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, (time & 31) * 2,
        tzinfo=UTC,
    )  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.integers(315_532_800, 4_354_819_199))
def test_dates_are_those_of_the_calendar(seconds: int) -> None:
    """From 1980 to 2107 each second is the calendar's in UTC, in steps of two."""
    expected = datetime.fromtimestamp(seconds - seconds % 2, tz=UTC)

    assert expected == read_dos_time(parse_dos_time(seconds))


@pytest.mark.parametrize("seconds", [-1, 0, 315_532_799])
def test_dates_before_1980_are_its_first_day(seconds: int) -> None:
    """A zip knows no earlier date."""
    assert DOS_EPOCH == parse_dos_time(seconds)


@pytest.mark.parametrize("seconds", [4_354_819_200, 999_999_999_999])
def test_dates_after_2107_are_its_last_moment(seconds: int) -> None:
    """A zip knows no later date."""
    last = datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)

    assert last == read_dos_time(parse_dos_time(seconds))
