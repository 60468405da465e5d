"""Ranges, locators, conditions and resolutions as yarn writes them."""

from __future__ import annotations

import pytest

from zipper.lockfile.yarn_descriptors import (
    Locator,
    Override,
    parse_conditions,
    parse_locator,
    parse_override,
    plain_range,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@npm:1.0.0", Locator("a", "npm:1.0.0", {})),
        ("@s/a@workspace:packages/a", Locator("@s/a", "workspace:packages/a", {})),
        (
            "a@file:./a.tgz::hash=1&locator=r%40workspace%3A.",
            Locator("a", "file:./a.tgz", {"hash": "1", "locator": "r@workspace:."}),
        ),
        ("a", Locator("a", "", {})),
    ],
)
def test_a_locator_has_parts(text: str, expected: Locator) -> None:
    """Name, reference, and what stands behind two colons."""
    assert expected == parse_locator(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("npm:^1.0.0", "^1.0.0"),
        ("^1.0.0", "^1.0.0"),
        ("npm:ms@2.0.0", "ms@2.0.0"),
        ("patch:typescript@4.9.5#~builtin<compat/typescript>", "4.9.5"),
        ("patch:typescript@npm%3A^5.0.0#optional!builtin<compat/typescript>", "^5.0.0"),
        ("patch:a@1.0.0#./a.patch::locator=r%40workspace%3A.", "patch:a@1.0.0#./a.patch"),
        ("portal:./lib::locator=r%40workspace%3A.", "portal:./lib"),
    ],
)
def test_a_range_is_the_same_however_it_is_written(text: str, expected: str) -> None:
    """Without the protocol that is the default, parameters, and what yarn patches by itself."""
    assert expected == plain_range(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("os=darwin", {"os": ("darwin",)}),
        (
            "(os=darwin | os=linux) & !cpu=ia32 & libc=musl",
            {"os": ("darwin", "linux"), "cpu": ("!ia32",), "libc": ("musl",)},
        ),
        ("", {}),
    ],
)
def test_conditions_are_npm_s_three_lists(text: str, expected: dict) -> None:
    """What a platform package is for, with exclusions."""
    assert expected == parse_conditions(text)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("ms", Override("", "", "ms", "")),
        ("debug/ms", Override("debug", "", "ms", "")),
        ("@s/a/@t/b", Override("@s/a", "", "@t/b", "")),
        ("debug@npm:4.3.4/ms@npm:2.1.2", Override("debug", "npm:4.3.4", "ms", "npm:2.1.2")),
        ("@t/b@^1.0.0", Override("", "", "@t/b", "^1.0.0")),
        ("**/x", Override("", "", "x", "")),
        ("a/b/c", None),
    ],
)
def test_a_resolution_selects_by_name_range_and_asker(key: str, expected: Override | None) -> None:
    """One level of asking packages, each with or without a range."""
    assert expected == parse_override(key)
