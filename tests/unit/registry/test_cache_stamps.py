"""By its stamp a cached packument is known again, and anything else is not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from zipper.npm.npm_settings import NpmSettings
from zipper.npm.packument import parse_packument
from zipper.registry.freshness import Terms, may_use
from zipper.registry.packument_cache import CachedDocument, Contents, PackumentCache
from zipper.registry.packument_index import index_packument

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zipper.registry.cache_stamps import Stamp

URL = "https://registry.example/a"
TEXT = b'{"name":"a","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"version":"1.0.0"}}}'


def keep(folder: Path, text: bytes = TEXT, *, full: bool = True) -> CachedDocument:
    """Write a packument into the cache, under the name of the full form."""
    packument = parse_packument(text, "a")
    index = index_packument(text, packument)
    assert index is not None
    document = CachedDocument(text, Terms(is_full=True, fresh_seconds=300))
    contents = Contents(packument.dist_tags, index)
    return PackumentCache(folder).write(URL, document, full=full, contents=contents)


def stamps_of(folder: Path, document: CachedDocument, *, full: bool = True) -> tuple[Stamp, ...]:
    found = PackumentCache(folder).stamp(URL, document, full=full)
    assert found is not None
    return found


def holds(stamp: Stamp, folder: Path) -> bool:
    return stamp.holds(folder, lambda _: True)


def test_what_was_written_holds_and_so_does_what_was_read(tmp_path: Path) -> None:
    """The stamp of a document that was just fetched is that of the file that is found later."""
    (written,) = stamps_of(tmp_path, keep(tmp_path))
    cache = PackumentCache(tmp_path)
    found = cache.find(URL, full=True)
    assert found is not None
    (read,) = cache.stamp(URL, found, full=True) or ()

    assert written == read
    assert holds(read, tmp_path)
    assert len((tmp_path / read.file).read_bytes()) == read.size_bytes


CHANGES: dict[str, Callable[[Path, Path], Any]] = {
    "replaced": lambda folder, _: keep(folder, TEXT.replace(b"}}}", b"}} }")),
    "written again": lambda folder, _: keep(folder),
    "confirmed": lambda folder, _: PackumentCache(folder).confirm(URL, keep(folder), full=True),
    "touched": lambda _, path: os.utime(path, (1, 1)),
    "cut": lambda _, path: os.truncate(path, 10),
    "removed": lambda _, path: path.unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_has_changed_since_does_not_hold(
    tmp_path: Path, change: Callable[[Path, Path], Any]
) -> None:
    """Whatever was done to the file, its size or its time tells."""
    (stamp,) = stamps_of(tmp_path, keep(tmp_path))
    os.utime(tmp_path / stamp.file, (2, 2))
    aged = stamp._replace(confirmed_at=2.0)
    assert holds(aged, tmp_path)
    change(tmp_path, tmp_path / stamp.file)

    assert not holds(aged, tmp_path)


def test_confirmed_document_has_the_stamp_of_its_file(tmp_path: Path) -> None:
    """What the registry confirms holds from that moment on."""
    kept = keep(tmp_path)
    cache = PackumentCache(tmp_path)
    found = cache.find(URL, full=True)
    assert found is not None
    os.utime(tmp_path / stamps_of(tmp_path, kept)[0].file, (2, 2))
    told = cache.confirm(URL, found, full=True)
    (stamp,) = cache.stamp(URL, told, full=True) or ()

    assert told.terms.confirmed_at > 2
    assert holds(stamp, tmp_path)


def test_other_form_holds_while_the_one_that_was_wanted_is_absent(tmp_path: Path) -> None:
    """Where the full form answered for the abbreviated one, an abbreviated one would be taken."""
    kept = keep(tmp_path)
    absent, present = stamps_of(tmp_path, kept, full=False)

    assert [None, True] == [absent.size_bytes, holds(present, tmp_path)]
    assert holds(absent, tmp_path)
    keep(tmp_path, full=False)
    assert not holds(absent, tmp_path)


def test_document_that_is_not_kept_has_no_stamp(tmp_path: Path) -> None:
    """What a registry forbids to keep cannot be found again."""
    document = CachedDocument(TEXT, Terms(is_full=True))

    assert PackumentCache(tmp_path).stamp(URL, document, full=True) is None


@pytest.mark.parametrize(
    ("settings", "offline", "expected"),
    [
        (NpmSettings(), False, (True, False)),
        (NpmSettings(), True, (True, True)),
        (NpmSettings(prefer_offline=True), False, (True, True)),
        (NpmSettings(prefer_online=True), False, (False, False)),
    ],
    ids=["default", "offline", "prefer-offline", "prefer-online"],
)
def test_stamp_holds_only_where_the_entry_may_be_used(
    tmp_path: Path, settings: NpmSettings, offline: bool, expected: tuple[bool, bool]
) -> None:
    """Within and past its freshness, by the rule that decides for packuments themselves."""
    (stamp,) = stamps_of(tmp_path, keep(tmp_path))
    moments = (stamp.confirmed_at + 299, stamp.confirmed_at + 301)
    found = tuple(
        stamp.holds(
            tmp_path,
            lambda terms, now=now: may_use(terms, settings, offline=offline, began=now, now=now),
        )
        for now in moments
    )

    assert expected == found
