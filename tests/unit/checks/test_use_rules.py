"""What modules do while they load that their kind or the file system refuses.

Each row was tried with the loaders of AWS on Node.js 20, 22 and 24.
"""

from __future__ import annotations

import pytest
from support.checking import check_files

C = "exports.handler = async () => 1;"
F = "const fs = require('fs');"
R = "fs.readFileSync(__dirname + '/x.txt')"
W = "const { Worker } = require('worker_threads');"
M = "export const handler = async () => 1;"
SHIM = (
    'var __require = ((x) => typeof require !== "undefined" ? require : x)(function (x) {\n'
    '  if (typeof require !== "undefined") return require.apply(this, arguments);\n'
    "  throw Error('Dynamic require of \"' + x + '\" is not supported');\n"
    "});\n"
    "var wrap = (cb, mod) => () => (mod || cb.a((mod = { exports: {} }).exports), mod.exports);\n"
    'var require_a = wrap({ "a"(exports) { exports.fs = __require("fs"); } });\n'
)
BANNER = "import { createRequire as make } from 'module'; const require = make(import.meta.url);\n"


def told(text, code, *, name="index.mjs", files=None):
    """Return the severities of the findings of one code about a handler's text."""
    report = check_files({name: text, **(files or {})})
    return [finding.severity for finding in report.findings if finding.code == code]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{SHIM}require_a(); {M}", ["error"]),
        (f"{SHIM}const late = () => require_a(); {M}", ["warning"]),
        (f"{SHIM}try {{ __require('fs') }} catch {{}} {M}", ["warning"]),
        (f"{BANNER}{SHIM}require_a(); {M}", []),
        (f"globalThis.require = make(import.meta.url);{SHIM}require_a(); {M}", []),
        (M, []),
    ],
)
def test_stand_in_for_require(text: str, expected: list[str]) -> None:
    """A bundle in ES modules may call `require` only where something has made one."""
    assert expected == told(text, "module-require-shim")


@pytest.mark.parametrize("called", ["require_a", "other_a"])
def test_each_stand_in_of_a_bundle_counts(called: str) -> None:
    """Chunks that were joined have one each, under names of their own."""
    other = SHIM.replace("__require", "__other").replace("require_a", "other_a")

    assert ["error"] == told(f"{SHIM}{other}{called}(); {M}", "module-require-shim")


def test_stand_in_in_commonjs_is_a_require() -> None:
    """In CommonJS the stand-in is `require` itself, so that its modules must be there."""
    text = SHIM.replace('"fs"', '"gone"')

    assert ["error"] == told(f"{text}require_a(); {C}", "module-missing", name="index.js")
    assert [] == told(f"{SHIM}require_a(); {C}", "module-require-shim", name="index.js")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("console.log(__dirname);", ["error"]),
        ("const o = { __filename };", ["error"]),
        ("function f() { return __dirname } f();", ["error"]),
        ("function f() { return __dirname }", ["warning"]),
        ("const d = typeof __dirname === 'undefined' ? 1 : __dirname;", []),
        ("const __dirname = import.meta.dirname; console.log(__dirname);", []),
        ("(function (__dirname) { return __dirname })(1);", []),
        ("try { console.log(__dirname) } catch {}", []),
        ("globalThis.__dirname = 1; console.log(__dirname);", []),
        ("const o = { __dirname: 1 }; o.__dirname; '__dirname';", []),
        ("this.x = 1;", ["error"]),
        ("var a = (this && this.b) || 1;", []),
        ("this?.x;", []),
        ("class A { x = this.y; static z = this.q } new A();", []),
        ("const o = { f() { return this.a } }; o.f();", []),
    ],
)
def test_names_of_commonjs(text: str, expected: list[str]) -> None:
    """What ES modules do not have is an error only where the text is sure to need it."""
    assert expected == told(f"{text} {M}", "module-scope")
    assert [] == told(f"{text} {C}", "module-scope", name="index.cjs")


