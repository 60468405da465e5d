"""Whether a handler's file exports what the handler names, and what to do where it does not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from support.checking import check_files

H = "exports.handler = async () => 1;"
NOTHING = (
    "var entry_exports = {};\nmodule.exports = __toCommonJS(entry_exports);\n"
    "function __toCommonJS(mod) { return Object.defineProperty({}, '__esModule', { value: true }) }"
)
"""As esbuild writes a module that exports nothing."""


def _found(files: dict[str, str], handler: str = "index.handler", major: int = 24) -> list[tuple]:
    """Return codes and hints of what is about the export."""
    report = check_files(files, handler=handler, runtime=f"nodejs{major}.x")
    codes = ("handler-export", "handler-callback")
    return [(found.code, found.hint) for found in report.findings if found.code in codes]


FUNCTION = "export a function called `handler`"
ITSELF = "export the function itself, under the name that the handler has"
ASYNC = "make it an async function of event and context that returns its result"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", FUNCTION),
        ("exports.__esModule = true;", FUNCTION),
        ("exports.b = exports.a = f;", "it exports `a`, `b`: name one of them"),
        (
            "exports.f = exports.e = exports.d = exports.c = exports.b = exports.a = 1",
            "it exports `a`, `b`, `c`, `d`, `e`: name one of them",
        ),
        ("exports.a = 1; exports.__esModule = true;", "it exports `a`: name one of them"),
        ("exports.handler = 1;", ITSELF),
        ("exports.handler = (a, b, c) => 1;", ASYNC),
        ("exports.handler = (a, b, c, d) => 1;", ASYNC),
        ("exports.handler = (a, b) => 1;", None),
        (H, None),
        ("exports.a = 1; exports.then = f;", None),
        ("exports[a] = 1;", None),
        ("module.exports = f();", None),
        ("exports.a = 1; throw 1; (", None),
        (NOTHING, FUNCTION),
        (f"{NOTHING}\nfill(entry_exports);", None),
        (NOTHING.replace("(entry_exports)", "(other_exports)"), None),
        ("0 && (module.exports = { handler });\nmodule.exports = f();", None),
        (f"0 && (module.exports = {{ a }});\n{NOTHING}", "it exports `a`: name one of them"),
        ("x; 0 && (module.exports = { handler });\nexports.a = 1;", ITSELF),
        ("0 && (module.exports = {\n  a,\n  handler\n});\nexports.handler = f;", None),
    ],
)
def test_commonjs(text: str, hint: str | None) -> None:
    """The hint names what there is; of what the text does not tell nothing is said."""
    assert ([] if hint is None else [hint]) == [found for _, found in _found({"index.js": text})]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("export const a = 1;", "it exports `a`: name one of them"),
        ("export {};", FUNCTION),
        ("export const handler = 1;", ITSELF),
        ("export const handler = (a, b, c) => 1;", ASYNC),
        ("export const handler = () => 1;", None),
        ("export const then = 1;", None),
        ("export default f();", None),
        ("export * from './gone.mjs';", None),
        ("export const a = 1; exports.b = 1;", None),
    ],
)
def test_modules(text: str, hint: str | None) -> None:
    """The loader of Node.js 24 looks into the default too."""
    assert ([] if hint is None else [hint]) == [found for _, found in _found({"index.mjs": text})]


def test_an_older_loader() -> None:
    """Up to Node.js 22 it looks into no default, and takes a callback."""
    text = "export default { handler() {} };"

    assert [("handler-export", "it exports `default`: name one of them")] == _found(
        {"index.mjs": text}, major=22
    )
    assert [] == _found({"index.mjs": text})
    assert [] == _found({"index.js": "exports.handler = (a, b, c) => 1;"}, major=22)
    assert [("handler-export", ITSELF)] == _found(
        {"index.js": H.replace("handler", "a")}, "index.default"
    )
    assert [("handler-export", "it exports `a`: name one of them")] == _found(
        {"index.js": H.replace("handler", "a")}, "index.default", major=22
    )


@pytest.mark.parametrize("extension", ["js", "mjs", "cjs", "ts"])
def test_a_name_with_an_extension(extension: str) -> None:
    """What looks like an extension is an export to the loader."""
    hint = f"leave out `.{extension}`: `--handler index.handler`"

    assert [("handler-export", hint)] == _found({"index.js": H}, f"index.{extension}.handler")
    other = [("handler-export", "it exports `handler`: name one of them")]
    assert other == _found({"index.js": H}, f"index.{extension}")
    assert other == _found({"index.js": H}, "index.jsx.handler")


def test_json() -> None:
    """JSON has no function."""
    hint = "pack the JavaScript file that the handler names"

    assert [("handler-export", hint)] == _found({"index.json": "{}"}, major=22)


@pytest.mark.parametrize(
    ("files", "is_found"),
    [
        ({"a.js": "exports.b = 1;"}, True),
        ({"a.js": H}, False),
        ({"a.js": "module.exports = require('./b');", "b.js": "exports.c = 1;"}, True),
        ({"a.js": "module.exports = require('./b');", "b.js": H}, False),
        ({"a.js": "module.exports = require('./index');"}, True),
        ({"a.js": "module.exports = f();"}, False),
        ({"a.mjs": "export const b = 1;"}, False),
        ({"a.json": "{}"}, False),
    ],
)
def test_what_is_passed_on(files: dict[str, str], is_found: bool) -> None:
    """A file that is another one exports what that does."""
    (name,) = (name for name in files if name.startswith("a."))
    found = _found({"index.js": f"module.exports = require('./{name}');", **files})

    assert is_found == bool(found)


@pytest.mark.parametrize(("number", "is_found"), [(99, True), (100, False)])
def test_how_many_files_are_followed(number: int, is_found: bool) -> None:
    """Of a long chain nothing is said."""
    names = ["index", *(f"f{n}" for n in range(number))]
    files = {
        f"{name}.js": f"module.exports = require('./{after}');" for name, after in pairwise(names)
    }

    assert is_found == bool(_found({**files, f"{names[-1]}.js": "exports.a = 1;"}))
