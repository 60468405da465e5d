"""Placing a package with its peers while the tree around them changes."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import request_of, resolve, world_of
from zipper.errors import ResolutionError


def test_peers_of_what_has_gone_meanwhile_are_no_conflict() -> None:
    """Putting `g` in place removes `f`, for which it was put there: then its peer `c` is moot.

    What remains is the version of `f` that does not exist, as npm 11 says too.
    """
    packages = registry(
        {
            "c@1.0.0": {},
            "c@2.0.0": {},
            "e@1.0.0": {"dependencies": {"c": "^1.0.0", "g": "^2.0.0"}},
            "f@2.0.0": {"peerDependencies": {"g": "<2"}},
            "g@1.1.0": {"peerDependencies": {"c": "^2.0.0"}},
            "g@2.0.0": {"dependencies": {"g": "2.1.0-beta.1", "f": ">=1.1.0"}},
            "h@1.1.0": {"peerDependencies": {"e": "1 || 2"}},
        }
    ).packuments
    files = {
        "package.json": {"dependencies": {"h": "1 || 2"}, "workspaces": ["packages/*"]},
        "packages/a/package.json": {
            "name": "a",
            "version": "2.0.0",
            "devDependencies": {"f": "<2"},
        },
    }
    case = {"packuments": packages, "files": files}
    request = request_of(case, {"node": "22.0.0", "npm": "11.0.0"})

    with pytest.raises(ResolutionError) as caught:
        resolve(request, world_of(case))

    assert caught.value.code == "ETARGET"
    assert "`f`" in caught.value.message


def test_a_workspace_that_answers_a_peer_stays_where_it_is() -> None:
    """`b` is looked at with its peer `a`, the workspace, and then not taken; `a` is still there."""
    packages = registry(
        {
            "b@1.1.0": {"peerDependencies": {"a": "1 || 2"}},
            "b@2.0.0": {},
            "d@1.1.0": {"peerDependencies": {"b": "^1.0.0"}},
            "d@3.0.0": {},
            "f@1.1.0": {"optionalDependencies": {"b": "^2.0.0", "d": "^1.0.0"}},
            "g@1.0.0": {"peerDependencies": {"h": ">=1.1.0"}},
            "h@1.1.0": {"dependencies": {"d": "*"}, "peerDependencies": {"f": ">=1.1.0"}},
        }
    ).packuments
    files = {
        "package.json": {"workspaces": ["packages/*"]},
        "packages/a/package.json": {
            "name": "a",
            "version": "2.0.0",
            "dependencies": {"g": "*"},
        },
    }
    case = {"packuments": packages, "files": files}
    request = request_of(case, {"node": "22.0.0", "npm": "11.0.0"})

    tree = resolve(request, world_of(case)).tree

    assert tree.nodes["node_modules/a"].link_target == "packages/a"
    assert not tree.nodes["packages/a"].extraneous
    assert not tree.nodes["node_modules/g"].extraneous


def test_a_chain_of_peers_takes_time_in_proportion_to_its_length() -> None:
    """Where nothing is in the way, a set of peers is asked about once, not once for each member."""
    steps = [_count_calls(_peers_in_a_chain(length)) for length in (100, 200)]

    assert steps[1] < 2.2 * steps[0]


def test_a_set_of_peers_that_meets_another_is_asked_about_anew() -> None:
    """`b` of the set stands there already, in a version that `c` at its end cannot take."""
    packages = registry(
        {
            "a@1.0.0": {"peerDependencies": {"b": "*"}},
            "b@1.0.0": {"peerDependencies": {"c": "*"}},
            "b@2.0.0": {"peerDependencies": {"c": "*"}},
            "c@1.0.0": {"peerDependencies": {"b": "^1.0.0"}},
            "x@1.0.0": {"dependencies": {"a": "*"}},
        }
    ).packuments
    files = {"package.json": {"dependencies": {"b": "^2.0.0", "x": "*"}}}
    case = {"packuments": packages, "files": files}

    with pytest.raises(ResolutionError) as caught:
        resolve(request_of(case, {"node": "22.0.0", "npm": "11.0.0"}), world_of(case))

    assert caught.value.code == "ERESOLVE"


def _peers_in_a_chain(length: int) -> dict[str, Any]:
    packages = {
        f"p{number:03}@1.0.0": {"peerDependencies": {f"p{number + 1:03}": "*"}}
        for number in range(length)
    }
    packages[f"p{length:03}@1.0.0"] = {}
    files = {"package.json": {"dependencies": {"p000": "*"}}}
    return {"packuments": registry(packages).packuments, "files": files}


def _count_calls(case: dict[str, Any]) -> int:
    """Return how many calls of Python's functions it takes to resolve `case`."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:  # noqa: ARG001
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        resolve(request_of(case, {"node": "22.0.0", "npm": "11.0.0"}), world_of(case))
    finally:
        sys.setprofile(before)
    return count


def test_an_optional_peer_is_looked_for_in_all_that_is_below() -> None:
    """What another package has in its own folder is taken before the registry's newest."""
    packages = registry(
        {
            "p@1.0.0": {},
            "p@2.0.0": {},
            "p@2.1.0": {},
            "aa@1.0.0": {"dependencies": {"p": "2.0.0"}},
            "bb@1.0.0": {
                "peerDependencies": {"p": "^2.0.0"},
                "peerDependenciesMeta": {"p": {"optional": True}},
            },
        }
    )
    wanted = {"dependencies": {"aa": "*", "bb": "*", "p": "1.0.0"}}

    with pytest.raises(ResolutionError) as caught:
        resolve(project(wanted), packages)

    assert ("ERESOLVE", ("placing", "p@2.0.0")) == (caught.value.code, caught.value.facts[0])
