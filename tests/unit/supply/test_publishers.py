"""What is told of a new version: who published it, with which proof, and with which scripts."""

from __future__ import annotations

import pytest

from zipper.npm.package_json import parse_manifest
from zipper.supply.publishers import compare_publishers

BOB = {"_npmUser": {"name": "bob"}}
EVE = {"_npmUser": {"name": "eve"}}
PROVENANCE = {"dist": {"attestations": {"provenance": {"predicateType": "slsa"}}}}
TRUSTED = {"_npmUser": {"name": "bob", "trustedPublisher": {"id": "github"}}}
SCRIPT = {"hasInstallScript": True}

CHANGES = {
    "nothing": ({}, {}, []),
    "the same publisher": (BOB, BOB, []),
    "another publisher": (BOB, EVE, ["EPUBLISHER"]),
    "publishers that only one version tells": ({}, EVE, []),
    "provenance lost": (PROVENANCE, {}, ["EPROVENANCE"]),
    "provenance gained": ({}, PROVENANCE, []),
    "a trusted publisher, then a person with provenance": (
        TRUSTED,
        {**BOB, **PROVENANCE},
        ["EPROVENANCE"],
    ),
    "a trusted publisher, then a person": (TRUSTED, BOB, ["EPROVENANCE"]),
    "provenance, then a trusted publisher": ({**BOB, **PROVENANCE}, TRUSTED, []),
    "a script gained": (BOB, {**BOB, **SCRIPT}, ["EINSTALLSCRIPT"]),
    "a script kept": (SCRIPT, SCRIPT, []),
    "a script lost": (SCRIPT, {}, []),
    "all at once": (TRUSTED, {**EVE, **SCRIPT}, ["EPUBLISHER", "EPROVENANCE", "EINSTALLSCRIPT"]),
    "nonsense": ({"_npmUser": [], "dist": {"attestations": [1]}}, {"_npmUser": {"name": 7}}, []),
}


@pytest.mark.parametrize(("before", "after", "codes"), CHANGES.values(), ids=CHANGES)
def test_changes_of_trust(before: dict, after: dict, codes: list[str]) -> None:
    """Less trust than the locked version had is told, more or the same is not."""
    locked = parse_manifest({"name": "a", "version": "1.0.0", **before})
    new = parse_manifest({"name": "a", "version": "1.1.0", **after})

    assert codes == [warning.code for warning in compare_publishers(locked, new)]
