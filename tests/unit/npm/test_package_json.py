"""package.json made normal as npm makes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.npm.package_json import describe_malformed, parse_bin, parse_manifest


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("cli.js", {"a": "cli.js"}),
        ({"x": "./bin/x.js"}, {"x": "bin/x.js"}),
        ({"x": "../../etc/passwd"}, {"x": "etc/passwd"}),
        ({"../../x": "/y"}, {"x": "y"}),
        ({"b/..": "y"}, {}),
        ({"a:b": "y"}, {"b": "y"}),
        ({r"a\b": "y"}, {"b": "y"}),
        ({"a/x~/": "y"}, {"x~": "y"}),
        ({"x": "c:y/.//z"}, {"x": "c/y/z"}),
        ({r"c:\x": r"bin\x.js"}, {"x": "bin/x.js"}),
        (["bin/one.js", "two.js"], {"one.js": "bin/one.js", "two.js": "two.js"}),
        ({"x": 1, "y": None, "": "z"}, {}),
        (7, {}),
    ],
)
def test_bin_stays_inside_the_package(value, expected):
    """Commands have no folders and targets cannot leave the package."""
    assert expected == parse_bin(value, "@s/a")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"bundleDependencies": True}, ("a", "o")),
        ({"bundledDependencies": ["a"]}, ("a",)),
        ({"bundleDependencies": None, "bundledDependencies": ["a"]}, ()),
        ({"bundleDependencies": {"a": 1}}, ("a",)),
        ({"bundleDependencies": "a"}, ()),
        ({"bundleDependencies": False}, ()),
    ],
)
def test_bundles_are_read_as_by_npm(value, expected):
    """True means everything in `dependencies`, before the optional ones are taken out."""
    manifest = parse_manifest(
        {"dependencies": {"a": "1", "o": "1"}, "optionalDependencies": {"o": "1"}, **value}
    )

    assert expected == manifest.bundle_dependencies


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", None), ("old", "old"), (False, None), (None, None), (True, "deprecated")],
)
def test_deprecation_is_anything_but_empty(value, expected):
    """An empty text takes a deprecation back; whatever else npm takes for true deprecates."""
    assert expected == parse_manifest({"deprecated": value}).deprecated


@given(
    st.dictionaries(
        st.sampled_from(["name", "version", "dependencies", "bin", "os", "engines", "deprecated"]),
        st.none()
        | st.booleans()
        | st.text()
        | st.lists(st.text())
        | st.dictionaries(st.text(), st.text() | st.integers()),
    )
)
def test_any_object_is_a_manifest(raw):
    """Fields of a wrong type count as absent; nothing is raised."""
    assert parse_manifest(raw).raw is raw


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"dependencies": None, "devDependencies": {}, "peerDependencies": ""}, []),
        ({"dependencies": {"ms": ""}}, []),
        ({"dependencies": ["ms"]}, ["`dependencies` is no object of names and specs"]),
        ({"peerDependencies": "ms"}, ["`peerDependencies` is no object of names and specs"]),
        (
            {"dependencies": {"ms": 2, "": "1"}, "optionalDependencies": {"a": None}},
            [
                "`dependencies` has `ms` with a spec that is no text: 2",
                "`dependencies` has an empty name",
                "`optionalDependencies` has `a` with a spec that is no text: null",
            ],
        ),
    ],
)
def test_what_a_dependency_field_cannot_mean_is_told(raw: dict, expected: list[str]) -> None:
    """Each field and each entry that is no name and spec is named; what is empty means nothing."""
    assert expected == describe_malformed(raw)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"hasInstallScript": True}, True),
        ({"hasInstallScript": "yes"}, False),
        ({"hasInstallScript": False, "scripts": {"install": "x"}}, True),
        ({"scripts": {"preinstall": "x"}}, True),
        ({"scripts": {"postinstall": "x"}}, True),
        ({"scripts": {"install": ""}}, False),
        ({"scripts": {"prepare": "x", "prepublish": "x", "preinstal": "x"}}, False),
        ({"scripts": ["install"]}, False),
        ({}, False),
    ],
)
def test_install_scripts_are_those_that_npm_runs(raw, expected):
    """Source: @npmcli/arborist 9, lib/node.js `hasInstallScript`."""
    assert expected is parse_manifest(raw).has_install_script


@pytest.mark.parametrize(
    ("raw", "required", "optional"),
    [
        ({"dependencies": {"a": "1", "b": "1"}, "optionalDependencies": {"a": "2"}},
         {"b": "1"}, {"a": "2"}),
        ({"dependencies": {"a": "1"}, "optionalDependencies": ["a"]}, {"a": "1"}, {}),
        ({"dependencies": {"a": "1"}, "optionalDependencies": {}}, {"a": "1"}, {}),
        ({"dependencies": ["a"], "optionalDependencies": {"a": "1", "b": 1}}, {}, {"a": "1"}),
        ({"dependencies": {"a": "1", "b": 1}, "optionalDependencies": {"b": 1}}, {"a": "1"}, {}),
    ],
)  # fmt: skip
def test_what_is_optional_is_not_required(raw, required, optional):
    """A registry has optional dependencies among the required ones, too; npm takes them out."""
    manifest = parse_manifest(raw)

    assert (required, optional) == (manifest.dependencies, manifest.optional_dependencies)
