"""Names that are used before they have a value, each held against Node.js 20, 22 and 24."""

from __future__ import annotations

import pytest
from support.checking import check_files

E = "export const handler = async () => 1;"
C = "exports.handler = async () => 1;"
IMPORTS = "import { a } from './index.mjs'; "
COMPILED = "exports.__esModule = true; exports.default = () => 1;"


def found(files, **options):
    """Return codes and severities, those of the runtime left out."""
    return {
        (f.code, f.severity) for f in check_files(files, **options).findings if f.severity != "info"
    }


@pytest.mark.parametrize("declaration", ["const a = 1", "let a = 1", "class a {}"])
@pytest.mark.parametrize(
    ("code", "fails"),
    [
        ("export const b = a + 1", True),
        ("export default a", True),
        ("export class b { static x = a }", True),
        ("export const b = `${a}`", True),
        ("function f() { return a } f()", True),
        ("export const b = typeof a", True),
        ("export class b { x = a; f() { return a } }", False),
        ("export const b = () => a", False),
        ("export function f(x = a) {}", False),
        ("try { a } catch {}", False),
        ("if (process.env.X) a", False),
        ("export { a }; export const b = [1].map((a) => a)", False),
        ("{ const a = 1; a }", False),
        ("(() => { return; a })()", False),
        ("(async () => { await 0; a })()", False),
        ("(async () => { a; await 0 })()", True),
    ],
)
def test_what_reads_too_early(declaration: str, code: str, fails: bool) -> None:
    """What runs while the importing module has not run cannot read its `let`, `const` or class."""
    files = {"index.mjs": f"import './b.mjs'; export {declaration}; {E}", "b.mjs": IMPORTS + code}

    assert ({("module-cycle", "error")} if fails else set()) == found(files)


@pytest.mark.parametrize(
    ("exports", "code", "fails"),
    [
        ("export function a() {}", "a()", False),
        ("export var a = 1", "export const b = a", False),
        ("export var a = class {}", "export class b extends a {}", True),
        ("const z = 1; export { z as a }", "a", True),
        ("export default 1; export { default as a } from './index.mjs'", "a", True),
    ],
)
def test_how_a_name_is_declared(exports: str, code: str, fails: bool) -> None:
    """Functions are there from the beginning, and a `var` is undefined."""
    files = {"index.mjs": f"import './b.mjs'; {exports}; {E}", "b.mjs": IMPORTS + code}

    assert ({("module-cycle", "error")} if fails else set()) == found(files)


@pytest.mark.parametrize(
    ("order", "awaits", "fails"),
    [(("a", "base"), "", True), (("base", "a"), "", False), (("a", "base"), "await 1", False)],
)
def test_the_order_in_a_file_that_passes_on(order, awaits: str, fails: bool) -> None:
    """A class that extends another one needs that module to run first, or to wait for something."""
    files = {
        "index.mjs": f"import './all.mjs'; {E}",
        "all.mjs": "".join(f"export * from './{name}.mjs';" for name in order),
        "a.mjs": "import './t.mjs'; import { B } from './all.mjs'; export class A extends B {}",
        "base.mjs": "export class B {}",
        "t.mjs": awaits,
    }

    assert ({("module-cycle", "error")} if fails else set()) == found(files)


@pytest.mark.parametrize(
    ("index", "other", "warns"),
    [
        (
            f"require('./b');\nexports.a = () => 1; {C}",
            "const { a } = require('./index'); a()",
            True,
        ),
        (f"require('./b');\nexports.a = () => 1; {C}", "const i = require('./index'); i.a()", True),
        (
            f"exports.a = () => 1;\nrequire('./b'); {C}",
            "const i = require('./index'); i.a()",
            False,
        ),
        (f"require('./b');\n{C}", "const i = require('./index'); exports.f = () => i.a()", False),
    ],
)
def test_cycles_of_commonjs(index: str, other: str, warns: bool) -> None:
    """What a file calls of one that has exported nothing yet is undefined: a warning."""
    expected = {("module-cycle", "warning")} if warns else set()

    assert expected == found({"index.js": index, "b.js": other})


@pytest.mark.parametrize(
    ("code", "compiled", "fails"),
    [
        ("import a from './a.cjs'; a()", COMPILED, True),
        ("import { default as A } from './a.cjs'; new A()", COMPILED, True),
        ("import a from './a.cjs'; a.default()", COMPILED, False),
        ("import a from './a.cjs'; export const f = () => a()", COMPILED, False),
        ("import a from './a.cjs'; a()", f"{COMPILED} module.exports = exports.default", False),
        ("import a from './a.cjs'; a()", f"{COMPILED} make(exports)", False),
    ],
)
def test_default_imports_of_compiled_commonjs(code: str, compiled: str, fails: bool) -> None:
    """The default import of CommonJS is the object of all exports, which cannot be called."""
    files = {"index.mjs": f"{code}; {E}", "a.cjs": compiled}

    assert ({("module-default", "error")} if fails else set()) == found(files)
