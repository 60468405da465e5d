"""Input that makes naive resolvers hang, crash or take for ever."""

from __future__ import annotations

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import resolve
from zipper.errors import ResolutionError, UsageError, ZipperError
from zipper.tree.resolver_options import ResolverOptions

_CONTRADICTORY = {
    "o@1.0.0": {"peerDependencies": {"z": "*"}},
    "z@2.1.0": {"peerDependencies": {"kit": "*"}},
    "z@3.0.0": {"peerDependencies": {"l": "*"}},
    "l@1.0.0": {"peerDependencies": {"z": "^2"}},
    "kit@1.0.0": {"peerDependencies": {"z": ">=3"}},
}


def test_contradictory_peers_end_with_the_contradiction() -> None:
    """Peers that displace each other in turns, on which npm never finishes, are named."""
    with pytest.raises(ResolutionError) as caught:
        resolve(project({"devDependencies": {"o": "*"}}), registry(_CONTRADICTORY))

    assert "ERESOLVE" == caught.value.code
    told = [text for _, text in caught.value.facts]
    assert "kit@1.0.0 wants z@>=3 (peer)" in told
    assert "l@1.0.0 wants z@^2 (peer)" in told


def test_a_peer_set_that_displaces_itself_ends_with_the_contradiction() -> None:
    """A registry that gives all its packages one integrity makes npm overrun its stack."""
    same = {"dist": {"tarball": "https://registry.example/x.tgz", "integrity": "sha512-AAAA"}}
    world = registry(
        {
            "b@2.0.0": {**same, "peerDependencies": {"h": "*"}},
            "d@1.0.0": {**same, "peerDependencies": {"f": "^2.0.0"}},
            "e@1.0.0": {**same, "optionalDependencies": {"g": "*"}},
            "f@1.1.0": {**same, "peerDependencies": {"b": "1 || 2"}},
            "f@2.0.0": {**same},
            "g@3.0.0": {**same, "peerDependencies": {"f": "^1.0.0"}},
            "h@3.0.0": {**same, "peerDependencies": {"b": "*"}},
        }
    )
    request = project(
        {"dependencies": {"e": "^1.0.0", "d": "^1.0.0"}},
        options=ResolverOptions(install_strategy="nested"),
    )

    with pytest.raises(ResolutionError) as caught:
        resolve(request, world)

    assert "ERESOLVE" == caught.value.code


@pytest.mark.parametrize(("kind", "length"), [("dependencies", 1200), ("peerDependencies", 300)])
def test_a_long_chain_does_not_exhaust_the_stack(kind: str, length: int) -> None:
    """A chain far deeper than Python's stack resolves to one flat folder."""
    chain = {f"c{i}@1.0.0": {kind: {f"c{i + 1}": "*"}} for i in range(length)}

    tree = resolve(
        project({"dependencies": {"c0": "*"}}), registry({**chain, f"c{length}@1.0.0": {}})
    ).tree

    assert length + 2 == len(tree.nodes)
    assert f"node_modules/c{length}" in tree.nodes


def test_packages_that_are_all_peers_of_each_other_resolve() -> None:
    """The ways through twelve mutual peers are too many to walk them all."""
    names = [f"q{i}" for i in range(12)]
    clique = {
        f"{name}@1.0.0": {"peerDependencies": {other: "*" for other in names if other != name}}
        for name in names
    }

    tree = resolve(project({"dependencies": {"q0": "*"}}), registry(clique)).tree

    assert {f"node_modules/{name}" for name in names} | {""} == set(tree.nodes)


