"""The finished tree: what has to fit the machine, and what falls away."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import resolve
from zipper.errors import ResolutionError
from zipper.lockfile.npm_read import read_lockfile
from zipper.npm.package_json import Manifest, parse_manifest
from zipper.tree.model import Node
from zipper.tree.resolver_options import Platform, ResolverOptions

WORLD = {
    "mac@1.0.0": {"os": ["darwin"]},
    "arm@1.0.0": {"cpu": ["arm64"]},
    "musl@1.0.0": {"os": ["linux"], "libc": ["musl"]},
    "old@1.0.0": {"engines": {"node": "^8"}},
    "npm6@1.0.0": {"engines": {"npm": "6"}},
    "any@1.0.0": {"os": ["linux"], "cpu": ["!arm64"], "engines": {"node": ">=18", "npm": ">=9"}},
    "a@1.0.0": {"dependencies": {"mac": "1"}},
    "b@1.0.0": {"dependencies": {"old": "1"}},
    "p@1.0.0": {"peerDependencies": {"mac": "1"}},
}
STRICT = ResolverOptions(engine_strict=True)


def omit(*types: str, **more: Any) -> ResolverOptions:
    """Return options that leave out these types."""
    return ResolverOptions(omit=frozenset(types), **more)


@pytest.mark.parametrize(
    ("manifest", "options", "expected"),
    [
        ({"dependencies": {"any": "1"}}, STRICT, None),
        ({"dependencies": {"mac": "1"}}, STRICT, ("EBADPLATFORM", "fn > mac@1.0.0 (prod)")),
        ({"dependencies": {"arm": "1"}}, STRICT, ("EBADPLATFORM", "fn > arm@1.0.0 (prod)")),
        ({"dependencies": {"musl": "1"}}, STRICT, ("EBADPLATFORM", "fn > musl@1.0.0 (prod)")),
        ({"dependencies": {"a": "1"}}, STRICT, ("EBADPLATFORM", "fn > a@1.0.0 > mac@1.0.0 (prod)")),
        ({"dependencies": {"p": "1"}}, STRICT, ("EBADPLATFORM", "fn > p@1.0.0 > mac@1.0.0 (peer)")),
        (
            {"devDependencies": {"a": "1"}},
            STRICT,
            ("EBADPLATFORM", "fn > a@1.0.0 > mac@1.0.0 (prod)"),
        ),
        ({"devDependencies": {"mac": "1"}}, omit("dev"), None),
        (
            {"devDependencies": {"mac": "1"}},
            omit("optional"),
            ("EBADPLATFORM", "fn > mac@1.0.0 (dev)"),
        ),
        ({"dependencies": {"mac": "1"}}, omit("dev"), ("EBADPLATFORM", "fn > mac@1.0.0 (prod)")),
        ({"dependencies": {"p": "1"}}, omit("peer"), None),
        ({"optionalDependencies": {"a": "1"}}, STRICT, None),
        ({"dependencies": {"mac": "1"}}, ResolverOptions(force=True), None),
        ({"dependencies": {"mac": "1"}}, ResolverOptions(checks_required=False), None),
        ({"dependencies": {"old": "1"}}, STRICT, ("EBADENGINE", "fn > old@1.0.0 (prod)")),
        ({"dependencies": {"npm6": "1"}}, STRICT, ("EBADENGINE", "fn > npm6@1.0.0 (prod)")),
        ({"dependencies": {"b": "1"}}, STRICT, ("EBADENGINE", "fn > b@1.0.0 > old@1.0.0 (prod)")),
        ({"engines": {"node": "^8"}}, STRICT, ("EBADENGINE", "fn (prod)")),
        ({"engines": {"node": "^8"}, "devEngines": {"runtime": {"name": "node"}}}, STRICT, None),
        ({"optionalDependencies": {"b": "1"}}, STRICT, None),
        ({"devDependencies": {"b": "1"}}, omit("dev", engine_strict=True), None),
        ({"dependencies": {"old": "1"}}, ResolverOptions(engine_strict=True, force=True), None),
    ],
)
def test_what_is_required_has_to_fit(
    manifest: dict[str, Any], options: ResolverOptions, expected: tuple[str, str] | None
) -> None:
    """Unless it is optional or left out; the chain says who needs it, and how."""
    found = None
    try:
        answer = resolve(project(manifest, options=options), registry(WORLD))
    except ResolutionError as error:
        found = (error.code, dict(error.facts)["required by"])
    else:
        assert () == answer.warnings

    assert expected == found


@pytest.mark.parametrize(
    ("manifest", "by"),
    [
        (
            {"dependencies": {"old": "1", "npm6": "1"}},
            ["fn > npm6@1.0.0 (prod)", "fn > old@1.0.0 (prod)"],
        ),
        ({"dependencies": {"b": "1"}}, ["fn > b@1.0.0 > old@1.0.0 (prod)"]),
        ({"engines": {"node": "^8"}}, ["fn (prod)"]),
        ({"dependencies": {"any": "1"}}, []),
        ({"optionalDependencies": {"old": "1"}}, []),
    ],
)
def test_an_engine_that_does_not_fit_is_a_warning(manifest: dict[str, Any], by: list[str]) -> None:
    """It is an error with `engine-strict` alone."""
    found = resolve(project(manifest), registry(WORLD)).warnings

    assert ["EBADENGINE"] * len(by) == [warning.code for warning in found]
    assert by == [dict(warning.facts)["required by"] for warning in found]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("mac", {"platform": Platform(os="darwin")}),
        ("arm", {"platform": Platform(cpu="arm64")}),
        ("musl", {"platform": Platform(libc="musl")}),
        ("old", {"node_version": "8.1.0"}),
        ("npm6", {"npm_version": "6.1.0"}),
    ],
)
def test_what_does_not_fit_here_fits_elsewhere(name: str, fields: dict[str, Any]) -> None:
    """The machine is the one that was asked for."""
    request = project({"dependencies": {name: "1"}}, options=STRICT, **fields)

    assert f"node_modules/{name}" in resolve(request, registry(WORLD)).tree.nodes


LEFT_OVER = {
    "": {"dependencies": {"a": "1"}},
    "node_modules/a": {"version": "1.0.0"},
    "node_modules/x": {"version": "1.0.0"},
    "node_modules/x/node_modules/y": {"version": "1.0.0"},
}


def test_what_nothing_needs_any_more_is_gone() -> None:
    """From a lockfile; what is in it goes with what is below it."""
    locked = read_lockfile(
        f'{{"lockfileVersion": 3, "packages": {LEFT_OVER}}}'.replace("'", '"'),
        path="",
        manifest=parse_manifest({}),
    ).tree
    request = project({"dependencies": {"a": "1"}}, lockfile=locked)

    assert ["", "node_modules/a"] == list(resolve(request, registry({"a@1.0.0": {}})).tree.nodes)


def test_what_an_optional_peer_brought_stays_as_extraneous() -> None:
    """In a tree that is built from nothing, as npm leaves it; a lockfile's is tidied up."""
    world = registry(
        {
            "a@1.0.0": {
                "peerDependencies": {"b": "1"},
                "peerDependenciesMeta": {"b": {"optional": True}},
            },
            "c@1.0.0": {"dependencies": {"b": "1"}},
            "b@1.0.0": {},
        }
    )
    tree = resolve(project({"dependencies": {"a": "1", "c": "1"}}), world).tree

    assert {"", "node_modules/a", "node_modules/b", "node_modules/c"} == set(tree.nodes)
    assert not any(node.extraneous for node in tree.nodes.values())


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("optionalDependencies", {"", "node_modules/a", "node_modules/b"}),
        ("dependencies", None),
        ("devDependencies", None),
    ],
)
def test_a_package_that_cannot_be_had(kind: str, expected: set[str] | None) -> None:
    """It falls away where what needs it is optional; else it is told with who that is."""
    world = registry(
        {
            "a@1.0.0": {"dependencies": {"none": "1"}, "optionalDependencies": {"b": "1"}},
            "b@1.0.0": {},
        }
    )
    request = project({kind: {"a": "1"}})
    if expected is not None:
        assert expected == set(resolve(request, world).tree.nodes)
        return
    with pytest.raises(Exception, match="none") as caught:
        resolve(request, world)

    assert "E404" == caught.value.code
    assert ("required by", "fn > a@1.0.0 > none (prod)") == caught.value.facts[0]


