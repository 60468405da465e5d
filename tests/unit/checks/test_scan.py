"""What a JavaScript file asks for, and when, is read from its text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zipper.checks.commonjs_names import find_commonjs_names
from zipper.checks.file_facts import (
    CONDITIONAL,
    EAGER,
    LAZY,
    OPTIONAL,
    decode_facts,
    decode_names,
    encode,
)
from zipper.checks.scan import scan
from zipper.checks.search import search


def _requests(text: str) -> list[tuple[str, str, int]]:
    return [(r.specifier, r.kind, r.level) for r in scan(text.encode()).requests]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("require('a')", EAGER),
        ("const { b } = require(`a`).c", EAGER),
        ("(function () { require('a') })()", EAGER),
        ("(function () { require('a') }).call(this)", EAGER),
        ("!function () { require('a') }()", EAGER),
        ("(() => require('a'))()", EAGER),
        ("(async () => { require('a') })()", EAGER),
        ("(async () => { require('a') })().catch(b)", CONDITIONAL),
        ("function f() { require('a') }", LAZY),
        ("function f() { require('a') } f()", EAGER),
        ("function f() { if (x) return; require('a') } f()", CONDITIONAL),
        ("function f() { require('a') } function g() { f() } g()", EAGER),
        ("function f() { require('a'); f() }", LAZY),
        ("const f = () => require('a'); f()", EAGER),
        (
            "var require_a = __commonJS({ 'a.js'(exports, module) { require('a') } }); require_a()",
            EAGER,
        ),
        ("var require_a = __commonJSMin((exports) => { require('a') }); require_a()", EAGER),
        ("var init_a = __esmMin(() => { require('a') }); init_a()", EAGER),
        ("exports.handler = async () => require('a')", LAZY),
        ("if (x) require('a')", CONDITIONAL),
        ("if (require('a')) x()", EAGER),
        ("x ? require('a') : 0", CONDITIONAL),
        ("x && require('a')", CONDITIONAL),
        ("require('a') || x", EAGER),
        ("switch (x) { case 1: require('a') }", CONDITIONAL),
        ("for (const x of y) require('a')", CONDITIONAL),
        ("for (const x of require('a')) y()", EAGER),
        ("if (Buffer) require('a')", EAGER),
        ("b['function'] = {}\nif (Buffer) require('a')", EAGER),
        ("if (!process.browser) require('a')", CONDITIONAL),
        ("if (process.type === 'renderer' || process.__nwjs) {} else require('a')", CONDITIONAL),
        ("if (process.browser === true || x) require('a')", CONDITIONAL),
        ("if (process.env.X === 'off') {} else require('a')", EAGER),
        ("if (x && process.env.X === 'off') {} else require('a')", EAGER),
        ("if (process.env.X !== 'off') require('a')", EAGER),
        ("'off' !== process.env.X && require('a')", EAGER),
        ("if (process.env.X === 'on') require('a')", CONDITIONAL),
        ("if (process.env.X) {} else require('a')", CONDITIONAL),
        ("if (process.env.X === '') {} else require('a')", CONDITIONAL),
        ("if (process.env.X === x) {} else require('a')", CONDITIONAL),
        ("if (process.env.X > 'on') {} else require('a')", CONDITIONAL),
        ("if (x || process.env.X === 'off') {} else require('a')", CONDITIONAL),
        ("if (process.env.NODE_ENV === 'test') {} else require('a')", CONDITIONAL),
        ("if (process.env.AWS_REGION === 'a') {} else require('a')", CONDITIONAL),
        ("if (typeof process === 'object' && process.env.X) require('a')", CONDITIONAL),
        ("typeof window !== 'undefined' ? b : require('a')", CONDITIONAL),
        ("typeof exports === 'object' && typeof module !== 'undefined' && require('a')", EAGER),
        ("export {}; typeof require === 'function' && require('a')", CONDITIONAL),
        ("if (process.platform === 'win32') require('a')", OPTIONAL),
        ("typeof define === 'function' && define.amd && require('a')", OPTIONAL),
        ("var window = b; if (typeof window !== 'undefined') require('a')", CONDITIONAL),
        ("(function (window) { window && require('a') })()", CONDITIONAL),
        ("if (process.env.A) require('a')", CONDITIONAL),
        ("require.resolve ? require('a') : null", EAGER),
        ("typeof require.resolve === 'function' && require('a')", EAGER),
        ("require.resolve = b; require.resolve && require('a')", CONDITIONAL),
        ("if (typeof module === 'object' && module.exports) require('a')", EAGER),
        ("if (typeof module.exports !== 'undefined') require('a')", EAGER),
        ("(function (module) { if (module.exports) require('a') })({})", CONDITIONAL),
        ("if (process?.versions?.node) require('a')", EAGER),
        ("if (process.versions['bun']) require('a')", OPTIONAL),
        ("process['versions'] = {}; if (process.versions.node) require('a')", CONDITIONAL),
        ("Object.assign(process, { browser: b }); process.browser || require('a')", CONDITIONAL),
        ("if (typeof window < 'u') require('a')", OPTIONAL),
        ("if (typeof process < 'u') require('a')", EAGER),
        ("if (globalThis.window) {} else require('a')", CONDITIONAL),
        ("if (globalThis.window) require('a')", OPTIONAL),
        ("require(typeof window === 'undefined' ? 'a' : 'b')", CONDITIONAL),
        ("require(typeof process === 'undefined' ? 'b' : 'a')", EAGER),
        (
            "const b1x = typeof window; if (b1x < 'u') {} else { b1x < 'u' || require('a') }",
            CONDITIONAL,
        ),
        ("global.window = b; if (globalThis.window) {} else require('a')", CONDITIONAL),
        ("Object.defineProperty(global, 'Deno', b); 'Deno' in global || require('a')", CONDITIONAL),
        ("if ('Deno' in globalThis) {} else require('a')", CONDITIONAL),
        ("if (typeof fetch === 'undefined') require('a')", CONDITIONAL),
        ("if (process.env.AWS_LAMBDA_FUNCTION_NAME) require('a')", EAGER),
        ("if (require.main === module) require('a')", CONDITIONAL),
        ("important = 1\nif (typeof require === 'function') require('a')", EAGER),
        ("exporter(b)\nif (typeof require === 'function') require('a')", EAGER),
        ("if (void 0 ?? (null || 1 < 2)) require('a')", EAGER),
        ("if (1) require('a')", EAGER),
        ("if (0) require('a')", OPTIONAL),
        ("if (0.5) require('a')", EAGER),
        ("if (1e3 < 2) {} else require('a')", EAGER),
        ("if (10 > 9) require('a')", EAGER),
        ("if (1 !== 2) require('a')", EAGER),
        ("if (017 === 17) require('a')", CONDITIONAL),
        ("if (0x10) require('a')", CONDITIONAL),
        ("if (true) require('a')", EAGER),
        ("if (false) require('a')", OPTIONAL),
        ("if (null) require('a')", OPTIONAL),
        ("if (undefined) require('a')", OPTIONAL),
        ("if ('' + 1) require('a')", CONDITIONAL),
        ("typeof [] === 'object' && require('a')", EAGER),
        ("typeof {} === 'object' && require('a')", EAGER),
        ("typeof /a/ === 'object' && require('a')", EAGER),
        ("typeof new Map() === 'object' && require('a')", EAGER),
        ("typeof (() => 1) === 'function' && require('a')", EAGER),
        ("typeof function () {} === 'function' && require('a')", EAGER),
        ("typeof class {} === 'function' && require('a')", EAGER),
        ("const bee = typeof window !== 'undefined'; if (!bee) require('a')", CONDITIONAL),
        ("let bee = !1; if (bee) require('a')", OPTIONAL),
        ("let bee = !1; bee = c(); if (bee) require('a')", CONDITIONAL),
        ("let bee = !1; [bee] = [1]; if (bee) require('a')", CONDITIONAL),
        ("let bee = !1; for (bee of [1]) if (bee) require('a')", CONDITIONAL),
        ("const bee = !0; class C { m(bee) { bee && require('a') } } new C().m(0)", LAZY),
        ("f(); var bee = !0; function f() { if (bee) require('a') }", CONDITIONAL),
        ("var bee = bee && bee || bee && bee; if (bee) require('a')", CONDITIONAL),
        (
            "var cee = dee || dee && dee, dee = cee || cee && cee; if (dee && cee) require('a')",
            CONDITIONAL,
        ),
        ("const bee = !0; f(); function f() { if (bee) require('a') }", EAGER),
        ("process.browser || require('a')", CONDITIONAL),
        ("b ?? require('a')", CONDITIONAL),
        ("try { require('a') } catch {}", OPTIONAL),
        ("try { require('a') } catch (e) { if (e.code) throw e }", OPTIONAL),
        ("try { require('a') } catch (e) { throw e }", EAGER),
        ("try { x() } catch { require('a') }", CONDITIONAL),
        ("try { require('a') } finally {}", EAGER),
        ("class A { static a = require('a') }", EAGER),
        ("class A { a = require('a') }", LAZY),
        ("class A { static { require('a') } }", EAGER),
        ("class A { m() { require('a') } }", LAZY),
    ],
)
def test_levels_of_requires(text: str, level: int) -> None:
    """A require counts as early as it can run while the module loads."""
    assert [("a", "require", level)] == _requests(text)


@pytest.mark.parametrize(
    "text",
    [
        "// require('a')",
        "/* import 'a' */",
        "'require(\"a\")'",
        "`require('a')`",
        "/require('a')/",
        "x.require('a')",
        "requires('a')",
        "$require('a')",
        "({ require: 1, import: 2, export: 3 })",
        "x.import('a')",
        "(function (require, module) { require('a') })(y)",
        "define(function (require) { require('a') })",
        "((require) => require('a'))(y)",
        "require.cache['a']",
        "require()",
    ],
)
def test_what_is_no_request(text: str) -> None:
    """Comments, strings, properties and parameters called `require` ask for nothing."""
    assert [] == _requests(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import 'a'", ("a", "import", EAGER)),
        ("import x, { y as z } from 'a'", ("a", "import", EAGER)),
        ("export * from 'a'", ("a", "import", EAGER)),
        ("export { x } from 'a'", ("a", "import", EAGER)),
        ("import j from 'a' with { type: 'json' }", ("a", "import", EAGER)),
        ("await import('a')", ("a", "dynamic", EAGER)),
        ("import('a')", ("a", "dynamic", EAGER)),
        ("import('a').catch(f)", ("a", "dynamic", CONDITIONAL)),
        ("try { await import('a') } catch {}", ("a", "dynamic", OPTIONAL)),
        ("() => import('a')", ("a", "dynamic", LAZY)),
        ("require.resolve('a')", ("a", "resolve", EAGER)),
        ("require.resolve('a', { paths })", ("a", "resolve", CONDITIONAL)),
        ("module.require('a')", ("a", "require", EAGER)),
        ("require(/* webpack */ 'a')", ("a", "require", EAGER)),
        ("require(('a'))", ("a", "require", EAGER)),
        ("require('a' + '/b')", ("a/b", "require", EAGER)),
        ("require(__dirname + '/b')", ("./b", "require", EAGER)),
        ("require(path.join(__dirname, '..', 'b'))", ("./../b", "require", EAGER)),
        (r"require('\x61')", ("a", "require", EAGER)),
        ("const r = createRequire(import.meta.url); r('a')", ("a", "require", EAGER)),
        ("createRequire(__filename)('a')", ("a", "require", EAGER)),
        ("const r = module.createRequire(__filename); r('a')", ("a", "require", EAGER)),
    ],
)
def test_forms_of_requests(text: str, expected: tuple[str, str, int]) -> None:
    """Every static form of a request is found, with what it is and when it runs."""
    assert [expected] == _requests(text)


def test_expressions_are_unfollowed() -> None:
    """A request by an expression is told with its line and its text."""
    (found,) = scan(b"\n\nrequire(name +\n  1)").unfollowed
    assert (3, EAGER, "require(name + 1)") == found


def test_names_of_imports_and_exports() -> None:
    """Imported names stand with their request, exported ones with the file."""
    facts = scan(
        b"import d, { a as b, 'x y' as c } from 'm'; import * as n from 'n';"
        b"export { q as r } from 'o'; export * from 's'; export * as t from 't';"
        b"export default 1; export const { u, v: [w], ...x } = y, z = 1; export class K {}; "
        b"export { b as default, n };"
    )
    names = {request.specifier: request.names for request in facts.requests}
    assert {"m": ("default", "a", "x y"), "n": (), "o": ("q",), "s": (), "t": ()} == names
    assert ("r", "t", "default", "u", "w", "x", "z", "K", "n") == facts.exports
    assert ("s",) == facts.stars


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("const a = 1;\nfoo(", 2),
        ("let a;\nlet a;", 2),
        ("import a from 'a';\nconst a = 1;", 2),
        ("var a; var a; function a() {}", 0),
        ("#!/usr/bin/env node\na()", 0),
        ("class A {\n  #a\n\n  [b] = 1\n  static\n  c\n}", 0),
        ("\ufefffoo()", 0),
    ],
)
def test_syntax_errors(text: str, line: int) -> None:
    """A file that does not parse says in which line; one that does says 0."""
    assert line == scan(text.encode()).syntax_error_line


def test_bytes_that_are_no_utf8_are_no_error() -> None:
    """Node reads such bytes as U+FFFD, so a Latin-1 comment breaks nothing."""
    assert 0 == scan(b"// caf\xe9\nvar a = '\xff'").syntax_error_line


@pytest.mark.parametrize(
    ("text", "is_module", "awaits", "commonjs"),
    [
        ("export {}", True, False, 0),
        ("import.meta.url", True, False, 0),
        ("import('a')", False, False, 0),
        ("await 1", False, True, 0),
        ("async () => await 1", False, False, 0),
        ("for await (const a of b) {}", False, True, 0),
        ("\nexports.a = 1", False, False, 2),
        ("module.exports = 1", False, False, 1),
        ("require('a')", False, False, 1),
        ("typeof require", False, False, 0),
        ("typeof module === 'object' && module.exports", False, False, 0),
        ("const require = createRequire(import.meta.url); require('a')", True, False, 0),
        ("const exports = {}; exports.a = 1", False, False, 0),
        ("var r = wrap((exports, module) => { module.exports = 1 }); r()", False, False, 0),
        ("(function (m) { module.exports = m })(1)", False, False, 1),
    ],
)
def test_kinds_of_module(text: str, is_module: bool, awaits: bool, commonjs: int) -> None:
    """The marks by which Node tells ES modules from CommonJS are found."""
    facts = scan(text.encode())
    assert (is_module, awaits, commonjs) == (facts.is_module, facts.awaits, facts.uses_commonjs)


@pytest.mark.parametrize(
    ("text", "names", "reexports"),
    [
        ("exports.a = exports['b'] = 1; module.exports.c = 2", ("a", "b", "c"), ()),
        ("module.exports = { a, b: c, 'd': e, f: 1, g }", ("a", "b", "d"), ()),
        ("module.exports = { a, b: require('c'), d }", ("a", "b"), ()),
        ("module.exports = { ...require('a'), b }", ("b",), ("a",)),
        ("module.exports = { f() {}, g }", ("f",), ()),
        ("module.exports = require('a')", (), ("a",)),
        ("module.exports = require('a')(b)", (), ("a",)),
        ("module.exports = require('a'); module.exports = require('b')", (), ("b",)),
        ("__exportStar(require('a'), exports)", (), ("a",)),
        ("tslib_1.__exportStar(require('a'), exports)", (), ("a",)),
        (
            (
                "Object.defineProperty(exports, 'a', { enumerable: true, get: function () { "
                "return b.c; } })"
            ),
            ("a",),
            (),
        ),
        ("exports.a = 1; Object.defineProperty(exports, 'a', { get: () => b() })", (), ()),
        ("Object.defineProperty(exports, '__esModule', { value: true })", ("__esModule",), ()),
        (
            "Object /* a */ . // b\n defineProperty\u00a0(\n module.exports, 'a', { value: 1 })",
            ("a",),
            (),
        ),
        ("Object?.defineProperty?.(exports, 'a', { value: 1 })", (), ()),
        ("Object.keys(exports); MyObject.defineProperty(exports, 'a', { value: 1 })", (), ()),
        ("0 && (module.exports = { a, b })", ("a", "b"), ()),
        ("exports = { a: 1 }", (), ()),
    ],
)
def test_commonjs_names(text: str, names: tuple[str, ...], reexports: tuple[str, ...]) -> None:
    """The names that `import` can take from CommonJS are those of cjs-module-lexer."""
    found = find_commonjs_names(text.encode())
    assert (names, reexports) == (found.exports, found.reexports)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exports.a = 1; module.exports.b = 2", True),
        ("module.exports = { a, b: 1, c() {} }", True),
        ("module.exports = make()", False),
        ("Object.assign(exports, make())", False),
        ("exports[name] = 1", False),
        ("make(module)", False),
        ("module.exports = { ...make() }", False),
        ("module.exports = class {}", False),
    ],
)
def test_whether_exports_are_complete(text: str, expected: bool) -> None:
    """Only forms whose names are known let one say that there are no other exports."""
    assert expected == find_commonjs_names(text.encode()).is_complete


FS = b"const fs = require('fs'), { join } = require('path');"


def test_facts_survive_being_remembered() -> None:
    """What is written to the cache comes back equal; what is damaged comes back as nothing."""
    facts = scan(b"import { a } from 'b'; export * from 'c'; require(d); await 1")
    names = find_commonjs_names(b"exports.a = 1; module.exports = require('b')")
    assert facts == decode_facts(encode(facts))
    assert names == decode_names(encode(names))
    assert (None, None) == (decode_facts(b"[1]"), decode_names(b"nonsense"))


@pytest.mark.parametrize(
    "content",
    [
        b"(" * 50_000,
        b"[" * 20_000 + b"]" * 20_000,
        b"a?" * 20_000,
        b"function f(){" * 3_000 + b"require('a')" + b"}" * 3_000,
        b"require(x);" * 60_000,
        b"export const a" + b"{" * 5_000,
        b"`${" * 3_000,
        bytes(100_000),
        FS
        + b"const a0 = __dirname;"
        + b"".join(b"const a%d = join(a%d, a%d, a%d);" % (n + 1, n, n, n) for n in range(40))
        + b"fs.readFileSync(a20);",
        b"function f(" + b"a," * 9_000 + b"{ b = require }) {" + b"require(x);" * 3_000 + b"}",
        b"import { readFile } from 'fs/promises'; async function f() {"
        + b"let a;" * 9_000
        + b"await g();" * 5_000
        + b"}",
        FS + b"function f() {" + b"let a;" * 9_000 + b"fs.readFileSync(a);" * 1_000 + b"}",
    ],
    ids=[
        *("parens", "arrays", "ternaries", "nested", "many", "braces", "templates", "nul"),
        *("constants", "heads", "awaits", "hidden"),
    ],
)
def test_hostile_code_ends(content: bytes) -> None:
    """Code that is nested or repeated without end gives facts all the same."""
    assert scan(content) == scan(content)
    find_commonjs_names(content[:60_000])


def test_comments_in_comments_end() -> None:
    """What begins as a long comment within another one is not read to the end of the file."""
    names = find_commonjs_names(b"Object/*" * 60_000 + b"*/.defineProperty(exports, 'a', {})")

    assert ((), False) == (names.exports, names.is_complete)


PIECES = st.sampled_from(
    (
        *("require(", "import(", "import a from ", "export * from ", "'a'", "`${", "}", "{", "("),
        *(")", "function f", "=>", "exports.", "module.exports = ", ";", "\n", "/", "/*", "//"),
        *("\\", "\0", "async ", "class A ", "if (x) ", "try ", "\ufeff", "\u2028", "<!--", "#!"),
        *("=", ".", "\u00e9"),
    )
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=500), st.lists(PIECES, max_size=60).map("".join)))
def test_any_text_has_facts(text: bytes | str) -> None:
    """Whatever a file holds: what it asks for, or the line of its error, and nothing is raised."""
    data = text if isinstance(text, bytes) else text.encode()
    facts = scan(data)
    search(data)
    find_commonjs_names(data)

    assert 0 <= facts.syntax_error_line <= data.count(b"\n") + 1


def test_an_escape_that_only_a_tag_may_have() -> None:
    """The file is read to its end, though the parser's grammar lacks such escapes."""
    text = "const a = String.raw`\\u${b}\\x`; const c = '\\\\u'; require('a')"

    facts = scan(text.encode())
    assert (False, 0) == (facts.is_partial, facts.syntax_error_line)
    assert [("a", "require", EAGER)] == _requests(text)


