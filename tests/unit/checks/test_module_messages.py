"""What is said about modules: what is wrong, why, when it shows, and what to do."""

from __future__ import annotations

import pytest
from support.checking import check_files

H = "exports.handler = async () => 1;"
M = "export const handler = async () => 1;"
MODULE = '`"type": "module"`'


def told(files: dict[str, str], runtime: str = "nodejs24.x") -> list[tuple[str, str, str]]:
    """Return severity, code and text of what is found in a package, but for its runtime."""
    found = check_files(files, runtime=runtime).findings
    kept = [one for one in found if not one.code.startswith("runtime")]
    return [(one.severity, one.code, f"{one.message} / {one.hint}") for one in kept]


@pytest.mark.parametrize(
    ("name", "text", "runtime", "words"),
    [
        ("a.json", "{\n x", "nodejs24.x", "`a.json` is no valid JSON: see line 2 /"),
        ("a.js", "let a;\nlet a;", "nodejs24.x", "no valid JavaScript: line 2 has a second"),
        ("a.js", "\nconst require = 1", "nodejs22.x", "as CommonJS: line 2 has"),
        ("a.mjs", "\nwith (Math) {}", "nodejs24.x", "as an ES module: line 2 has `with`"),
        ("a.js", "\ufeff#!/bin/node\n1", "nodejs24.x", "where `require` reads it: line 1 has"),
        (
            "a.js",
            "\n/a/v",
            "nodejs18.x",
            "reads from 20 on, and Node.js 18 does not / compile it for Node.js 18, or use",
        ),
        (
            "a.mjs",
            "import './a.json' assert {type: 'json'}",
            "nodejs22.x",
            "which Node.js reads before 22, and Node.js 22 does not / write it as newer",
        ),
        ("a.js", M, "nodejs22.x", f"CommonJS, as no package.json says {MODULE}, but has"),
        ("a.js", M, "nodejs22.x", "Lambda's Node.js 22 does not guess, so it is a syntax error /"),
        (
            "a.cjs",
            M,
            "nodejs22.x",
            "CommonJS, but has `import`, `export` or a top-level `await`: a",
        ),
    ],
)
def test_files_that_do_not_parse(name: str, text: str, runtime: str, words: str) -> None:
    """The message says as what Node reads the file, which line is wrong, and since when."""
    asks = "import" if name == "a.mjs" else "require"
    index = f"import './{name}'; {M}" if asks == "import" else f"require('./{name}'); {H}"
    files = {f"index.{'mjs' if asks == 'import' else 'js'}": index, name: text, "a.json": "1"}
    (found,) = [one for one in told({**files, name: text}, runtime) if "syntax" in one[1]]

    assert ("error", "module-syntax") == found[:2]
    assert words in found[2]


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ("{}", f"as `package.json` does not say {MODULE}, but"),
        ('{"type": "commonjs"}', 'as `package.json` says `"type": "commonjs"`, but'),
        ('{"type": "other"}', f"as `package.json` does not say {MODULE}, but"),
    ],
)
def test_which_manifest_makes_a_file_commonjs(manifest: str, words: str) -> None:
    """The one that is nearest, by what it says or leaves out."""
    files = {"index.js": f"require('./d/a'); {H}", "package.json": manifest, "d/a.js": M}
    ((*_, text),) = told(files, "nodejs22.x")

    assert words in text


@pytest.mark.parametrize(
    ("code", "severity", "when"),
    [
        ("require('gone')", "error", "; loading the handler fails /"),
        ("if (x) require('gone')", "warning", "; it fails if that branch runs /"),
        ("() => require('gone')", "warning", "; it fails when that function is called /"),
        ("try { require('gone') } catch {}", "info", "; the code handles that /"),
    ],
)
def test_when_it_shows(code: str, severity: str, when: str) -> None:
    """Only what loading the handler does is an error."""
    ((found, _, text),) = told({"index.js": f"{code}; {H}"})

    assert severity == found
    assert when in text