@pytest.mark.parametrize(
    ("asks", "expected"),
    [
        ("import './a.mjs';", ["error"]),
        ("if (process.env.A) await import('./a.mjs');", ["warning"]),
        ("const f = () => import('./a.mjs');", ["warning"]),
        ("try { await import('./a.mjs') } catch {}", []),
    ],
)
@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("module-scope", "console.log(__dirname);"),
        ("module-require-shim", f"{SHIM}require_a();"),
        ("module-ends", "throw new Error('a');"),
    ],
)
def test_what_files_do_that_may_not_be_loaded(
    asks: str, expected: list[str], code: str, text: str
) -> None:
    """No more than a warning, and nothing where a failure is caught."""
    assert expected == told(f"{asks} {M}", code, files={"a.mjs": text})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("const m = {}; require('url').fileURLToPath(m.url);", ["error"]),
        ("const m = {}; (0, a.createRequire)(m.url);", ["error"]),
        ("const m = {}; new URL('x', m.url);", ["error"]),
        ("const m = {}; const f = () => a.createRequire(m.url);", ["warning"]),
        ("const m = {}; m.url = 'file:///x'; a.createRequire(m.url);", []),
        ("const m = {}; fill(m); a.createRequire(m.url);", []),
        ("const m = { url: 'file:///x' }; a.createRequire(m.url);", []),
        ("a.createRequire(m.url);", []),
        ("const m = {}; try { a.createRequire(m.url) } catch {}", []),
        ("const m = {}; const f = (m) => a.createRequire(m.url);", []),
        ("const m = {}; // a.createRequire(m.url)", []),
        ("const m = {}; const t = `a.createRequire(m.url)`;", []),
    ],
)
def test_emptied_import_meta(text: str, expected: list[str]) -> None:
    """A bundler's empty `import.meta` has no `url` to make a path of."""
    assert expected == told(f"{text}\n{C}", "module-import-meta", name="index.js")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("require('fs').readFileSync(__dirname + '/x.txt');", ["error"]),
        (
            "const p = require('path'), f = p.join(__dirname, 'x'); require('fs').statSync(f);",
            ["error"],
        ),
        ("require('fs').readFileSync('./x.txt');", ["error"]),
        ("require('fs').readFileSync(process.cwd() + '/x.txt');", ["error"]),
        ("require('@grpc/proto-loader').loadSync(__dirname + '/x.proto');", ["error"]),
        (
            f"{W} new Worker(__dirname + '/w.js');",
            ["error"],
        ),
        ("const { Worker } = require('worker_threads'); new Worker('1', { eval: true });", []),
        (f"{W} new Worker(__dirname + '/w.js').on('error', () => 1);", []),
        (f"{W} const w = new Worker(__dirname + '/w.js'); w.on('error', () => 1);", []),
        (f"{W} require('events').once(new Worker(__dirname + '/w.js'), 'x').catch(() => 1);", []),
        (f"{W} const w = new Worker(__dirname + '/w.js');", ["error"]),
        (f"{W} new Worker(__dirname + '/w.js'); process.on('error', () => 1);", ["error"]),
        ("require('fs').readFileSync(__dirname + '/there.txt');", []),
        ("require('fs').readFileSync(__filename);", []),
        ("require('fs').readFileSync('/etc/hosts');", []),
        ("require('fs').readFileSync(name);", []),
        ("try { require('fs').readFileSync(__dirname + '/x.txt') } catch {}", []),
        ("const f = () => require('fs').readFileSync(__dirname + '/x.txt');", []),
        ("if (x) require('fs').readFileSync(__dirname + '/x.txt');", []),
        (f"{F} {{ const a = 1; {R} }}", ["error"]),
        (f"{{ {F} {R} }}", ["error"]),
        (f"{{ const {{ readFileSync }} = require('fs'); {R.removeprefix('fs.')} }}", ["error"]),
        (f"{F} fs.readFile = () => 1; {R}", ["error"]),
        (f"{F} fs.readFileSync = () => 1; {R}", []),
        (f"{F} {{ const fs = {{ readFileSync() {{}} }}; {R} }}", []),
        (f"{F} {{ let [fs] = [{{ readFileSync() {{}} }}]; {R} }}", []),
        (f"{F} for (const fs of [{{ readFileSync() {{}} }}]) {R}", []),
        (f"{F} try {{ throw {{ readFileSync() {{}} }} }} catch (fs) {{ {R} }}", []),
        (f"{F} (fs => {R})({{ readFileSync() {{}} }});", []),
    ],
)
def test_files_that_are_read(text: str, expected: list[str]) -> None:
    """A file that loading is sure to read must be in the package."""
    found = told(f"{text} {C}", "file-missing", name="index.js", files={"there.txt": ""})

    assert expected == found


