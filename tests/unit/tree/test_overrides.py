"""Overrides where packages are gathered with their peers before they are placed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import resolve
from zipper.errors import ResolutionError
from zipper.npm.package_json import parse_manifest
from zipper.tree.draft import Draft, DraftNode
from zipper.tree.overrides import (
    OverrideSet,
    _means,
    conflict,
    forget_overrides,
    parse_overrides,
    take_overrides,
)


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


@pytest.mark.parametrize(("depth", "is_refused"), [(100, False), (101, True), (5_000, True)])
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


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ({"b": 1}, "write a version, a range, another spec, or an object of further overrides"),
        ({"b": None}, "write a version, a range, another spec, or an object of further overrides"),
        (
            {"b": {".": {}}},
            "write a version, a range, another spec, or an object of further overrides",
        ),
        ({1: "1"}, "write a version, a range, another spec, or an object of further overrides"),
        ({"https://r.example/a.tgz": "1"}, "write `name` or `name@range`"),
        ({"a": {"./b": "1"}}, "write `name` or `name@range`"),
    ],
)
def test_what_is_no_rule_is_refused(value: object, hint: str) -> None:
    """With what to write instead."""
    with pytest.raises(ResolutionError) as raised:
        parse_overrides(value)

    assert ("EOVERRIDE", hint) == (raised.value.code, raised.value.hint)


@pytest.mark.parametrize("value", [None, {}, [], "a", 1])
def test_what_has_no_rules(value: object) -> None:
    """Nothing is replaced."""
    assert parse_overrides(value) is None


def show(rules: OverrideSet | None) -> dict[str, tuple[str, ...]] | None:
    """Return the rules in force at the top by name, each with what it is for and what it gives."""
    return rules and {
        name: tuple(f"{rule.key_spec} -> {rule.value}" for rule in found)
        for name, found in rules.rules.items()
    }


def test_rules_in_force_are_those_around_too() -> None:
    """The innermost first; a rule is in force below itself; a dot gives the version of its key."""
    root = parse_overrides(
        {".": "9", "a": "1", "b@2": {".": "2.1.0", "a": "3", "c": {"a": "4"}}, "d": ""}
    )
    assert root is not None
    b = root.children["b@2"]

    assert {"a": ("* -> 1",), "b": ("2 -> 2.1.0",), "d": ("* -> *",)} == show(root)
    assert {"a": ("* -> 3",), "c": ("* -> *",), "b": ("2 -> 2.1.0",), "d": ("* -> *",)} == show(b)
    c = b.children["c"]
    assert {"a": ("* -> 4",), "c": ("* -> *",), "b": ("2 -> 2.1.0",), "d": ("* -> *",)} == show(c)
    assert [c, b, root] == [*c.ancestry()]
    found = [b.node_rule(*one) for one in (("a", "3.0.0"), ("b", "2.5.0"), ("b", "3.0.0"))]
    assert [b.children["a"], b, b] == found
    assert root is root.node_rule("b", "3.0.0")
    assert b is root.node_rule("b", "2.0.0")


def lay_out(overrides: dict[str, object], tree: dict[str, dict[str, str]]) -> dict[str, DraftNode]:
    """Return packages side by side by name, each with what it needs, under a project's rules."""
    fields = {"name": "p", "dependencies": dict.fromkeys(tree, "*"), "overrides": overrides}
    root = DraftNode("p", parse_manifest(fields), overrides=parse_overrides(overrides))
    draft = Draft(root, "/p")
    nodes = {"p": root}
    for name, needs in tree.items():
        raw = {"name": name, "version": "1.0.0", "dependencies": needs}
        nodes[name] = DraftNode(name, parse_manifest(raw))
        draft.attach(nodes[name], root)
    for node in nodes.values():
        node.load_dependencies(legacy_peer_deps=False)
        node.all_edges()
    return nodes


def test_a_rule_goes_where_its_package_is_reached() -> None:
    """Down every edge, the inner one of two; what both share where none is in the other."""
    rules = {"a": {"x": "1"}, "b": {"w": "2", "y": {"x": "3"}}, "e": {"x": "4"}}
    nodes = lay_out(rules, {"a": {"c": "*", "g": "*", "h": "*"}, "b": {"y": "*", "g": "*"}, "c": {},
                            "y": {"i": "*"}, "z": {}, "g": {}, "e": {"h": "*"}, "h": {},
                            "i": {}})  # fmt: skip

    found = {name: node.overrides and node.overrides.key for name, node in nodes.items()}

    assert {"p": "", "a": "a", "b": "b", "c": "a", "y": "y", "z": "", "g": "", "e": "e", "h": "a",
            "i": "y"} == found  # fmt: skip


def test_a_link_gives_its_rules_to_what_has_use_for_them() -> None:
    """Where some dependency of the folder, near or far, is meant; in a circle too."""
    nodes = lay_out(
        {"x": "2"}, {"a": {"b": "*"}, "b": {"a": "*"}, "c": {"d": "*"}, "d": {"x": "*"}}
    )
    rules = nodes["p"].overrides
    assert rules is not None
    for target, expected in (("a", None), ("c", rules)):
        folder = DraftNode("f", parse_manifest({"dependencies": {target: "*"}}))
        link = DraftNode("f", parse_manifest({}), link_path="/p/f")
        link.target = folder
        folder.load_dependencies(legacy_peer_deps=False)
        assert nodes["p"].draft is not None
        nodes["p"].draft.attach_top(folder, "/p/f")
        assert link.target is folder

        take_overrides(link, rules)

        assert expected is folder.overrides


def test_what_is_taken_back_leaves_what_others_gave() -> None:
    """Of two rules the one that is left; under no rule nothing is."""
    nodes = lay_out({"a": {"x": "1"}, "b": {"x": "2"}}, {"a": {"c": "*"}, "b": {}, "c": {"d": "*"},
                    "d": {}})  # fmt: skip
    rules = nodes["p"].overrides
    assert rules is not None
    first, other = rules.children["a"], rules.children["b"]
    c, d = nodes["c"], nodes["d"]
    assert (first, first) == (c.overrides, d.overrides)

    forget_overrides(c, other)
    assert c.overrides is first
    c.overrides = d.overrides = other
    forget_overrides(c, other)
    assert (first, other) == (c.overrides, d.overrides)
    c.edges_in.clear()
    forget_overrides(c, first)
    assert (None, other) == (c.overrides, d.overrides)
    forget_overrides(c, None)
    assert c.overrides is None
