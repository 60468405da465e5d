"""Code that changes how modules are found makes nothing about them sure; tried with Node."""

from __future__ import annotations

import pytest
from support.checking import check_files

from zipper.checks.loader_hooks import find_hooks

C = "exports.handler = async () => 1;"
ALIAS = (
    "const M = require('module'); const o = M._resolveFilename;"
    " M._resolveFilename = function (r, ...a) { return o.call(this, r, ...a) }"
)


def severities(files):
    """Return the codes of what is more than an info, with their severities."""
    report = check_files(files, runtime="nodejs22.x")
    return {(f.code, f.severity) for f in report.findings if f.severity != "info"}


@pytest.mark.parametrize(
    "code",
    [
        ALIAS,
        "require('alias/register')",
        "const M = require('module'); const o = M._load; M._load = (r, ...a) => r;",
        "module.paths.push(__dirname + '/lib')",
        "require('node:module').registerHooks({})",
        "require.extensions['.x'] = (m, f) => m._compile('', f)",
    ],
)
def test_what_a_hook_may_find(code: str) -> None:
    """A module that is absent, or a file that does not parse, is a warning then."""
    files = {
        "index.js": f"{code}; require('gone'); require('./a.x'); {C}",
        "a.x": "<",
        "node_modules/alias/register.js": ALIAS,
    }

    assert {("module-missing", "warning"), ("module-syntax", "warning")} == severities(files)


@pytest.mark.parametrize(
    "code",
    [
        "const { register } = require('module'); register(hooks)",
        "const {\n  register,\n} = require('module')\nregister(hooks)",
        "require('node:module').register(hooks)",
        "const M = require('module'); M.register(hooks)",
        'var m = __toESM(require("module")); (0, m.register)(hooks)',
        "const o = { 7: () => require('module') }, m = o[7](); m.register('./hooks.mjs', base)",
        "module.constructor.register(new URL('hooks.mjs', base))",
    ],
)
def test_hooks_of_the_project(code: str) -> None:
    """Whatever way `register` of Node's `module` is called, nothing is sure then."""
    told = severities({"index.js": f"if (process.env.A) {{ {code} }} require('gone'); {C}"})

    assert {("module-missing", "warning")} == told


@pytest.mark.parametrize(
    "code",
    [
        "const M = require('module'); const o = M.prototype.require; M.prototype.require = o",
        "const list = {}; list.paths = []; list._load = 1; server.register(plugin)",
        "const M = require('module'); new FinalizationRegistry(() => {}).register({}, 1)",
        "class Module {} const m = require('module'); server.register(Module)",
        "require('watch')",
    ],
)
def test_what_only_watches(code: str) -> None:
    """Tracers pass on what Node finds, and other things have such names too."""
    files = {
        "index.js": f"const server = {{ register() {{}} }}; {code}; require('gone'); {C}",
        "node_modules/watch/index.js": "require('module').register('./hooks.mjs', 'file:///')",
    }

    assert {("module-missing", "error")} == severities(files)


M = "require('module')"


def hooks_of(code: str) -> list[str]:
    """Return what a text changes."""
    return [use.text for use in find_hooks(code.encode())]


@pytest.mark.parametrize(
    "module",
    [
        *(
            f"require({quote}{name}{quote})"
            for quote in "'\"`"
            for name in ("module", "node:module")
        ),
        "module.constructor",
        "new Module()",
    ],
)
@pytest.mark.parametrize(
    "change",
    [
        "m._resolveFilename = f", "m._nodeModulePaths =f", "m._findPath= f", "m._load=f",
        "m._initPaths()", "m._initPaths ()", "m._extensions['.x'] = f", "m._extensions.x = f",
        "const e = m; e._extensions[ext]=f", "let _extensions = m; _extensions.x = f",
    ],
)  # fmt: skip
def test_each_way_to_patch_node_s_module(module: str, change: str) -> None:
    """Whatever the module is called by, and whichever of its private parts is replaced."""
    assert ["patch"] == hooks_of(f"const m = {module}; {change}")
    assert [] == hooks_of(f"const m = require('modules'); {change}")


