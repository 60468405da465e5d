"""Install scripts are npm's: which ones, in which order, and what their result depends on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from zipper.node.install_scripts import (
    ScriptPackage,
    order_scripts,
    package_scripts,
    script_key,
)
from zipper.node.script_workshop import member_name
from zipper.target import Target

ALL = {"preinstall": "1", "install": "2", "postinstall": "3"}


def package(location="node_modules/a", scripts=None, **changes):
    """Return a package with scripts."""
    values = {
        "location": location,
        "name": location.rpartition("node_modules/")[2],
        "version": "1.0.0",
        "content": "sha512-00",
        "package_json": {},
        "scripts": scripts or ALL,
    }
    return ScriptPackage(**{**values, **changes})


@pytest.mark.parametrize(
    ("package_json", "gyp", "scripts"),
    [
        ({}, False, {}),
        ({"scripts": {**ALL, "prepare": "4", "test": "5"}}, False, ALL),
        ({}, True, {"install": "node-gyp rebuild"}),
        ({"gypfile": False}, True, {}),
        ({"scripts": {"preinstall": "x"}}, True, {"preinstall": "x"}),
        ({"scripts": {"install": "x"}}, True, {"install": "x"}),
        (
            {"scripts": {"postinstall": "x"}},
            True,
            {"postinstall": "x", "install": "node-gyp rebuild"},
        ),
        ({"scripts": {"install": ""}}, True, {"install": "node-gyp rebuild"}),
        ({"scripts": {"install": 1, "postinstall": None}}, False, {}),
        ({"scripts": "install"}, False, {}),
    ],
)
def test_scripts_of_a_package(package_json, gyp, scripts):
    """Three events count; node-gyp is implied where neither of the first two is there."""
    assert scripts == package_scripts(package_json, has_binding_gyp=gyp)


def test_order():
    """Each event for all packages; nearer to the root first, then npm's collation."""
    packages = [
        package("node_modules/b/node_modules/a"),
        package("node_modules/b"),
        package("node_modules/a_b"),
        package("node_modules/ab", scripts={"install": "2"}),
    ]

    runs = [(run.event, run.package.location, run.command) for run in order_scripts(packages)]

    top = ["node_modules/a_b", "node_modules/ab", "node_modules/b", "node_modules/b/node_modules/a"]
    without = [place for place in top if place != "node_modules/ab"]
    assert [
        *(("preinstall", place, "1") for place in without),
        *(("install", place, "2") for place in top),
        *(("postinstall", place, "3") for place in without),
    ] == runs


def test_key_depends_on_what_decides_the_result():
    """All that scripts are given, and what they find, change the key; the place does not."""
    target = Target("nodejs22.x", "x86_64")

    def key(one, *, node="22.1.0", of=target, variables=(), surroundings=()):
        return script_key(
            one,
            node_version=node,
            target=of,
            variables=dict(variables),
            surroundings=surroundings,
        )

    plain = key(package())
    others = {
        key(package(content="sha512-01")),
        key(package(scripts={"install": "other"})),
        key(package(), node="22.1.1"),
        key(package(), of=Target("nodejs22.x", "arm64")),
        key(package(), of=Target("nodejs20.x", "x86_64")),
        key(package(), variables=[("A", "1")]),
        key(package(against="other")),
        key(package(), surroundings=[["cc", "/usr/bin/gcc", 1, 2]]),
    }
    assert 8 == len(others - {plain})
    assert plain == key(replace(package(), location="node_modules/b/node_modules/a"))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("node_modules/@s/a/build/a.node", "package/build/a.node"),
        ("node_modules/@s/a/node_modules/b/index.js", None),
        ("node_modules/.prisma/client/index.js", "beside/.prisma/client/index.js"),
        ("node_modules/.cache/a", None),
        ("node_modules/.bin/a", None),
        ("node_modules/other/index.js", None),
        ("node_modules/@s/ab/index.js", None),
        ("package.json", None),
    ],
)
def test_owner_of_a_change(path, name):
    """A package's own files are kept, and dotted folders beside it; never those of others."""
    assert name == member_name(path, "node_modules/@s/a")
