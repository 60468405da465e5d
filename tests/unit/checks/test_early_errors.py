"""What Node refuses as a whole, told with its line, and by version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.checking import check_files

from zipper.checks.early_errors import find_flaws
from zipper.checks.syntax import Source

if TYPE_CHECKING:
    from zipper.checks.results import Report

HANDLER = "exports.handler = async () => 1;"


def _codes(report: Report) -> dict[str, str]:
    return {f.code: f.severity for f in report.findings if f.code.startswith(("handler", "module"))}


@pytest.mark.parametrize(
    ("text", "runtime", "expected"),
    [
        ("function f() { await g() }", "nodejs24.x", {"handler-syntax": "error"}),
        ("const App = () => <b>c</b>", "nodejs24.x", {"handler-syntax": "error"}),
        ("const require = 1", "nodejs22.x", {"handler-syntax": "error"}),
        ("const module = 1; import.meta", "nodejs22.x", {"handler-esm": "error"}),
        ("/(?i:a)/", "nodejs22.x", {"handler-syntax": "error"}),
        ("/(?i:a)/", "nodejs24.x", {}),
        ("/[a--b]/v", "nodejs18.x", {"handler-syntax": "error"}),
        ("/[a--b]/v", "nodejs20.x", {}),
        ("{ using a = b }", "nodejs22.x", {"handler-syntax": "error"}),
        ("{ using a = b }", "nodejs24.x", {}),
        ("for (;;) { break\n(a) }", "nodejs24.x", {}),
        ("const a = String.raw`\\usepackage`", "nodejs24.x", {}),
        ("010", "nodejs24.x", {}),
    ],
)
def test_early_errors_by_version(text: str, runtime: str, expected: dict[str, str]) -> None:
    """What Node's version refuses as a whole is an error, and what it reads is none."""
    report = check_files({"index.js": f"{HANDLER}\n{text}"}, runtime=runtime)
    assert expected == _codes(report)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export function handler() {}; import{do as a}from'./b.mjs';", {}),
        ("export function handler() {}; import a from './c.json' assert { type: 'json' }", {}),
        ("export function handler() {}; 010", {"handler-syntax": "error"}),
        ("export function handler() {}; export { a }", {"handler-syntax": "error"}),
        (
            "export function handler() {}; import source a from './b.mjs'",
            {"handler-syntax": "warning"},
        ),
    ],
)
def test_early_errors_of_modules(text: str, expected: dict[str, str]) -> None:
    """Modules are judged as such, and what the parser does not know is a warning."""
    files = {"index.mjs": text, "b.mjs": "var a; export{a as do}", "c.json": "{}"}
    assert expected == _codes(check_files(files, runtime="nodejs20.x"))


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("() => <b/>", 99),
        ("() => <b>c </b>", 99),
        ("(<>a</>)", 99),
        ("1; @a class B {}", 99),
        ("1\n@a\nclass B {}", 99),
        ("/(?i:a)/", 24),
        ("/(?ms-i:a)/", 24),
        ("/(?-i:a)/", 24),
        ("/(?<a>b)|(?<a>c)/", 24),
        ("/[a--b]/v;", 20),
        ("/[a--b]/giv.test(b)", 20),
        ("[/[a--b]/v, 1]", 20),
        ("{ a: /[a--b]/v }", 20),
        ("f(/[a--b]/v)", 20),
        ("[/[a--b]/v ]", 20),
        ("1; { using a = b }", 24),
        ("1; for (using a of b);", 24),
        ("1; async () => { await using a = b }", 24),
    ],
)
def test_early_errors_in_packages_are_found_at_a_glance(text: str, since: int) -> None:
    """Packages are judged where something in them gives a reason; newer Nodes read some of it.

    Source: fixtures/conformance/javascript.json, which has the versions of Node.js that read these.
    """
    files = {
        "index.js": "exports.handler = () => require('a');",
        "node_modules/a/index.js": f"module.exports = {text}",
    }
    for major in (18, 20, 22, 24):
        found = _codes(check_files(files, runtime=f"nodejs{major}.x"))
        assert ({} if major >= since else {"module-syntax": "warning"}) == found, major


def test_an_old_attribute_in_a_package() -> None:
    """`assert` is read by Node.js 20 and by no newer one."""
    files = {
        "index.mjs": "import 'a'; export const handler = () => 1;",
        "node_modules/a/package.json": '{"type": "module"}',
        "node_modules/a/index.js": "import a from './c.json' assert { type: 'json' };",
        "node_modules/a/c.json": "{}",
    }
    assert {} == _codes(check_files(files, runtime="nodejs20.x"))
    assert {"module-syntax": "error"} == _codes(check_files(files, runtime="nodejs22.x"))


