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
