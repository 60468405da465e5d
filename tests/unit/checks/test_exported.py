"""Which names a module exports by its own text, which it imports, and how they are bound.

Source: ECMAScript 2025, 16.2, Modules.
"""

from __future__ import annotations

import pytest

from zipper.checks.exported import find_module_exports
from zipper.checks.module_bindings import NameBinding, find_bindings
from zipper.checks.scan import scan
from zipper.checks.syntax import Source

LEXICAL, VARIABLE, FUNCTION = (
    NameBinding("lexical"),
    NameBinding("variable"),
    NameBinding("function"),
)


def _from(name: str) -> NameBinding:
    return NameBinding("import", "m", name)


@pytest.mark.parametrize(
    ("text", "exported", "stars"),
    [
        ("export const a = 1, b = 2", {"a": LEXICAL, "b": LEXICAL}, ()),
        ("export let { a, b: [c], ...d } = f", dict.fromkeys("acd", LEXICAL), ()),
        ("export class a {}", {"a": LEXICAL}, ()),
        ("export var a, b = 1", {"a": VARIABLE, "b": VARIABLE}, ()),
        ("export function a() {}", {"a": FUNCTION}, ()),
        ("export async function a() {}", {"a": FUNCTION}, ()),
        ("export function* a() {}", {"a": FUNCTION}, ()),
        ("export default 1", {"default": LEXICAL}, ()),
        ("export default a", {"default": LEXICAL}, ()),
        ("export default class {}", {"default": LEXICAL}, ()),
        ("export default class a {}", {"default": LEXICAL}, ()),
        ("export default () => 1", {"default": LEXICAL}, ()),
        ("export default (function () {})", {"default": LEXICAL}, ()),
        ("export default function () {}", {"default": FUNCTION}, ()),
        ("export default function a() {}", {"default": FUNCTION}, ()),
        ("export default function* () {}", {"default": FUNCTION}, ()),
        ("export default function* a() {}", {"default": FUNCTION}, ()),
        ("export default async function () {}", {"default": FUNCTION}, ()),
        ("let a; export { a }", {"a": LEXICAL}, ()),
        ("var a; export { a as b, a }", {"b": VARIABLE, "a": VARIABLE}, ()),
        ("export { a as 'x y' }; function a() {}", {"x y": FUNCTION}, ()),
        ("export { a as default }; class a {}", {"default": LEXICAL}, ()),
        ("export { a } from 'm'", {"a": _from("a")}, ()),
        ("export { a as b, default as c } from 'm'", {"b": _from("a"), "c": _from("default")}, ()),
        ("export { 'x y' as z } from 'm'", {"z": _from("x y")}, ()),
        ("import a from 'm'; export { a }", {"a": _from("default")}, ()),
        ("import a, { b as c } from 'm'; export { a, c }",
         {"a": _from("default"), "c": _from("b")}, ()),
        ("import { 'x y' as a } from 'm'; export { a }", {"a": _from("x y")}, ()),
        ("import * as a from 'm'; export { a as b }", {"b": _from("*")}, ()),
        ("export * from 'm'; export * from 'n'", {}, ("m", "n")),
        ("export {}", {}, ()),
        ("const a = 1; ({ export: 1 }); a.export", {}, ()),
    ],
)  # fmt: skip
def test_what_a_module_exports(
    text: str, exported: dict[str, NameBinding], stars: tuple[str, ...]
) -> None:
    """The names of each form, and whether reading them early throws, is undefined, or works."""
    source = Source(text.encode())
    found = find_bindings(source)

    assert (tuple(exported), stars) == find_module_exports(source)
    assert (exported, stars) == (found.exported, found.stars)


@pytest.mark.parametrize(
    ("text", "names", "stars"),
    [
        ("export * as a from 'm'", ("a",), ()),
        ("export * as default from 'm'", ("default",), ()),
        ("export * as 'x y' from 'm'", ("x y",), ()),
        ("export { a }; export { a as b }", ("a", "b"), ()),
        ("export * from 'm'; export { a } from 'm'; export * from 'm'", ("a",), ("m",)),
    ],
)
def test_namespaces_and_names_of_nothing(
    text: str, names: tuple[str, ...], stars: tuple[str, ...]
) -> None:
    """A namespace is passed on by its name; each name and each module counts once."""
    assert (names, stars) == find_module_exports(Source(text.encode()))


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("import a from 'm'", {"a": _from("default")}),
        ("import * as a from 'm'", {"a": _from("*")}),
        ("import { a, b as c, default as d } from 'm'",
         {"a": _from("a"), "c": _from("b"), "d": _from("default")}),
        ("import a, { b } from 'm'", {"a": _from("default"), "b": _from("b")}),
        ("import a, * as b from 'm'", {"a": _from("default"), "b": _from("*")}),
        ("import { /* c */ a } from 'm'", {"a": _from("a")}),
        ("import 'm'", {}),
        ("let a; const b = 1; class c {}", dict.fromkeys("abc", LEXICAL)),
        ("var a, [b] = c", dict.fromkeys("ab", VARIABLE)),
        ("function a() {} async function b() {} function* c() {}", dict.fromkeys("abc", FUNCTION)),
        ("export let a; export function b() {}", {"a": LEXICAL, "b": FUNCTION}),
        ("export default function a() {} export default class b {}", {"a": FUNCTION, "b": LEXICAL}),
        ("export default a; { let b } if (c) { var d }", {}),
    ],
)  # fmt: skip
def test_local_names(text: str, local: dict[str, NameBinding]) -> None:
    """What the top level of a module declares and imports."""
    assert local == find_bindings(Source(text.encode())).local


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import a from 'm'", ("default",)),
        ("import * as a from 'm'", ()),
        ("import { a, b as c } from 'm'", ("a", "b")),
        ("import a, { b, /* c */ default as d } from 'm'", ("default", "b")),
        ("import { 'x y' as a } from 'm'", ("x y",)),
        ("import 'm'", ()),
        ("export { a, b as c } from 'm'", ("a", "b")),
        ("export { default } from 'm'", ("default",)),
        ("export { /* c */ a as default } from 'm'", ("a",)),
        ("export * from 'm'", ()),
        ("export * as a from 'm'", ()),
    ],
)
def test_names_that_are_taken(text: str, names: tuple[str, ...]) -> None:
    """What an import needs its module to export."""
    assert [names] == [request.names for request in scan(text.encode()).requests]