def test_nesting_without_end_is_cut_by_a_link() -> None:
    """a@1 needs b@1 needs a@2 needs b@2 needs a@1: the circle ends in a link to the first."""
    world = registry(
        {
            "a@1.0.0": {"dependencies": {"b": "1"}},
            "b@1.0.0": {"dependencies": {"a": "2"}},
            "a@2.0.0": {"dependencies": {"b": "2"}},
            "b@2.0.0": {"dependencies": {"a": "1"}},
        }
    )

    tree = resolve(project({"dependencies": {"a": "1"}}), world).tree

    links = [node for node in tree.nodes.values() if node.link_target is not None]
    assert all(link.link_target in tree.nodes for link in links)
    assert len(tree.nodes) < 12


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        ({"dependencies": {"a": "workspace:*"}}, "EUNSUPPORTEDPROTOCOL"),
        ({"dependencies": {"__proto__": "*"}}, "EINVALIDPACKAGENAME"),
        ({"dependencies": {"constructor": "*"}}, "E404"),
        ({"dependencies": {"a": "^9"}}, "ETARGET"),
        ({"dependencies": {"nowhere": "*"}}, "E404"),
        ({"dependencies": {"a": "*"}, "overrides": {"a": "2.0.0"}}, "EOVERRIDE"),
        ({"dependencies": {"a": "*"}, "overrides": {"b": "$nothing"}}, "EOVERRIDE"),
        ({"dependencies": {"a": "*"}, "overrides": {"b": 1}}, "EOVERRIDE"),
    ],
)
def test_what_cannot_be_resolved_has_npms_code(manifest: dict[str, object], code: str) -> None:
    """Each hopeless wish ends in an error with a code and a hint."""
    world = registry({"a@1.0.0": {"dependencies": {"b": "*"}}, "b@1.0.0": {}})

    with pytest.raises(ZipperError) as caught:
        resolve(project(manifest), world)

    assert code == caught.value.code
    assert caught.value.hint or code == "E404"  # which the world of these tests says


def test_a_missing_package_is_told_with_its_chain() -> None:
    """The error says who needs what cannot be had, from the project on."""
    world = registry({"a@1.2.0": {"dependencies": {"left-pad": "^9.0.0"}}, "left-pad@1.3.0": {}})

    with pytest.raises(ResolutionError) as caught:
        resolve(project({"dependencies": {"a": "*"}}), world)

    assert ("required by", "fn > a@1.2.0 > left-pad (prod)") == caught.value.facts[0]


def test_a_name_to_update_must_be_a_name() -> None:
    """A version behind the name is refused as npm refuses it."""
    with pytest.raises(UsageError) as caught:
        resolve(project({}, update=frozenset({"a@2"})), registry({}))

    assert "EUPDATEARGS" == caught.value.code


def test_members_that_take_turns_end() -> None:
    """With `install-links` a member and the version that another member wants displace each other.

    npm 11.19.1 finds no end there.
    """
    world = registry({"a@3.0.0": {}})
    world.files = {
        "/project/a/package.json": {"name": "a", "version": "2.0.0"},
        "/project/w/package.json": {"name": "w", "version": "1.0.0", "dependencies": {"a": "3"}},
    }
    members = {"a": "a", "w": "w"}
    request = project({"workspaces": ["a", "w"]}, workspaces=members)

    assert "w/node_modules/a" in resolve(request, world).tree.nodes
    with pytest.raises(ResolutionError) as caught:
        resolve(request._replace(options=ResolverOptions(install_links=True)), world)

    assert "ERESOLVE" == caught.value.code
    assert (("because", "fn wants a@file:/project/a (workspace)"),) == caught.value.facts


@pytest.mark.parametrize("legacy", [False, True])
def test_a_circle_of_dependencies_alone_is_no_circle_of_peers(*, legacy: bool) -> None:
    """Packages that need each other, and themselves, are placed once each."""
    world = registry(
        {"a@1.0.0": {"dependencies": {"b": "1", "a": "1"}}, "b@1.0.0": {"dependencies": {"a": "*"}}}
    )
    options = ResolverOptions(legacy_peer_deps=legacy)

    tree = resolve(project({"dependencies": {"a": "*"}}, options=options), world).tree

    assert ["", "node_modules/a", "node_modules/b"] == sorted(tree.nodes)
