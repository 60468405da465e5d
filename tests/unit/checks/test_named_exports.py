"""Which names a module exports, by JavaScript's rules and Node's, and what to do about others.

Source: ECMAScript 2025, 16.2.1.7.2.1, `GetExportedNames`, and Node.js documentation, Modules:
ECMAScript modules, CommonJS Namespaces.
"""

from __future__ import annotations

import pytest
from support.checking import check_files

HANDLER = "export const handler = async () => 1;"


def _missing(files: dict[str, str], **options: object) -> list[tuple[str, str]]:
    """Return severities and hints."""
    found = check_files({"index.mjs": f"{files.pop('index.mjs')} {HANDLER}", **files}, **options)
    return [(f.severity, f.hint) for f in found.findings if f.code == "module-export-name"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("import { a } from 'fs'", "mend the name: no Node.js that zipper knows of has it"),
        (
            "import { log } from 'util'",
            (
                "use a runtime whose Node.js has it, or versions of the packages that say they "
                "support Node.js 24"
            ),
        ),
        (
            "import { a } from './c.cjs'",
            "`./c.cjs` is CommonJS: import its default and take `a` from that",
        ),
        (
            "import { a } from './j.json' with { type: 'json' }",
            "`./j.json` is JSON: import its default and take `a` from that",
        ),
        ("import { a } from './m.mjs'", "export `a` there, or mend the name"),
        ("import { a } from 'p'", "install a version of `p` that exports `a`"),
    ],
)
def test_what_to_do(text: str, hint: str) -> None:
    """The hint fits where the module comes from, and what it is."""
    files = {
        "index.mjs": text,
        "c.cjs": "exports.b = 1;",
        "j.json": "{}",
        "m.mjs": "export const b = 1;",
        "node_modules/p/package.json": '{"type": "module", "main": "i.js"}',
        "node_modules/p/i.js": "export const b = 1;",
    }

    assert [hint] == [found for _, found in _missing(files)]


STAR = "export * from './b.mjs'; export * from './c.mjs';"


@pytest.mark.parametrize(
    ("names", "files", "fails"),
    [
        ("a", {"a.mjs": "export const a = 1"}, False),
        ("b", {"a.mjs": "export const a = 1"}, True),
        ("a, c", {"a.mjs": "export const a = 1"}, True),
        ("c", {"a.mjs": "export * from './b.mjs'", "b.mjs": "export const c = 1"}, False),
        ("d", {"a.mjs": "export * from './b.mjs'", "b.mjs": "export const c = 1"}, True),
        ("default as d", {"a.mjs": "export * from './b.mjs'", "b.mjs": "export default 1"}, True),
        ("default as d", {"a.mjs": "export default 1"}, False),
        ("c", {"a.mjs": "export * from './b.cjs'", "b.cjs": "exports.c = 1"}, False),
        ("d", {"a.mjs": "export * from './b.cjs'", "b.cjs": "exports.c = 1"}, True),
        ("c", {"a.mjs": "export * from './b.cjs'", "b.cjs": "module.exports = f()"}, True),
        ("c", {"a.mjs": "export * from 'fs'"}, False),
        ("c", {"a.mjs": "export * from './a.mjs'; export const b = 1"}, True),
        ("c", {"a.mjs": STAR, "b.mjs": "export let c", "c.mjs": "export let c"}, True),
        ("c", {"a.mjs": STAR, "b.mjs": "export let c", "c.mjs": "export let d"}, False),
        ("c", {"a.mjs": f"{STAR} export let c", "b.mjs": "export let c",
        "c.mjs": "export let c"}, False),
        ("c", {"a.mjs": STAR, "b.mjs": "export * from './d.mjs'",
        "c.mjs": "export * from './d.mjs'",
               "d.mjs": "export let c"}, False),
        ("c", {"a.mjs": STAR, "b.mjs": "export { c } from './d.mjs'",
               "c.mjs": "export { c } from './d.mjs'", "d.mjs": "export let c"}, False),
    ],
)  # fmt: skip
def test_names_of_modules(names: str, files: dict[str, str], fails: bool) -> None:
    """A name that two modules of `export *` declare is none, and the default is not passed on."""
    files = {"index.mjs": f"import {{ {names} }} from './a.mjs';", **files}

    assert (["error"] if fails else []) == [severity for severity, _ in _missing(files)]


@pytest.mark.parametrize(
    ("names", "files", "fails"),
    [
        ("a", {"a.cjs": "exports.a = 1"}, False),
        ("b", {"a.cjs": "exports.a = 1"}, True),
        ("default as a", {"a.cjs": ""}, False),
        ("b", {"a.cjs": "module.exports = require('./b.cjs')", "b.cjs": "exports.b = 1"}, False),
        ("c", {"a.cjs": "module.exports = require('./b.cjs')", "b.cjs": "exports.b = 1"}, True),
        ("c", {"a.cjs": "module.exports = require('./b.json')", "b.json": '{"c": 1}'}, True),
        ("c", {"a.cjs": "module.exports = require('fs')"}, False),
        ("c", {"a.cjs": "module.exports = require('./a.cjs')"}, True),
    ],
)
def test_names_of_commonjs(names: str, files: dict[str, str], fails: bool) -> None:
    """`import` sees what the text shows, and what it passes on from other files."""
    files = {"index.mjs": f"import {{ {names} }} from './a.cjs';", **files}

    assert (["error"] if fails else []) == [severity for severity, _ in _missing(files)]
