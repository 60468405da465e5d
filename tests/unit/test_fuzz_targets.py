"""Inputs changed at random, a few hundred for each reader; the script plays many more."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.support.fuzz.budget import choose
from tests.support.fuzz.changes import change
from tests.support.fuzz.targets import SEEDS, TARGETS, play


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_changed_seeds_give_values_or_coded_errors(target: str) -> None:
    """Whatever is done to an input, its reader ends with a value or a ZipperError."""
    dice = random.Random(target)
    for _ in range(400):
        play(target, change(dice.choice(SEEDS[target]), dice))


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_most_seeds_are_read(target: str) -> None:
    """The seeds are good enough for a change to matter: some of them give a value."""
    readable = 0
    for seed in SEEDS[target]:
        try:
            TARGETS[target](seed)
        except Exception:  # noqa: BLE001  (counted below)
            continue
        readable += 1

    assert readable > 0


@pytest.mark.parametrize("budget_seconds", [3600, 600, 100, 3])
def test_every_reader_gets_its_slice(budget_seconds: int) -> None:
    """However small a budget is, no target of the coverage-guided fuzzing goes without a slice."""
    spent: Counter[str] = Counter()
    left = budget_seconds
    while chosen := choose(spent, left, longest_seconds=90):
        target, seconds = chosen
        spent[target] += seconds
        left -= seconds

    assert sorted(TARGETS) == sorted(spent)
    assert max(spent.values()) - min(spent.values()) <= 90
    assert sum(spent.values()) <= max(budget_seconds, len(TARGETS))
