"""What several zips have is kept in memory, within bounds."""

from __future__ import annotations

from tests.support.checking import zip_files
from zipper.archive.listing import read_listing
from zipper.archive.runs import Run
from zipper.pipeline.parts_in_memory import PartsInMemory

ENTRY = read_listing(zip_files({"a.js": "1"})).entries[0]
HALF = 100_000
"""So many members, twice, are as many as are kept."""


def run_of(members: int) -> Run:
    return Run(b"", [ENTRY] * members, b"")


def test_what_is_shared_is_known_by_its_digest() -> None:
    """The first asker makes it; bytes are found again by their records and content."""
    parts, run, other = PartsInMemory(), run_of(1), run_of(1)

    known = parts.share("x", run, b"content")

    assert known is parts.share("x", other)
    assert known is parts.find(run, b"content")
    assert parts.find(run, b"others") is None
    assert parts.find(other, b"content") is None
    assert (run,) == parts.runs[b"a.js"]
    assert known is not parts.share("y", other, b"others")
    assert (run, other) == parts.runs[b"a.js"]


def test_the_first_go_where_there_are_too_many() -> None:
    """With their records, contents and what was found of them; the newest stays, however large."""
    parts, runs = PartsInMemory(), [run_of(HALF) for _ in range(3)]
    first = parts.share("0", runs[0], b"content")
    first.memory["found"] = 1
    second = parts.share("1", runs[1])
    assert tuple(runs[:2]) == parts.runs[b"a.js"]
    assert first is parts.share("0", runs[0])

    parts.share("2", runs[2])

    assert tuple(runs[1:]) == parts.runs[b"a.js"]
    assert {} == first.memory
    assert parts.find(runs[0], b"content") is None
    assert second is parts.share("1", runs[1])
    large = run_of(2 * HALF + 1)
    assert parts.share("large", large) is parts.share("large", large)
    assert (large,) == parts.runs[b"a.js"]
    parts.share("small", run_of(1))
    assert 1 == len(parts.runs[b"a.js"])


def test_only_so_many_bytes_are_kept() -> None:
    """What comes first stays; what goes makes room again."""
    parts, content = PartsInMemory(), bytes(40 << 20)
    first, second, third, large = run_of(1), run_of(1), run_of(1), run_of(2 * HALF)

    parts.share("0", first, content)
    parts.share("1", second, content)
    assert parts.find(first, content) is not None
    assert parts.find(second, content) is None
    parts.share("small", second, bytes(24 << 20))
    assert parts.find(second, bytes(24 << 20)) is not None
    parts.share("large", large)
    parts.share("2", third, content)
    assert parts.find(third, content) is not None