@pytest.mark.parametrize(
    "change",
    [
        "require.extensions['.x'] = f", "require.extensions.x=f", "module.paths = []",
        "module.paths.push('x')", "module.paths.unshift('x')", "module.paths.splice(0, 1)",
        "require.main.paths.push('x')", "require.main.paths=[]",
    ],
)  # fmt: skip
def test_each_way_to_change_where_require_looks(change: str) -> None:
    """What CommonJS itself has needs no module."""
    assert ["patch"] == hooks_of(f"1; {change}")


@pytest.mark.parametrize(
    "code",
    [
        "m._resolveFilename == f", "m._load === f", "m.load = f", "m._initPaths", "m._extensions",
        "m._extensions['.x'] == f", "my_extensions.x = f", "require.extensions['.x'] === f",
        "myrequire.extensions.x = f", "require.extension.x = f", "module.paths == f",
        "module.paths.slice(0)", "mymodule.paths = f", "module.pathsX = f", "domain.paths = f",
    ],
)  # fmt: skip
def test_what_changes_nothing(code: str) -> None:
    """A comparison, a look, or a longer name."""
    assert [] == hooks_of(f"const m = {M}; {code}")


@pytest.mark.parametrize(
    ("code", "is_told"),
    [
        (f"const {{ register }} = {M}; register(x)", True),
        (f"const {{ registerHooks }} = {M}; registerHooks({{}})", True),
        (f"const {{ a,\n register: r }} = {M}; r(x)", True),
        (f"const {{ register }} = x; {M}", False),
        (f"const {{ registers }} = {M}; registers(x)", False),
        (f"{M}.register(x)", True),
        ("require('node:module').register(x)", True),
        (f"const m = {M}; m.register(x)", True),
        (f"const m = {M}; n.register(x)", False),
        (f"const m = {M}; n.register('./x.mjs')", True),
        (f'const m = {M}; n.register("./x.mjs")', True),
        (f"const m = {M}; n.register(`./x.mjs`)", True),
        (f"const m = {M}; n.register(new URL('./x', u))", True),
        (f"const m = {M}; n.register(url.pathToFileURL('./x'))", True),
        (f"const m = {M}; n.register(pathToFileURL('./x'))", True),
        (f"const m = {M}; n.registerHooks(x)", True),
        (f"const m = {M}; (0, n.register)(x)", True),
        (f"const m = {M}; n.registers('x')", False),
        ("module.constructor.register(x)", True),
        ("const m = require('modules'); m.register('./x.mjs')", False),
        ("import { register } from 'node:module'; register(x)", True),
        ("import * as m from 'node:module'; m.register(x)", True),
        (f"const {{{' ' * 200}register }} = {M}; register(x)", True),
        (f"const {{{' ' * 201}register }} = {M}; register(x)", False),
        (f"const register{' ' * 185}, x = {M}; s.register(x)", False),
        (f"const {{ register{' ' * 178}}} = {M}; register(x)", True),
        (f"const {{ register{' ' * 190}}} = {M}; register(x)", False),
    ],
)
def test_each_way_to_register_hooks(code: str, is_told: bool) -> None:
    """By the name that the module gives, by what it is called on, or by what it is given."""
    assert (["register"] if is_told else []) == hooks_of(code)


@pytest.mark.parametrize(
    ("asks", "is_told"),
    [
        ("require('{}')", True),
        ("if (x) require('{}')", True),
        ("() => require('{}')", False),
    ],
)
@pytest.mark.parametrize(
    ("file", "code", "counts"),
    [
        ("./a.js", "module.paths.push('x')", True),
        ("./a.js", f"const m = {M}; m.register('./x.mjs')", True),
        ("a/b.js", "module.paths.push('x')", True),
        ("a/b.js", f"const m = {M}; m.register('./x.mjs')", False),
    ],
)
def test_whose_hooks_count(asks: str, is_told: bool, file: str, code: str, counts: bool) -> None:
    """What patches counts in any file that may run; packages register hooks to watch."""
    place = file.removeprefix("./") if file.startswith("./") else f"node_modules/{file}"
    found = severities({"index.js": f"{asks.format(file)}; require('gone'); {C}", place: code})

    severity = "warning" if is_told and counts else "error"
    assert ("module-missing", severity) in found
