"""Specifiers in JavaScript: what is one, and what only looks like one."""

from __future__ import annotations

import pytest

from zipper.bundling.specifiers import SpecifierUse, find_created, find_edits


def respell(code: str) -> str:
    data = code.encode()
    for start, end, new in reversed(find_edits(data, lambda asked: f"{asked.specifier}!")):
        data = data[:start] + new + data[end:]
    return data.decode()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('import a from "./a";', 'import a from "./a!";'),
        ("import './a';", 'import "./a!";'),
        ('export * from "./a";', 'export * from "./a!";'),
        ('export { b } from "./b";', 'export { b } from "./b!";'),
        ('const a = await import("./a");', 'const a = await import("./a!");'),
        ('var a = __toESM(require("./a"));', 'var a = __toESM(require("./a!"));'),
        ('require.resolve("./a")', 'require.resolve("./a!")'),
        ("import(`./a`)", 'import("./a!")'),
        ('0 && (e = { ...require("./a") });', '0 && (e = { ...require("./a!") });'),
    ],
)  # fmt: skip
def test_requests_change(code: str, expected: str) -> None:
    """Static, dynamic and CommonJS requests, whatever their quotes."""
    assert expected == respell(code)


@pytest.mark.parametrize(
    "code",
    [
        'const s = `require("./a")`;',
        '// import a from "./a"',
        'const from = "./a";',
        'function f(require) { return require("./a"); }',
        'o.require("./a"); import.meta.url;',
        "import(`./${name}`)",
        "require(name)",
    ],
)  # fmt: skip
def test_other_text_stays(code: str) -> None:
    """Strings, comments, shadowed names and computed requests are left alone."""
    assert code == respell(code)


def test_attributes_are_seen() -> None:
    """Whether something follows the specifier is handed over."""
    asked: list[SpecifierUse] = []
    code = b'import a from "./a.json" with { type: "json" };\nimport b from "./b.json";\n'
    find_edits(code, asked.append)

    assert [("./a.json", True), ("./b.json", False)] == [
        (one.specifier, one.has_attributes) for one in asked
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('const r = createRequire(import.meta.url);\nr("./a");', ["./a"]),
        ('const require2 = m.createRequire(import.meta.filename); require2("./a").b', ["./a"]),
        ('const r = createRequire(import.meta.url); r.resolve("./a");', ["./a"]),
        ('const r = createRequire(import.meta.url); r(name); o.r("./b"); "r(\'./c\')";', []),
        ('const r = createRequire("/opt/x.js"); r("./a");', []),
        ('require("./a");', []),
    ],
)
def test_requests_of_created_functions(code: str, expected: list[str]) -> None:
    """Only what is made for the module itself, by whatever name."""
    assert expected == find_created(code.encode())
