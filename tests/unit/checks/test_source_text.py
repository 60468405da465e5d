"""Words of JavaScript, what declares and assigns to them, and the values of its texts.

Source: ECMAScript 2025, 12.9.4, String Literals, and 12.9.6, Template Literal Lexical Components.
"""

from __future__ import annotations

import pytest

from zipper.checks.source_text import (
    count_declarations,
    find_assignments,
    find_matches,
    find_word,
    is_in_pattern,
    literal,
    unescape,
    without_raw_escapes,
)
from zipper.checks.syntax import Source
from zipper.late_pattern import late_pattern


@pytest.mark.parametrize(
    ("content", "before", "found"),
    [
        (b"a", b"", [0]),
        (b"a ab ba a", b"", [0, 8]),
        (b"$a a$ _a a_ 1a a1 Za aZ a", b"", [24]),
        (b"(a)[a]{a}", b"", [1, 4, 7]),
        (b"b.a a", b"", [2, 4]),
        (b"b.a a", b".", [4]),
        (b"[...a]", b".", [4]),
        (b"[..a]", b".", []),
        (b"\xc3\xa9a", b"", [2]),
        (b"aa", b"", []),
        (b"", b"", []),
    ],
)
def test_words(content: bytes, before: bytes, found: list[int]) -> None:
    """A word ends where no identifier goes on; a point before it makes it a member's name."""
    assert found == list(find_word(content, b"a", before=before))


def test_words_of_a_part() -> None:
    """They are looked for from one offset to another."""
    assert [2, 4] == list(find_word(b"a a a a", b"a", start=1, end=6))
    assert [] == list(find_word(b"a a", b"a", start=1, end=2))


def test_matches_at_texts() -> None:
    """By text, and for each in order; where the pattern does not match is left out."""
    found = find_matches(b"b1 a1 a b2 a2", (b"a", b"b"), late_pattern(rb"[ab](\d)"))

    assert [(3, b"1"), (11, b"2"), (0, b"1"), (8, b"2")] == [(m.start(), m[1]) for m in found]


