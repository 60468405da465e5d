"""What a finding about a file that does not load says, and that doing so mends it."""

from __future__ import annotations

import pytest
from support.checking import check_files

H = "exports.handler = async () => 1;"
M = "export const handler = async () => 1;"
MODULE = '{"type": "module"}'
ATTRIBUTE = "import a from './a.json' assert {type: 'json'};"
WITH = " with { type: 'json' }"
CREATE = (
    "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"
)
CHOICE = "the loader takes `index.js`, the first that is there of `index`, `index.js`"

CASES = {
    "no package.json": ({"index.js": M}, "name it `.mjs`", {"index.mjs": M}),
    "none to put the type in": (
        {"index.js": M},
        'pack a package.json with `"type": "module"`',
        {"index.js": M, "package.json": MODULE},
    ),
    "a package.json without a type": (
        {"index.js": M, "package.json": "{}"},
        'put `"type": "module"` into `package.json`',
        {"index.js": M, "package.json": MODULE},
    ),
    "an ES module by its extension that is none": (
        {"index.cjs": M},
        "write `require` and `module.exports`",
        {"index.cjs": H},
    ),
    "a required file": (
        {"index.js": f"require('./b'); {H}", "b.js": M},
        "compile it to CommonJS",
        {"index.js": f"require('./b'); {H}", "b.js": H},
    ),
    "CommonJS in a folder of ES modules": (
        {"index.js": H, "package.json": MODULE},
        'take `"type": "module"` out of `package.json`',
        {"index.js": H, "package.json": "{}"},
    ),
    "CommonJS by the wrong extension": ({"index.mjs": H}, "name it `.cjs`", {"index.cjs": H}),
    "an ES module with a require": (
        {"index.mjs": f"require('fs'); {M}"},
        CREATE,
        {"index.mjs": f"{CREATE} require('fs'); {M}"},
    ),
    "a package written as an ES module": (
        {"index.js": f"require('b'); {H}", "node_modules/b/index.js": M},
        "bundle `b`",
        {"index.js": H},
    ),
    "an assertion": (
        {"index.mjs": ATTRIBUTE + M, "a.json": "1"},
        "`with` in the place of `assert`",
        {"index.mjs": ATTRIBUTE.replace("assert", "with") + M, "a.json": "1"},
    ),
    "a byte-order mark": (
        {"index.js": f"\ufeff#!/usr/bin/env node\n{H}"},
        "without the byte-order mark",
        {"index.js": f"#!/usr/bin/env node\n{H}"},
    ),
    "what is sloppy code only": (
        {"index.mjs": "with (Math) { abs; }"},
        "name the file `.cjs`",
        {"index.cjs": f"with (Math) {{ abs; }} {H}"},
    ),
    "a folder's name": (
        {"index.mjs": f"console.log(__dirname); {M}"},
        "`const __dirname = import.meta.dirname;`",
        {"index.mjs": f"const __dirname = import.meta.dirname; console.log(__dirname); {M}"},
    ),
    "an import of its own that is not defined": (
        {"index.mjs": f"import '#a'; {M}", "a.mjs": "", "package.json": "{}"},
        "add `#a` to `imports`",
        {
            "index.mjs": f"import '#a'; {M}",
            "a.mjs": "",
            "package.json": '{"imports": {"#a": "./a.mjs"}}',
        },
    ),
    "a folder without an index": (
        {"index.js": f"require('./d'); {H}", "d/a.js": ""},
        "name the file in that folder",
        {"index.js": f"require('./d/a'); {H}", "d/a.js": ""},
    ),
    "a URL": (
        {"index.js": f"require('https://a.example/b.js'); {H}"},
        "name it by its path",
        {"index.js": f"require('./b'); {H}", "b.js": ""},
    ),
    "a name of a JSON file": (
        {
            "index.mjs": f"import {{ a }} from './a.json' with {{ type: 'json' }}; {M}",
            "a.json": "{}",
        },
        "import its default",
        {"index.mjs": f"import a from './a.json'{WITH}; {M}", "a.json": "{}"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_hint_fits_and_mends(case: str) -> None:
    """The hint says what to do in this case, and a package in which that was done passes."""
    broken, hint, mended = CASES[case]
    report = check_files(broken, runtime="nodejs22.x")

    assert any(hint in (f.hint or "") for f in report.findings if f.severity == "error")
    assert check_files(mended, runtime="nodejs22.x").ok


@pytest.mark.parametrize(
    ("files", "code", "runtime"),
    [
        ({"index.js": M}, "handler-esm", "nodejs22.x"),
        ({"index.js": H, "package.json": MODULE}, "handler-esm", "nodejs24.x"),
        ({"index.js": f"(( {H}"}, "handler-syntax", "nodejs24.x"),
        ({"index.js": "exports.handler = (a, b, c) => 1"}, "handler-callback", "nodejs24.x"),
        ({"index.js": "exports.main = 1"}, "handler-export", "nodejs24.x"),
        ({"index.js": "exports.handler = 1"}, "handler-export", "nodejs24.x"),
    ],
)
def test_a_finding_about_the_handler_says_which_file_is_its(
    files: dict[str, str], code: str, runtime: str
) -> None:
    """Whatever is wrong with the file, the message says why the loader takes it."""
    found = [f for f in check_files(files, runtime=runtime).findings if f.code == code]

    assert [CHOICE in f.message for f in found] == [True]


def test_requiring_an_es_module_can_be_turned_on() -> None:
    """What the hint says about NODE_OPTIONS holds; nobody changes a package's own code."""
    files = {
        "index.js": f"require('b'); {H}",
        "node_modules/b/index.js": "require('c')",
        "node_modules/c/index.mjs": M,
        "node_modules/c/package.json": '{"name": "c", "main": "index.mjs"}',
    }
    (found,) = check_files(files, runtime="nodejs22.x").findings
    options = "--experimental-require-module"

    assert found.code == "module-esm-required"
    assert options in (found.hint or "")
    assert "import()" not in (found.hint or "")
    assert check_files(files, runtime="nodejs22.x", variables={"NODE_OPTIONS": options}).ok


REQUIRES = {"index.js": f"require('b'); {H}"}
SCOPE = '`"type": "module"`'
MEND = "mend the line; Node.js runs nothing of a file that does not parse"


@pytest.mark.parametrize(
    ("files", "runtime", "hint"),
    [
        (
            {**REQUIRES, "node_modules/b/index.js": M},
            "nodejs22.x",
            "bundle `b` with the function, or use a version of it that has CommonJS",
        ),
        (
            {"index.js": f"require('./b'); {H}", "b.js": M},
            "nodejs22.x",
            "compile it to CommonJS: `require` loads no ES module on this runtime",
        ),
        (
            {"index.js": f"require('./b.cjs'); {H}", "b.cjs": M},
            "nodejs24.x",
            "name it `.mjs`, or write `require` and `module.exports`",
        ),
        (
            {"index.js": f"require('./b'); {H}", "b.js": M, "package.json": '{"type": "commonjs"}'},
            "nodejs24.x",
            f"name it `.mjs`, or put {SCOPE} into `package.json`",
        ),
        (
            {"index.cjs": M},
            "nodejs22.x",
            "name it `.mjs`, or write `require` and `module.exports`",
        ),
        (
            {"index.js": M},
            "nodejs22.x",
            f"name it `.mjs`, or pack a package.json with {SCOPE}",
        ),
        (
            {"index.js": M, "package.json": "{}"},
            "nodejs22.x",
            f"name it `.mjs`, or put {SCOPE} into `package.json`",
        ),
        (
            {
                "index.mjs": f"import 'b'; {M}",
                "node_modules/b/index.js": H,
                "node_modules/b/package.json": MODULE,
            },
            "nodejs24.x",
            "bundle `b` with the function, or use another version of it",
        ),
        *(
            (
                {"index.js": f"const {name} = 1; {H}"},
                "nodejs24.x",
                "rename what the file declares under a name of CommonJS's own, such as `require`",
            )
            for name in ("require", "module", "__filename", "__dirname")
        ),
        *(
            (
                {"index.mjs": f"{code}; require('fs'); exports.handler = 1"},
                "nodejs24.x",
                f"write `import` and `export`, or make a `require` at the top: `{CREATE}`",
            )
            for code in ("await 1", "import 'fs'", "export {}", "import.meta.url")
        ),
        (
            {"index.mjs": H},
            "nodejs24.x",
            "name it `.cjs`, or write `import` and `export`",
        ),
        (
            {"index.mjs": H, "package.json": MODULE},
            "nodejs24.x",
            "name it `.cjs`, or write `import` and `export`",
        ),
        (
            {"index.js": H, "package.json": MODULE},
            "nodejs24.x",
            f"name it `.cjs`, or take {SCOPE} out of `package.json`",
        ),
        (
            {"index.mjs": ATTRIBUTE + M, "a.json": "1"},
            "nodejs24.x",
            "write it as newer Nodes read it: `with` in the place of `assert`",
        ),
        (
            {"index.js": f"/a/v; {H}"},
            "nodejs18.x",
            "compile it for Node.js 18, or use a runtime with Node.js 20",
        ),
        (
            {**REQUIRES, "node_modules/b/index.js": "/a/v;"},
            "nodejs18.x",
            "compile it for Node.js 18, or use a runtime with Node.js 20",
        ),
        (
            {**REQUIRES, "node_modules/b/index.js": "let a; let a"},
            "nodejs24.x",
            "install `b` again, or another version of it",
        ),
        (
            {**REQUIRES, "node_modules/b/index.js": "\ufeff#!/usr/bin/env node\n1"},
            "nodejs24.x",
            "install `b` again, or another version of it",
        ),
        (
            {"index.js": f"require('./b'); {H}", "b.js": "\ufeff#!/usr/bin/env node\n1"},
            "nodejs24.x",
            "save the file without the byte-order mark",
        ),
        (
            {"index.mjs": "with (Math) { abs; }"},
            "nodejs24.x",
            "mend the line, or name the file `.cjs`",
        ),
        ({"index.mjs": "with (Math) { abs; } export {}"}, "nodejs24.x", MEND),
        ({"index.js": f"let a; let a; {H}"}, "nodejs24.x", MEND),
        ({"index.js": f"(( {H}"}, "nodejs24.x", MEND),
    ],
)
def test_what_to_do_in_each_case(files: dict[str, str], runtime: str, hint: str) -> None:
    """Whose file it is, what its name and package.json say, and what reads it decide."""
    found = check_files(files, runtime=runtime).findings

    assert [hint] == [one.hint for one in found if one.severity == "error"]
