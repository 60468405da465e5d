"""Whether a file could load a module later."""

from __future__ import annotations

import pytest

from zipper.checks.deferrable import find_first_use
from zipper.checks.scan import scan
from zipper.checks.syntax import open_source

LATER = [
    'const a = require("a");\nexports.f = () => a();',
    'const { b: c, d } = require("a");\nexports.f = () => c(d);',
    'import a from "a";\nexport const f = () => a();',
    'import { b as c } from "a";\nexport function f() { return c; }',
    'import * as a from "a";\nexport class F { run() { return a; } }',
    'const a = __importDefault(require("a"));\nexports.f = () => a.default();',
    'var x = 1, a = require("a");\nx; exports.f = () => a();',
    'let a = require("a");\nexports.f = () => a();',
    'const [b, { c }] = require("a");\nexports.f = () => b(c);',
    'const { b = 1 } = require("a");\nexports.f = () => b;',
    'const { b, ...c } = require("a");\nexports.f = () => b(c);',
    'import a, { b as c, d } from "a";\nexport const f = () => a(c, d);',
    'import { b as c } from "a";\nconst b = 1;\nb; export const f = () => c;',
    'const a = require("a");\nx.a; ({ a: 1 }); "a"; // a',
    'const b = 1, a = require("a"), c = 2;\nb + c;',
]
NOW = [
    ('const a = require("a");\n\na();', 3),
    ('const a = require("a");\nclass F extends a.B {}', 2),
    ('import { b } from "a";\nexport const c = b();', 2),
    ('const a = require("a");\nmodule.exports = { a };', 2),
    ('require("a");', 1),
    ('f(require("a"));', 1),
    ('import "a";', 1),
    ('const a = require("a");\nif (x) a();', 2),
    ('const { b: c } = require("a");\nb;\nc;', 3),
    ('const { b } = require("a");\nb;', 2),
    ('const [b] = require("a");\n[b];', 2),
    ('const { b = 1 } = require("a");\nb;', 2),
    ('const { ...b } = require("a");\nb;', 2),
    ('import a, { b } from "a";\n1;\nb;', 3),
    ('import { b as c } from "a";\nc;', 2),
    ('import * as a from "a";\na.b;', 2),
    ('import a from "a";\na;', 2),
    ('var x = 1, a = require("a");\na;', 2),
    ('var a = x(require("a")),\n b = a;\n a', 3),
    ('(0, require)("b"); const a = require("a");\n\na;', 3),
    ('const x = 1; require("a");', 1),
    ('let x;        const a = require("a");\na;', 2),
    ('\n\nconst {\n  b,\n} = require("a");\nb;', 6),
    ('"use strict";\nrequire("a");', 2),
    ('a;\nvar a = require("a");', 1),
]
UNKNOWN = [
    'module.exports = require("a");',
    'export * from "a";',
    'export { b } from "a";',
    'exports.a = require("a");',
    'if (x) require("a");',
    'x = require("a");',
    'require("a").b;',
    'const { b } = x;\nfunction f() {} new (require("a"))();',
]


def find(text: str) -> int | None:
    content = text.encode()
    request = next(one for one in scan(content).requests if one.specifier == "a")
    source = open_source(content)
    assert source is not None
    return find_first_use(source, request)


@pytest.mark.parametrize("text", LATER)
def test_what_only_functions_use_could_load_later(text: str) -> None:
    """Names that only code of functions uses need nothing while the file loads."""
    assert 0 == find(text)


@pytest.mark.parametrize(("text", "line"), NOW)
def test_what_loading_uses_is_needed_at_once(text: str, line: int) -> None:
    """The first line that uses the module while the file loads is named."""
    assert line == find(text)


@pytest.mark.parametrize("text", UNKNOWN)
def test_a_value_that_goes_elsewhere_is_not_judged(text: str) -> None:
    """Where the module is handed on, nothing is said."""
    assert find(text) is None
