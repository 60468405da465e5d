"""ssri's table: what ssri 13.0.1 answers about integrity strings."""

from __future__ import annotations

import pytest
from support.shared import load_cases

from zipper.errors import IntegrityError
from zipper.npm.integrity import check_data, from_data, from_hex, parse_integrity

CASES = load_cases("ssri.json")


def cases_of(function: str) -> list:
    """Return the cases that ask `function`, named by their ids."""
    return [pytest.param(case, id=case["id"]) for case in CASES if case["fn"] == function]


@pytest.mark.parametrize("case", cases_of("parse"))
def test_parsing_agrees(case):
    """An integrity string has ssri's hashes, normal form and strongest algorithm."""
    integrity = parse_integrity(case["integrity"], strict=case["strict"])
    found = integrity and {
        algorithm: [
            {
                "source": str(item),
                "algorithm": item.algorithm,
                "digest": item.digest,
                "options": list(item.options),
            }
            for item in hashes
        ]
        for algorithm, hashes in integrity.hashes.items()
    }

    assert case["expected"] == found
    assert case["string"] == (str(integrity) if integrity else "")
    assert case["strongest"] == (integrity.strongest if integrity else None)


@pytest.mark.parametrize("case", cases_of("checkData"))
def test_checking_agrees(case):
    """Data match by the same hash as in ssri, or fail with the same code."""
    try:
        found = check_data(case["data"].encode(), parse_integrity(case["integrity"]))
        result = f"{found.algorithm}-{found.digest}", None
    except IntegrityError as error:
        result = False, error.code

    assert (case["expected"], case["errorCode"]) == result


@pytest.mark.parametrize("case", cases_of("fromData"))
def test_making_agrees(case):
    """The integrity of data is written as ssri writes it."""
    made = from_data(case["data"].encode(), algorithms=case["algorithms"])

    assert case["expected"] == str(made)


@pytest.mark.parametrize("case", cases_of("fromHex"))
def test_hexadecimal_digests_agree(case):
    """A hexadecimal digest becomes ssri's integrity string."""
    assert case["expected"] == str(from_hex(case["hex"], algorithm=case["algorithm"]))


@pytest.mark.parametrize("case", cases_of("hexDigest"))
def test_writing_hexadecimal_agrees(case):
    """The hexadecimal form of an integrity is ssri's."""
    assert case["expected"] == parse_integrity(case["integrity"]).hex_digest


@pytest.mark.parametrize("case", cases_of("match"))
def test_matching_agrees(case):
    """Two integrity strings share the same hash as in ssri."""
    a, b = parse_integrity(case["a"]), parse_integrity(case["b"])
    found = a.match(b) if a and b else None

    assert case["expected"] == (f"{found.algorithm}-{found.digest}" if found else False)
