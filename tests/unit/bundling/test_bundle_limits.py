"""What keeps a file out of a bundle, by what its text says."""

from __future__ import annotations

import pytest

from zipper.bundling.bundle_limits import find_limits

KEPT = [
    ("fs.readFileSync(path.join(__dirname, 'a.txt'))", "place", 1),
    ("\nnew Worker(new URL('./w.js', import.meta.url))", "place", 2),
    ("const here = import.meta.dirname", "place", 1),
    ("new Worker(require.resolve('./w'))", "place", 1),
    (
        "import { createRequire } from 'module';\nconst r = createRequire(import.meta.url)",
        "place",
        2,
    ),
    ("process.dlopen(module, file)", "place", 1),
    ("const known = { a: './a.js' };\nmodule.exports = (n) => require(known[n])", "computed", 2),
    ("const all = ['../x.js'];\nexport const load = (i) => import(all[i])", "computed", 2),
    ("exports.load = (name) => require('./langs/' + name)", "computed", 1),
    ("exports.load = (name) => require(`./langs/${name}/index`)", "computed", 1),
    ("exports.load = (name) => require(name)", "name", 1),
    ("module.exports = optional(require, 'x')", "name", 1),
    ("Module.prototype.require = function (id) {}", "hook", 1),
    ("import { register } from 'node:module';\nregister('./h.mjs', base)", "hook", 1),
    ("const { registerHooks } = require('module')", "hook", 1),
    ("Module._load = patched", "hook", 1),
]
FREE = [
    "const a = require('./a'); module.exports = { a }",
    "export * from './b.js'; import('./c.js')",
    "require(`./locales/${name}.js`)",
    "import('./locales/' + name)",
    "if (require.main === module) start()",
    "const has = typeof require === 'function' && typeof __dirname !== 'undefined'",
    "(function (require, module) { require(name) })",
    "// __dirname and import.meta.url in a comment",
    "const text = 'fs.readFileSync(__dirname)'",
    "finalization.register(target, held)",
    "const isModule = Module.prototype.require === other",
]


@pytest.mark.parametrize(("text", "kind", "line"), KEPT)
def test_what_depends_on_its_place_is_found(text: str, kind: str, line: int) -> None:
    """Each way to depend on one's own place, or to change others, with its line."""
    found = find_limits(text.encode())

    assert (kind, line) in [(one.kind, one.line) for one in found]


@pytest.mark.parametrize("text", FREE)
def test_what_works_anywhere_has_no_limit(text: str) -> None:
    """Requests that esbuild follows, guards, comments and texts keep nothing out."""
    assert not find_limits(text.encode())
