"""Folders that a project puts in place of packages."""

from __future__ import annotations

from zipper.supply.replacements import find_replacements


def test_each_tool_s_words_count() -> None:
    """Of yarn, bun and pnpm, in package.json and pnpm-workspace.yaml; versions name no folder."""
    manifest = {
        "resolutions": {"a": "file:./vendor/a", "b": "npm:b@1", "c": 3},
        "overrides": {"d": "link:../d", "e": {"f": "file:f"}},
        "pnpm": {"overrides": {"g": "portal:g/"}},
    }
    settings = b"overrides:\n  h: link:vendor/h\n  i: ^1.0.0\n"

    assert {"vendor/a", "../d", "g", "vendor/h"} == find_replacements(manifest, settings)
    for odd in (b"overrides: x\n", b"overrides: ["):
        assert frozenset() == find_replacements({"pnpm": 1, "overrides": []}, odd)
