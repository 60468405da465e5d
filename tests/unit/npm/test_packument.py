"""Packuments: hostile answers, and decoding no more than is read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.errors import RegistryError
from zipper.npm.packument import packument_from_object, parse_packument

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
FIELDS = ["name", "versions", "dist-tags", "time", "stagedVersions", "policyRestrictions"]


def parse(value) -> object:
    """Return the packument in the JSON text of `value`."""
    return parse_packument(json.dumps(value).encode(), "a")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'"text"',
        b'{"versions"',
        b"\xff\xfe",
        b'{"versions": {"1.0.0": ' + b"[" * 100_000,
        b"[" * 100_000,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_what_is_no_packument_is_refused(data):
    """Bytes that are no JSON object end in EPACKUMENT, however deep or broken."""
    with pytest.raises(RegistryError) as caught:
        parse_packument(data, "a")

    assert caught.value.code == "EPACKUMENT"


def test_packument_of_another_name_is_refused():
    """An answer for another name is never used for the one that was asked for."""
    with pytest.raises(RegistryError) as caught:
        parse({"name": "b", "versions": {}})

    assert caught.value.code == "EPACKUMENT"


@given(st.dictionaries(st.sampled_from([*FIELDS, "__proto__"]), JSON))
def test_odd_parts_count_as_absent(value):
    """Any JSON object is read or refused with EPACKUMENT, and its versions can be asked for."""
    try:
        packument = parse(value)
    except RegistryError as error:
        assert (error.code, value["name"] == "a") == ("EPACKUMENT", False)  # noqa: PT017
        return

    for version in packument.versions:
        assert packument.find_manifest(version) is None or packument.outline(version) is not None
    assert packument.time is not None
    assert len(packument.ordered().keys) <= len(packument.versions) + len(packument.restricted)


@given(st.dictionaries(st.sampled_from(FIELDS[1:]), JSON))
def test_bytes_and_objects_give_the_same(value):
    """Decoding lazily from bytes and reading a decoded object agree."""
    lazy, eager = parse(value), packument_from_object(value, "a")

    assert lazy.dist_tags == eager.dist_tags
    assert list(lazy.versions) == list(eager.versions)
    assert [lazy.find_manifest(version) for version in lazy.versions] == [
        eager.find_manifest(version) for version in eager.versions
    ]


def test_only_the_manifest_that_is_asked_for_is_decoded():
    """A broken manifest beside the one that is asked for does no harm."""
    packument = parse({"versions": {"1.0.0": {"name": "a", "version": "1.0.0"}, "2.0.0": 7}})

    assert packument.manifest("1.0.0").version == "1.0.0"
    assert packument.find_manifest("2.0.0") is None
    with pytest.raises(RegistryError):
        packument.manifest("2.0.0")


def test_manifest_is_decoded_once():
    """Asking twice gives the same value."""
    packument = parse({"versions": {"1.0.0": {"name": "a"}}})

    assert packument.manifest("1.0.0") is packument.manifest("1.0.0")


def test_prototype_keys_are_ordinary_names():
    """Keys that are special in JavaScript are versions that do not parse."""
    packument = parse({"versions": {"__proto__": {"version": "9.0.0"}, "1.0.0": {}}})

    assert [entry[0] for entry in packument.ordered().entries] == ["1.0.0"]


def test_prereleases_are_left_out_where_no_range_can_mean_them() -> None:
    """What is odder than `1.2.3-x` stays among the rest, and is judged by the range."""
    names = ["1.0.0", "1.0.0-rc.1", "2.0.0-0", "v3.0.0", "4.0.0beta", "5.0.0+build", "6-1.0"]
    packument = packument_from_object({"versions": {name: {} for name in names}}, "a")

    assert [entry[0] for entry in packument.ordered(prereleases=False).entries] == [
        "1.0.0",
        "v3.0.0",
        "4.0.0beta",
        "5.0.0+build",
    ]
