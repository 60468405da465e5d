"""What Node refuses to load by the way in which it is asked for.

Each row was tried with Node.js 20, 22 and 24.
"""

from __future__ import annotations

import pytest
from support.checking import check_files

C = "exports.handler = async () => 1;"
M = "export const handler = async () => 1;"
FILES = {
    "a.json": "{}",
    "a.txt": "",
    "a.wasm": b"\0asm\x01\0\0\0",
    "b.mjs": "export default 1",
    "a.mts": "const a: number = 1; export { a };",
    "a.cts": "const a: number = 1; module.exports = { a };",
    "node_modules/typed/package.json": '{"main": "a.ts"}',
    "node_modules/typed/a.ts": "module.exports = 1",
}


def told(text, runtime, *, name="index.mjs"):
    """Return the codes of the errors about a handler's text."""
    report = check_files({**FILES, name: text}, runtime=runtime)
    return {finding.code for finding in report.findings if finding.severity == "error"}


FORMAT = {"module-format"}


@pytest.mark.parametrize(
    ("text", "on_20", "on_22", "on_24"),
    [
        ("import.meta.resolve('./a.wasm'); import.meta.resolve('./a.txt');", set(), set(), set()),
        ("import a from './a.json';", FORMAT, FORMAT, FORMAT),
        ("import a from './a.json' with { type: 'json' };", set(), set(), set()),
        ("await import('./a.json');", FORMAT, FORMAT, FORMAT),
        ("await import('./a.json', { with: { type: 'json' } });", set(), set(), set()),
        ("await import('./a.json', options);", set(), set(), set()),
        ("import b from './b.mjs' with { type: 'json' };", FORMAT, FORMAT, FORMAT),
        ("import './a.txt';", FORMAT, FORMAT, FORMAT),
        ("import './a.wasm';", FORMAT, set(), set()),
        ("import './a.mts';", FORMAT, set(), set()),
        ("import './a.cts';", FORMAT, set(), set()),
        ("import 'typed';", FORMAT, FORMAT, FORMAT),
        ("import './x%2fb.mjs';", {"module-missing"}, {"module-missing"}, {"module-missing"}),
    ],
)
def test_imports(text: str, on_20: set[str], on_22: set[str], on_24: set[str]) -> None:
    """An `import` is refused where Node of the runtime does."""
    found = [told(f"{text} {M}", f"nodejs{major}.x") for major in (20, 22, 24)]

    assert [on_20, on_22, on_24] == found


def test_requires() -> None:
    """`require` takes JSON as it is, and no WebAssembly."""
    assert set() == told(f"require('./a.json'); {C}", "nodejs24.x", name="index.js")
    assert FORMAT == told(f"require('./a.wasm'); {C}", "nodejs24.x", name="index.js")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("export const x = 1", "export const x = 2", {"module-export-name"}),
        ("export { x } from './c.mjs'", "export { x } from './c.mjs'", set()),
        ("export * from './c.mjs'", "export * from './c.mjs'", set()),
        ("export const x = 1", "export const y = 2", set()),
    ],
)
def test_ambiguous_stars(first: str, second: str, expected: set[str]) -> None:
    """A name that two `export *` give is none, unless it is one binding."""
    files = {
        "index.mjs": f"import {{ x }} from './s.mjs'; {M}",
        "s.mjs": "export * from './a.mjs'; export * from './b.mjs'",
        "a.mjs": first,
        "b.mjs": second,
        "c.mjs": "export const x = 1",
    }

    report = check_files(files)

    assert expected == {f.code for f in report.findings if f.severity == "error"}
