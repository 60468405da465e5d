"""Code that changes how modules are found makes nothing about them sure; tried with Node."""

from __future__ import annotations

import pytest
from support.checking import check_files

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