@pytest.mark.parametrize(
    ("name", "runtime", "words"),
    [
        ("__dirname", "nodejs20.x", "`const __dirname = import.meta.dirname;`"),
        ("__filename", "nodejs24.x", "`const __filename = import.meta.filename;`"),
        ("__dirname", "nodejs18.x", "= fileURLToPath(new URL('.', import.meta.url));`"),
        ("__filename", "nodejs18.x", "const __filename = fileURLToPath(import.meta.url);`"),
        ("this.a", "nodejs24.x", "write `globalThis`, or `export` for what it adds to `exports`"),
    ],
)
def test_names_that_only_commonjs_has(name: str, runtime: str, words: str) -> None:
    """The hint is what this Node.js has in their place."""
    ((severity, code, text),) = told({"index.mjs": f"console.log({name}); {M}"}, runtime)

    assert ("error", "module-scope") == (severity, code)
    lack = "is undefined" if name == "this.a" else "does not exist"
    assert f"uses `{name.removesuffix('.a')}`, which {lack} in ES modules; loading" in text
    assert words in text


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("throw new Error('a  b');", "always throws while it loads: `throw new Error('a b')`;"),
        ("process.exit(1);", "always ends the process while it loads: `process.exit`;"),
        ("process.abort();", "always ends the process while it loads: `process.abort`;"),
        ("process.reallyExit(1);", "ends the process while it loads: `process.reallyExit`;"),
        (f"throw new Error('{'x' * 99}');", f"`throw new Error('{'x' * 63}`; loading"),
        ("const process = { exit() {} }; process.exit(1);", None),
        ("(function (process) { process.exit(1) })({ exit() {} });", None),
        ("const a = { process: 1 }; a.process.exit(1);", None),
        ("async function f() { throw 1 } f().catch(() => 1);", None),
        ("'throw 1';", None),
        ("exports.throw = 1;", None),
    ],
)
def test_what_ends_loading(code: str, expected: str | None) -> None:
    """The first statement that always does is shown on one line, 80 letters at most."""
    found = [text for _, one, text in told({"index.js": f"{code} {H}"}) if one == "module-ends"]

    assert (expected is not None) == bool(found)
    assert expected is None or expected in found[0]


@pytest.mark.parametrize(
    ("path", "asks", "severity"),
    [
        ("b.js", "if (process.env.A) require('./b');", "warning"),
        ("node_modules/b/index.js", "if (process.env.A) require('b');", None),
        ("node_modules/b/index.js", "require('b');", "error"),
        ("b.js", "() => require('./b');", "warning"),
        ("b.js", "try { require('./b') } catch {}", None),
    ],
)
def test_files_that_end_loading_in_a_branch(path: str, asks: str, severity: str | None) -> None:
    """What a package does in a branch, it does on purpose."""
    found = told({"index.js": f"{asks} {H}", path: "1;\nthrow new Error('a');"})

    assert ([] if severity is None else [severity]) == [
        one for one, code, _ in found if code == "module-ends"
    ]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("fs.readFileSync('./x.txt')", "reads `x.txt`, which is not in the package; loading"),
        ("fs.readFileSync(__dirname + '/d/x')", "reads `d/x`, which is not in the package"),
        ("new Worker('./w.js')", "starts the worker `w.js`, which is not in the package; loading"),
        ("fs.mkdirSync(__dirname + '/d')", "writes `d`, and the package is read-only on Lambda"),
        ("fs.writeFileSync('./d', '')", "writes `d`, and the package is read-only on Lambda"),
        ("fs.mkdirSync(__dirname + '/has', { recursive: true })", None),
        ("fs.mkdirSync(__dirname + '/no', { recursive: true })", "writes `no`, and the package"),
        ("fs.writeFileSync('/tmp/d', '')", None),
        ("fs.readFileSync('/tmp/x')", None),
        ("fs.readFileSync(__dirname + '/has/a')", None),
    ],
)
def test_files_that_loading_names(code: str, words: str | None) -> None:
    """What is read has to be there; nothing of the package can be written."""
    index = f"const fs = require('fs'), {{ Worker }} = require('worker_threads'); {code}; {H}"
    found = [text for _, one, text in told({"index.js": index, "has/a": ""}) if "file-" in one]

    assert (words is not None) == bool(found)
    assert words is None or words in found[0]
