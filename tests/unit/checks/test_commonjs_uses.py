"""The first line that uses CommonJS's own names while the file loads: an ES module lacks them."""

from __future__ import annotations

import pytest

from zipper.checks.commonjs_uses import find_commonjs
from zipper.checks.syntax import Source


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("require('a')", 1),
        ("\nrequire.resolve('a')", 2),
        ("\n\nexports.a = 1", 3),
        ("module.exports = 1", 1),
        ("f(exports)", 1),
        ("f(module, 1)", 1),
        ("f(require)", 1),
        ("new F(module)", 1),
        ("function f() { exports.a = 1 } f()", 1),
        ("(function () { exports.a = 1 })()", 1),
        ("const module = 1; module.a; module.b;\nrequire('c')", 2),
        ("(function (exports) { exports.a = 1 })({});\nexports.b = 1", 2),
        ("if (exports.a) {}", 1),
        ("a ? exports.b : 1; exports.c", 1),
        ("", 0),
        ("exports", 0),
        ("exports = 1", 0),
        ("const a = exports", 0),
        ("typeof exports", 0),
        ("!exports", 0),
        ("a.exports.b; a.require('c'); a.module.exports", 0),
        ("requires('a'); modules.b; exporter.c", 0),
        ("'require(1)'; // module.exports", 0),
        ("({ require: 1, exports() {} })", 0),
        ("const exports = {}; exports.a = 1", 0),
        ("import { module } from 'a'; module.b", 0),
        ("(function (exports, module) { exports.a = module.b })({}, {})", 0),
        ("() => exports.a", 0),
        ("function f() { require('a') }", 0),
        ("if (a) exports.a = 1", 0),
        ("try { require('a') } catch {}", 0),
        ("if (typeof exports === 'object') exports.a = 1", 0),
        ("if (a) {} else if (typeof exports === 'object') exports.a = 1", 0),
        ("typeof exports === 'object' ? exports.a : 1", 0),
        ("typeof exports === 'object' && exports.a", 0),
        ("globalThis.exports = {}; exports.a = 1", 0),
        ("Object.assign(global, { require }); require('a')", 0),
        (" " * 199_999 + "require('a')", 1),
        (" " * 200_000 + "require('a')", 0),
    ],
)
def test_the_first_line(text: str, line: int) -> None:
    """What throws a ReferenceError where there are no such names; `typeof` never does."""
    assert line == find_commonjs(Source(text.encode()))
