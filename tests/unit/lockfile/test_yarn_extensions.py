"""Yarn's own database of forgotten dependencies."""

from __future__ import annotations

from zipper.lockfile.yarn_extensions import Extension, list_extensions
from zipper.npm.semver import valid_range


def test_the_table_is_whole() -> None:
    """Every published row is there, in a form that can be read."""
    rows = list(list_extensions())

    assert 158 == len({(row.name, row.range) for row in rows})
    assert {"+", "=", "?"} == {row.kind for row in rows}
    assert [] == [row for row in rows if valid_range(row.range) is None or not row.added]


def test_packages_share_rows() -> None:
    """Packages that stand above each other are given the same; a peer may be optional."""
    rows = set(list_extensions())

    assert Extension("@tailwindcss/aspect-ratio", "<0.2.1", "=", "tailwindcss", "^2.0.2") in rows
    assert Extension("@tailwindcss/line-clamp", "<0.2.1", "=", "tailwindcss", "^2.0.2") in rows
    assert Extension("debug", "<4.2.0", "?", "supports-color", "*") in rows
    assert Extension("http-link-dataloader", "*", "=", "graphql", "^0.13.1 || ^14.0.0") in rows
