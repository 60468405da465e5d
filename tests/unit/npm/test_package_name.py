"""Which names npm takes for a package; the table of its own answers is `random/names.json`."""

from __future__ import annotations

import pytest

from zipper.npm.package_name import find_name_faults


@pytest.mark.parametrize(
    ("name", "faults"),
    [
        ("\ud800", ("it has characters that a URL cannot hold",)),
        ("@a/\udc00", ("it has characters that a URL cannot hold",)),
        ("@a/.b", ("the part after the scope begins with `.`",)),
        ("@a/_b", ()),
        (" a", ("it has white space at an end", "it has characters that a URL cannot hold")),
        ("Node_Modules", ("the name is reserved",)),
        ("", ("it is empty",)),
    ],
)
def test_faults_are_named(name: str, faults: tuple[str, ...]) -> None:
    """Half of a character, for which `encodeURIComponent` throws, is a fault like another."""
    assert faults == find_name_faults(name)
