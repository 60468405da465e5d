"""When a place of a file runs: an absent module there is an error only where it is sure to.

tests/conformance/test_random_programs.py plays programs of these forms with Node.js.
"""

from __future__ import annotations

import pytest
from support.checking import check_files

H = "exports.handler = async () => 1;"
GONE = "require('./gone')"

SURE = [
    f"for (;;) {{ break; }} {GONE};",
    f"class A {{ static {{ {GONE} }} }}",
    f"new Promise((done) => {{ {GONE} }});",
    f"let f = () => {GONE}; f();",
    f"function f() {{ {GONE} }} f();",
    f"async function f() {{ {GONE} }} f();",
    f"class A {{ constructor() {{ {GONE} }} }} new A();",
    f"try {{ {GONE} }} catch (error) {{ console.log(error); throw error; }}",
    f"try {{ {GONE} }} finally {{ console.log(1); }}",
    f"[1].map(() => {GONE});",
    f"(function () {{ {GONE} }}).call(this);",
    f"(() => {{ {GONE} }}).apply(null, []);",
    "const r = require; r('./gone');",
    f"function f() {{ {GONE} }} const o = {{ ...f() }};",
    f"(async () => {{ await 1; {GONE} }})();",
    f"function A() {{ {GONE} }} new A();",
    f"for (const x of [1]) {GONE};",
    f"while (!0) {{ {GONE}; }}",
    f"try {{ {GONE} }} catch (error) {{ console.error(error); process.exit(1); }}",
    "var r = true && require; r('./gone');",
    "const r = typeof require === 'function' ? require : null; r('./gone');",
    "(require || null)('./gone');",
    "require.call(null, './gone');",
    "const load = (name) => require(name); load('./gone');",
    "function load(a, name) { return require(name) } load(1, './gone');",
    "['./gone'].forEach(require);",
    "['./gone'].map((name) => require(name));",
    "for (const name of ['./gone']) require(name);",
]
UNSURE = [
    f"if (process.env.A) return; {GONE};",
    f"if (process.env.A) {{ return }} {GONE};",
    f"return; {GONE};",
    f"const {{ a = {GONE} }} = {{ a: 1 }};",
    f"process.absent?.f({GONE});",
    f"process.absent?.a.b({GONE});",
    f"process.absent?.[{GONE}];",
    f"a: {{ if (process.env.A) break a; {GONE}; }}",
    f"do {{ if (process.env.A) break; {GONE}; }} while (0);",
    f"for (let i = 0; i < 0; i += {GONE}) {{}}",
    f"new Promise((done) => {{ {GONE} }}).catch(() => 0);",
    f"async function f() {{ {GONE} }} f().catch(() => 0);",
    f"function* f() {{ {GONE} }} f();",
    f"let f = () => {GONE}; f = () => 1; f();",
    f"var f = () => {GONE}; if (process.env.A) f = () => 1; f();",
    f"function f() {{ {GONE} }} function f() {{}} f();",
    f"function f() {{ {GONE} }} f = () => 1; f();",
    f"{{ function f() {{ {GONE} }} }} {{ let f = () => 1; f(); }}",
    f"{{ let f = () => {GONE}; }} var f = () => 1; f();",
    f"try {{ {GONE} }} catch (error) {{ if (error.code) return; throw error; }}",
    f"try {{ {GONE} }} finally {{ return; }}",
    f"[].map(() => {GONE});",
    f"(function () {{ {GONE} }}).bind(this);",
    f"(function () {{ {GONE} }})[Symbol.for('call')]?.(this);",
    f"[...process.argv.slice(99)].map(() => {GONE});",
    "const r = require; function f(r) { r('./gone'); } f(() => 1);",
    "let r = require; r = () => 1; r('./gone');",
    f"(async () => {{ await 1; {GONE} }})().catch(() => 0);",
    f"for (const x of [...[]]) {GONE};",
    f"while (!0) {{ if (!process.env.A) break; {GONE}; }}",
    f"try {{ {GONE} }} catch (error) {{ if (process.env.A) process.exit(1); }}",
    f"function f(process) {{ try {{ {GONE} }} catch {{ process.exit() }} }} f({{ exit() {{}} }});",
    "(process.env.A ? require : () => 1)('./gone');",
    "const load = (name) => process.env.A && require(name); load('./gone');",
    "const load = (name) => { name = './index'; require(name) }; load('./gone');",
    "const load = (name) => { try { require(name) } catch {} }; load('./gone');",
    "const load = (name) => require(name); exports.later = () => load('./gone');",
    "[].map((name) => require(name)); const list = ['./gone'];",
    "['./gone'].map((name, index) => require.resolve.paths(name));",
    "for (const name of ['./gone']) if (process.env.A) require(name);",
]


@pytest.mark.parametrize("code", SURE)
def test_what_is_sure_to_run_is_an_error(code: str) -> None:
    """Node does not load the handler."""
    assert not check_files({"index.js": f"{H} {code}"}).ok


@pytest.mark.parametrize("code", UNSURE)
def test_what_may_not_run_is_no_error(code: str) -> None:
    """Node loads the handler."""
    assert check_files({"index.js": f"{H} {code}"}).ok


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("global.window = {};", f"if (typeof window === 'undefined') {GONE};"),
        ("global.window = {};", f"const isNode = !globalThis.window; isNode && {GONE};"),
        ("process.browser = true;", f"process.browser || {GONE};"),
        ("global.define = () => {};", "require(typeof define > 'u' ? './gone' : './index');"),
        ("global.window = {};", "(typeof window > 'u' ? require : () => 1)('./gone');"),
        ("global.Deno = {};", f"while (typeof Deno === 'undefined') {{ {GONE}; }}"),
        (
            "global.window = {};",
            "require('fs').readFileSync(__dirname + (typeof window > 'u' ? '/gone' : '/a.js'));",
        ),
    ],
)
def test_what_another_file_may_set_is_no_error(setting: str, code: str) -> None:
    """Node loads the handler: a global that it lacks is there."""
    assert check_files({"index.js": f"{H} {setting} require('./a');", "a.js": code}).ok
