"""The names that statements declare: twice in one module, or around a use of another meaning."""

from __future__ import annotations

import pytest

from zipper.checks.declared_names import is_hidden
from zipper.checks.syntax import Source


@pytest.mark.parametrize(
    "statement",
    [
        "import a from 'x'", "import * as a from 'x'", "import { a } from 'x'",
        "import { b as a } from 'x'", "import { b, /* c */ a } from 'x'",
        "import b, { a } from 'x'",
        "import b, * as a from 'x'", "import { default as a } from 'x'", "let a", "let b, a = 1",
        "const a = 1", "class a {}", "export let a", "export const b = 1, a = 2",
        "export class a {}",
        "var a", "function a() {}", "async function a() {}", "function* a() {}", "export var a",
    ],
)  # fmt: skip
def test_names_that_are_declared_twice(statement: str) -> None:
    """No `let`, `const` or class may take a name that the module has."""
    for other in ("let a;", "const a = 1;", "class a {}", "export let b, a;"):
        assert 2 == Source(f"{statement};\n{other}".encode()).duplicate_line
        assert 2 == Source(f"{other}\n{statement};".encode()).duplicate_line


@pytest.mark.parametrize(
    "statement",
    [
        "import b from 'x'", "import { a as b } from 'x'", "import 'a'", "export { a }",
        "let b = a",
        "let [b] = a", "{ let a }", "if (b) { var c; }", "a = 1", "export default a", "a()",
        "export * as a from 'x'", "export { a as b }", "export default class {}",
    ],
)  # fmt: skip
def test_names_that_are_declared_once(statement: str) -> None:
    """What reads a name, passes it on or is in a block declares it no second time."""
    assert 0 == Source(f"let a;\n{statement};".encode()).duplicate_line


def test_what_may_be_declared_often() -> None:
    """A `var` and a function of a script may share their name."""
    assert 0 == Source(b"var a; var a; function a() {} function a() {}").duplicate_line


@pytest.mark.parametrize(
    ("code", "hidden"),
    [
        ("{ const a = f(); @ }", True),
        ("{ let b, a; @ }", True),
        ("{ var [a] = f; @ }", True),
        ("{ const { b: { a } } = f; @ }", True),
        ("{ function a() {} @ }", True),
        ("{ class a {} @ }", True),
        ("{ f(); const a = 1; { @ } }", True),
        ("{ const a = require('x'); { const a = 1; @ } }", True),
        ("{ const a = 1; { const a = require('x'); @ } }", False),
        ("for (const a of b) { @ }", True),
        ("for (let [a] of b) @", True),
        ("for (a in b) @", True),
        ("for (a.b of c) @", True),
        ("(a) => { @ }", True),
        ("function f(b, { a }) { @ }", True),
        ("try {} catch (a) { @ }", True),
        ("(function a() { @ })", True),
        ("{ const a = require('x'); @ }", False),
        ("{ const a = await import('x'); @ }", False),
        ("{ const { a } = require('x'); @ }", False),
        ("{ const b = a; @ }", False),
        ("{ const aa = 1; @ }", False),
        ("{ a = 1; @ }", False),
        ("for (const b of a) { @ }", False),
        ("for (const aa of b) { @ }", False),
        ("for (let i = 0; i < 1; i++) { @ }", False),
        ("while (a) { @ }", False),
        ("a.b = @", False),
        ("class B { a() { @ } }", False),
        ("(b) => { @ }", False),
        ("const a = 1; @", True),
        ("class a { } @", True),
        ("const { a } = require('x'); @", False),
        ("import a from 'x'; @", False),
        ("{ @ } { const a = 1; }", False),
    ],
)
def test_what_hides_a_name(code: str, hidden: bool) -> None:
    """A block, a head or a loop around a use may declare its name as something else."""
    source = Source(code.replace("@", "a.use();").encode())
    path = source.path_to(source.content.index(b"a.use"))

    assert [hidden] * 2 == [is_hidden(source, path), is_hidden(source, path)]


def test_what_hides_one_name_of_two() -> None:
    """What is known of a block is known of one name in it."""
    source = Source(b"{ const a = f(); a.use(); b.use(); }")
    paths = [source.path_to(source.content.index(text)) for text in (b"a.use", b"b.use", b"a.use")]

    assert [True, False, True] == [is_hidden(source, path) for path in paths]
