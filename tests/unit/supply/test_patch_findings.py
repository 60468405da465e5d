"""Patches that patch-package would apply."""

from __future__ import annotations

import pytest

from zipper.supply.patch_findings import find_unapplied_patches


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        ({}, []),
        (
            {"scripts": {"postinstall": "husky && patch-package"}},
            ["patches-unapplied"],
        ),
        ({"scripts": {"test": "patch-package"}}, []),
        ({"scripts": "odd"}, []),
    ],
)
def test_a_script_that_patches_is_reported(raw: dict[str, object], codes: list[str]) -> None:
    """Where a package manager would run it; a script for something else is none."""
    assert codes == [one.code for one in find_unapplied_patches(raw)]
