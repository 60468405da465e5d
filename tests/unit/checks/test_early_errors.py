"""What Node refuses as a whole, told with its line, and by version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.checking import check_files

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


def test_early_errors_in_packages_are_found_at_a_glance() -> None:
    """Packages are judged where something in them gives a reason."""
    files = {
        "index.js": f"require('a'); {HANDLER}",
        "node_modules/a/index.js": "module.exports = () => <b/>",
    }
    assert {"module-syntax": "error"} == _codes(check_files(files))


def test_an_untyped_file_that_takes_a_name_of_the_wrapper_is_a_module() -> None:
    """Where Node looks into a file for its kind, `const require` makes it an ES module."""
    files = {"index.js": "const require = 1; globalThis.a = 2"}
    assert {"handler-export": "error"} == _codes(check_files(files))
