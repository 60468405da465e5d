"""`check` finds an error exactly where AWS's own loaders did, for packages rebuilt from reports."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from support.mutations import pack
from support.shared import REPOSITORY

from zipper.archive.listing import read_listing
from zipper.checks.run_rules import check_zip
from zipper.pipeline.noted_facts import NotedFacts
from zipper.store.notes import Notebook
from zipper.target import Target

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = REPOSITORY / "fixtures" / "loading" / "cases.json"
CASES = json.loads(TABLE.read_text(encoding="utf-8"))["cases"]
DIFFERS: dict[str, str] = {
    "cond-prod": "NODE_ENV decides, which people set: a warning",
    "tmpl-import-missing": "a variable decides, which people set",
}
"""Why a case has another verdict, by its name."""


def zip_of(files: Mapping[str, str | Mapping[str, str]]) -> bytes:
    """Return the zip of a case's files."""
    return pack({name: _member(value) for name, value in files.items()})


def _member(value: str | Mapping[str, str]) -> tuple[bytes, int]:
    if isinstance(value, str):
        return value.encode(), 0o644
    content = base64.b64decode(value["base64"]) if "base64" in value else value["text"].encode()
    return content, int(value.get("mode", "0o644"), 8)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_verdict(case, request):
    """An error is found on those runtimes on which the handler does not load, and on no other."""
    if case["name"] in DIFFERS:
        request.node.add_marker(pytest.mark.xfail(reason=DIFFERS[case["name"]]))
    package = zip_of(case["files"])
    layers = tuple(read_listing(zip_of(files)) for files in case.get("layers", ()))

    reports = {
        runtime: check_zip(
            package,
            path=case["name"],
            target=Target(runtime),
            handler=case["handler"],
            layers=layers,
        )
        for runtime in case["loads"]
    }

    loads = {runtime: told is True for runtime, told in case["loads"].items()}
    found = {runtime: report.verdict == "pass" for runtime, report in reports.items()}
    codes = {(f.code, f.message) for report in reports.values() for f in report.findings}
    assert loads == found, sorted(codes)


def test_what_is_remembered_changes_nothing(tmp_path):
    """In one run, after all the other packages and again from notes, each has the same findings."""
    first, second = (NotedFacts(Notebook(tmp_path, identity="one")) for _ in range(2))
    for case in CASES:
        layers = tuple(read_listing(zip_of(files)) for files in case.get("layers", ()))
        runtime = next(iter(case["loads"]))
        options = {"path": "", "target": Target(runtime), "handler": case["handler"]}
        package = zip_of({**case["files"], "a-first-file": case["name"]})

        reports = [
            check_zip(package, layers=layers, facts=facts, **options)
            for facts in (None, first, first, second)
        ]

        assert [reports[0]] * 4 == reports
