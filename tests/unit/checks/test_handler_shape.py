"""What the handler is: a function, with how many parameters, or nothing that can be called.

Each row was tried with the loaders of AWS on Node.js 20, 22 and 24.
"""

from __future__ import annotations

import pytest
from support.checking import check_files

OK: set[str] = set()
NONE = {"handler-export"}
CALLBACK = {"handler-callback"}
DELETED = "delete module.exports.handler"
F = "async () => 1"
ESBUILD = (
    "var i = {}; define(i, { handler: () => handler }); module.exports = convert(i);"
    "var handler = (a, b, c) => 1; 0 && (module.exports = { handler });"
)
EMPTY = (
    "var i = {};\nmodule.exports = __toCommonJS(i);\nfunction __toCommonJS(of) {\n"
    '  return { ...of, ["__esModule"]: true };\n}\n'
)
BUILDER = (
    "class B { h; static make() { return new B() } set(h) { this.h = h; return this }"
    " build() { if (!this.h) throw 1; return this.h.get() } }"
    " class D { get() { return (a, b, c) => 1 } } class E { get() { return async (a, b) => 1 } } "
)
H = "class H { handler(a, b, c) {} } "
TS = '"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); '


def errors(files, handler, runtime):
    """Return the codes of the errors about a package's handler."""
    report = check_files(files, handler=handler, runtime=runtime)
    return {finding.code for finding in report.findings if finding.severity == "error"}


