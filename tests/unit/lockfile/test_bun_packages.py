"""Rows of bun.lock that are one package: what it is linked to, as bun 1.4.5 does."""

from __future__ import annotations

import pytest

from zipper.lockfile.bun_packages import unite_rows
from zipper.npm.package_json import Manifest
from zipper.tree.locked_graph import Instance


def unite(rows: dict[str, tuple[str, dict[str, str]]]) -> dict[str, Instance]:
    """Return the instances of rows, each with its version and its peers."""
    found = {key: Instance(Manifest(), {}, peers) for key, (_, peers) in rows.items()}
    names = {key: (key.rpartition("/")[2], version) for key, (version, _) in rows.items()}
    return unite_rows(found, names)


def test_a_package_is_one_wherever_it_is() -> None:
    """What depends on one of its rows depends on the first, which alone is left."""
    rows = {"p": ("1", {}), "r/p": ("2", {}), "s/p": ("2", {}), "s": ("1", {"p": "s/p"})}
    united = unite(rows)

    assert ["p", "r/p", "s"] == list(united)
    assert {"p": "r/p"} == united["s"].peer_targets


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (["q", "r/q", "r/q"], "q"),
        (["r/q", "q", "r/q"], "q"),
        (["q", "b/p/q", "q"], "b/p/q"),
        (["r/q", "s/q", "s/q"], "s/q"),
    ],
)
def test_own_counts_before_top_and_top_before_between(found: list[str], expected: str) -> None:
    """Among rows that find a package between, the last counts."""
    rows = {"q": ("1", {}), "r/q": ("2", {}), "s/q": ("3", {}), "b/p/q": ("4", {})}
    places = dict(zip(("a/p", "b/p", "c/p"), found, strict=True))
    united = unite({**rows, **{key: ("1", {"q": to}) for key, to in places.items()}})

    assert {"q": expected} == united["a/p"].peer_targets


def test_a_bundled_row_stays_apart() -> None:
    """It is in the tarball of its owner, and is linked there."""
    plain = Instance(Manifest(), {}, {})
    rows = {"p": plain, "o/p": plain._replace(bundled_in="o")}

    assert rows == unite_rows(rows, dict.fromkeys(rows, ("p", "1")))
