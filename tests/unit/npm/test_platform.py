"""Platforms and engines: what the table does not say."""

from __future__ import annotations

import pytest

from zipper.errors import ResolutionError
from zipper.npm.package_json import parse_manifest
from zipper.npm.platform import check_engine, check_platform, fits_engine


def test_platform_error_tells_what_is_wanted():
    """The error names the package, and what it wants beside what there is."""
    manifest = parse_manifest({"name": "a", "version": "1.0.0", "os": ["darwin"], "cpu": "x64"})
    with pytest.raises(ResolutionError) as caught:
        check_platform(manifest, os="linux", cpu="arm64", libc="glibc")

    assert caught.value.code == "EBADPLATFORM"
    assert caught.value.facts == (("os", "linux, wanted darwin"), ("cpu", "arm64, wanted x64"))


def test_engine_error_tells_what_is_wanted():
    """The error names only the engines that were compared."""
    manifest = parse_manifest({"name": "a", "engines": {"node": ">=24", "vscode": "1"}})
    with pytest.raises(ResolutionError) as caught:
        check_engine(manifest, node_version="20.1.0")

    assert (caught.value.code, caught.value.facts) == (
        "EBADENGINE",
        (("node", "20.1.0, wanted >=24"),),
    )


@pytest.mark.parametrize(
    ("engines", "expected"),
    [
        (["node >= 4"], True),
        ("node", True),
        ({"node": 18}, False),
        ({"node": ""}, True),
        ({"node": None}, True),
        ({"node": "rubbish"}, False),
    ],
)
def test_odd_engines_are_read_as_by_npm(engines, expected):
    """Lists and texts say nothing; a number or a broken range admits nothing."""
    manifest = parse_manifest({"name": "a", "engines": engines})

    assert expected == fits_engine(manifest, node_version="18.0.0")


@pytest.mark.parametrize(
    ("fields", "there", "facts"),
    [
        ({"os": ["darwin", "!linux"]}, ("linux", "x64", "glibc"),
         (("os", "linux, wanted darwin, !linux"),)),
        ({"libc": ["musl"], "cpu": ["x64"]}, ("linux", "x64", "glibc"),
         (("cpu", "x64, wanted x64"), ("libc", "glibc, wanted musl"))),
        ({"libc": ["musl"]}, ("darwin", "arm64", None), (("libc", "none, wanted musl"),)),
    ],
)  # fmt: skip
def test_platform_error_lists_each_field_that_is_set(fields, there, facts):
    """Also those that fit, and a library of which there is none."""
    os, cpu, libc = there
    with pytest.raises(ResolutionError) as caught:
        check_platform(parse_manifest({"name": "a", **fields}), os=os, cpu=cpu, libc=libc)

    assert facts == caught.value.facts
    assert caught.value.message.startswith("`a` ")


def test_engine_error_names_npm_and_version():
    """What npm's own version does not fit is told as Node's is."""
    engines = {"node": "*", "npm": "<7"}
    manifest = parse_manifest({"name": "a", "version": "1.0.0", "engines": engines})
    with pytest.raises(ResolutionError) as caught:
        check_engine(manifest, node_version="20.1.0", npm_version="11.0.0")

    assert (("node", "20.1.0, wanted *"), ("npm", "11.0.0, wanted <7")) == caught.value.facts
    assert caught.value.message.startswith("`a@1.0.0` ")
