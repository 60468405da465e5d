"""npm-pick-manifest's tables: which version is picked."""

from __future__ import annotations

import json

import pytest
from support.npm_answers import load_table
from support.shared import load_cases

from zipper.errors import ResolutionError
from zipper.npm.packument import packument_from_object, parse_packument
from zipper.npm.pick import PickOptions, pick_version
from zipper.npm.spec import resolve_spec

CASES = load_cases("pick-manifest.json") + load_cases("pick-manifest-differential.json")
CASES += [
    {"id": f"random-{n}", "packument": question[0], "wanted": question[1], "opts": question[2],
     "expected": answer}
    for n, (question, answer) in enumerate(load_table("picks"))
]  # fmt: skip
OPTIONS = {
    "nodeVersion": "node_version",
    "npmVersion": "npm_version",
    "defaultTag": "default_tag",
    "before": "before",
    "includeStaged": "include_staged",
    "avoid": "avoid",
    "avoidStrict": "avoid_strict",
}


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
@pytest.mark.parametrize("as_bytes", [True, False], ids=["bytes", "object"])
def test_picking_agrees(case, as_bytes):
    """The version that npm picks is picked, or picking fails with npm's code."""
    packument = case["packument"]
    name = packument.get("name") or "unnamed"
    options = PickOptions(**{OPTIONS[key]: value for key, value in case["opts"].items()})
    read = (
        parse_packument(json.dumps(packument).encode(), name)
        if as_bytes
        else packument_from_object(packument, name)
    )
    try:
        picked = pick_version(read, resolve_spec(name, case["wanted"], where="/"), options=options)
    except ResolutionError as error:
        assert case["expected"] == {"error": error.code}  # noqa: PT017 (a version is as good)
        return

    facts = {
        "version": picked.manifest.version,
        "bin": dict(picked.manifest.bin),
        "shouldAvoid": picked.should_avoid,
        "outsideDependencyRange": picked.outside_dependency_range,
        "isSemVerMajor": picked.is_semver_major,
    }
    assert case["expected"] == {key: facts[key] for key in case["expected"] if key in facts}
