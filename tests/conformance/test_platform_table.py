"""npm-install-checks' table: which platforms and engines a manifest admits."""

from __future__ import annotations

import pytest
from support.shared import load_cases

from zipper.errors import ResolutionError
from zipper.npm.package_json import parse_manifest
from zipper.npm.platform import check_engine, check_platform, fits_engine, fits_platform

CASES = load_cases("install-checks.json")


def cases_of(function: str) -> list:
    """Return the cases that ask `function`, named by their ids."""
    return [pytest.param(case, id=case["id"]) for case in CASES if case["fn"] == function]


def error_of(check, *args, **options) -> str | None:
    """Return the code of the error that `check` raises, or None."""
    try:
        check(*args, **options)
    except ResolutionError as error:
        return error.code
    return None


@pytest.mark.parametrize("case", cases_of("checkPlatform"))
def test_platform_agrees(case):
    """A manifest fits a platform exactly when npm says so."""
    given = case["environment"]
    platform = {
        "os": given.get("os", "linux"),
        "cpu": given.get("cpu", "x64"),
        # The table was recorded on a machine with glibc, which npm asks for Linux only.
        "libc": given.get("libc", "glibc" if given.get("os", "linux") == "linux" else None),
    }
    platform["force"] = case["force"]
    manifest = parse_manifest(case["target"])

    assert case["error"] == error_of(check_platform, manifest, **platform)
    assert (case["error"] is None) == fits_platform(manifest, **platform)


@pytest.mark.parametrize("case", cases_of("checkEngine"))
def test_engine_agrees(case):
    """A manifest's engines admit versions exactly when npm says so."""
    engines = {
        "node_version": case["nodeVersion"],
        "npm_version": case["npmVersion"],
        "force": case["force"],
    }
    manifest = parse_manifest(case["target"])

    assert case["error"] == error_of(check_engine, manifest, **engines)
    assert (case["error"] is None) == fits_engine(manifest, **engines)