def test_files_that_are_read_by_url() -> None:
    """`new URL` with `import.meta.url` names a file beside the module."""
    text = "import fs from 'fs'; fs.readFileSync(new URL('./x.txt', import.meta.url));"

    assert ["error"] == told(text + M, "file-missing")
    assert [] == told(text + M, "file-missing", files={"x.txt": ""})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("require('fs').mkdirSync(__dirname + '/cache');", ["error"]),
        ("require('fs').writeFileSync('a.txt', '');", ["error"]),
        ("require('fs').copyFileSync('a.txt', '/tmp/a.txt');", []),
        ("require('fs').mkdirSync(__dirname + '/lib', { recursive: true });", []),
        ("require('fs').mkdirSync('/tmp/cache');", []),
        ("try { require('fs').mkdirSync(__dirname + '/cache') } catch {}", []),
    ],
)
def test_files_that_are_written(text: str, expected: list[str]) -> None:
    """The package is read-only on Lambda; a folder that is there need not be made."""
    files = {"lib/a.js": ""}

    assert expected == told(f"{text} {C}", "file-read-only", name="index.js", files=files)


@pytest.mark.parametrize(
    ("code", "call"),
    [
        *(
            ("file-missing", f"fs.{name}Sync(__dirname + '/x')")
            for name in (
                "readFile", "readdir", "stat", "lstat", "open", "access", "realpath", "opendir",
            )
        ),
        *(
            ("file-read-only", f"fs.{name}Sync(__dirname + '/x')")
            for name in ("mkdir", "writeFile", "appendFile", "mkdtemp")
        ),
        ("file-read-only", "fs.copyFileSync('/etc/hosts', __dirname + '/x')"),
        ("file-missing", "require('node:fs').openSync('x')"),
        ("file-missing", "require('graceful-fs').openSync('x')"),
        ("file-missing", "require('protobufjs').loadSync('x.proto')"),
        ("file-missing", "require('pug').renderFile('x.pug')"),
        ("file-missing", "require('pug').compileFile('x.pug')"),
        ("file-missing", "const { Worker } = require('worker_threads'); new Worker('./x.js')"),
    ],
)  # fmt: skip
def test_every_function_of_files(code: str, call: str) -> None:
    """Each function that throws for an absent path, or for one that cannot be written, is known."""
    needs_fs = "const fs = require('fs'); " if call.startswith("fs.") else ""

    assert ["error"] == told(f"{needs_fs}{call}; {C}", code, name="index.js")


@pytest.mark.parametrize(
    ("code", "call"),
    [
        *(
            ("file-missing", f"{name}('gone')")
            for name in (
                "readFile", "readdir", "stat", "lstat", "open", "access", "realpath", "opendir",
            )
        ),
        *(
            ("file-read-only", f"{name}('gone')")
            for name in ("mkdir", "writeFile", "appendFile", "mkdtemp")
        ),
        ("file-read-only", "copyFile('/etc/hosts', 'gone')"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("module", ["fs/promises", "node:fs/promises", "fs-extra"])
def test_every_function_that_is_awaited(module: str, code: str, call: str) -> None:
    """The same functions are known where the top level waits for them."""
    text = f"import fs from '{module}'; await fs.{call}; {M}"

    assert ["error"] == told(text, code)


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("try { require('a') } catch { require('b') }", "error"),
        ("try { require('fs') } catch { require('b') }", "warning"),
        ("try { if (x) require('a') } catch { require('b') }", "warning"),
        ("try { require('a') } catch { if (x) require('b') }", "warning"),
    ],
)
def test_what_a_catch_needs(text: str, severity: str) -> None:
    """The code in a `catch` runs where the module that is tried before is absent."""
    assert [severity] == told(f"{text} {C}", "module-missing", name="index.js")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("require.resolve('gone');", ["error"]),
        ("try { require.resolve('gone') } catch {}", []),
        ("const d = 'gone'; require(`./${d}`);", ["error"]),
        ("const d = './gone'; require(d);", ["error"]),
        ("let d = './gone'; d = 'fs'; require(d);", []),
        ("const d = x ? './gone' : 'fs'; require(d);", []),
    ],
)
def test_modules_named_by_constants(text: str, expected: list[str]) -> None:
    """Constants are put in where they mean one text; a path that is resolved must be there."""
    assert expected == told(f"{text} {C}", "module-missing", name="index.js")