ASSIGNED = [
    "a = 1", "a=1", "(a) = 1", "a &&= 1", "function a() {}", "function  a() {}", "function* a() {}",
    "function *a() {}", "async function a() {}", "[a] = b", "[b, a] = c", "({ a } = b)",
    "({ b: a } = c)", "({ b: [a] } = c)", "[a = 1] = b", "[...a] = b", "for (a of b);",
    "for (a in b);", "for (var a of b);", "for await (a of b);", "for(a of b);", "for ([a] of b);",
    "for ({ a } of b);", "let a = 1", "var b = 1, a = 2", "b.a = 1", "[a]= b",
]  # fmt: skip
NOT_ASSIGNED = [
    "a", "a == 1", "a === 1", "a => 1", "a != 1", "a <= 1", "a >= 1", "a += 1", "a ||= 1",
    "a ??= 1",
    "f(a)", "b = a", "[b] = a", "b = [a]", "b = { a }", "functions a", "for (b of a);", "let a",
    "for (const a of b);", "for (let a of b);", "a of b", "aa = 1", "[a] == b", "[a] => b",
    "for (b.c of a);", "{ a }",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "is_assigned"),
    [*((text, True) for text in ASSIGNED), *((text, False) for text in NOT_ASSIGNED)],
)
def test_assignments(text: str, is_assigned: bool) -> None:
    """What gives a name another value, by a pattern and a loop too; not what only changes it."""
    at = next(find_word(text.encode(), b"a"), 0)

    assert [at] * is_assigned == find_assignments(text.encode(), b"a")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("var a", 1), ("let a = 1", 1), ("const a = 1", 1), ("class a {}", 1),
        ("function a() {}", 1),
        ("import a from 'b'", 1), ("import { a } from 'b'", 1), ("import { b as a } from 'c'", 1),
        ("import * as a from 'b'", 1), ("let b, a", 1), ("let b = 1, a = 2", 1),
        ("let { a } = b", 1),
        ("let { b: a } = c", 1), ("let [a] = b", 1), ("let [b, a] = c", 1), ("let\na", 1),
        ("let a; let a", 2), ("let a; { const a = 1 }", 2), ("var a, a", 1), ("for (a of b)", 1),
        ("[a] = b", 1), ("for (const a of b)", 1), ("async function a() {}", 1),
        ("function* a() {}", 1), ("function*a() {}", 1),
        ("a", 0), ("a = 1", 0), ("f(a)", 0), ("let b = a", 0), ("let b; a", 0), ("let b; a = 1", 0),
        ("class b extends a {}", 0), ("lets a", 0), ("let aa", 0), ("let b = [a]", 0),
        ("(a) => 1", 0),
        ("b = 1, a == 2", 0), (f"let {'b, ' * 200}a", 0), (f"let {'b, ' * 160}a", 1),
        (f"let a; {'f(a); ' * 14}let a", 2), (f"let a; {'f(a); ' * 40}let a", 2),
    ],
)  # fmt: skip
def test_declarations(text: str, count: int) -> None:
    """How many seem to bind a name, whatever their scope; one that is too far is not seen."""
    assert count == count_declarations(text.encode(), b"a")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a", "a"), (r"\n\t\r\b\f\v\0", "\n\t\r\b\f\v\0"), (r"\x41\u0042\u{43}", "ABC"),
        ("a\\\nb", "ab"),
        (r"\u{1F600}\u{00041}", "\U0001f600A"), ("a\\\r\nb", "ab"), (r"\a\'\"\\", "a'\"\\"),
        (r"\u{110000}", ""), (r"\\n", "\\n"), (r"\xe9", "\xe9"), ("", ""),
    ],
)  # fmt: skip
def test_escapes(text: str, value: str) -> None:
    """What a text means; of a code that Unicode lacks nothing is left."""
    assert value == unescape(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a'", "a"),
        ('"a"', "a"),
        ("`a`", "a"),
        (r"'\x61'", "a"),
        ("''", ""),
        ("`a${b}`", None),
        ("a", None),
        ("1", None),
        ("/a/", None),
    ],
)
def test_literals(text: str, value: str | None) -> None:
    """Only strings, and templates without substitutions, have a value of their own."""
    source = Source(f"f({text})".encode())
    arguments = source.path_to(0)[-2].child_by_field_name("arguments")

    assert arguments is not None
    assert value == literal(arguments.named_children[0], source.content)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r"a`\u`", "a`_u`"),
        (r"a()`\u{`", "a()`_u{`"),
        (r"a[0]`\xg`", "a[0]`_xg`"),
        (r"$`\u00g`; '\u'", "$`_u00g`; '_u'"),
        (r"a`\u0041\u{41}\x41`", r"a`\u0041\u{41}\x41`"),
        (r"a`\\u\\x`", r"a`\\u\\x`"),
        (r"a'\u'", r"a'\u'"),
    ],
)
def test_escapes_that_only_tags_may_have(text: str, read: str) -> None:
    """They become something of the same size that the parser knows, where there is a tag."""
    assert read.encode() == without_raw_escapes(text.encode())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a, b] = c", True),
        ("{ a: b } = c", True),
        ("a of b)", False),
        ("for (a of b)", True),
        ("for (var a in b)", True),
        ("for  await  (  var  a of b)", True),
        ("for (b, a of c)", False),
        ("[a(b)] = c", False),
        (f"[a{', b' * 132}] = c", True),
        (f"[a{', b' * 140}] = c", False),
    ],
)
def test_patterns_and_loops(text: str, found: bool) -> None:
    """What follows a name tells that a pattern assigns to it, what precedes it that a loop does."""
    at = next(find_word(text.encode(), b"a"))

    assert found == is_in_pattern(text.encode(), at, at + 1)
