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
    b"`${'`'}{`",
    b"`${`x`}{`",
    b"a /((({ b: '/{' })))",
    b"a = ((( ~b )))",
)


@pytest.mark.parametrize("tricky", TRICKY)
def test_blocks_of_statements(tricky: bytes) -> None:
    """The body of a function is found, and nothing in it that only looks like a bracket counts."""
    text = b"function f() {" + FILLER + tricky + b"\n" + FILLER + b"}\n" + FILLER
    layout = find_layout(text)
    assert layout is not None
    assert [(13, text.rindex(b"}\n"))] == layout.blocks


REGEXPS = (
    *(b"return /}/", b"typeof /}/", b"switch (a) { case /}/: b }", b"do /}/.test(a); while (b)"),
    *(b"if (a) b; else /}/.test(c)", b"a in /}/", b"a instanceof /}/", b"new /}/.constructor(a)"),
    *(b"void /}/", b"delete /}/.a", b"throw /}/", b"yield /}/", b"await /}/"),
    *(b"for (a of /}/.exec(b)) c", b"if (a) /}/.exec(b)", b"while (a) /}/.exec(b)"),
    *(b"for (;;) /}/.exec(b)", b"with (a) /}/.exec(b)", b"if ((((a)))) /}/.exec(b)"),
    *(
        b"if (((a) + ((b)))) /}/.exec(b)",
        b"if (((((a)))) || b == ')') /}/.exec(c)",
        b"a = /}/",
        b"a(/}/)",
        b"[/}/]",
        b"a ? /}/ : b",
        b"!/}/",
        b"~/}/",
    ),
    b"a = /* " + b"b" * 400 + b" */ /}/",
    *(b"a = /* b */ /}/", b"a = /* b */ /* ) */ /}/", b"a = // b\n/}/", b"a = // b\n // )\n/}/"),
    *(b"if (a) /* b */ /}/.exec(b)", b"if (a) // b\n/}/.exec(b)", b"a = [\n] // b\n + /}/"),
    *(b"{\n}\n/}/.test(a)", b"a = /[/}]/", b"a = /[\\]/}]/", b"a = /\\/}/g", b"a = /}/dgimsuvy"),
)
DIVISIONS = (
    *(b"a", b"a.return", b"a['']", b"a[0]", b"(a)", b"f(a)", b"((((a))))", b"f((((a))))", b"'a'"),
    *(b'"a"', b"`a`", b"`${a}`", b"1", b"a1", b"a++", b"a--", b"$", b"_", b"iff (a)", b"returned"),
    *(b"a /* return */", b"a // return\n", b"a /* b */ /* c */", b"a /* b */ // c\n", b"1 //\n"),
    *(b"a // http://b\n", b"(a) /* if */", b'f(")")'),
)


@pytest.mark.parametrize("statement", [*REGEXPS, *(one + b" / 2; a = '/{'" for one in DIVISIONS)])
def test_what_a_slash_begins(statement: bytes) -> None:
    """A regular expression holds a brace that counts for nothing; behind a value there is none.

    Source: ECMA-262, 12.1: where InputElementRegExp is the goal of the lexical grammar.
    """
    text = b"function f() {" + FILLER + b";" + statement + b"\n;" + FILLER + b"}\n" + FILLER
    layout = find_layout(text)
    assert layout is not None
    assert [(13, text.rindex(b"}\n"))] == layout.blocks
    assert find_layout(statement + b"\n;") is not None


def test_sizes_from_which_blocks_and_borders_count() -> None:
    """A block has 1,000 bytes at least, and a border comes each 2,000 at the earliest."""
    nested = b"((b))"
    first = b"(a) => {" + nested + b"b" * 993 + b"}\n"
    second = b"() => {" + nested + b"b" * 994 + b"}"
    found = find_layout(first + second)
    assert found is not None
    assert [(len(first) + 6, len(first) + len(second) - 1)] == found.blocks

    inner = find_layout(b"function f() {" + nested + b"a;" * 3000 + b"}\n" + b"ab;" * 1000)
    assert inner is not None
    assert {-1: [0, 6024, 8025], 13: [2013, 4013, 6013]} == inner.borders


@pytest.mark.parametrize(
    ("following", "begins"),
    [
        *((word + b" x", True) for word in b"var let const function class import export".split()),
        *((text, True) for text in (b"async function x", b"//x")),
        *((text, False) for text in (b"x = 1", b"variable", b"(x)", b"async x", b"+ x", b"/x/")),
    ],
)
def test_a_brace_before_a_declaration_ends_a_statement(following: bytes, begins: bool) -> None:
    """Where a new line begins with a word that only a statement begins with, one has ended."""
    text = b"function f() {((a))" + b"a\n" * 1500 + b"}"
    layout = find_layout(text + b"\n" + following)
    assert layout is not None
    assert [0, len(text)][: 1 + begins] == layout.borders[-1]


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
        b"if (a) b\nelse {" + FILLER + b"}",
        b"try {" + FILLER + b"} catch {" + FILLER + b"}",
        b"class A extends b.c(d)(e) {" + FILLER + b"}",
        b"x = f()[((a, " + b"b, " * 500 + b"c))]",
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


def test_borders_stand_in_no_parentheses() -> None:
    """What divides the head of a loop divides no statements."""
    text = b"for (" + b"a" * 3000 + b"; (((b)));" + b"c" * 3000 + b") d;"
    layout = find_layout(text)
    assert layout is not None
    assert {-1: [0, len(text)]} == layout.borders


@pytest.mark.parametrize("text", [b"(", b")", b"{]", b"'a", b"`a${", b"/* a", b"(" * 9999])
def test_what_does_not_match_has_no_layout(text: bytes) -> None:
    """Text whose brackets or quotes do not match is not believed."""
    assert find_layout(text) is None
