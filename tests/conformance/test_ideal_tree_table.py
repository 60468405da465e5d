"""The ideal trees of npm 11, as data: 346 projects, what npm made of them, what it installed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.drawing import draw_tree_differences, entries_of
from tests.support.resolving import request_of, resolve, world_of
from tests.support.shared import CONFORMANCE
from zipper.errors import ZipperError
from zipper.target import Target
from zipper.tree.model import Tree
from zipper.tree.select import select

_TARGET = Target("nodejs20.x", "x86_64")


def _load() -> list[Any]:
    cases = []
    for path in sorted((CONFORMANCE / "ideal-tree").glob("*.json")):
        table = json.loads(path.read_text(encoding="utf-8"))
        cases += [pytest.param(c, table["environment"], id=c["id"]) for c in table["cases"]]
    return cases


_CASES = _load()
_INSTALLED = [param for param in _CASES if "production" in param.values[0]["expected"]]


def _resolve(case: dict[str, Any], environment: dict[str, str]) -> Tree | str:
    try:
        return resolve(request_of(case, environment), world_of(case)).tree
    except ZipperError as error:
        return error.code


@pytest.mark.parametrize(("case", "environment"), _CASES)
def test_the_tree_is_npms(case: dict[str, Any], environment: dict[str, str]) -> None:
    """Locations, versions, names, flags and links are npm's, or the error has npm's code."""
    expected = case["expected"]

    actual = _resolve(case, environment)

    project = request_of(case, environment).path
    if "error" in expected:
        assert expected["error"] == actual
    else:
        assert isinstance(actual, Tree), f"npm resolves this, zipper says {actual}"
        differences = draw_tree_differences(
            expected["packages"], entries_of(actual, project=project)
        )
        assert not differences, differences


@pytest.mark.parametrize(("case", "environment"), _INSTALLED)
def test_what_is_installed_for_production_is_npms(
    case: dict[str, Any], environment: dict[str, str]
) -> None:
    """The selection for linux x64 without development dependencies is what npm puts on disk."""
    tree = _resolve(case, environment)
    assert isinstance(tree, Tree)

    selected = select(
        tree,
        target=_TARGET,
        legacy_peer_deps=bool(case.get("options", {}).get("legacyPeerDeps")),
        keep_extraneous=request_of(case, environment).lockfile is None,
    )

    folders = [location for location in selected.nodes if "node_modules" in location.split("/")]
    assert case["expected"]["production"] == sorted(folders)