def test_import_meta_resolve() -> None:
    """`import.meta.resolve` throws for a package that is absent, and looks for no file."""
    assert ["error"] == told(f"import.meta.resolve('gone'); {M}", "module-missing")
    assert [] == told(f"import.meta.resolve('./gone.js'); {M}", "module-missing")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("throw new Error('a');", ["error"]),
        ("function main() { throw 1; } main();", ["error"]),
        ("process.exit();", ["error"]),
        ("process.abort()", ["error"]),
        ("if (process.env.A) throw 1;", []),
        ("if (require.main === module) process.exit(0);", []),
        ("try { throw 1; } catch {}", []),
        ("async function main() { throw 1; } main().catch(() => 1);", []),
        ("process.on('exit', () => { throw 1; });", []),
        ("const process = { exit() {} }; process.exit();", []),
        ("const end = process.exit;", []),
    ],
)
def test_ends_of_its_own(text: str, expected: list[str]) -> None:
    """What always throws, or always ends the process, while it loads is an error."""
    assert expected == told(f"{C} {text}", "module-ends", name="index.js")


def test_a_branch_that_ends() -> None:
    """A file of its own that is loaded in a branch is a warning; one of a package says nothing."""
    text = f"{C} if (process.env.A) require('./a'); if (process.env.B) require('b');"
    files = {"a.js": "throw 1;", "node_modules/b/index.js": "throw 1;"}

    assert ["warning"] == told(text, "module-ends", name="index.js", files=files)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import { readFile } from 'fs/promises'; await readFile('gone');", ["error"]),
        ("import { readFile as r } from 'node:fs/promises'; await r('gone');", ["error"]),
        (
            "import fs from 'fs/promises'; await fs.open(new URL('gone', import.meta.url));",
            ["error"],
        ),
        ("import { promises as fs } from 'fs'; await fs.stat('gone');", ["error"]),
        ("import fs from 'fs'; await fs.promises.access('gone');", ["error"]),
        ("import { promises as fs } from 'fs-extra'; await fs.stat('gone');", ["error"]),
        ("import fs from 'fs/promises'; await fs.readFile('there');", []),
        ("import fs from 'fs/promises'; await fs.readFile('gone').catch(() => 1);", []),
        ("import fs from 'fs/promises'; try { await fs.readFile('gone') } catch {}", []),
        ("import fs from 'fs/promises'; if (process.env.A) await fs.readFile('gone');", []),
        ("import fs from 'fs/promises'; const f = async () => await fs.open('gone');", []),
        ("import fs from 'fs/promises'; await ({ open: () => 1 }).open('gone');", []),
        ("import 'fs/promises'; const a = { open: () => 1 }; await a.open('gone');", []),
    ],
)
def test_files_that_are_awaited(text: str, expected: list[str]) -> None:
    """What the top level of a module waits for must be there."""
    assert expected == told(f"{text} {M}", "file-missing", files={"there": ""})


def test_another_file_system() -> None:
    """A function of the same name that is not of Node's module reads no file of the package."""
    text = f"require('fs'); const vol = require('./vol'); vol.readFileSync('gone'); {C}"

    assert [] == told(text, "file-missing", name="index.js", files={"vol.js": ""})
