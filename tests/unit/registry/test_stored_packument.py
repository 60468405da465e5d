"""A packument that is read from the cache in parts is the one that was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zipper.npm.packument import Packument, parse_packument
from zipper.registry.freshness import Terms
from zipper.registry.packument_cache import (
    CachedDocument,
    Contents,
    IndexedDocument,
    PackumentCache,
)
from zipper.registry.packument_index import index_packument
from zipper.registry.stored_packument import open_stored

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://registry.example/a"
TEXTS = st.text(max_size=4)
PACKUMENTS = st.fixed_dictionaries(
    {"versions": st.dictionaries(TEXTS, st.dictionaries(TEXTS, TEXTS | st.integers()))},
    optional={
        "name": st.just("a"),
        "dist-tags": st.dictionaries(TEXTS, TEXTS),
        "time": st.dictionaries(TEXTS, TEXTS),
        "readme": TEXTS,
    },
)


def keep(folder: Path, text: bytes) -> IndexedDocument | CachedDocument:
    """Write a packument as the client does, and find it again."""
    cache = PackumentCache(folder)
    packument = parse_packument(text, "a")
    index = index_packument(text, packument)
    contents = None if index is None else Contents(packument.dist_tags, index)
    cache.write(URL, CachedDocument(text, Terms(is_full=True)), full=True, contents=contents)
    found = cache.find(URL, full=True)
    assert found is not None
    return found


def refuse() -> Packument:
    """Stand for a registry that must not be asked."""
    raise AssertionError("asked again")


def describe(packument: Packument) -> tuple[Any, ...]:
    """Return all that a packument says."""
    versions = {
        version: None if (found := packument.find_manifest(version)) is None else found.raw
        for version in packument.versions
    }
    return versions, list(packument.versions), dict(packument.dist_tags), dict(packument.time)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=PACKUMENTS, indent=st.sampled_from([None, 2]), ascii_only=st.booleans())
def test_what_is_read_in_parts_is_what_was_written(
    tmp_path: Path, document: dict[str, Any], indent: int | None, ascii_only: bool
) -> None:
    """Versions, manifests, tags and times are those of the text, however it is laid out."""
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only).encode()

    found = keep(tmp_path, text)

    if isinstance(found, IndexedDocument):
        assert describe(parse_packument(text, "a")) == describe(open_stored("a", found, refuse))
    else:
        assert text == found.body


def test_an_ordinary_packument_is_read_in_parts(tmp_path: Path) -> None:
    """What stands in the file beside the index and one manifest does not matter."""
    versions = {f"1.{minor}.0": {"name": "a", "version": f"1.{minor}.0"} for minor in range(2000)}
    found = keep(tmp_path, json.dumps({"name": "a", "versions": versions}).encode())

    assert isinstance(found, IndexedDocument)
    assert "1.7.0" == open_stored("a", found, refuse).manifest("1.7.0").version


@pytest.mark.parametrize(
    "document",
    [
        b'{"versions":{"1.0.0\\n":{}}}',
        b'{"versions":{"":{}}}',
        b'{"versions":{"\\ud800":{}}}',
        b'{"versions":{"1.0.0":{}},"stagedVersions":{"versions":{"2.0.0":{}}}}',
        b'{"versions":{"1.0.0":{}},"policyRestrictions":{"message":"no"}}',
        b'{"versions":{"1.0.0":{"a":1},"2.0.0":{},"1.0.0":{"b":1}}}',
        b'{"versions":{"1.0.0":{"a":1}, "2.0.0":{},"3.0.0":{"b":1}}}',
        b'{"versions":{"1.0.0":{"a":1},"2.0.0":{},"\\u0033.0.0":{"b":1}}}',
        b'{"versions":7}',
    ],
)
def test_an_odd_packument_stays_itself(tmp_path: Path, document: bytes) -> None:
    """Where the index has no place for something, the text is read whole, with the same result."""
    try:
        expected = parse_packument(document, "a")
    except Exception:  # noqa: BLE001  (a text that is refused cannot get an index)
        return
    found = keep(tmp_path, document)

    if isinstance(found, IndexedDocument):
        assert describe(expected) == describe(open_stored("a", found, refuse))
    else:
        assert document == found.body


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_part_that_the_disk_lost_is_fetched_again(tmp_path: Path, damage: str) -> None:
    """The file may go or change between the index and the manifest."""
    text = b'{"name":"a","versions":{"1.0.0":{"version":"1.0.0"}},"time":{"1.0.0":"2020-01-01"}}'
    found = keep(tmp_path, text)
    assert isinstance(found, IndexedDocument)
    if damage == "gone":
        found.path.unlink()
    else:
        found.path.write_bytes(found.path.read_bytes().replace(b"0", b"9"))
    asked: list[str] = []

    def again() -> Packument:
        asked.append("a")
        return parse_packument(text, "a")

    packument = open_stored("a", found, again)

    assert "1.0.0" == packument.manifest("1.0.0").version
    assert {"1.0.0": "2020-01-01"} == packument.time
    assert ["a", "a"] == asked


@pytest.mark.parametrize("cut", [0, 1, 30, 200, 500])
def test_a_damaged_index_counts_as_absent(tmp_path: Path, cut: int) -> None:
    """An index that is not what was written is not believed, and the file goes."""
    text = json.dumps({"versions": {f"1.0.{n}": {} for n in range(100)}}).encode()
    found = keep(tmp_path, text)
    assert isinstance(found, IndexedDocument)
    data = bytearray(found.path.read_bytes())
    data[found.text_offset - 1 - cut] ^= 1
    found.path.write_bytes(data)

    assert PackumentCache(tmp_path).find(URL, full=True) is None
    assert not found.path.exists()
