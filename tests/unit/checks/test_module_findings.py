"""Whole findings about modules: each branch of what is said, and for which files."""

from __future__ import annotations

import pytest
from support.checking import check_files

H = "exports.handler = async () => 1;"
M = "export const handler = async () => 1;"
MODULE = {"package.json": '{"type": "module"}'}


def told(
    files: dict[str, str], runtime: str = "nodejs24.x", handler: str = "index.handler"
) -> list[str]:
    """Return code, severity, path, message and hint of what is found, but for the runtime."""
    found = check_files(files, runtime=runtime, handler=handler).findings
    return [
        f"{one.code} {one.severity} {one.path}: {one.message} / {one.hint}"
        for one in found
        if not one.code.startswith("runtime")
    ]


ALLOW = "set `NODE_OPTIONS=--experimental-require-module`, or take nodejs24.x"
ESM = "which is an ES module (`{}`); Lambda turns that off on Node.js {}: ERR_REQUIRE_ESM"
ASYNC = "whose modules await at the top level: ERR_REQUIRE_ASYNC_MODULE"
PACKAGE = {"node_modules/p/package.json": '{"main": "a.mjs"}', "node_modules/p/a.mjs": M}


@pytest.mark.parametrize(
    ("files", "runtime", "asks", "says"),
    [
        (
            {"index.js": f"() => require('./b'); {H}", "b.js": "\nrequire('./a.mjs')", "a.mjs": M},
            "nodejs22.x",
            "warning b.js: `b.js` line 2 requires `./a.mjs`, ",
            f"{ESM.format('a.mjs', 22)} / use `import()`, or {ALLOW}",
        ),
        (
            {"index.js": f"require('p'); {H}", **PACKAGE},
            "nodejs20.x",
            "error index.js: `index.js` line 1 requires `p`, ",
            (
                f"{ESM.format('node_modules/p/a.mjs', 20)} / use `import()`, or use a version "
                f"of `p` that has CommonJS, or {ALLOW}"
            ),
        ),
        (
            {"index.js": f"require('p'); {H}", **PACKAGE},
            "nodejs18.x",
            "error index.js: `index.js` line 1 requires `p`, ",
            (
                f"{ESM.format('node_modules/p/a.mjs', 18)} / use `import()`, or use a version "
                "of `p` that has CommonJS, or take nodejs24.x"
            ),
        ),
        (
            {
                "index.js": f"require('q'); {H}",
                "node_modules/q/index.js": "require('./a.mjs')",
                "node_modules/q/a.mjs": M,
            },
            "nodejs22.x",
            "error node_modules/q/index.js: `node_modules/q/index.js` line 1 requires `./a.mjs`, ",
            f"{ESM.format('node_modules/q/a.mjs', 22)} / {ALLOW}",
        ),
        (
            {"index.js": f"require('./a.mjs'); {H}", "a.mjs": "await 1"},
            "nodejs24.x",
            "error index.js: `index.js` line 1 requires `./a.mjs`, ",
            f"{ASYNC} / use `import()`",
        ),
        (
            {
                "index.js": f"require('q'); {H}",
                "node_modules/q/i.js": "if (x) require('./a.mjs')",
                "node_modules/q/package.json": '{"main": "i.js"}',
                "node_modules/q/a.mjs": "import './b.mjs'; import 'fs'; import './gone.mjs'",
                "node_modules/q/gone.mjs": "import '../q/a.mjs'",
                "node_modules/q/b.mjs": "await 1",
            },
            "nodejs24.x",
            "warning node_modules/q/i.js: `node_modules/q/i.js` line 1 requires `./a.mjs`, ",
            f"{ASYNC} / bundle it, or use a version without the `await`",
        ),
    ],
)
def test_requires_of_es_modules(files: dict[str, str], runtime: str, asks: str, says: str) -> None:
    """Why it fails on this runtime, and what is in the hands of the one who asks."""
    assert [f"module-esm-required {asks}{says}"] == told(files, runtime)


@pytest.mark.parametrize(
    ("code", "is_told"),
    [
        ("import './b.cjs'", False),
        ("const later = () => import('./waits.mjs')", False),
        ("import './c.mjs'; import './b.mjs'", True),
        ("import './b.cjs'; import './waits.mjs'", True),
        ("import 'fs'; import './waits.mjs'", True),
        ("import './c.mjs'", False),
    ],
)
def test_what_awaits_below_a_required_module(code: str, is_told: bool) -> None:
    """Static imports of ES modules count, through circles and past everything else."""
    files = {
        "index.js": f"require('./a.mjs'); {H}",
        "a.mjs": code,
        "b.cjs": "import('./waits.mjs')",
        "b.mjs": "import './a.mjs'; import './waits.mjs'",
        "c.mjs": "import './a.mjs'",
        "waits.mjs": "await 1",
    }

    assert is_told == any(one.startswith("module-esm-required") for one in told(files))


