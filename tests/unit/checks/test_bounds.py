"""How far the check follows code: up to a bound it is sure, past it it says less.

Each bound keeps the work for hostile or generated files small, and lies far above what people
write. What is past it is a warning or nothing, and never an error.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.checking import check_files

if TYPE_CHECKING:
    from collections.abc import Callable

    Files = dict[str, str]

H = "exports.handler = async () => 1;"
E = "export const handler = async () => 1;"
HAS_NO = "const { isRegExp } = require('util');"
"""Node.js 24 has no such name."""


def _chain(count: int, line: str, *, end: str, last: str) -> Files:
    """Return files that lead to one another: `line` gets the number of the next."""
    return {**{f"f{n}.{end}": line.format(n + 1) for n in range(count)}, f"f{count}.{end}": last}


def _pad(count: int, text: str) -> str:
    """Return a file of so many bytes."""
    return f"{text}{' ' * (count - len(text) - len(H))}{H}"


def _targets(count: int) -> object:
    target: object = "./gone.js"
    for _ in range(count):
        target = {"node": target}
    return target


def _cycle(count: int) -> Files:
    last = "import { a as b } from './g.mjs'; export const a = () => 1;"
    return {
        "index.mjs": f"import {{ a }} from './f0.mjs'; a(); {E}",
        **_chain(count, "export {{ a }} from './f{}.mjs'", end="mjs", last=last),
        "g.mjs": "import { a } from './f0.mjs'; export { a }; a();",
    }


PROGRAMS: dict[str, tuple[Callable[[int], str | Files], int, str, str | None]] = {
    "operators that negate": (
        lambda n: f"if ({'!!' * n}process.pid) require('a')", 19, "module-missing", "warning",
    ),
    "parentheses of a condition": (
        lambda n: f"if ({'(' * n}1{')' * n}) require('a')", 38, "module-missing", "warning",
    ),
    "parts of a condition": (
        lambda n: f"if ({' && '.join(['process.pid'] * n)}) require('a')", 39, "module-missing",
        "warning",
    ),
    "texts that are added": (
        lambda n: "require(" + " + ".join(["'./a'", *["'b'"] * n]) + ")", 20, "module-missing",
        None,
    ),
    "names for a text": (
        lambda n: "const a0 = './a';"
        + "".join(f"const a{k} = a{k - 1};" for k in range(1, n + 1))
        + f"require(a{n})",
        19, "module-missing", None,
    ),
    "the length of a text": (
        lambda n: f"const a = './{'a' * n}'; require(a + 'b')", 4093, "module-missing", None,
    ),
    "calls of a function": (
        lambda n: f"function f() {{ require('a') }} {'if (x) f(); ' * n} f();", 48,
        "module-missing", "warning",
    ),
    "functions that call one another": (
        lambda n: "".join(f"function f{k}() {{ f{k + 1}() }} " for k in range(n))
        + f"function f{n}() {{ require('a') }} f0();",
        59, "module-missing", "warning",
    ),
    "declarations of a name in a function": (
        lambda n: "function f() { require('a') } function m() { f(); "
        + "".join(f"(function () {{ var f = {k} }}); " for k in range(n))
        + "} m();",
        8, "module-missing", "warning",
    ),
    "items of an array": (
        lambda n: f"[{'0,' * n}'a'].forEach(x => require(x))", 499, "module-missing", None,
    ),
    "items of a loop": (
        lambda n: f"for (const x of [{'0,' * n}'a']) require(x)", 499, "module-missing", None,
    ),
    "items that require gets": (
        lambda n: f"[{'0,' * n}'a'].map(require)", 499, "module-missing", None,
    ),
    "conditions of exports": (
        lambda n: {
            "index.js": f"require('b'); {H}",
            "node_modules/b/package.json": json.dumps({"exports": _targets(n)}),
        },
        64, "module-missing", None,
    ),
    "files that pass on their exports": (
        lambda n: {
            "index.js": "module.exports = require('./f0')",
            **_chain(n, "module.exports = require('./f{}')", end="js", last="exports.a = 1"),
        },
        98, "handler-export", None,
    ),
    "files with the value of a name": (
        lambda n: {
            "index.js": "const a = require('./f0'); exports.handler = a.b;",
            **_chain(n, "module.exports = require('./f{}')", end="js", last="exports.a = 1"),
        },
        38, "handler-export", None,
    ),
    "files that export all of another": (
        lambda n: {
            "index.mjs": f"import {{ gone }} from './f0.mjs'; gone; {E}",
            **_chain(n, "export * from './f{}.mjs'", end="mjs", last="export const a = 1"),
        },
        999, "module-export-name", None,
    ),
    "files between a name and its module": (_cycle, 19, "module-cycle", None),
    "branches before a throw": (
        lambda n: "".join(f"if (x) {{ throw {k} }} " for k in range(n)) + "\nthrow 1;", 499,
        "module-ends", None,
    ),
    "names taken of a module": (
        lambda n: HAS_NO.replace("{", "{" + "".join(f"a{k}, " for k in range(n)))
        + "isRegExp('a');",
        999, "module-export-name", None,
    ),
    "uses of a member": (
        lambda n: f"const u = require('util'); {'u.format; ' * n} u.isRegExp('a');", 98,
        "module-export-name", None,
    ),
    "uses of a name": (
        lambda n: f"{HAS_NO} {'typeof isRegExp; ' * n} isRegExp('a');", 98, "module-export-name",
        None,
    ),
    "requests of one module": (
        lambda n: "".join(f"const u{k} = require('util'); " for k in range(n))
        + "const u = require('util'); u.isRegExp('a');",
        199, "module-export-name", None,
    ),
    "bytes of a file that throws": (
        lambda n: {"index.js": _pad(n, "const a = 1; throw a;")}, 200_000, "module-ends", None,
    ),
    "bytes of a file that is judged": (
        lambda n: {"index.js": _pad(n, "async function f(await) {}")}, 64_000, "handler-syntax",
        None,
    ),
    "bytes of a file that is judged for a reason": (
        lambda n: {"index.js": _pad(n, "/(?<a>x)(?<a>y)/;")}, 400_000, "handler-syntax", None,
    ),
}  # fmt: skip
"""What makes a program of a size, the last size that is sure, its code, and what is said then."""


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_past_a_bound_is_no_error(name: str) -> None:
    """One step further, the same program is less sure."""
    make, most, code, after = PROGRAMS[name]
    for size, severity in ((most, "error"), (most + 1, after)):
        made = make(size)
        files = made if isinstance(made, dict) else {"index.js": f"{made}\n{H}"}
        report = check_files(files, runtime="nodejs24.x")
        found = {one.severity for one in report.findings if one.code == code}
        assert found == ({severity} if severity else set()), size
