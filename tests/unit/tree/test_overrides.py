"""Overrides where packages are gathered with their peers before they are placed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import resolve
from zipper.errors import ResolutionError
from zipper.tree.overrides import _means, conflict, parse_overrides


def test_rules_spread_along_the_edges_of_a_gathering() -> None:
    """`a` is needed once: no rule, wherever it was learned, keeps it from being shared.

    Expected as npm 11 resolves it.
    """
    world = registry(
        {
            "a@1.1.0": {},
            "a@3.0.0": {"dependencies": {"f": ">=1.1.0"}},
            "c@2.0.0": {
                "dependencies": {"@s/h": ">=1.1.0"},
                "peerDependencies": {"e": "1.0.0", "a": "^1.0.0"},
            },
            "d@2.0.0": {"dependencies": {"a": "^1.0.0"}},
            "e@1.1.0": {"dependencies": {"a": "1 || 2"}, "peerDependencies": {"@s/h": ">=1 <3"}},
            "f@2.0.0": {"dependencies": {"c": ">=1 <3"}},
            "@s/h@2.0.0": {"dependencies": {"a": "*"}},
        }
    )
    manifest = {
        "dependencies": {"d": "*", "@s/h": "^2.0.0"},
        "overrides": {"d@>=2": "$d", "e@1": {}},
    }

    tree = resolve(project(manifest), world).tree

    assert {at: node.version for at, node in tree.nodes.items() if at} == {
        "node_modules/@s/h": "2.0.0",
        "node_modules/a": "1.1.0",
        "node_modules/d": "2.0.0",
    }


@pytest.mark.parametrize(
    ("versions", "spec", "expected"),
    [
        ("^1.0.0", "^1.5.0", True),
        ("^2.0.0", "^1.5.0", False),
        ("^1.0.0", "npm:b@^1.2.0", True),
        ("^2.0.0", "npm:b@^1.2.0", False),
        ("^1.0.0", "github:x/a#semver:^1.2.0", True),
        ("^2.0.0", "github:x/a#semver:^1.2.0", False),
        ("^1.0.0", "github:x/a", False),
        ("^1.0.0", "latest", True),
        ("^1.0.0", "file:../a", True),
    ],
)
def test_a_rule_for_some_versions_is_for_specs_that_can_mean_them(
    versions: str, spec: str, expected: bool
) -> None:
    """Ranges are compared, of aliases and of git too; a tag or a folder has no versions."""
    rule, edge = SimpleNamespace(key_spec=versions), SimpleNamespace(name="a", raw_spec=spec)

    assert expected == _means(rule, edge)


@pytest.mark.parametrize(("depth", "is_refused"), [(100, False), (102, True), (5_000, True)])
def test_overrides_are_nested_no_deeper_than_people_write(depth: int, *, is_refused: bool) -> None:
    """More would only be there to exhaust whatever reads them."""
    value: object = "1.0.0"
    for number in range(depth):
        value = {f"p{number}": value}
    try:
        parse_overrides(value)
    except ResolutionError as error:
        assert (is_refused, error.code) == (True, "EOVERRIDE")  # noqa: PT017  (both are tried)
    else:
        assert not is_refused


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"a": "1"}, {"a": "2"}, True),
        ({"a": "^1.0.0"}, {"a": "1.5.0"}, False),
        ({"a": "$b"}, {"a": "2"}, False),
        ({"a": "1"}, {"a": "$b"}, False),
        ({"a": "latest"}, {"a": "2"}, False),
        ({"a": "1"}, {"a": "file:x"}, False),
        ({"a": "npm:b@1"}, {"a": "2"}, False),
        ({"a": "bogus:x"}, {"a": "2"}, False),
        ({"a": "1"}, {"b": "2"}, False),
        ({"a@1": "1"}, {"a": "2"}, False),
        ({"a": ""}, {"a": "2"}, False),
        ({"a": {".": "1", "c": "1"}}, {"a": {".": "2", "c": "1"}}, True),
        ({"a": "1", "b": "1"}, {"b": "2", "a": "1"}, True),
    ],
)
def test_rules_that_no_version_can_follow_contradict(
    one: dict[str, object], other: dict[str, object], *, expected: bool
) -> None:
    """As lib/override-set.js says it: what is no version or range contradicts nothing."""
    first, second = parse_overrides({"x": one, "y": other}).children.values()

    assert [expected] * 2 == [conflict(first, second), conflict(second, first)]


@pytest.mark.parametrize(
    ("key", "versions"),
    [
        ("a", "*"),
        ("a@", "*"),
        ("a@ ", "*"),
        ("a@ 1", "1"),
        ("@s/a@1", "1"),
        ("a@latest", "latest"),
        ("a@github:x/y", "github:x/y"),
        ("a@file:z", "file:z"),
        ("a@npm:b@1", "npm:b@1"),
        ("a@https://r.example/a.tgz", "https://r.example/a.tgz"),
    ],
)
def test_a_rule_without_a_value_keeps_the_versions_of_its_key(key: str, versions: str) -> None:
    """As lib/override-set.js has it, but for a space, which means any version there too."""
    (rule,) = parse_overrides({key: {"c": "1"}}).children.values()

    assert (versions, versions) == (rule.key_spec, rule.value)
