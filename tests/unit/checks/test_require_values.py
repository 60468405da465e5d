"""Where the value of `require` goes, and which texts a parameter or a loop's name takes.

What runs follows from JavaScript: `&&`, `??` and the comma, walks of arrays, calls of functions.
"""

from __future__ import annotations

import pytest

from zipper.checks.file_facts import CONDITIONAL, EAGER, LAZY
from zipper.checks.scan import scan


def _asked(code: str) -> list[tuple[str, int]]:
    return [(request.specifier, request.level) for request in scan(code.encode()).requests]


@pytest.mark.parametrize(
    "value",
    [
        "require", "(require)", "0, require", "f, 0, require", "true ? require : f",
        "false ? f : require", "require || f", "require ?? f", "true && require",
        "false || require", "typeof process === 'object' && require", "(f, require) || f",
    ],
)  # fmt: skip
def test_what_is_sure_to_be_require(value: str) -> None:
    """An expression that has the value of `require` asks for modules as it does."""
    assert [("a", EAGER)] == _asked(f"({value})('a')")


@pytest.mark.parametrize(
    "value",
    [
        "require, f", "false ? require : f", "true ? f : require", "f ? require : f",
        "f ? f : require", "require && f", "false && require", "true || require", "f && require",
        "f || require", "f ?? require", "null ?? require", "true ?? require", "require + f",
        "f + require", "require === f", "[require]", "!require", "f(require)", "require.cache || f",
        "typeof window === 'undefined' && require", "typeof window !== 'undefined' || require",
    ],
)  # fmt: skip
def test_what_may_be_something_else(value: str) -> None:
    """Of what another value may be nothing is said."""
    assert [] == _asked(f"({value})('a')")


@pytest.mark.parametrize(
    "function", ["require", "(x) => require(x)", "function (x) { require(x) }"]
)
@pytest.mark.parametrize(
    ("walk", "found"),
    [
        ("['a'].forEach(@)", [("a", EAGER)]),
        ("['a', `b`].map(@)", [("a", EAGER), ("b", EAGER)]),
        ("['a', 'b'].filter(@)", [("a", EAGER), ("b", EAGER)]),
        ("['a', f, 'b'].flatMap(@)", [("a", EAGER), ("b", EAGER)]),
        ("['a', 'b'].some(@)", [("a", EAGER), ("b", CONDITIONAL)]),
        ("['a', 'b'].every(@)", [("a", EAGER), ("b", CONDITIONAL)]),
        ("['a', 'b'].find(@)", [("a", EAGER), ("b", CONDITIONAL)]),
        ("[f, 'b'].find(@)", [("b", CONDITIONAL)]),
        ("['a'].map(@, f)", [("a", EAGER)]),
        ("exports.f = () => ['a'].map(@)", [("a", LAZY)]),
        ("if (f) ['a'].map(@)", [("a", CONDITIONAL)]),
        ("['a'].map(f, @)", []),
        ("['a'].reduce(@)", []),
        ("f.map(@)", []),
        ("'a'.map(@)", []),
        ("map(@)", []),
        ("[].map(@)", []),
        ("new (['a'].map)(@)", []),
    ],
)
def test_walks_of_arrays(function: str, walk: str, found: list[tuple[str, int]]) -> None:
    """A method that walks an array calls a function with each item, or until it has enough."""
    assert found == _asked(walk.replace("@", function))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("for (const x of ['a', 'b']) require(x)", [("a", EAGER), ("b", EAGER)]),
        ("for (const x of ['a']) { require(x) }", [("a", EAGER)]),
        ("for (const x of ['a']) { if (f) require(x) }", [("a", CONDITIONAL)]),
        ("for (const x of ['a']) (() => require(x))()", [("a", EAGER)]),
        ("for (const y of ['b']) for (const x of ['a']) require(x)", [("a", EAGER)]),
        ("for (const x of ['a']) for (const y of ['b']) require(x)", [("a", EAGER)]),
        ("for (const x of 'a') require(x)", []),
        ("for (const x of f) require(x)", []),
        ("for (const y of ['a']) require(x)", []),
        ("for (const [x] of ['a']) require(x)", []),
        ("for (const x of ['a']) { const x = f; require(x) }", []),
        ("function f(x) { require(x) } f('a'); f('b')", [("a", EAGER), ("b", EAGER)]),
        ("function f(y, x) { require(x) } f('a', 'b')", [("b", EAGER)]),
        ("function f(/* y */ x) { require(x) } f(/* y */ 'a')", [("a", EAGER)]),
        ("function f(y, x) { require(x) } f('a', ...['b'])", []),
        ("function f(y, x) { require(x) } f(...f, 'b')", []),
        ("function f(x, y) { require(x) } f('a', ...f)", [("a", EAGER)]),
        ("function f(x) { require(x) } if (g) f('a')", [("a", CONDITIONAL)]),
        ("function f(x) { if (g) require(x) } f('a')", [("a", CONDITIONAL)]),
        ("function f(x) { require(x) } exports.g = () => f('a')", [("a", LAZY)]),
        ("function f(x) { (() => require(x))() } f('a')", [("a", EAGER)]),
        ("const f = x => require(x); f('a')", [("a", EAGER)]),
        ("const f = function (x) { require(x) }; f('a')", [("a", EAGER)]),
        ("function f(x) { require(x) } f(); f(g)", []),
        ("function f(y, x) { require(x) } f('a')", []),
        ("function f(x) { x = g; require(x) } f('a')", []),
        ("function f(x) { x += g; require(x) } f('a')", []),
        ("function f(x) { y.x = g; require(x) } f('a')", [("a", EAGER)]),
        ("function f(x) { var x = g; require(x) } f('a')", []),
        ("function f({ x }) { require(x) } f('a')", []),
        ("function f(x = g) { require(x) } f('a')", []),
        ("function f(...x) { require(x) } f('a')", []),
        ("function f(y) { require(x) } f('a')", []),
        ("(function (x) { require(x) })('a')", []),
        ("['a'].map((y, x) => require(x))", []),
        ("['a'].map((x, y) => require(x))", [("a", EAGER)]),
        ("['a'].map(() => require(x))", []),
        ("['a'].map(() => (x) => require(x))", []),
    ],
)
def test_what_a_name_takes(code: str, found: list[tuple[str, int]]) -> None:
    """A name takes what the loop walks, or what each call gives, where nothing changes it."""
    assert found == _asked(code)


@pytest.mark.parametrize(("number", "found"), [(499, True), (500, False)])
def test_how_many_items_are_looked_at(number: int, found: bool) -> None:
    """Of a very long array the first items count."""
    items = "0, " * number

    assert [("a", EAGER)] * found == _asked(f"[{items}'a'].map(require)")
    assert [("a", EAGER)] * found == _asked(f"for (const x of [{items}'a']) require(x)")
