"""The functions that a package's files export are named as handlers, the likeliest first."""

from __future__ import annotations

import pytest

from zipper.checks.handler_candidates import find_handlers, list_exports

H = b"exports.handler = async () => 1;"


def find(files: dict[str, bytes], **options: tuple[str, ...]) -> tuple[str, ...]:
    """Return the handlers of a package of `files`."""
    return find_handlers(files, files.__getitem__, **options)


@pytest.mark.parametrize(
    ("text", "handlers"),
    [
        (b"exports.handler = f; exports.lambdaHandler = f;", ["handler", "lambdaHandler"]),
        (b"exports.lambda = f; exports.main = f;", ["main", "lambda"]),
        (
            b"exports.lambda = f; exports.default = f; exports.main = f;",
            ["main", "default", "lambda"],
        ),
        (b"exports.MAIN = f; exports.lambdahandler = f;", ["lambdahandler", "MAIN"]),
        (b"exports.onEventHandler = f; exports.lambda = f;", ["lambda", "onEventHandler"]),
        (b"exports.onEventHandler = f; exports.other = f;", ["onEventHandler"]),
        (b"exports.other = f; exports.more = f;", []),
        (b"exports.other = f;", ["other"]),
        (b"exports.handlers = f; exports.more = f;", []),
        (b"exports.other = f; exports.__esModule = true;", ["other"]),
        (b"export const handler = 1; export default 2;", ["handler", "default"]),
        (b"module.exports = { a: 1, handler: 2 };", ["handler"]),
        (b"let x;", []),
        (b"", []),
    ],
)
def test_which_export(text: bytes, handlers: list[str]) -> None:
    """A usual name goes first, in AWS's own examples' order; one export alone may be meant."""
    assert tuple(f"app.{name}" for name in handlers) == find({"app.js": text})


@pytest.mark.parametrize(
    ("name", "is_looked_at"),
    [
        *((name, True) for name in ("a.js", "a.mjs", "a.cjs", "dist/a.js", "a/b/c.js")),
        *(("a.ts", False), ("a.json", False), ("a.test.js", False), ("a.d.js", False)),
        *((".a/b.js", False), ("a/.b/c.js", False), (".eslintrc.js", False), ("a/.b.js", False)),
        *((f"{folder}/a.js", False) for folder in (
            "node_modules", "test", "tests", "__tests__", "__mocks__", "spec", "coverage", "public",
        )),
        ("a/node_modules/b/c.js", False),
        ("testing/a.js", True),
        ("test.js", True),
    ],
)  # fmt: skip
def test_which_file(name: str, is_looked_at: bool) -> None:
    """Tests, packages and hidden files hold no handler, nor does a name with a second dot."""
    expected = (f"{name.rpartition('.')[0]}.handler",) if is_looked_at else ()

    assert expected == find({name: H})


def test_which_file_goes_first() -> None:
    """The nearest to the root, then by name; the name of the export counts before."""
    files = {
        "a/b/a.js": H,
        "z.js": H,
        "b/a.js": H,
        "a.js": H,
        "0.js": b"exports.main = 1; exports.x = 2",
    }

    expected = ("a.handler", "z.handler", "b/a.handler", "a/b/a.handler", "0.main")
    assert expected == find(files)


def test_other_extensions() -> None:
    """A source in TypeScript counts where it is asked for."""
    files = {"a.ts": b"export const handler = 1", "b.js": H}

    assert ("a.handler",) == find(files, extensions=(".ts",))


def test_a_file_that_is_too_large() -> None:
    """A megabyte is read, and no more."""
    room = 1_000_000 - len(H) - 1
    fits, large = H + b"\n" + b" " * room, H + b"\n" + b" " * (room + 1)

    assert (("handler",), ()) == (list_exports(fits), list_exports(large))
