"""The comparison of lockfiles must notice each way in which two trees can differ."""

from __future__ import annotations

import json

import pytest

from tests.support.compare_lockfiles import compare_lockfiles

A = "node_modules/a"
PACKAGES = {"": {"name": "fn"}, A: {"version": "1.0.0", "dev": True, "engines": {"node": ">=4"}}}


def lockfile(packages: dict) -> str:
    return json.dumps({"lockfileVersion": 3, "packages": packages})


def test_equal_trees_have_no_differences() -> None:
    """The same packages leave nothing to tell."""
    assert [] == compare_lockfiles(lockfile(PACKAGES), lockfile(PACKAGES))


@pytest.mark.parametrize(
    ("ours", "difference"),
    [
        ({"": PACKAGES[""]}, f"only in npm: {A} 1.0.0 dev"),
        (
            {**PACKAGES, "node_modules/b": {"link": True}},
            "only in zipper: node_modules/b (no version) link",
        ),
        (
            {**PACKAGES, A: {**PACKAGES[A], "version": "1.0.1"}},
            f"version {A}: npm 1.0.0, zipper 1.0.1",
        ),
        ({**PACKAGES, A: {**PACKAGES[A], "dev": False}}, f"flags {A}: dev: npm true, zipper false"),
        (
            {**PACKAGES, A: {**PACKAGES[A], "peer": True}},
            f"flags {A}: peer: npm (absent), zipper true",
        ),
        (
            {**PACKAGES, A: {"version": "1.0.0", "dev": True}},
            f'value {A}: engines: npm {{"node": ">=4"}}, zipper (absent)',
        ),
        ({**PACKAGES, "": {"name": "other"}}, 'value the root: name: npm "fn", zipper "other"'),
    ],
)
def test_each_difference_is_told(ours: dict, difference: str) -> None:
    """A location, version, flag or value that differs is named with what both say."""
    assert [difference] == compare_lockfiles(lockfile(PACKAGES), lockfile(ours))
