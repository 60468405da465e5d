"""bun.lock: what is read, what is refused, and where."""

from __future__ import annotations

import json

import pytest

from zipper.errors import LockfileError
from zipper.lockfile.bun import read as read_bun_lock

ROWS = {
    "a": ["a@1.0.0", "", {"dependencies": {"b": "2"}}, "sha512-a"],
    "b": ["b@1.0.0", "", {}, "sha512-b"],
    "a/b": ["b@2.0.0", "", {"os": "none", "cpu": ["x64", "arm64"]}, "sha512-c"],
}


def write(rows: dict, workspaces: dict | None = None, **more) -> str:
    root = {"": {"name": "root", "dependencies": {"a": "1", "b": "1"}}}
    return json.dumps(
        {"lockfileVersion": 1, "workspaces": workspaces or root, "packages": rows, **more}, indent=2
    )


def read(text: str, **more):
    return read_bun_lock(text, path="bun.lock", **more).graph


def test_keys_are_locations() -> None:
    """A dependency is what a walk over the keys finds, own folder first."""
    graph = read(write(ROWS))

    assert {"a": "a", "b": "b"} == graph.instances["./"].targets
    assert {"b": "a/b"} == graph.instances["a"].targets
    assert (("none",), ("x64", "arm64")) == (
        graph.instances["a/b"].manifest.os,
        graph.instances["a/b"].manifest.cpu,
    )


def test_a_member_has_its_own_under_its_name() -> None:
    """A member's node_modules stands under its name, wherever its folder is; then the root's."""
    workspaces = {
        "": {"name": "root"},
        "libs/lib": {"name": "@s/lib", "dependencies": {"b": "2", "c": "1"}},
        "fn": {"name": "fn", "dependencies": {"@s/lib": "workspace:*", "b": "1"}},
    }
    rows = {
        "@s/lib": ["@s/lib@workspace:libs/lib"],
        "fn": ["fn@workspace:fn"],
        "b": ["b@1.0.0", "", {}, "sha512-b"],
        "@s/lib/b": ["b@2.0.0", "", {}, "sha512-c"],
        "c": ["c@1.0.0", "", {}, "sha512-d"],
    }

    graph = read(write(rows, workspaces))

    assert {"@s/lib": "./libs/lib", "b": "b"} == graph.instances["./fn"].targets
    assert {"b": "@s/lib/b", "c": "c"} == graph.instances["./libs/lib"].targets
    assert {"": "./", "libs/lib": "./libs/lib", "fn": "./fn"} == graph.importers


def test_rows_are_read_by_their_first_element() -> None:
    """Addresses, commits, folders and tarballs, with or without an integrity."""
    workspaces = {"": {"dependencies": dict.fromkeys("abcdef", "x")}}
    rows = {
        "a": ["real@github:u/r#0123abc", {}, "u-r-0123abc", "sha512-a"],
        "b": ["b@1.0.0", "https://x.example/b.tgz", {}, "sha512-b"],
        "c": ["c@git+https://h.example/c.git#0123", {}, "0123"],
        "d": ["d@file:vendor/d", {}],
        "e": ["e@./vendor/e.tgz", {}, "sha512-e"],
        "f": ["f@https://x.example/f.tgz", {}],
    }

    instances = read(write(rows, workspaces)).instances

    assert {
        "a": ("real", "git+ssh://git@github.com/u/r.git#0123abc", "sha512-a", None),
        "b": ("b", "https://x.example/b.tgz", "sha512-b", None),
        "c": ("c", "git+https://h.example/c.git#0123", None, None),
        "./vendor/d": ("d", None, None, "vendor/d"),
        "e": ("e", "file:vendor/e.tgz", "sha512-e", None),
        "f": ("f", "https://x.example/f.tgz", None, None),
    } == {
        key: (own.manifest.name, own.resolved, own.integrity, own.folder)
        for key, own in instances.items()
        if key != "./"
    }


def test_a_bundled_row_stays_in_its_tarball() -> None:
    """What is marked as bundled has no tarball of its own."""
    rows = {**ROWS, "a/b": ["b@2.0.0", "", {"bundled": True}, "sha512-c"]}

    own = read(write(rows)).instances["a/b"]

    assert ("a", None, None) == (own.bundled_in, own.resolved, own.integrity)


def test_what_a_bundled_row_asks_for_is_in_the_tarball() -> None:
    """Rows inside of the owner that only bundled ones reach are not installed; others are."""
    asks = {"dependencies": {"c": "*", "d": "*", "e": "*"}, "bundled": True}
    rows = {
        **ROWS,
        "a/b": ["b@2.0.0", "", asks, "sha512-c"],
        "a/c": ["c@1.0.0", "", {}, "sha512-c"],
        "a/d": ["d@1.0.0", "", {"bundled": True}, "sha512-c"],
        "e": ["e@1.0.0", "", {}, "sha512-c"],
    }

    assert {"d": "a/d", "e": "e"} == read(write(rows)).instances["a/b"].targets


def test_comments_and_trailing_commas_are_no_fault() -> None:
    """There is a comma behind the last entry, and a hand may have written comments."""
    text = write(ROWS).replace("\n  }\n", ",\n  }, // end\n /* x\n // */")

    assert 4 == len(read(text).instances)