@pytest.mark.parametrize(
    ("text", "export", "before", "since"),
    [
        (f"exports.handler = {F}", "handler", OK, OK),
        (EMPTY, "handler", NONE, NONE),
        (
            f"exports.x = 1; set(module); function set(m) {{ m['exports'].handler = {F} }}",
            "handler",
            OK,
            OK,
        ),
        (f"{EMPTY}module.exports.handler = {F};", "handler", OK, OK),
        (f"exports.handler = {F}; module.exports = {{}}", "handler", NONE, NONE),
        (f"module.exports = {F}", "handler", NONE, NONE),
        (f"module.exports = {F}; module.exports.handler = {F}", "handler", OK, OK),
        (f"function h() {{}} h.handler = {F}; module.exports = h", "handler", OK, NONE),
        ("exports.handler = {}", "handler", NONE, NONE),
        (f"const make = f => f; exports.handler = make({F})", "handler", OK, OK),
        ("const make = f => f; exports.handler = make(5)", "handler", NONE, NONE),
        ("const make = f => f; exports.handler = make(/* f */ 5)", "handler", NONE, NONE),
        ("const make = (f) => f; exports.handler = make(5)", "handler", NONE, NONE),
        ("function make(f) { return f } exports.handler = make(5)", "handler", NONE, NONE),
        ("const make = (a, f) => f; exports.handler = make(5, () => 1)", "handler", OK, OK),
        ("const make = ([f]) => f; exports.handler = make([() => 1])", "handler", OK, OK),
        ("const make = (...f) => f[0]; exports.handler = make(() => 1)", "handler", OK, OK),
        ("exports.handler = 'x'", "handler", NONE, NONE),
        ("async function main() {} exports.handler = main()", "handler", NONE, NONE),
        (f"exports.handler = void 0; exports.handler = {F}", "handler", OK, OK),
        ('Object.defineProperty(exports, "handler", { value: 1 })', "handler", NONE, NONE),
        (f"Object.assign(exports, {{ handler: {F} }})", "handler", OK, OK),
        ("Object.assign(exports, { handler: 1 })", "handler", NONE, NONE),
        ("class H { static handler() {} } module.exports = H", "handler", OK, NONE),
        ("class H { handler() {} } module.exports = new H()", "handler", OK, OK),
        (f"exports.__proto__ = {{ handler: {F} }}", "handler", OK, OK),
        (f"module.exports['__proto__'] = {{ handler: {F} }}", "handler", OK, OK),
        (f"module.exports = {{ __proto__: {{ handler: {F} }} }}", "handler", OK, OK),
        (f"exports.__proto__.handler = {F}", "handler", OK, OK),
        (f"Object.assign(exports.__proto__, {{ handler: {F} }})", "handler", OK, OK),
        (f"[exports.__proto__] = [{{ handler: {F} }}]", "handler", OK, OK),
        (f"exports.constructor.prototype.handler = {F}", "handler", OK, OK),
        (f"exports.__defineGetter__('handler', () => {F})", "handler", OK, OK),
        (f"exports.sub = {{ __proto__: {{ handler: {F} }} }}", "sub.handler", OK, OK),
        (f"{TS}exports.default = {F}", "default", OK, NONE),
        (f"{TS}exports.default = {{ handler: {F} }}", "default.handler", OK, OK),
        (f"module.exports = (async () => ({{ handler: {F} }}))()", "handler", OK, NONE),
        (f"module.exports = Promise.resolve({{ handler: {F} }})", "handler", OK, NONE),
        ("exports.handler = Promise.resolve(1)", "handler", NONE, NONE),
        (f"module.exports = {{ then(f) {{ f({{ handler: {F} }}) }} }}", "handler", OK, OK),
        (f"exports.a = {{ b: {{ c: {F} }} }}", "a.b.c", OK, OK),
        ("exports.a = { b: {} }", "a.b.c", NONE, NONE),
        (f"this.handler = {F}", "handler", OK, OK),
        (f"const e = exports; e.handler = {F}", "handler", OK, OK),
        ("setTimeout(() => { exports.handler = 1 })", "handler", OK, OK),
        (f"module.exports = Object.freeze({{ handler: {F} }})", "handler", OK, OK),
        ("exports.handler = (a, b, c) => 1", "handler", OK, CALLBACK),
        ("exports.handler = (a, b, c = 1) => 1", "handler", OK, OK),
        ("exports.handler = (...a) => 1", "handler", OK, OK),
        ("function f(a, b, c) {} exports.handler = f.bind(null)", "handler", OK, CALLBACK),
        ("function f(a, b, c) {} exports.handler = f.bind(null, 1)", "handler", OK, OK),
        ("const w = f => (a, b, c) => f(); exports.handler = w(1)", "handler", OK, CALLBACK),
        ("const w = f => f; exports.handler = w((a, b, c) => 1)", "handler", OK, CALLBACK),
        ("const w = f => (a, b) => f(); exports.handler = w((a, b, c) => 1)", "handler", OK, OK),
        (
            "const w = () => { const h = (a, b, c) => 1; return h }; exports.handler = w()",
            "handler",
            OK,
            CALLBACK,
        ),
        ("exports.handler = x ? (a, b, c) => 1 : () => 1", "handler", OK, OK),
        ("exports.handler = awslambda.streamifyResponse(async (a, b, c) => 1)", "handler", OK, OK),
        (ESBUILD, "handler", OK, CALLBACK),
        (f"exports.handler = {F}; delete exports.handler", "handler", NONE, NONE),
        (f"module.exports = {{ handler: {F} }}; delete exports.handler", "handler", OK, OK),
        (
            f"module.exports = {{ handler: {F} }}; delete module.exports.handler",
            "handler",
            NONE,
            NONE,
        ),
        (f"delete exports.handler; exports.handler = {F}", "handler", OK, OK),
        (f"{BUILDER}exports.handler = B.make().set(new D()).build()", "handler", OK, CALLBACK),
        (f"{BUILDER}exports.handler = B.make().set(new E()).build()", "handler", OK, OK),
        (
            f"{BUILDER}exports.handler = B.make().set(new D()).set(new E()).build()",
            "handler",
            OK,
            OK,
        ),
        (
            f"{BUILDER}const b = B.make().set(new D()); b.h = new E(); exports.handler = b.build()",
            "handler",
            OK,
            OK,
        ),
        (
            (
                f"{BUILDER}const b = B.make().set(new D()); f(b);"
                " function f(x) { x.set(new E()) } exports.handler = b.build()"
            ),
            "handler",
            OK,
            OK,
        ),
        (f"{H}exports.handler = new H().handler", "handler", OK, CALLBACK),
        (f"{H}const h = new H(); exports.handler = h.handler.bind(h)", "handler", OK, CALLBACK),
        (f"{H}const h = new H(); h.handler = () => 1; module.exports = h", "handler", OK, OK),
        (f"{H}class I extends H {{}} exports.handler = new I().handler", "handler", OK, CALLBACK),
        (
            f"{H}class I extends H {{ handler() {{}} }} exports.handler = new I().handler",
            "handler",
            OK,
            OK,
        ),
        (
            (
                "class P { constructor() { this.handler = () => 1 } }"
                " class I extends P { handler(a, b, c) {} } exports.handler = new I().handler"
            ),
            "handler",
            OK,
            OK,
        ),
        (f"{H}H.prototype.handler = () => 1; exports.handler = new H().handler", "handler", OK, OK),
        (
            (
                f"{H}w(H.prototype); function w(p) {{ p.handler = () => 1 }}"
                " exports.handler = new H().handler"
            ),
            "handler",
            OK,
            OK,
        ),
        (
            (
                "class H { constructor() { return { handler: () => 1 } } handler(a, b, c) {} }"
                " exports.handler = new H().handler"
            ),
            "handler",
            OK,
            OK,
        ),
        (
            (
                "class H { constructor(f) { this.handler = f } }"
                " exports.handler = new H((a, b, c) => 1).handler"
            ),
            "handler",
            OK,
            CALLBACK,
        ),
        (
            (
                "class H { constructor(f) { this.handler = f; this.g() }"
                " g() { this.handler = () => 1 } } exports.handler = new H((a, b, c) => 1).handler"
            ),
            "handler",
            OK,
            OK,
        ),
        ("class H { get handler() { return () => 1 } } exports.a = new H().handler", "a", OK, OK),
        ("class H { main() {} } exports.handler = new H().handler", "handler", NONE, NONE),
        (ESBUILD.replace("0 && (", "0&&("), "handler", OK, CALLBACK),
        (f"exports.handler = {F}; if (1 > x) delete exports.handler", "handler", OK, OK),
    ],
)
def test_commonjs(text, export, before, since) -> None:
    """The value of an export of CommonJS decides, for both loaders."""
    files = {"index.js": text}

    assert before == errors(files, f"index.{export}", "nodejs22.x")
    assert since == errors(files, f"index.{export}", "nodejs24.x")


