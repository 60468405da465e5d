"""A text is judged with the place of what is wrong, and left alone where it is not known."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zipper.javascript.program import judge, judge_both
from zipper.javascript.syntax_errors import Fault, Feature
from zipper.javascript.tokens import words

PIECES = words(
    "a b 1 'c' ` ${ } ( ) [ ] { => = , ; : ? . ... + ++ / * ** < ! ?? && ?. # @ \\ async await "
    "yield function class extends static get set let const var for of in if else do while break "
    "continue return try catch finally switch case default import export from as new super this "
    "using with assert delete typeof /a/ <!-- -->"
)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a\nconst b;", 2, "a `const` without a value"),
        ("\n\nf(", 3, "an unexpected end"),
        ("let a\nlet a", 2, "a second declaration of `a`"),
        ("function f() {\n  await g()\n}", 2, "`await` outside of async functions"),
        ("/(/", 1, "a bad regular expression: a group that does not end"),
        ("a = <b/>", 1, "an unexpected `<`"),
        ("'a", 1, "a string that does not end"),
        ("a\x00", 1, "an unexpected `\x00`"),
    ],
)
def test_faults_say_where_and_what(text: str, line: int, message: str) -> None:
    """An early error has its line and says what stands there."""
    assert Fault(line, message) == judge(text, is_module=False).fault


def test_features_have_versions() -> None:
    """Syntax that only some Nodes read is no fault, and is told once with its first line."""
    verdict = judge("a;\n/(?i:b)/;\n/(?i:c)/", is_module=False)
    expected = Feature("modifiers in regular expressions", 2, 24)
    assert (None, (expected,), None) == verdict


@pytest.mark.parametrize(
    "text",
    [
        "import source a from 'b'",
        "import defer * as a from 'b'",
        "import.source('a')",
        "(" * 5000 + ")" * 5000,
        "for (using of of);",
    ],
)
def test_what_is_newer_or_deeper_is_not_judged(text: str) -> None:
    """What the parser does not know is said to be so, and is no fault."""
    verdict = judge(text, is_module=True)
    assert (None, True) == (verdict.fault, verdict.unsure is not None)


def test_arrows_in_arrows_take_bounded_time() -> None:
    """Parameters that are read again and again are given up."""
    text = "(a = " * 40 + "1" + ") => 1" * 40
    assert judge(text, is_module=True).unsure is not None


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(sorted(PIECES)), max_size=30), st.booleans())
def test_any_text_has_a_verdict(pieces: list[str], is_module: bool) -> None:
    """Whatever stands in a text, the parser ends with a verdict and no other exception."""
    verdict = judge("\n".join(pieces), is_module=is_module)
    assert verdict.fault is None or verdict.unsure is None


@pytest.mark.parametrize(
    "text",
    [
        "let exports = 1",
        "class module {}",
        "function require() {}",
        "{ let exports }",
        "await a",
        "for await (a of b);",
        "async () => await a",
        "async () => { for await (a of b); }",
        "import.meta",
        "export {}",
        "return",
        "a <!-- b",
        "with (a);",
        "() => { return }",
        "class A { static { await } }",
        "class A { a = await b }",
        "/(?i:b)/",
    ],
)
def test_both_verdicts_are_those_of_each(text: str) -> None:
    """What only modules have, and what the wrapper has taken, is judged for each."""
    assert (judge(text, is_module=True), judge(text, is_module=False)) == judge_both(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(sorted(PIECES)), max_size=30))
def test_any_text_has_both_verdicts(pieces: list[str]) -> None:
    """Whatever stands in a text, reading it once comes to what reading it twice does."""
    text = "\n".join(pieces)
    assert (judge(text, is_module=True), judge(text, is_module=False)) == judge_both(text)
