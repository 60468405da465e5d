"""A large file's blocks and borders are found whatever strings, templates and comments hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zipper.checks.brackets import find_layout

FILLER = b"a = b([c, (d / e)]);\n" * 100

TRICKY = (
    b"'}'",
    b'"\\"{"',
    b"`}${ {a: `${'{'}`} }{`",
    b"/[/}]{/.test(a)",
    b"a / b / c",
    b"(a) / b",
    b"a[0] / 2; // {\n",
    b"/* ) */",
    b"if (a) /\\{/.exec(b)",
    b"return_ / 1",
    b"typeof /}/",
    b"x = { a: /'/ }",
    b"a++ / b",
    b"`\\`{`",
    b"x = // y1\n/[{']/.test(a)",
    b"x = y['http://'] / b; z = '/{'",
)


@pytest.mark.parametrize("tricky", TRICKY)
def test_blocks_of_statements(tricky: bytes) -> None:
    """The body of a function is found, and nothing in it that only looks like a bracket counts."""
    text = b"function f() {" + FILLER + tricky + b"\n" + FILLER + b"}\n" + FILLER
    layout = find_layout(text)
    assert layout is not None
    assert [(13, text.rindex(b"}\n"))] == layout.blocks


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(TRICKY), max_size=8))
def test_any_order_of_tricky_code(pieces: list[bytes]) -> None:
    """Whatever stands between, an arrow's body ends where it ends."""
    inner = FILLER + b";\n".join(pieces) + b"\n;"
    text = b"x = () => {" + inner + b"};"
    layout = find_layout(text)
    assert layout is not None
    assert [(10, len(text) - 2)] == layout.blocks


@pytest.mark.parametrize(
    "text",
    [
        b"class A extends b(c) {" + FILLER + b"}",
        b"switch (a) {" + FILLER + b"}",
        b"x = {" + b"a: 1,\n" * 300 + b"}",
        b"import {" + b"a,\n" * 600 + b"} from 'b'",
    ],
)
def test_braces_that_hold_no_statements(text: bytes) -> None:
    """Classes, switches and objects are no blocks that could stand alone."""
    layout = find_layout(text)
    assert layout is not None
    assert [] == layout.blocks


def test_borders_stand_between_statements() -> None:
    """Borders are places at which one statement has ended and the next begins."""
    text = b"for (a; b; c) { d; }\nvar e = function () { f; };\n" * 1000
    layout = find_layout(text)
    assert layout is not None
    borders = layout.borders[-1][1:]
    ends = (b"}", b";")
    assert borders
    assert all(text[at - 1 : at] in ends and text[at : at + 1] == b"\n" for at in borders)


@pytest.mark.parametrize("text", [b"(", b")", b"{]", b"'a", b"`a${", b"/* a", b"(" * 9999])
def test_what_does_not_match_has_no_layout(text: bytes) -> None:
    """Text whose brackets or quotes do not match is not believed."""
    assert find_layout(text) is None
