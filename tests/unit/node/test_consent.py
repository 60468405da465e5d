"""Install scripts run only where an entry names the package."""

from __future__ import annotations

import pytest

from zipper.errors import UsageError
from zipper.node.consent import find_allowed, identify, read_consent
from zipper.npm.package_json import Manifest
from zipper.tree.model import Edge, Node, Tree


@pytest.mark.parametrize(
    ("entries", "name", "version", "allowed"),
    [
        ([], "esbuild", "1.0.0", False),
        (["esbuild"], "esbuild", "1.0.0", True),
        (["esbuild"], "esbuild-wasm", "1.0.0", False),
        (["esbuild@*"], "esbuild", "1.0.0", True),
        (["@prisma/client@5"], "@prisma/client", "5.22.0", True),
        (["@prisma/client@5"], "@prisma/client", "6.0.0", False),
        (["@prisma/client"], "@prisma/client", "6.0.0", True),
        (["a@1.2.3"], "a", "1.2.3", True),
        (["a@1.2.3"], "a", "1.2.4", False),
        (["a@1.2.3 || 2.0.0"], "a", "2.0.0", True),
        (["a@^1"], "a", "1.9.0", True),
        (["b", " a "], "a", "1.0.0", True),
    ],
)
def test_entries(entries, name, version, allowed):
    """A name allows every version, a range those that satisfy it."""
    assert allowed == read_consent(entries).allows(name, version)


@pytest.mark.parametrize(
    ("policy", "version", "allowed"),
    [
        ({"a": True}, "1.0.0", True),
        ({"a": False}, "1.0.0", False),
        ({"a@1.0.0 || 1.0.1": True}, "1.0.1", True),
        ({"a@^1": True}, "1.0.0", False),
        ({"a@latest": True}, "1.0.0", False),
        ({"a": "yes"}, "1.0.0", False),
        ({"a": True, "a@1.0.0": False}, "1.0.0", False),
        (["a"], "1.0.0", False),
        (None, "1.0.0", False),
    ],
)
def test_policy_of_npm(policy, version, allowed):
    """Npm's policy counts: exact versions and bare names only, and a denial wins."""
    assert allowed == read_consent([], npm_policy=policy).allows("a", version)


def test_denial_wins_over_an_entry():
    """What package.json denies, zipper's own list cannot allow."""
    assert not read_consent(["a"], npm_policy={"a": False}).allows("a", "1.0.0")


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        (None, True),
        ({}, True),
        ({"b@^1": True}, True),
        ({"b": True}, False),
        ({"a": False}, False),
    ],
)
def test_npmrc_counts_without_a_policy(policy, allowed):
    """`allow-scripts` in .npmrc counts unless package.json has entries that npm heeds."""
    consent = read_consent([], npm_policy=policy, npm_allowed=("a", "c@1.0.0"))

    assert allowed == consent.allows("a", "1.0.0")
    assert not consent.allows("c", "2.0.0")


def test_ignore_scripts():
    """Npm's ignore-scripts stops all."""
    consent = read_consent(["a"], npm_policy={"b": True}, ignore_scripts=True)

    assert not (consent.allows("a", "1.0.0"))
    assert not (consent.allows("b", "1.0.0"))


@pytest.mark.parametrize("entry", ["", "@", "a b", "../a", "a@not a range", "https://a.example/b"])
def test_entry_that_names_nothing(entry):
    """An entry that can match nothing is an error, not silence."""
    with pytest.raises(UsageError) as caught:
        read_consent([entry])

    assert caught.value.hint


ADDRESS = "https://registry.example/npm/a/-/a-1.0.0.tgz"
OTHER = "https://registry.example/evil/-/evil-9.0.0.tgz"


@pytest.mark.parametrize(
    ("changes", "specs", "identity"),
    [
        ({}, ["^1"], ("a", "1.0.0")),
        ({"resolved": ADDRESS}, ["^1", "latest"], ("a", "1.0.0")),
        ({"resolved": ADDRESS}, [], ("a", "1.0.0")),
        ({"resolved": ADDRESS.replace("/a/-", "/@s%2fa/-")}, ["1"], ("@s/a", "1.0.0")),
        ({"resolved": OTHER}, ["^1"], ("evil", "9.0.0")),
        ({"resolved": OTHER}, ["npm:evil@9"], ("evil", "9.0.0")),
        ({"resolved": "https://registry.example/download/a/1.0.0/0ab1"}, ["^1"], ("a", "")),
        ({"resolved": "https://registry.example/download/b/1"}, ["npm:b@1"], ("b", "")),
        ({"resolved": "https://files.example/a-1.0.0.tgz"}, [], None),
        ({"resolved": ADDRESS}, [ADDRESS], None),
        ({"resolved": ADDRESS}, ["^1", ADDRESS], None),
        ({"in_bundle": True}, ["^1"], None),
        ({"link_target": "packages/a"}, ["^1"], None),
        ({"resolved": "git+ssh://git@host.example/a.git#1"}, ["github:a/a"], None),
        ({"resolved": "file:a.tgz"}, ["file:a.tgz"], None),
        ({"location": ""}, [], None),
    ],
)
def test_identity(changes, specs, identity):
    """The address tells who a package is, whatever it and the lockfile say; as with npm."""
    node = Node(**{"location": "node_modules/a", "name": "a", "version": "1.0.0", **changes})
    asked = [
        Edge(source="", name="a", spec=spec, type="prod", target=node.location) for spec in specs
    ]

    assert identity == identify(node, asked)


def test_unknown_version():
    """It is allowed by a bare name only, and denied by a denial of any version."""
    assert read_consent(["a"]).allows("a", "")
    assert not read_consent(["a@1.0.0"]).allows("a", "")
    assert not read_consent(["a"], npm_policy={"a@1.0.0": False}).allows("a", "")


def test_consent_for_a_disguised_package():
    """A lockfile that puts another tarball in the place of an allowed package gets no consent."""
    manifest = Manifest(dependencies={"a": "^1"})
    root = Node(location="", name="fn", manifest=manifest)

    def allowed(resolved):
        node = Node(location="node_modules/a", name="a", version="1.0.0", resolved=resolved)
        return find_allowed(Tree({"": root, "node_modules/a": node}), read_consent(["a"]))

    assert {"node_modules/a"} == allowed(ADDRESS) == allowed(None)
    assert set() == allowed(OTHER)
