"""What a file cannot do without of another module while it loads, and where it first needs it.

A name that a module lacks is undefined where `require` gave it: JavaScript says what throws then.
`util.log` is one of Node 20 that later Nodes lack.
"""

from __future__ import annotations

import pytest

from zipper.checks.builtin_uses import NeededNames, find_need, find_read
from zipper.checks.scan import scan
from zipper.checks.syntax import Source

TAKEN = "const { log } = require('util');"
WHOLE = "const u = require('util');"


@pytest.mark.parametrize(
    "code",
    [
        f"{TAKEN} log();",
        f"{TAKEN} new log();",
        f"{TAKEN} log.a;",
        f"{TAKEN} log['a'];",
        f"{TAKEN} class A extends log {{}}",
        f"{TAKEN} log`a`;",
        f"{TAKEN} f(log); log();",
        f"{TAKEN} log() || f();",
        f"{TAKEN} function f() {{ log() }} f();",
        "const { log: l } = require('util'); l();",
        "const { inspect, log } = require('util'); log();",
        "const { log } = require('node:util'); log();",
        "const { log, log: other } = require('util'); other();",
        f"{WHOLE} u.log();",
        f"{WHOLE} new u.log();",
        f"{WHOLE} u.log.a;",
        f"{WHOLE} u.inspect(1); u.log();",
        f"{WHOLE} u.logs = 1; v.u.log = 1; u.log();",
        f"{WHOLE} f = u.log; u.log();",
        f"{WHOLE} u.log() + (f = 1);",
        f"'use strict'; {{ {WHOLE} u.log(); }}",
    ],
)
def test_what_throws_where_a_name_is_absent(code: str) -> None:
    """Node 22 has the module, not the name, and ends with a TypeError."""
    assert [("log",)] == [request.names for request in scan(code.encode()).requests]


@pytest.mark.parametrize(
    "code",
    [
        f"{TAKEN} log?.();",
        f"{TAKEN} log?.a;",
        f"{TAKEN} f(log);",
        f"{TAKEN} typeof log;",
        f"{TAKEN} a[log];",
        f"{TAKEN} new A(log);",
        f"{TAKEN} log && log();",
        f"{TAKEN} exports.f = () => log();",
        f"{TAKEN} if (process.env.A) log();",
        f"{TAKEN} try {{ log() }} catch {{}}",
        f"{TAKEN} (function (log) {{ log() }})(f);",
        f"{TAKEN} {{ const log = () => 1; log() }}",
        f"{TAKEN} a.log();",
        f"{TAKEN} inspect();",
        "const { inspect } = require('util'); inspect();",
        "const { log } = require('path'); log();",
        "const { log } = require('./util'); log();",
        "const { log = f } = require('util'); log();",
        "const { log: { a } } = require('util'); a();",
        "const { ['log']: l } = require('util'); l();",
        "const { ...log } = require('util'); log();",
        "let { log } = require('util'); log();",
        "var u = require('util'); u.log();",
        "const log = require('util').log; log();",
        "const f = () => { const { log } = require('util'); log(); }; f();",
        f"{WHOLE} u.log = () => 1; u.log();",
        f"{WHOLE} u.log ||= () => 1; u.log();",
        f"{WHOLE} u.log(); u.log = () => 1;",
        f"{WHOLE} u.inspect();",
        f"{WHOLE} u.logs();",
        f"{WHOLE} v.u.log();",
        f"{WHOLE} $u.log();",
        f"{WHOLE} u.log;",
        f"{WHOLE} u.inspect.log();",
        f"{WHOLE} u?.log;",
    ],
)
def test_what_does_without_a_name(code: str) -> None:
    """Node 22 loads it, or nothing is sure."""
    assert [()] == [request.names for request in scan(code.encode()).requests if request]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("const { a, b: c } = require('x'); c(); a;", ["b"]),
        ("const u = require('x'); u.a(); u.b; new u.c();", ["a", "c"]),
        ("let u = require('x'); u.a();", []),
        ("const u = f(require('x')); u.a();", []),
        ("require('x').a();", []),
        ("const { a: { b }, ...c } = require('x'); b(); c();", []),
    ],
)
def test_all_that_is_needed_of_a_module(code: str, names: list[str]) -> None:
    """Of a module of a package the same is found, whatever its names are."""
    source = Source(code.encode())
    (path,) = source.find_words(b"require")

    assert names == NeededNames(source).find_all(path[:-1])


