"""Which functions are sure to run while their file loads. Each row was tried with Node.js."""

from __future__ import annotations

import pytest
from support.checking import check_files

H = "exports.handler = async () => 1;"


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("function f() { return require('a') } f();", "error"),
        ("function f() { [1].map(x => { return x }); require('a') } f();", "error"),
        ("const f = () => require('a'); f();", "error"),
        ("class A { constructor() { this.x = require('a') } } new A();", "error"),
        ("['x'].forEach(() => require('a'));", "error"),
        ("new Promise(() => require('a'));", "error"),
        ("function f() { if (x) return; require('a') } f();", "warning"),
        ("(function () { if (x) return; require('a') })();", "warning"),
        ("[].forEach(() => require('a'));", "warning"),
        ("list.forEach(() => require('a'));", "warning"),
        ("function f() { require('a') } function g() { const f = () => 1; f() } g();", "warning"),
        ("function f() { require('a') } function g(f) { f() } g(() => 1);", "warning"),
        ("{ function k() { function f() { require('a') } } function f() {} f() }", "warning"),
        ("class A { constructor() { require('a') } }", "warning"),
        ("new Other(() => require('a'));", "warning"),
    ],
)
def test_when_a_function_runs(text: str, severity: str) -> None:
    """A module that is missing is an error only where its request is sure to run."""
    report = check_files({"index.js": f"{text}\n{H}"})

    assert [severity] == [f.severity for f in report.findings if f.code == "module-missing"]
