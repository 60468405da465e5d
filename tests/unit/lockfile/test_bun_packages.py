"""Rows of bun.lock that are one package: what it is linked to, as bun 1.4.5 does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zipper.lockfile.bun_packages import list_placed, unite_rows
from zipper.npm.package_json import Manifest
from zipper.tree.locked_graph import Instance

if TYPE_CHECKING:
    from collections.abc import Sequence


def unite(
    rows: dict[str, tuple[str, dict[str, str]]],
    manifest: Manifest = Manifest(),  # noqa: B008  (it never changes)
    placed: Sequence[str] = (),
) -> dict[str, Instance]:
    """Return the instances of rows, each with its version and its peers."""
    found = {key: Instance(manifest, {}, peers) for key, (_, peers) in rows.items()}
    names = {key: (key.rpartition("/")[2], version) for key, (version, _) in rows.items()}
    return unite_rows(found, names, placed)


def test_a_package_is_one_wherever_it_is() -> None:
    """What depends on one of its rows depends on the first, which alone is left."""
    rows = {"p": ("1", {}), "r/p": ("2", {}), "s/p": ("2", {}), "s": ("1", {"p": "s/p"})}
    united = unite(rows)

    assert ["p", "r/p", "s"] == list(united)
    assert {"p": "r/p"} == united["s"].peer_targets


@pytest.mark.parametrize(
    ("placed", "optional", "expected"),
    [
        (["a/p", "b/p", "c/p"], True, "q"),
        (["b/p", "c/p", "a/p"], True, "r/q"),
        (["b/p", "c/p", "a/p"], False, "s/q"),
    ],
)
def test_an_optional_peer_is_what_the_first_place_finds(
    placed: list[str], optional: bool, expected: str
) -> None:
    """A required one is what the last row finds."""
    rows: dict[str, tuple[str, dict[str, str]]] = {key: (key, {}) for key in ("q", "r/q", "s/q")}
    places = {"a/p": "q", "b/p": "r/q", "c/p": "s/q"}
    manifest = Manifest(peer_optional=frozenset({"q"} if optional else ()))
    united = unite(
        {**rows, **{key: ("1", {"q": to}) for key, to in places.items()}}, manifest, placed
    )

    assert {"q": expected} == united["a/p"].peer_targets


def test_places_are_breadth_first() -> None:
    """Optional ones of a package come before its others, and peers last; each once."""
    top = Manifest(dependencies={"a": "*", "b": "*"}, optional_dependencies={"z": "*"})
    found = {
        "./": Instance(top, {}, folder=""),
        "a": Instance(Manifest(dependencies={"c": "*"}, peer_dependencies={"b": "*"}), {}),
        **{name: Instance(Manifest(), {}) for name in "bcz"},
    }

    assert ["./", "z", "a", "b", "c"] == list_placed(found, ["./"], lambda _own, _key, name: name)


def test_a_bundled_row_stays_apart() -> None:
    """It is in the tarball of its owner, and is linked there."""
    plain = Instance(Manifest(), {}, {})
    rows = {"p": plain, "o/p": plain._replace(bundled_in="o")}

    assert rows == unite_rows(rows, dict.fromkeys(rows, ("p", "1")), ())
