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
