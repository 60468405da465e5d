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


@pytest.mark.parametrize(("extra", "fails"), [(0, True), (1, False)])
def test_how_large_a_file_is_parsed_again(extra: int, fails: bool) -> None:
    """Half a megabyte, which is more than people write."""
    code = f"{IMPORTS}a;"
    files = {
        "index.mjs": f"import './b.mjs'; export const a = 1; {E}",
        "b.mjs": code + " " * (500_000 - len(code) + extra),
    }

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
        (f"require('./b'); exports.a = 1; {C}", "const i = require('./index'); i.a()", False),
        (f"require('./b');\nexports.a = 1; {C}", "const i = require('./index', 1); i.a()", False),
    ],
)
def test_cycles_of_commonjs(index: str, other: str, warns: bool) -> None:
    """What a file calls of one that has exported nothing yet is undefined: a warning."""
    expected = {("module-cycle", "warning")} if warns else set()

    assert expected == found({"index.js": index, "b.js": other})


def test_what_is_said_of_cycles() -> None:
    """Which name, where it is used, whose it is, and what then happens."""
    hint = "move what both need into a third module, or use it in a function that runs later"
    said = "gives it a value: a cycle of requests makes that file run later; "
    files = {
        "index.js": f"require('./b');\nexports.a = () => 1; {C}",
        "b.js": "require;\n\nconst { x } = require('./c'), { a } = require('./index'); a()",
        "c.js": "exports.x = 1",
    }
    (finding,) = check_files(files).findings
    assert ("b.js", hint) == (finding.path, finding.hint)
    assert finding.message == (
        f"`b.js` line 3 uses `a` while it loads, before `index.js` {said}it is undefined there"
    )

    files = {"index.mjs": f"import './b.mjs'; export let a = 1; {E}", "b.mjs": f"{IMPORTS}\na()"}
    (finding,) = check_files(files).findings
    assert ("b.mjs", hint) == (finding.path, finding.hint)
    assert finding.message == (
        f"`b.mjs` line 2 uses `a` while it loads, before `index.mjs` {said}loading the handler "
        "fails"
    )


@pytest.mark.parametrize(
    ("stars", "fails"),
    [
        ({"all": "export * from './late.mjs'"}, True),
        ({"all": "export * from './b.mjs'; export * from './late.mjs'"}, True),
        ({"all": "export * from './two.mjs'; export * from './late.mjs'"}, False),
        ({"all": "export { a } from './late.mjs'"}, True),
        ({"all": "export { z as a } from './late.mjs'"}, True),
        ({"all": "export * as a from './late.mjs'"}, False),
        ({"all": "import * as a from './late.mjs'; export { a }"}, False),
        ({"all": "import { a } from './late.mjs'; export { a }"}, True),
        ({"all": "export * from './more.mjs'", "more": "export * from './late.mjs'"}, True),
        ({"all": "export * from './more.mjs'", "more": "export * from './all.mjs'"}, False),
        ({"all": "export * from './a.cjs'"}, False),
    ],
)
def test_names_that_are_passed_on(stars: dict[str, str], fails: bool) -> None:
    """The one module that has the name runs too late; of two that have it nothing is sure."""
    files = {
        "index.mjs": f"import './all.mjs'; {E}",
        "late.mjs": "export const a = 1, z = 1",
        "b.mjs": "import { a } from './all.mjs'; a",
        "two.mjs": "export let a = 1",
        "a.cjs": "exports.a = 1",
        "more.mjs": stars.get("more", ""),
        "all.mjs": f"import './b.mjs'; {stars['all']}",
    }

    assert fails == (("module-cycle", "error") in found(files))


def test_a_default_is_not_passed_on_by_a_star() -> None:
    """`export *` leaves it out, as the standard says."""
    files = {
        "index.mjs": f"import './b.mjs'; export default class {{}}; {E}",
        "b.mjs": "import a from './all.mjs'; a",
        "all.mjs": "export * from './index.mjs'",
    }

    assert {("module-export-name", "error")} == found(files)


def test_what_is_said_of_a_default_that_is_called() -> None:
    """Which call, of what, and both ways out; each name is told."""
    code = f"import {{ b, default as c }} from './a.cjs';\nimport d from './a.cjs'; c(); d(); {E}"
    findings = check_files({"index.mjs": code, "a.cjs": f"{COMPILED} exports.b = 1;"}).findings

    assert [
        (
            (
                f"`index.mjs` line 2 calls `{name}`, the default import of `./a.cjs`: that is "
                "CommonJS, whose whole `module.exports` is the default, an object; loading the "
                "handler fails"
            ),
            f"call `{name}.default`, or import a name: `import {{ ... }} from './a.cjs'`",
        )
        for name in "cd"
    ] == [(one.message, one.hint) for one in findings if one.code == "module-default"]


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