@pytest.mark.parametrize(
    ("text", "export", "before", "since"),
    [
        (f"export default {F}", "default", OK, OK),
        (f"export default {F}", "handler", NONE, NONE),
        (f"export default {{ handler: {F} }}", "handler", NONE, OK),
        (f"export default {{ handle: {F} }}", "handler", NONE, NONE),
        ("export default class { static handler() {} }", "handler", NONE, NONE),
        ("export default function (a, b, c) {}", "default", OK, CALLBACK),
        ("export let handler = (a, b, c) => 1; handler = () => 1", "handler", OK, OK),
        ("export { h as handler }; function h(a, b, c) {}", "handler", OK, CALLBACK),
        ("import m from 'one'; export const handler = m({})", "handler", OK, CALLBACK),
        ("import { make } from 'two'; export const handler = make()", "handler", OK, CALLBACK),
        ("import { make } from 'three'; export const handler = make()", "handler", OK, CALLBACK),
        ("export * from './b.mjs'", "handler", OK, CALLBACK),
        ("export { handler } from './b.mjs'", "handler", OK, CALLBACK),
        ("export const handler = unknown()", "handler", OK, OK),
    ],
)
def test_modules(text, export, before, since) -> None:
    """Names are followed through imports into packages of both kinds."""
    files = {
        "index.mjs": text,
        "b.mjs": "export const handler = (a, b, c) => 1",
        "node_modules/one/index.js": "module.exports = (o) => function (a, b, c) {}",
        "node_modules/two/index.js": "exports.make = () => (a, b, c) => 1",
        "node_modules/three/package.json": '{"type": "module", "main": "i.js"}',
        "node_modules/three/i.js": "export { make } from './j.js'",
        "node_modules/three/j.js": "export function make() { return function (a, b, c) {} }",
    }

    assert before == errors(files, f"index.{export}", "nodejs22.x")
    assert since == errors(files, f"index.{export}", "nodejs24.x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("module.exports = require('./a')", CALLBACK),
        ("exports.handler = require('./a').handler", CALLBACK),
        ("const { handler } = require('./a'); exports.handler = handler", CALLBACK),
        ("module.exports = { ...require('./a') }", CALLBACK),
        ("module.exports = require(name)", OK),
    ],
)
def test_files_that_pass_on(text, expected) -> None:
    """Names are followed through `require` into other files."""
    files = {"index.js": text, "a.js": "exports.handler = (a, b, c) => 1"}

    assert expected == errors(files, "index.handler", "nodejs24.x")


