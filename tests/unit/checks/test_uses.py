"""What a file does while it loads that a place or a kind of module may refuse."""

from __future__ import annotations

import pytest

from zipper.checks.constants import HERE, ITSELF, ROOT
from zipper.checks.syntax import Source
from zipper.checks.uses import find_shims, find_uses

FS = "const fs = require('fs');"
THREADS = "const { Worker } = require('worker_threads');"


def _uses(text: str, *, is_module: bool = False) -> list[tuple[str, int, int, str]]:
    found = find_uses(Source(text.encode()), is_module=is_module, is_own=True)
    kinds = {"name", "this"} if is_module else {"read", "write", "make", "worker"}
    return [(use.kind, use.level, use.line, use.text) for use in found if use.kind in kinds]


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("__dirname", [0]),
        ("f(__dirname); g(__dirname)", [0]),
        ("() => __dirname; f(__dirname); () => __dirname", [2, 0]),
        ("if (a) f(__dirname)", [1]),
        ("({ __dirname })", [0]),
        ("f(...__dirname)", [0]),
        ("typeof __dirname", []),
        ("!__dirname", []),
        ("if (typeof __dirname === 'string') f(__dirname)", []),
        ("typeof __dirname === 'string' ? f(__dirname) : 1", []),
        ("typeof __dirname === 'string' && f(__dirname)", []),
        ("a = typeof b; f(__dirname)", [0]),
        ("a.__dirname; ({ __dirname: 1 }); '__dirname'; // __dirname", []),
        ("(function (__dirname) { f(__dirname) })(1)", []),
        ("let __dirname = 1; f(__dirname)", []),
        ("try { f(__dirname) } catch {}", []),
        ("export { __dirname } from 'a'", []),
        ("export { a as __dirname } from 'a'", []),
        (f"import {{ {'a, ' * 300}__dirname }} from 'a'", []),
        ("() => __dirname;" * 1_999 + "__dirname", [2, 0]),
        ("() => __dirname;" * 2_000 + "__dirname", [2]),
    ],
)
def test_names_of_commonjs_in_a_module(text: str, levels: list[int]) -> None:
    """The first use at each level, unless a `typeof` guards it; both names alike."""
    for name in ("__dirname", "__filename"):
        found = _uses(text.replace("__dirname", name), is_module=True)
        assert [("name", level, 1, name) for level in levels] == found


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("this.a", 1),
        ("\nf(this.a)", 2),
        ("this.a; this.b", 1),
        ("const a = { b: this.c }", 1),
        ("const A = class extends this.b {}", 1),
        ("f(" + "this, " * 19 + "\nthis.a)", 2),
        ("f(" + "this, " * 20 + "\nthis.a)", 0),
        ("this", 0),
        ("f(this)", 0),
        ("this?.a", 0),
        ("a.this.b", 0),
        ("if (a) this.b", 0),
        ("() => this.a", 0),
        ("function f() { this.a } f()", 0),
        ("const f = function () { this.a }; f()", 0),
        ("({ f() { this.a } }).f()", 0),
        ("class A { a = this.b } new A()", 0),
        ("(class { static a = this.b })", 0),
        ("'this.a'", 0),
    ],
)
def test_this_of_a_module(text: str, line: int) -> None:
    """It is undefined, so that taking a member of it throws; in CommonJS it is the exports."""
    assert [("this", 0, line, "this")] * bool(line) == _uses(text, is_module=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("fs.readFileSync('a')", ("read", f"{ROOT}/a")),
        ("fs.readFileSync(__dirname + '/a')", ("read", f"{HERE}/a")),
        ("fs.readFileSync(__filename)", ("read", ITSELF)),
        ("fs.statSync('a')", ("read", f"{ROOT}/a")),
        ("fs.lstatSync(/* c */ 'a')", ("read", f"{ROOT}/a")),
        ("fs.writeFileSync('/a', b)", ("write", "/a")),
        ("fs.mkdirSync('a')", ("write", f"{ROOT}/a")),
        ("fs.mkdirSync('a', /* c */)", ("write", f"{ROOT}/a")),
        ("fs.mkdirSync('a', { recursive: true })", ("make", f"{ROOT}/a")),
        ("fs.copyFileSync('a', 'b')", ("write", f"{ROOT}/b")),
        ("(fs.readFileSync)('a')", ("read", f"{ROOT}/a")),
        ("(0, fs.readFileSync)('a')", ("read", f"{ROOT}/a")),
        ("fs.readFileSync ('a')", ("read", f"{ROOT}/a")),
        ("require('fs').readFileSync('a')", ("read", f"{ROOT}/a")),
        ("function f() { fs.readFileSync('a') } f()", ("read", f"{ROOT}/a")),
        ("fs.readFileSync = a; fs.readFileSync('a'); fs.statSync('b')", ("read", f"{ROOT}/b")),
        ("fs.statSync('a', {})", None),
        ("fs.lstatSync('a', {})", None),
        ("fs.copyFileSync('a')", None),
        ("fs.readFileSync()", None),
        ("fs.readFileSync(a)", None),
        ("fs.readFileSync", None),
        ("f(fs.readFileSync)('a')", None),
        ("a.readFileSync('a')", None),
        ("readFileSync('a')", None),
        ("a.fs.readFileSync('a')", None),
        ("() => fs.readFileSync('a')", None),
        ("if (a) fs.readFileSync('a')", None),
        ("fs.readFileSync = a; fs.readFileSync('a')", None),
        ("(function (fs) { fs.readFileSync('a') })(b)", None),
        ("new Worker('./a.js')", None),
    ],
)
def test_files_by_fs(text: str, found: tuple[str, str] | None) -> None:
    """Which path is read or written; relative ones begin where the process was started."""
    expected = [] if found is None else [(found[0], 0, 2, found[1])]

    assert expected == _uses(f"{FS}\n{text}")
    assert expected == _uses(
        f"{FS.replace('fs', 'node:fs', 2).replace('node:fs', 'fs', 1)}\n{text}"
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("new Worker('./a.js')", f"{ROOT}/./a.js"),
        ("new Worker('/a.js')", "/a.js"),
        ("new Worker(__filename)", ITSELF),
        ("new Worker(__dirname + '/a.js')", f"{HERE}/a.js"),
        ("new Worker('a')", ""),
        ("new Worker(a)", ""),
        ("Worker.a('./a.js')", ""),
        ("fs.readFileSync('a')", ""),
        ("() => new Worker('./a.js')", ""),
    ],
)
def test_files_of_threads(text: str, value: str) -> None:
    """A worker's file is named by a path; other texts are code or no path that Node takes."""
    assert [("worker", 0, 1, value)] * bool(value) == _uses(f"{THREADS} {text}")


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("const { Worker } = require('worker_threads'); new Worker('./a.js')", True),
        ("const wt = require('node:worker_threads'); new wt.Worker('./a.js')", True),
        ("new (require('worker_threads').Worker)('./a.js')", True),
        ("import { Worker } from 'worker_threads'; new Worker('./a.js')", True),
        ("import * as wt from 'worker_threads'; new wt.Worker('./a.js')", True),
        ("{ const { Worker } = require('worker_threads'); new Worker('./a.js') }", True),
        ("require('worker_threads'); new Worker('./a.js')", False),
        ("class Worker { } const wt = require('worker_threads'); new Worker('./a.js')", False),
        ("require('worker_threads'); { class Worker { } new Worker('./a.js') }", False),
        ("const { Worker } = require('a'); require('worker_threads'); new Worker('./a.js')", False),
        ("const { Worker } = require('worker_thread'); new Worker('./a.js')", False),
        ("const wt = require('worker_threads'); wt.Worker = a; new wt.Worker('./a.js')", False),
        ("const wt = require('worker_threads'); wt['Worker'] = a; new wt.Worker('./a.js')", False),
        (
            "const { Worker } = require('worker_threads'); new Worker('./a.js').on('error', a)",
            False,
        ),
        (
            "const { Worker } = require('worker_threads'); new Worker('./a.js').once('exit', a)",
            False,
        ),
        ("const { Worker } = require('worker_threads'); new Worker('./a.js').on('exit', a)", True),
        ("const { Worker } = require('worker_threads'); error(); new Worker('./a.js')", True),
    ],
)
def test_whose_threads_they_are(text: str, is_found: bool) -> None:
    """A class counts that comes of the module, where nobody hears that its file is absent."""
    assert [("worker", 0, 1, f"{ROOT}/./a.js")] * is_found == _uses(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("var a = f('Dynamic require of');", {b"a"}),
        (
            "var b = f(() => 'in an environment that doesn\\'t expose the `require` function');",
            set(),
        ),
        ('var b = f("in an environment that doesn\'t expose the `require` function");', {b"b"}),
        ("var a = f('Dynamic require of'), b = f('Dynamic require of');", {b"a", b"b"}),
        ("var a = () => { var b = f('Dynamic require of'); };", {b"b"}),
        ("f('Dynamic require of');", set()),
        ("var { a } = f('Dynamic require of');", set()),
        ("f('Dynamic require of');" * 19 + "var a = f('Dynamic require of');", {b"a"}),
        ("f('Dynamic require of');" * 20 + "var a = f('Dynamic require of');", set()),
    ],
)
def test_stand_ins_for_require(text: str, names: set[bytes]) -> None:
    """They go by the variable that holds what a bundler has put in `require`'s place."""
    assert names == find_shims(Source(text.encode()))
