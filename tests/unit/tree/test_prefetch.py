"""What will probably be asked for next, told from manifests and packuments."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.invented_registry import registry
from zipper.npm.package_json import parse_manifest
from zipper.npm.packument import Packument, packument_from_object
from zipper.npm.pick import PickOptions
from zipper.tree.prefetch import Wish, follow_wish, list_wishes

_ALL = {
    "dependencies": {
        "a": "^1",
        "alias": "npm:b@~2",
        "bare": "npm:@s/c",
        "local": "file:l",
        "hosted": "github:o/r",
        "no": "npm:",
        "": "1",
    },
    "optionalDependencies": {"o": "*"},
    "devDependencies": {"d": "1.0.0"},
    "peerDependencies": {"p": "next", "q": "^3", "hosted": "owner/repository"},
    "peerDependenciesMeta": {"q": {"optional": True}},
}


def wishes_of(**options: Any) -> list[Wish]:
    """Return the wishes of a package that has dependencies of every type."""
    return list_wishes(parse_manifest(_ALL), **options)


def test_what_is_placed_brings_its_dependencies_and_peers() -> None:
    """Everything that a registry can answer counts; an optional peer is looked at, not placed."""
    assert wishes_of(is_placed=True) == [
        Wish("p", "next"),
        Wish("q", "^3", is_placed=False),
        Wish("a", "^1"),
        Wish("b", "~2"),
        Wish("@s/c", "*"),
        Wish("o", "*"),
    ]


def test_of_what_is_only_looked_at_the_peers_are_too() -> None:
    """Nothing below it lies in the tree."""
    assert wishes_of(is_placed=False) == [
        Wish("p", "next", is_placed=False),
        Wish("q", "^3", is_placed=False),
    ]


def test_peers_are_nobodys_where_npm_leaves_them_alone() -> None:
    """With `legacy-peer-deps` no peer is asked for."""
    names = [wish.name for wish in wishes_of(is_placed=True, legacy_peer_deps=True)]

    assert names == ["a", "b", "@s/c", "o"]


def test_development_dependencies_count_where_they_are_installed() -> None:
    """Those of the project itself, and of what is linked into it."""
    assert Wish("d", "1.0.0") in wishes_of(is_placed=True, dev=True)


def packument(name: str, packages: dict[str, Any]) -> Packument:
    """Return the packument of `name` in an invented registry."""
    return packument_from_object(registry(packages).packuments[name], name)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("^1.0.0", [Wish("b", "^2")]),
        ("^2.0.0", [Wish("c", "^3")]),
        ("^9.0.0", []),
        ("not a spec", []),
    ],
)
def test_a_wish_leads_to_what_the_picked_version_asks_for(spec: str, expected: list[Wish]) -> None:
    """A wish that cannot be answered leads nowhere: it is told when it is asked for."""
    found = packument(
        "a", {"a@1.0.0": {"dependencies": {"b": "^2"}}, "a@2.0.0": {"dependencies": {"c": "^3"}}}
    )

    assert expected == follow_wish(found, Wish("a", spec), options=PickOptions())