def _found(code: str) -> bool:
    return any(request.names for request in scan(code.encode()).requests)


@pytest.mark.parametrize(
    ("code", "most"),
    [
        ("<const a@ = require('util'); >const u = require('util'); u.log();", 199),
        ("const { <a@, >log } = require('util'); log();", 999),
        ("const { log } = require('util'); <f(log); >log();", 98),
        ("const u = require('util'); /*< u.a>*/ u.log();", 19_999),
    ],
    ids=["modules", "names", "uses", "members"],
)
def test_how_much_is_looked_at(code: str, most: int) -> None:
    """Of very many names and places the first are looked at, and nothing is said of the others."""
    assert [True, False] == [_found(_many(code, number)) for number in (most, most + 1)]


def _many(code: str, number: int) -> str:
    before, _, rest = code.partition("<")
    part, _, after = rest.partition(">")
    return before + "".join(part.replace("@", str(n)) for n in range(number)) + after


NEEDED = [
    "a();", "new a();", "class B extends a {}", "a.b;", "a[0];", "a`x`;", "f(); a();",
    "(() => a())();", "function f() { a() } f();", "f(a); a();", "{ a(); }", "x: { a(); }",
    "(async () => { a(); await 0; })();", "const b = 1; a.b = 2;",
]  # fmt: skip
READ = [
    "a;", "f(a);", "({ a });", "typeof a;", "[a];", "x = a;", "a = 1;", "x: { a; }", "`${a}`;",
    "x: for (const b of [a]) f(b);",
]  # fmt: skip
NOT_READ = [
    "", "() => a;", "function f() { a(); }", "try { a(); } catch {}", "if (process.env.A) a();",
    "export { a };", "({ a: 1 });", "b.a();", "(function (a) { a(); })(f);", "// a()", "'a()';",
    "class B { a() {} }", "a: { break a; }", "const a = 1; a();",
]  # fmt: skip
NOT_CALLED = ["a.b;", "a[0];", "a.b();", "new a.B();", "a?.();"]


def _lines(code: str) -> tuple[bool, bool, bool]:
    """Return whether the second line reads a name, needs it defined, and needs a function of it."""
    source = Source(f"import {{ a }} from './a.mjs';\n{code}".encode())
    found = (
        find_read(source, b"a"),
        find_need(source, b"a", calls=False),
        find_need(source, b"a", calls=True),
    )
    assert {0, 2} >= set(found)
    return bool(found[0]), bool(found[1]), bool(found[2])


@pytest.mark.parametrize(
    ("code", "found"),
    [
        *((code, (True, True, ".b" not in code and "[" not in code)) for code in NEEDED),
        *((code, (True, False, False)) for code in READ),
        *((code, (False, False, False)) for code in NOT_READ),
        *((code, (True, "?" not in code, False)) for code in NOT_CALLED),
    ],
)
def test_where_an_import_is_read_and_needed(code: str, found: tuple[bool, bool, bool]) -> None:
    """A `let` must not be read yet, a `var` not be needed, an object not be called."""
    assert found == _lines(code)


@pytest.mark.parametrize("function", ["() => {", "function () {", "function f() {"])
def test_what_is_called_after_a_wait(function: str) -> None:
    """What comes after an `await` may be read later, when it is there; an object stays one."""
    assert (False, False, True) == _lines(f"(async {function} await 0; a(); }})();")
    assert (True, True, True) == _lines(f"(async {function} a(); await 0; }})();")


@pytest.mark.parametrize(("number", "found"), [(98, True), (99, False)])
def test_uses_of_an_import_that_are_looked_at(number: int, found: bool) -> None:
    """Of very many mentions of a name the first are looked at."""
    assert (found, found, found) == _lines("() => a;" * number + "a();")
