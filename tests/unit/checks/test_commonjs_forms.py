"""What cjs-module-lexer takes for an assignment to `exports`, and what `this` hands out."""

from __future__ import annotations

import pytest

from zipper.checks.commonjs_forms import find_leftmost, hands_out_this
from zipper.checks.commonjs_names import find_commonjs_names
from zipper.checks.syntax import Source


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("exports.a = 1", ("a",)),
        ("exports.a == 1", ("a",)),
        ("exports.a === 1", ("a",)),
        ("exports['a'] === 1", ("a",)),
        ("module.exports.a === 1", ("a",)),
        ("exports.a === 1 && (exports.b = 1)", ("a", "b")),
        ("({ b: exports.a = 1 } = {})", ("a",)),
        ("[exports.a = 1] = []", ("a",)),
        ("exports.a !== 1", ()),
        ("exports.a != 1", ()),
        ("exports.a <= 1", ()),
        ("exports.a >= 1", ()),
        ("1 === exports.a", ()),
        ("b = exports.a", ()),
        ("exports.a += 1", ()),
        ("exports.a ||= 1", ()),
        ("exports.a++", ()),
        ("[exports.a] = [1]", ()),
        ("for (exports.a of [1]);", ()),
        ("typeof exports.a", ()),
        ("f(exports.a)", ()),
    ],
)
def test_what_the_lexer_takes_for_an_assignment(text: str, names: tuple[str, ...]) -> None:
    """By `Object.keys(await import(...))` of a file with this text in Node.js 20."""
    assert names == find_commonjs_names(text.encode()).exports


@pytest.mark.parametrize(
    "text",
    [
        "this.a = 1", "this['a'] = 1", "this[a]", "f(this)", "new F(this)", "const e = this",
        "let e; e = this", "[this][0].a = 1", "({ e: this })", "(this).a = 1", "(0, this).a = 1",
        "(this || 1).a = 1", "(1 || this).a = 1", "(1 && this).a = 1", "(this ?? 1).a = 1",
        "(a ? this : 1).a = 1", "() => this", "(() => { f(this) })()", "this.f()", "f(...[this])",
        "f(arguments)", "arguments[0].a = 1", "f(...arguments)", "eval('this.a = 1')",
        "require(__filename).a = 1", "require . cache[a]", "require( __filename )", "f`${this}`",
        "if (a) f(this)", "this.a === 1", "({ a: this.b = 1 } = {})",
    ],
)  # fmt: skip
def test_what_may_give_the_exports_members(text: str) -> None:
    """Outside of functions `this` is `exports`, and so is whatever gets its value."""
    assert hands_out_this(Source(text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "this", "this.a", "this.a.b = 1", "this?.a", "const a = this.b", "f(this.a)", "typeof this",
        "!this", "this && this.a", "(this && this.a) || 1", "this === a", "a !== this", "this == a",
        "this instanceof A", "function f() { this.a = 1 }", "const f = function () { f(this) }",
        "class A { f() { return this } }", "class A { a = this; static b = f(this) }",
        "({ f() { this.a = 1 } })", "function* f() { f(this) }", "arguments.length",
        "function f() { arguments[0] = 1 }", "a.eval(1)", "a.require(__filename)", "require(a)",
        "require.resolve(a)", "'this.a = 1'", "// f(this)", "thisA[0]", "({ this: 1 })",
    ],
)  # fmt: skip
def test_what_leaves_the_exports_alone(text: str) -> None:
    """What only reads, compares, or is in a function with a `this` of its own."""
    assert not hands_out_this(Source(text.encode()))


@pytest.mark.parametrize(("number", "found"), [(1_999, True), (2_000, False)])
def test_how_many_mentions_are_looked_at(number: int, found: bool) -> None:
    """Of very many the first."""
    assert found == hands_out_this(Source(b"this;" * number + b"f(this)"))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("require('x')", "require('x')"),
        ("require('x').y", "require('x')"),
        ("require('x').y(z)", "require('x')"),
        ("require('x')['y'].z", "require('x')"),
        ("require('x')(y)(z)", "require('x')"),
        ("require('x') || y", "require('x')"),
        ("f(require('x'))", "f(require('x'))"),
        ("a.b(c)", "a.b(c)"),
        ("a.b", "a.b"),
        ("a || b", "a || b"),
        ("new F(x)", "new F(x)"),
        ("1", "1"),
    ],
)
def test_the_first_call_of_an_expression(text: str, first: str) -> None:
    """What all the rest is taken from, where that is a call of a name."""
    source = Source(text.encode())
    (statement,) = source.statements

    assert first.encode() == source.text_of(find_leftmost(statement.named_children[0]))