def test_the_isolated_linker_leaves_peers_open() -> None:
    """Its peers are what the asking packages have, or the newest version that fits."""
    rows = {
        "p": [
            "p@1.0.0",
            "",
            {"peerDependencies": {"x": "^1.0.0", "y": "*"}, "optionalPeers": ["y"]},
            "",
        ],
        "x": ["x@2.0.0", "", {}, ""],
        "p/x": ["x@1.0.0", "", {}, ""],
        "q/x": ["x@1.5.0", "", {}, ""],
    }
    workspaces = {"": {"dependencies": {"p": "1"}}}

    assert {"x": "p/x"} == read(write(rows, workspaces)).instances["p"].targets
    own = read(write(rows, workspaces), isolated=True).instances["p"]
    assert ({}, {"x": "q/x"}) == (own.targets, own.peer_targets)


def test_a_peer_that_no_version_fits_is_what_the_walk_finds() -> None:
    """What is installed is the version that is hoisted for it, not the newest."""
    rows = {
        "p": ["p@1.0.0", "", {"peerDependencies": {"q": "9.0.0"}}, "sha512-p"],
        "q": ["q@1.0.0", "", {}, "sha512-q1"],
        "r": ["r@1.0.0", "", {"dependencies": {"q": "2"}}, "sha512-r"],
        "r/q": ["q@2.0.0", "", {}, "sha512-q2"],
    }
    workspaces = {"": {"dependencies": {"p": "1", "r": "1"}}}
    found = {}
    for spec in ("9.0.0", ">=1.0.0"):
        rows["p"][2] = {"peerDependencies": {"q": spec}}
        found[spec] = read(write(rows, workspaces), isolated=True).instances["p"].peer_targets

    assert found == {"9.0.0": {"q": "q"}, ">=1.0.0": {"q": "r/q"}}


@pytest.mark.parametrize(("dependent", "expected"), [("m", "q"), ("s", "r/q")])
def test_a_package_in_two_places_has_the_optional_peer_of_its_first(
    dependent: str, expected: str
) -> None:
    """A package is one for bun; `m` is placed before `r`, and `s` after it."""
    info = {"peerDependencies": {"q": "*"}, "optionalPeers": ["q"]}
    rows = {
        "@w/n": ["@w/n@workspace:n"],
        "p": ["p@2.0.0", "", {}, "sha512-p2"],
        "q": ["q@1.0.0", "", {}, "sha512-q1"],
        "r": ["r@1.0.0", "", {"dependencies": {"p": "1", "q": "2"}}, "sha512-r"],
        dependent: [f"{dependent}@1.0.0", "", {"dependencies": {"p": "1"}}, "sha512-s"],
        "r/p": ["p@1.0.0", "", info, "sha512-p1"],
        "r/q": ["q@2.0.0", "", {}, "sha512-q2"],
        f"{dependent}/p": ["p@1.0.0", "", info, "sha512-p1"],
    }
    workspaces = {
        "": {"dependencies": {"p": "2", "r": "1", dependent: "1"}},
        "n": {"name": "@w/n", "dependencies": {"q": "1"}},
    }
    instances = read(write(rows, workspaces), isolated=True).instances

    assert {"q": expected} == instances["r/p"].peer_targets
    assert "r/p" == instances[dependent].targets["p"]


def test_a_members_peer_is_what_it_develops_with() -> None:
    """Without development dependencies bun installs that version for it, and not the newest."""
    workspaces = {
        "": {"name": "root", "dependencies": {"a": "1"}},
        "fn": {"name": "fn", "peerDependencies": {"b": "*"}, "devDependencies": {"b": "1"}},
    }
    rows = {**ROWS, "fn": ["fn@workspace:fn"]}

    own = read(write(rows, workspaces), isolated=True).instances["./fn"]

    assert {"b": "b"} == own.peer_targets


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("{", "EBUNLOCK", "line 1, column 2"),
        ('{"a": 1, "a": 2}', "EBUNLOCK", "twice"),
        ("<<<<<<< HEAD\n{}", "EBUNLOCK", "merge conflict"),
        ('{"lockfileVersion": 4}', "ELOCKVERSION", "0 to 3"),
        ('{"lockfileVersion": true}', "ELOCKVERSION", "0 to 3"),
        ('{"lockfileVersion": 1}', "EBUNLOCK", "no workspace"),
        (write({"a": "x"}), "EBUNLOCK", "line 13, column 5"),
        (write({"a/../b": ["b@1.0.0", "", {}, ""]}), "EBUNLOCK", "cannot be a package's name"),
        (write({"a": ["../b@1.0.0", "", {}, ""]}), "EBUNLOCK", "cannot be a package's name"),
        (write({"a": ["a@1.0.0", "", {}, ""]}), "EBUNLOCK", "`b` of `the project` is not in it"),
        ("[" * 100_000, "EBUNLOCK", "nested too deep"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, code: str, word: str) -> None:
    """Each complaint says what and where."""
    with pytest.raises(LockfileError) as caught:
        read(text)

    assert code == caught.value.code
    assert word in str(caught.value)
