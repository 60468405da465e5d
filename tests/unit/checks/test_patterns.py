"""What patterns bind and assign to; the rows of `fixtures/loading` show what comes of it."""

from __future__ import annotations

import pytest

from zipper.checks.patterns import binds_in_head, find_assigner, list_bound
from zipper.checks.syntax import Source


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("x = 1;", "assignment_expression"),
        ("(x) = 1;", "assignment_expression"),
        ("x &&= 1;", "augmented_assignment_expression"),
        ("[a, ...x] = b;", "assignment_expression"),
        ("({ a: [{ x = 1 }] } = b);", "assignment_expression"),
        ("let { a: x = 1 } = b;", "variable_declarator"),
        ("for (x of b);", "for_in_statement"),
        ("for (var { x } of b);", "for_in_statement"),
        ("a = x;", None),
        ("[a[x]] = b;", None),
        ("x.a = 1;", None),
        ("({ [x]: a } = b);", None),
        ("({ a = x } = b);", None),
        ("let a = x;", None),
        ("for (a of x);", None),
        ("(x => 1);", None),
        ("(({ x }) => 1);", None),
    ],
)
def test_what_assigns_to_a_name(text: str, kind: str | None) -> None:
    """It is where a value is given to the name itself, by whatever pattern."""
    path = Source(text.encode()).path_to(text.rindex("x"))
    at = find_assigner(path)

    assert kind == (None if at is None else path[at].type)


@pytest.mark.parametrize(
    ("text", "is_bound"),
    [
        ("function f(x) {}", True),
        ("x => 1;", True),
        ("(a, { b: [x] } = f(1)) => 1;", True),
        ("({ m(...x) {} });", True),
        ("(function x() {});", True),
        ("try {} catch (x) {}", True),
        ("try {} catch ({ x }) {}", True),
        ("for (const x of a);", True),
        ("for (let [x] of a);", True),
        ("for (var x of a);", False),
        ("for (x of a);", False),
        ("for (const a of x);", False),
        ("(a = x) => 1;", False),
        (f"({'a1, ' * 900}b = x) => 1;", True),
        (f"({'ax, ' * 900}b) => x;", False),
        ("({ x: a }) => 1;", False),
        ("function x(a) {}", False),
        ("try {} catch { x }", False),
    ],
)
def test_what_a_head_binds(text: str, is_bound: bool) -> None:
    """Parameters bind, those of a `catch` too, and variables that a loop has for itself."""
    path = Source(text.encode()).path_to(text.index("x"))

    assert is_bound is any(binds_in_head(node, b"x") for node in path)


def test_names_of_a_pattern() -> None:
    """They come in the order of the text; keys and defaults are none."""
    source = Source(b"let { a, b: c, d = e, f: { g = h }, ...i } = j, [k, [l = m], ...n] = o;")
    patterns = [
        one.child_by_field_name("name")
        for one in source.trees.root.named_children[0].named_children
    ]

    assert [[one.text for one in list_bound(p)] for p in patterns if p is not None] == [
        [b"a", b"c", b"d", b"g", b"i"],
        [b"k", b"l", b"n"],
    ]
