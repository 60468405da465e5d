"""`devEngines`: each answer is that of npm-install-checks 8, which npm 11.19.1 asks."""

from __future__ import annotations

import pytest

from zipper.errors import ProjectError
from zipper.npm.dev_engines import find_misfits

CURRENT = {
    "packageManager": ("npm", "11.0.0"),
    "runtime": ("node", "24.1.0"),
    "cpu": ("x64", None),
    "libc": ("glibc", None),
    "os": ("linux", None),
}


def runtime(**fields: str) -> dict:
    """Return the field with one runtime."""
    return {"runtime": {"name": "node", **fields}}


ROWS = {
    "nothing": ({}, None),
    "no version": (runtime(), None),
    "fits": (runtime(version=">=22"), None),
    "does not fit": (runtime(version=">=99"), True),
    "error": (runtime(version=">=99", onFail="error"), True),
    "download": (runtime(version=">=99", onFail="download"), True),
    "warn": (runtime(version=">=99", onFail="warn"), False),
    "ignore": (runtime(version=">=99", onFail="ignore"), None),
    "empty onFail": (runtime(version="24.1.0", onFail="error"), None),
    "another runtime": ({"runtime": {"name": "bun"}}, True),
    "no range": (runtime(version="lts"), True),
    "one of two": ({"runtime": [{"name": "bun"}, {"name": "node"}]}, None),
    "the last says": (
        {"runtime": [{"name": "bun", "onFail": "error"}, {"name": "deno", "onFail": "warn"}]},
        False,
    ),
    "no alternative": ({"runtime": []}, None),
    "manager": ({"packageManager": {"name": "pnpm", "version": "9"}}, True),
    "os": ({"os": {"name": "darwin", "onFail": "warn"}}, False),
    "version of the os": ({"os": {"name": "linux", "version": ">=99"}}, None),
}


@pytest.mark.parametrize(("field", "expected"), ROWS.values(), ids=ROWS)
def test_what_follows(field: dict, *, expected: bool | None) -> None:
    """An engine fits, or is ignored (None), or is a warning (False), or an error (True)."""
    found = find_misfits(field, CURRENT)

    assert ([] if expected is None else [expected]) == [misfit.is_error for misfit in found]
    assert all(misfit.reasons for misfit in found)


MALFORMED = {
    "text": "node",
    "list": [],
    "engine": {"browser": {"name": "x"}},
    "alternative": {"runtime": "node"},
    "no name": {"runtime": {"version": "1"}},
    "property": {"runtime": {"name": "node", "url": "x"}},
    "number": {"runtime": {"name": "node", "version": 24}},
    "onFail": {"runtime": {"name": "node", "onFail": "stop"}},
}


@pytest.mark.parametrize("field", MALFORMED.values(), ids=MALFORMED)
def test_malformed(field: object) -> None:
    """What npm cannot read either is refused."""
    with pytest.raises(ProjectError) as raised:
        find_misfits(field, CURRENT)

    assert "EBADDEVENGINES" == raised.value.code