@pytest.mark.parametrize(
    ("text", "names", "hidden"),
    [
        ("module.exports = { a: b }", ("a",), ()),
        ("module.exports = { a: 1 }", (), ("a",)),
        ("module.exports = { a, b: 1, c: 2 }", ("a",), ("b", "c")),
        (
            "module.exports = { a: f(), 'b': c, d() {}, e, get g() {} }",
            ("a",),
            ("a", "b", "d", "e", "g"),
        ),
        ("module.exports = { a: b, [b]: 1 }", ("a",), None),
        ("module.exports = { a: b, ...b }", ("a",), None),
        ("module.exports = { a: 1, /* c */ }", (), ("a",)),
        ("module.exports = exports = { a: 1, 'b': 2, c, d() {} }", (), ("a", "b", "c", "d")),
        ("module.exports = exports = { a: 1, 2: 3 }", (), None),
        ("module.exports = exports = a", (), None),
    ],
)
def test_names_that_the_lexer_misses(
    text: str, names: tuple[str, ...], hidden: tuple[str, ...] | None
) -> None:
    """From the first property on that it does not read; None where others may be there too."""
    found = find_commonjs_names(text.encode())

    assert (names, hidden) == (found.exports, found.hidden if found.is_complete else None)


@pytest.mark.parametrize(
    "text",
    [
        "[require] = [f]", "[[require]] = f", "({ a: require } = f)", "({ require } = f)",
        "[require = 1] = f", "({ a: require = 1 } = f)", "for (require of f);",
        "for (require in f);", "require = f", "require ??= f", "var require = f",
        "function require() {}", "function* require() {}", "({ require = 1 } = f)",
    ],
)  # fmt: skip
def test_another_require(text: str) -> None:
    """Whatever gives the name another meaning: what it asks for is not sure any more."""
    for code in (f"{text}; require('a')", f"require('a'); {text}"):
        requests = scan(code.encode()).requests
        assert [("a", CONDITIONAL)] == [(one.specifier, one.level) for one in requests], code
    assert [("a", EAGER)] == [
        (one.specifier, one.level) for one in scan(b"[f] = [require]; require('a')").requests
    ]
