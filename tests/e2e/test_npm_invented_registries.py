"""Invented projects, resolved by npm's own resolver and by zipper, side by side."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import pytest

from tests.support.arborist import Arborist, NoAnswerError
from tests.support.invented_answers import (
    DEPARTURES,
    INVENT,
    SECONDS_MAX,
    ask_npm,
    is_lockfile,
    solve,
)
from tests.support.npm import node_version, require_npm

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.registry_server import RegistryServer

pytestmark = [pytest.mark.node, pytest.mark.slow]

_SEEDS = {"plain": (*range(200), 376), "wide": range(100)}


@pytest.fixture(scope="module")
def arborist() -> Iterator[Arborist]:
    require_npm()
    with Arborist(SECONDS_MAX) as process:
        yield process


def _cases() -> Iterator[object]:
    for kind, seeds in _SEEDS.items():
        for seed in seeds:
            reason = DEPARTURES[kind].get(seed)
            marks = [pytest.mark.xfail(reason=f"Deviation: {reason}")] if reason else []
            yield pytest.param(kind, seed, marks=marks, id=f"{kind}-{seed}")


@pytest.mark.parametrize(("kind", "seed"), list(_cases()))
def test_an_invented_project_resolves_as_with_npm(
    kind: str, seed: int, arborist: Arborist, registry: RegistryServer, tmp_path: Path
) -> None:
    """The lockfile is npm's byte for byte, or both fail with the same code."""
    case = INVENT[kind](seed)
    try:
        locked, expected = ask_npm(case, arborist, registry, tmp_path / "project")
    except NoAnswerError as reason:
        pytest.skip(f"npm gives no answer: {reason}")

    actual = solve(case, locked if is_lockfile(locked) else None, node=node_version())

    assert actual == expected, "\n".join(
        difflib.unified_diff(expected.splitlines(), actual.splitlines(), "npm", "zipper")
    )