HASH = "sha512-" + "A" * 86 + "=="
EVERYTHING = registry(
    {
        "a@1.0.0": {
            "dependencies": {"b": "1", "c": "1"},
            "bundleDependencies": ["b"],
            "dist": {"tarball": "https://r.example/a.tgz", "integrity": HASH},
        },
        "c@1.0.0": {},
        "c@1.1.0": {},
        "d@1.0.0": {"optionalDependencies": {"c": "*"}},
        "s@1.0.0": {"_hasShrinkwrap": True},
        "x@1.0.0": {"peerDependencies": {"c": "1"}},
    }
)
EVERYTHING.tarballs = {
    "a@1.0.0": {"node_modules/b/package.json": {"name": "b", "version": "1.0.0"}},
    "s@1.0.0": {
        "npm-shrinkwrap.json": {
            "lockfileVersion": 3,
            "packages": {"": {}, "node_modules/i": {"version": "3.0.0", "resolved": "https://i"}},
        }
    },
}
EVERYTHING.files = {
    "/project/w/package.json": {"name": "w", "version": "2.0.0", "dependencies": {"c": "1"}}
}
NODES = [
    Node("", "project"),
    Node("node_modules/a", "a", resolved="https://r.example/a.tgz", integrity=HASH),
    Node("node_modules/a/node_modules/b", "b", in_bundle=True),
    Node("node_modules/al", "al", resolved="https://registry.example/c/-/c-1.0.0.tgz"),
    Node("node_modules/c", "c", resolved="https://registry.example/c/-/c-1.0.0.tgz"),
    Node("node_modules/d", "d", resolved="https://registry.example/d/-/d-1.0.0.tgz", dev=True),
    Node("node_modules/s", "s", resolved="https://registry.example/s/-/s-1.0.0.tgz", optional=True,
         has_shrinkwrap=True),
    Node("node_modules/s/node_modules/i", "i", version="3.0.0", resolved="https://i",
         extraneous=True),
    Node("node_modules/w", "w", version="2.0.0", link_target="w"),
    Node("node_modules/x", "x", resolved="https://registry.example/x/-/x-1.0.0.tgz", peer=True),
    Node("w", "w", version="2.0.0"),
]  # fmt: skip


def test_a_frozen_tree_says_all_that_a_lockfile_does() -> None:
    """Where each package comes from, its hash, its flags; what overrides gave is told beside it."""
    manifest = {
        "dependencies": {"a": "1", "al": "npm:c@1.0.0"},
        "devDependencies": {"d": "1"},
        "optionalDependencies": {"s": "1"},
        "peerDependencies": {"x": "1"},
        "workspaces": ["w"],
        "overrides": {"c": "1.0.0"},
    }

    found = resolve(project(manifest, workspaces={"w": "w"}), EVERYTHING)

    nodes = [node._replace(manifest=Manifest()) for node in found.tree.nodes.values()]
    expected = [node if node.version else node._replace(version="1.0.0") for node in NODES]
    assert expected == sorted(nodes, key=lambda node: node.location)
    askers = ("node_modules/a", "node_modules/d", "node_modules/x", "w")
    assert {(asker, "c"): "1.0.0" for asker in askers} == found.overridden
    assert () == found.warnings
