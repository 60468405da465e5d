"""npm-package-arg's table: what package specs parse to."""

from __future__ import annotations

import pytest
from support.shared import load_cases

from zipper.errors import ResolutionError
from zipper.npm.spec import parse_spec, resolve_spec

CASES = load_cases("spec-parse.json")
HOME = "/home/somebody"
FIELDS = {
    "type": "type",
    "registry": "registry",
    "name": "name",
    "scope": "scope",
    "escapedName": "escaped_name",
    "raw": "raw",
    "rawSpec": "raw_spec",
    "saveSpec": "save_spec",
    "fetchSpec": "fetch_spec",
    "gitCommittish": "git_committish",
    "gitRange": "git_range",
    "gitSubdir": "git_subdir",
}
HOSTED = ("type", "domain", "user", "project", "auth", "default", "shortcut", "ssh", "sshurl")


def parse(case: dict):
    """Return the case's spec, parsed or resolved as the case says."""
    options = {"where": case["where"], "home": HOME}
    if case["call"] == "parse":
        return parse_spec(case["raw"].replace("{HOME}", HOME), **options)
    return resolve_spec(case["name"], case["spec"].replace("{HOME}", HOME), **options)


def show(spec, keys) -> dict:
    """Return the spec under npm's names, as far as `keys` ask."""
    shown = {key: getattr(spec, FIELDS[key]) for key in keys if key in FIELDS}
    if "string" in keys:
        shown["string"] = str(spec)
    if "hosted" in keys:
        shown["hosted"] = spec.hosted and {
            **{name: getattr(spec.hosted, name) for name in HOSTED},
            "committish": spec.hosted.committish,
            "https": spec.hosted.https,
            "git": spec.hosted.git,
            "tarball": spec.hosted.tarball,
            "string": spec.hosted.fetch_spec,
        }
    return shown


def with_home(value):
    """Return a table's value with the home folder put in."""
    if isinstance(value, dict):
        return {key: with_home(item) for key, item in value.items()}
    return value.replace("{HOME}", HOME) if isinstance(value, str) else value


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case["id"]) for case in CASES if "expected" in case]
)
def test_spec_agrees(case):
    """A spec has npm's type and parts."""
    expected = with_home(case["expected"])
    sub_spec = expected.pop("subSpec", None)
    spec = parse(case)

    assert expected == show(spec, expected)
    assert sub_spec == (spec.sub_spec and show(spec.sub_spec, sub_spec))


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case["id"]) for case in CASES if "error" in case]
)
def test_refusal_agrees(case):
    """What npm refuses is refused, with npm's code where it has one."""
    with pytest.raises(ResolutionError) as caught:
        parse(case)

    assert caught.value.code == (case["error"]["code"] or "EINVALIDSPEC")
    assert caught.value.hint