def test_json_is_no_handler() -> None:
    """A JSON file that the loader falls back to has no function."""
    assert NONE == errors({"index.json": '{"handler": 1}'}, "index.handler", "nodejs22.x")


def test_a_bundle_that_is_too_large_to_be_read() -> None:
    """What was searched, and not read, excludes no export."""
    text = f"{ESBUILD}\n" + "f();" * 300_000

    assert OK == errors({"index.js": text}, "index.handler", "nodejs22.x")


FIELDS = "".join(f"a{number} = 1;" for number in range(8_000))


@pytest.mark.parametrize(
    "text",
    [
        f"class A {{ {FIELDS} handler(a, b, c) {{}} }} exports.handler = new A().handler;",
        "module.exports = f(x);" * 8_000 + "module.exports = { handler: (a, b, c) => 1 };",
    ],
    ids=["fields", "exports"],
)
def test_much_of_a_kind_ends(text: str) -> None:
    """Each field and each statement is looked at once, not once for each other."""
    assert CALLBACK == errors({"index.js": text}, "index.handler", "nodejs24.x")


UNSURE = (
    "const f = () => {}; exports.handler = f();",
    "const f = () => { return }; exports.handler = f();",
    "exports.handler = require('./d.cjs')['handler'];",
    "const { handler = () => 1 } = require('./d.cjs'); exports.handler = handler;",
    "const { ['handler']: h } = require('./d.cjs'); exports.handler = h;",
    "function make(o) { const { handler } = o; return handler } exports.handler = make({});",
    "let h = 5; { let h = () => 1; } exports.handler = h;",
    "let h = () => 1; h++; exports.handler = h;",
    "var h; exports.handler = h;",
    "function h() {} h = 5; exports.handler = h;",
    "exports.handler = (() => { if (1) { var h = 5 } return h })();",
    "const f = () => { if (globalThis.x) return 5; return 6 }; exports.handler = f();",
    "const f = (a) => a; exports.handler = f`x`;",
    "exports.handler = Promise.other(() => 1);",
    "exports.handler = `x`.trim;",
    "exports.handler ??= 5;",
    "Object.freeze(exports); exports.handler = () => 1;",
    "typeof exports; exports.handler = 5;",
    "class A { constructor() { const f = () => { return 5 }; } } module.exports = new A();",
    "class A { constructor(f) { this.handler = f } } module.exports = new A();",
    "class A { constructor(f) { this.handler = f } } module.exports = new A(...a);",
    "class A { constructor() { this.handler = 5; this.b() } b() {} } module.exports = new A();",
    "class A { ['a'] = 5; handler = 5 } module.exports = new A();",
    "class A { get handler() { return 5 } } module.exports = new A();",
    "class B extends Array { } module.exports = new B();",
    "class A { set(f) { if (0) this.f = f; return this } } exports.handler = new A().set(5).f;",
    "class A { set(f) { this.f = f; this.f++; return this } } exports.handler = new A().set(5).f;",
)
"""Handlers that the loaders refuse, by texts that do not say so plainly."""


@pytest.mark.parametrize("major", [22, 24])
def test_what_is_not_plain_is_left_alone(major: int) -> None:
    """Nothing is said of a value that another text of the same form would give to a function."""
    files = {"d.cjs": "exports.handler = 5;"}
    found = {
        text: errors({**files, "index.js": text}, "index.handler", f"nodejs{major}.x")
        for text in UNSURE
    }

    assert dict.fromkeys(UNSURE, OK) == found
