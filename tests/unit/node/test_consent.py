"""Install scripts run only where an entry names the package."""

from __future__ import annotations

import pytest

from zipper.errors import UsageError
from zipper.node.consent import identify, read_consent
from zipper.tree.model import Node


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


@pytest.mark.parametrize(
    ("changes", "identity"),
    [
        ({}, ("a", "1.0.0")),
        ({"resolved": "https://registry.example/a/-/a-1.0.0.tgz"}, ("a", "1.0.0")),
        ({"in_bundle": True}, None),
        ({"link_target": "packages/a"}, None),
        ({"resolved": "git+ssh://git@host.example/a.git#1"}, None),
        ({"resolved": "file:a.tgz"}, None),
        ({"location": ""}, None),
    ],
)
def test_identity(changes, identity):
    """Only packages of a registry have a name that an entry can match."""
    node = Node(**{"location": "node_modules/a", "name": "a", "version": "1.0.0", **changes})

    assert identity == identify(node)
