"""semver's tables: what node-semver 7.8.5 answers."""

from __future__ import annotations

import pytest
from support.shared import load_cases

from zipper.npm import semver


def options(case: dict) -> dict:
    """Return the case's options under our names."""
    given = case["options"]
    return {"loose": given["loose"], "include_prerelease": given["includePrerelease"]}


@pytest.mark.parametrize(
    "case", load_cases("semver-range-include.json") + load_cases("semver-range-exclude.json")
)
def test_satisfies_agrees(case):
    """A version is in a range exactly when node-semver says so."""
    expected = case.get("expected", True)

    assert expected == semver.satisfies(case["version"], case["range"], **options(case))


@pytest.mark.parametrize("case", load_cases("semver-range-parse.json"))
def test_canonical_range_agrees(case):
    """A range has node-semver's canonical form, or none where it is invalid."""
    assert case["expected"] == semver.valid_range(case["range"], **options(case))


@pytest.mark.parametrize("case", load_cases("semver-comparisons.json"))
def test_order_agrees(case):
    """The greater of two versions is above the lesser, both ways round."""
    loose = case["options"]["loose"]
    greater, lesser = case["greater"], case["lesser"]

    assert [1, -1, 0, 0] == [
        semver.compare(greater, lesser, loose=loose),
        semver.compare(lesser, greater, loose=loose),
        semver.compare(greater, greater, loose=loose),
        semver.compare(lesser, lesser, loose=loose),
    ]


@pytest.mark.parametrize("case", load_cases("semver-equality.json"))
def test_equality_agrees(case):
    """Versions that differ in notation or build metadata only are equal."""
    loose = case["options"]["loose"]

    assert semver.parse(case["a"], loose=loose) is not None
    assert semver.parse(case["a"], loose=loose) == semver.parse(case["b"], loose=loose)
    assert semver.compare(case["a"], case["b"], loose=loose) == 0


@pytest.mark.parametrize("case", load_cases("semver-valid-versions.json"))
def test_parts_agree(case):
    """A valid version has node-semver's parts."""
    version = semver.parse(case["raw"])

    assert case == {
        "raw": case["raw"],
        "version": version.text,
        "major": version.major,
        "minor": version.minor,
        "patch": version.patch,
        "prerelease": list(version.prerelease),
        "build": list(version.build),
    }


@pytest.mark.parametrize("case", load_cases("semver-invalid-versions.json"))
def test_invalid_versions_are_none(case):
    """What is no version is None and raises nothing."""
    assert semver.valid(case["version"], loose=case["options"]["loose"]) is None


@pytest.mark.parametrize("case", load_cases("semver-clean.json"))
def test_clean_agrees(case):
    """Cleaning and validating give node-semver's canonical version or None."""
    raw, loose = case["raw"], case["loose"]

    assert case["clean"] == semver.clean(raw, loose=loose)
    assert case["valid"] == semver.valid(raw, loose=loose)


@pytest.mark.parametrize("case", load_cases("semver-max-satisfying.json"))
def test_max_and_min_agree(case):
    """The highest and the lowest version of a list are node-semver's, as written."""
    versions, range_ = case["versions"], case["range"]

    assert case["max"] == semver.max_satisfying(versions, range_, **options(case))
    assert case["min"] == semver.min_satisfying(versions, range_, **options(case))


@pytest.mark.parametrize("case", load_cases("semver-intersects.json"))
def test_intersects_agrees(case):
    """Two ranges intersect exactly when node-semver says so."""
    assert case["expected"] == semver.intersects(case["a"], case["b"], **options(case))


@pytest.mark.parametrize("case", load_cases("semver-differential.json"))
def test_random_ranges_agree(case):
    """Random ranges and versions are read, written and matched as by node-semver."""
    found = {
        "canonical": semver.valid_range(case["range"], **options(case)),
        "valid": semver.valid(case["version"], loose=case["options"]["loose"]),
        "satisfied": semver.satisfies(case["version"], case["range"], **options(case)),
    }

    assert found == {
        "canonical": case["canonical"],
        "valid": case["valid"],
        "satisfied": bool(case["expected"]),
    }