def test_an_untyped_file_that_takes_a_name_of_the_wrapper_is_a_module() -> None:
    """Where Node looks into a file for its kind, `const require` makes it an ES module."""
    files = {"index.js": "const require = 1; globalThis.a = 2"}
    assert {"handler-export": "error"} == _codes(check_files(files))


REDECLARED = "{ let b; var b }"
"""An early error at which the quick parser sees nothing."""
PROSE = "/* </b> */"


def _flaws(text: str, *, is_own: bool = False, is_module: bool = False) -> list[tuple[int, bool]]:
    content = text.encode()
    found = find_flaws(content, Source(content), is_module=is_module, is_own=is_own)
    return [(flaw.line, flaw.is_sure) for flaw in found.flaws]


@pytest.mark.parametrize(
    ("text", "is_own", "flaws"),
    [
        (REDECLARED, True, [(1, True)]),
        (REDECLARED, False, []),
        (f"{REDECLARED}{' ' * (64_000 - len(REDECLARED))}", True, [(1, True)]),
        (f"{REDECLARED}{' ' * (64_001 - len(REDECLARED))}", True, []),
        ("\n(" + " " * 399_998, False, [(2, True)]),
        ("\n(" + " " * 399_999, False, [(2, False)]),
        (f"{REDECLARED};\n@a class B {{}}{' ' * 399_000}", False, [(1, True)]),
        (f"{REDECLARED};\n@a class B {{}}{' ' * 400_000}", False, []),
        (PROSE * 199 + REDECLARED, False, []),
        (PROSE * 200 + REDECLARED, False, [(1, True)]),
        ("'</b>'; `/>`; /<\\/b>/;" + REDECLARED, False, []),
        ("a = /;@a/;" + REDECLARED, False, []),
        ("a = /[/>]/;" + REDECLARED, False, []),
        ("a = /[ </b]/;" + REDECLARED, False, []),
        ("// @a\n/* @b */ '@c';" + REDECLARED, False, []),
        ("a = `(?i:b)`; '(?i:c)'; // (?i:d)\n" + REDECLARED, False, []),
        ("/(?<a>b)(?<c>d)/;" + REDECLARED, False, []),
        ("/(?<a>b)/; /(?<a>b)/;" + REDECLARED, False, []),
        ("'(?<a>b)(?<a>b)';" + REDECLARED, False, [(1, True)]),
        ("/(?<a>b)|(?<a>b)/;" + REDECLARED, False, [(1, True)]),
        ("/(?i:a)/;" + REDECLARED, False, [(1, True)]),
    ],
)  # fmt: skip
def test_what_is_judged(text: str, is_own: bool, flaws: list[tuple[int, bool]]) -> None:
    """A small file of one's own is; another one where it gives a reason outside of its texts."""
    assert flaws == _flaws(text, is_own=is_own)


def test_a_mark_before_the_first_line() -> None:
    """Node takes a byte-order mark away, and does not read `#!` behind it where it requires."""
    for is_own in (False, True):
        assert [(1, True)] == _flaws("\ufeff#!/usr/bin/env node\n", is_own=is_own)
    assert [] == _flaws("\ufeff'a'") + _flaws("#!/usr/bin/env node\n")


@pytest.mark.parametrize(
    ("text", "goals"),
    [
        ("await 1", ["commonjs"]),
        ("010", ["module"]),
        ("with (a) {}", ["module"]),
        ("return", ["module"]),
        ("export {}; return", ["module"]),
        (REDECLARED, [""]),
        ("let a", []),
    ],
)
def test_what_a_file_cannot_be(text: str, goals: list[str]) -> None:
    """What only modules, or only scripts, may have; what neither may have is an error of all."""
    source = Source(text.encode())
    found = find_flaws(text.encode(), source, is_module="export" in text, is_own=True)

    assert goals == [flaw.goal for flaw in found.flaws]


@pytest.mark.parametrize(
    ("text", "is_error"),
    [
        *((f"a = '{escape}'", True) for escape in ("\\u", "\\u12", "\\u{g}", "\\x1")),
        *((f"a = '{escape}'", False) for escape in ("\\u0041", "\\u{1f600}", "\\x41", "\\\\u")),
        *((f"{tag}`\\u`", False) for tag in ("String.raw", "f()", "a[0]", "b_1", "$")),
        *((f"f`{escape}`", False) for escape in ("\\u{", "\\x", "\\x1", "\\u12", "\\\\u")),
    ],
)
def test_escapes_in_packages(text: str, is_error: bool) -> None:
    """Only a tagged template may have an escape that means nothing; tried with Node.js 24."""
    index = f"require('b'); {HANDLER}"
    report = check_files({"index.js": index, "node_modules/b/index.js": f"() => {text};"})

    assert is_error is ("module-syntax" in _codes(report))
