"""What NODE_OPTIONS changes about loading, as Node's command line reads it."""

from __future__ import annotations

import pytest

from zipper.checks.node_flags import read_flags
from zipper.target import Target


@pytest.mark.parametrize(
    ("runtime", "options", "requires", "detects", "strips"),
    [
        ("nodejs20.x", "", False, True, False),
        ("nodejs22.x", "", False, False, True),
        ("nodejs24.x", "", True, True, True),
        ("nodejs22.x", "--experimental-require-module", True, False, True),
        ("nodejs22.x", "--experimental-detect-module", False, True, True),
        ("nodejs24.x", "--no-experimental-require-module", False, True, True),
        ("nodejs24.x", "--no-require-module", False, True, True),
        ("nodejs24.x", "--no-experimental-detect-module", True, False, True),
        ("nodejs24.x", "--no-experimental-strip-types", True, True, False),
        ("nodejs24.x", "--no-strip-types", True, True, False),
        ("nodejs22.x", "--no-warnings --experimental-require-module", True, False, True),
        ("nodejs22.x", "--require-module --no-require-module", False, False, True),
        ("nodejs24.x", "--no-require-module --require-module", True, True, True),
        ("nodejs22.x", "experimental-require-module", False, False, True),
        ("nodejs22.x", "-experimental-require-module", False, False, True),
        ("nodejs22.x", "--require ./a.js", False, False, True),
    ],
)
def test_switches(runtime: str, options: str, requires: bool, detects: bool, strips: bool) -> None:
    """What Lambda's Node does by itself, and what an option turns on or off; the last one wins."""
    flags = read_flags(Target(runtime), options)

    assert (requires, detects, strips) == (
        flags.can_require_modules,
        flags.detects_modules,
        flags.strips_types,
    )


@pytest.mark.parametrize(
    ("options", "conditions", "preloads"),
    [
        ("", (), ()),
        ("--conditions=a -C b --conditions c", ("a", "b", "c"), ()),
        ("-C=a", ("a",), ()),
        ("-C", (), ()),
        ("--conditions=", (), ()),
        ("--require ./a.js -r b --import=./c.mjs", (), (("./a.js", 1), ("b", 1), ("./c.mjs", 0))),
        ("--import ./c.mjs --require=./a.js", (), (("./c.mjs", 0), ("./a.js", 1))),
        ("--require", (), ()),
        ("--require=", (), ()),
        ("--requires a --imports b", (), ()),
        ('--require "./a b.js"', (), (("./a b.js", 1),)),
        ("--require './a.js", (), (("'./a.js", 1),)),
    ],
)
def test_what_is_given(
    options: str, conditions: tuple[str, ...], preloads: tuple[tuple[str, int], ...]
) -> None:
    """Values stand behind `=` or a space; quotes are those of a shell where they match."""
    flags = read_flags(Target("nodejs24.x"), options)

    assert conditions == flags.conditions
    assert preloads == flags.preloads