def test_a_folder_that_the_loader_requires_as_an_es_module() -> None:
    """The folder is what to rename, not the file in it."""
    files = {"lib/package.json": MODULE["package.json"], "lib/index.js": M}

    assert [
        (
            "handler-directory error lib: because of the folder `lib` the loader requires "
            "`lib/index.js`, an ES module: ERR_REQUIRE_ESM / rename the folder, or the handler's "
            "file"
        )
    ] == told(files, "nodejs22.x", "lib.handler")
    assert [] == told({"lib/index.js": H}, "nodejs22.x", "lib.handler")


LACKS = "; loading the handler fails"


@pytest.mark.parametrize(
    ("name", "code", "expected"),
    [
        (
            "index.mjs",
            f"import {{ b }} from './a.mjs'; {M}",
            (
                "error index.mjs: `index.mjs` line 1 imports `b` from `./a.mjs`, which does not "
                f"export it{LACKS} / export `b` there, or mend the name"
            ),
        ),
        (
            "index.mjs",
            f"export {{ b }} from 'fs'; {M}",
            (
                "warning index.mjs: `index.mjs` line 1 imports `b` from `fs`, and Node.js 24 has "
                f"no such export{LACKS} / mend the name: no Node.js that zipper knows of has it"
            ),
        ),
        (
            "index.js",
            f"const {{ isRegExp }} = require('util'); isRegExp(1); {H}",
            (
                "error index.js: `index.js` line 1 while it loads needs `isRegExp` from `util`, "
                f"and Node.js 24 has no such export{LACKS} / use a runtime whose Node.js has it, "
                "or versions of the packages that say they support Node.js 24"
            ),
        ),
    ],
)
def test_names_that_nothing_exports(name: str, code: str, expected: str) -> None:
    """Whose name it is decides what can be done."""
    assert [f"module-export-name {expected}"] == told({name: code, "a.mjs": ""})


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("require(a)", "line 1 requests a module by an expression: `require(a)` / "),
        ("1;\nrequire(a); require(b)", "line 2 requests a module by an expression: `require(a)` "),
        ("require(a); require(b)", "expression: `require(a)` and 1 more / what it asks for is "),
    ],
)
def test_requests_that_cannot_be_followed(code: str, expected: str) -> None:
    """The first is named, the others are counted."""
    (found,) = told({"index.js": f"{code}; {H}"})

    assert found.startswith("module-dynamic info index.js: ")
    assert expected in found
    assert found.endswith("only if something else needs it; run the package to know")


INVALID = "does not parse (Expecting value in line 1, column 1), and Node reads it for"


@pytest.mark.parametrize(
    ("name", "code", "severity"),
    [
        ("a.js", "", "error"),
        ("a.cjs", "require('b')", "error"),
        ("a.cjs", "if (x) require('b')", "warning"),
        ("a.cjs", "() => require('b')", "warning"),
        ("a.cjs", "() => require('b'); require('b')", "error"),
        ("a.cjs", "require('fs'); require('node:fs')", None),
        ("a.cjs", "require('./c.cjs'); require('/var/task/d/c.cjs')", None),
        ("a.cjs", "", None),
        ("a.json", "1", None),
    ],
)
def test_a_broken_package_json_beside_a_file(name: str, code: str, severity: str | None) -> None:
    """Node reads it for the kind of `.js`, and when a bare name may be the package's own.

    Source: lib/internal/modules/cjs/loader.js, `Module._extensions['.js']` and `trySelf`, which
    comes after the built-in modules; tried with Node.js 20 and 24.
    """
    files = {
        "index.js": f"require('./d/{name}'); {H}",
        "d/package.json": "x",
        f"d/{name}": code,
        "d/c.cjs": "",
        "node_modules/b/index.js": "",
    }
    expected = f"package-json-invalid {severity} d/package.json: `d/package.json` {INVALID} "
    hint = "mend the file, or pack it again"

    assert ([f"{expected}`d/{name}` / {hint}"] if severity else []) == told(files)


def test_a_broken_package_json_is_told_once_for_what_needs_it_first() -> None:
    """The file that runs earliest is named, whatever the order of their names."""
    files = {
        "index.js": f"() => require('./d/a'); require('./d/b'); () => require('./d/c'); {H}",
        "d/package.json": "x",
        **{f"d/{name}.js": "" for name in "abc"},
    }
    (found,) = told(files)

    assert f"error d/package.json: `d/package.json` {INVALID} `d/b.js`" in found
