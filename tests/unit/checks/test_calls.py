"""Which functions are sure to run while their file loads. Each row was tried with Node.js."""

from __future__ import annotations

import pytest
from support.checking import check_files, judge_each

from zipper.checks.syntax import Source

H = "exports.handler = async () => 1;"


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("function f() { return require('a') } f();", "error"),
        ("function f() { [1].map(x => { return x }); require('a') } f();", "error"),
        ("const f = () => require('a'); f();", "error"),
        ("class A { constructor() { this.x = require('a') } } new A();", "error"),
        ("['x'].forEach(() => require('a'));", "error"),
        ("new Promise(() => require('a'));", "error"),
        ("function f() { if (x) return; require('a') } f();", "warning"),
        ("(function () { if (x) return; require('a') })();", "warning"),
        ("[].forEach(() => require('a'));", "warning"),
        ("list.forEach(() => require('a'));", "warning"),
        ("function f() { require('a') } function g() { const f = () => 1; f() } g();", "warning"),
        ("function f() { require('a') } function g(f) { f() } g(() => 1);", "warning"),
        ("{ function k() { function f() { require('a') } } function f() {} f() }", "warning"),
        ("class A { constructor() { require('a') } }", "warning"),
        ("new Other(() => require('a'));", "warning"),
    ],
)
def test_when_a_function_runs(text: str, severity: str) -> None:
    """A module that is missing is an error only where its request is sure to run."""
    report = check_files({"index.js": f"{text}\n{H}"})

    assert [severity] == [f.severity for f in report.findings if f.code == "module-missing"]


WEBPACK = (
    "(() => { var t = { 1: (e, x, r) => { e.exports = r(2) }, 2: e => { e.exports = require('a') },"
    " 3: e => { e.exports = require('b') } }, n = {};"
    " function r(e) { if (n[e]) return n[e].exports;"
    " var o = n[e] = { exports: {} }; t[e](o, o.exports, r); return o.exports }"
    " var o = r(1); exports.later = () => r(3); })();"
)


def test_modules_in_a_table_of_webpack() -> None:
    """A module runs when it is loaded by its key, from the bundle's end or from another module."""
    report = check_files({"index.js": f"{WEBPACK}\n{H}"})
    found = {f.message.split("`")[3]: f.severity for f in report.findings if "missing" in f.code}

    assert {"a": "error", "b": "warning"} == found


@pytest.mark.parametrize(
    ("name", "made"),
    [
        (name, made)
        for names, made in (
            (
                ("__commonJS", "__commonJSMin"),
                "(f, m) => () => (m || f[Object.keys(f)[0]]((m = { exports: {} }).exports), m)",
            ),
            (("__esm", "__esmMin"), "(f, r) => () => (f && (r = f[Object.keys(f)[0]](f = 0)), r)"),
        )
        for name in names
    ],
)
def test_wrappers_that_another_file_declares(name: str, made: str) -> None:
    """Bundlers put what wraps their modules into a file that all others share."""
    chunk = f"exports.{name} = {made};"
    text = (
        f"const {{ {name} }} = require('./chunk'); var a = {name}({{ 'a'() {{ require('a') }} }});"
    )
    for call, severity in (("a();", "error"), ("", "warning")):
        report = check_files({"index.js": f"{text} {call} {H}", "chunk.js": chunk})

        assert [severity] == [f.severity for f in report.findings if f.code == "module-missing"]


def test_a_long_chain_of_calls_ends() -> None:
    """Functions that call one another by the hundred are followed as far as the stack allows."""
    chain = "".join(f"function f{n}() {{ f{n + 1}() }} " for n in range(2_000))
    report = check_files({"index.js": f"{chain}function f2000() {{ require('a') }} f0(); {H}"})

    assert ["warning"] == [f.severity for f in report.findings if f.code == "module-missing"]


def test_calls_in_a_file_that_is_parsed_in_pieces() -> None:
    """All names are looked for at once there, by the rule that one name is looked for by."""
    text = "f(); g.f(); [...f()]; f (1); ff(); f\n(2); new f(3); g(f); f;"
    called = ["f();", "f()]", "f (1)", "f\n(2)", "f(3)"]
    large = f"{text}{'x = [a(1), { b: 2 }]; ' * 15_000}"
    sources = [Source(text.encode()), Source(large.encode())]

    assert [False, True] == [len(source.trees.units) > 1 for source in sources]
    for source in sources:
        found = sorted(source.calls(b"f", source.trees.root))
        assert [text.index(one) for one in called] == found


@pytest.mark.parametrize(("number", "severity"), [(50, "error"), (51, "warning")])
def test_what_is_given_values_too_often(number: int, severity: str) -> None:
    """Where a name is given values in more places than are looked at, nothing is sure of it."""
    others = "(function (f) { f = 1; })();" * number
    text = f"function f() {{ require('a') }} {others} f(); {H}"
    report = check_files({"index.js": text})

    assert [severity] == [f.severity for f in report.findings if f.code == "module-missing"]


@pytest.mark.parametrize(
    "text",
    [
        "var o = { f() { ASKS } }; f();",
        "function f() { ASKS } f.call();",
        "function f() { ASKS } f?.();",
        "function f() { ASKS } new f;",
        "class A { constructor() { ASKS } } class B extends A {} new B();",
        "const A = class { constructor() { ASKS } }; new A();",
        "switch (1) { default: const f = () => ASKS; f() }",
        "var { f = () => ASKS } = {}; f();",
        "var [f = () => ASKS] = []; f();",
        "var f; f = () => ASKS; f();",
        "let f = () => ASKS; [...f] = [1]; f();",
        "function f() { ASKS } const o = { g() { f() } }; o.g();",
        "var f = (a => a)(() => ASKS); f();",
        "var f = [() => ASKS]; f[0]();",
        "var o = { constructor() { ASKS } }; o.constructor();",
        "var a = o.W(() => ASKS); var o = { W: 1 }; a();",
        "const f = function* () { ASKS }; f().next();",
        "const f = async () => { ASKS }; f().then(() => 1);",
        "const f = async () => { ASKS }; const p = f();",
        "function f(a = ASKS) { } f();",
        "function f() { if (process.env.A_B_C_D) return; ASKS } f();",
        "function f() { try { return 1 } finally { ASKS } } f();",
        "function f(n) { if (n) { ASKS } else f(1) } f();",
        "class A { a = ASKS } new A();",
        "class A { constructor() { ASKS } } Reflect.construct(A, []);",
    ],
)
def test_what_is_not_sure_to_be_called(text: str) -> None:
    """What is called in a way that is not followed may be superfluous."""
    assert ["warning"] == judge_each([text.replace("ASKS", "require('./gone')")])


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("function f() { require('./gone') } MANY f();", 48),
        ("function f() { require('./gone') } function g() { MANY f() } g();", 8),
    ],
)
def test_how_many_places_are_looked_at(text: str, most: int) -> None:
    """One call among many is found up to a bound, and one name among others of its kind."""
    other = "() => f();" if most == 48 else "(() => { let f; })();"
    many = [text.replace("MANY", other * number) for number in (most, most + 1)]

    assert ["error", "warning"] == judge_each(many)
