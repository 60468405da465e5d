"""The entry file of a web function: found as Node's main module, and expected to listen."""

from __future__ import annotations

import pytest
from support.checking import zip_files

from zipper.checks.entry_rules import find_entry
from zipper.checks.run_rules import check_zip
from zipper.target import Target

LISTENS = "require('http').createServer(() => 0).listen(3000);"


def check(files, *, entry=None, **options):
    """Return code to severity for a web function's zip."""
    target = Target("nodejs24.x", "arm64")
    report = check_zip(
        zip_files(files), path="f.zip", target=target, handler=entry, kind="web", **options
    )
    return {one.code: one.severity for one in report.findings}, report


@pytest.mark.parametrize(
    ("names", "main", "given", "expected"),
    [
        ({"index.js", "a.js"}, "a.js", None, "index.js"),
        ({"index.js", "a.js"}, None, "./a.js", "a.js"),
        ({"dist/a.js"}, "./dist/a", None, "dist/a.js"),
        ({"dist/index.js"}, "dist", None, "dist/index.js"),
        ({"server.mjs"}, None, None, "server.mjs"),
        ({"x.js"}, 7, None, "index.js"),
        ({"x.js"}, "", None, "index.js"),
        *(
            ({f"dist/a{ending}"}, "./dist/a/", None, f"dist/a{ending}")
            for ending in ("", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", "/index.js")
        ),
        ({"a.js", "a.ts"}, "a", None, "a.js"),
        ({"a.js", "server.js"}, "a", None, "a.js"),
        *(
            ({name}, "gone", None, name)
            for name in (
                "index.ts", "index.mjs", "index.cjs", "server.js", "server.mjs", "server.ts",
            )
        ),
        ({"server.ts", "index.mjs", "index.ts"}, None, None, "index.ts"),
    ],
)  # fmt: skip
def test_the_entry_file(names: set[str], main: object, given: str | None, expected: str) -> None:
    """What is said goes first, then Lambda's own name, then `main`."""
    assert expected == find_entry(names, main, given)


def test_a_missing_entry_file() -> None:
    """It is an error, and the hint names what is there."""
    codes, report = check({"server.js": LISTENS}, entry="index.js")

    assert "error" == codes["entry-missing"]
    assert "--entry server.js" in next(f.hint for f in report.findings if f.code == "entry-missing")


@pytest.mark.parametrize(
    ("files", "entry", "hint"),
    [
        (
            {"Server.js": ""},
            "server.js",
            "file names are case-sensitive on Lambda: write `Server.js`",
        ),
        ({"index.js": ""}, "server.js", "if you mean `index.js`: `--entry index.js`"),
        ({"server.ts": ""}, "a.js", "if you mean `server.ts`: `--entry server.ts`"),
        (
            {"package.json": '{"main": "lib/b"}', "lib/b.js": ""},
            "a.js",
            "if you mean `lib/b.js`: `--entry lib/b.js`",
        ),
        ({"b.js": ""}, "a.js", "name the file that starts the server: `--entry dist/server.js`"),
    ],
)
def test_what_to_do_about_a_missing_entry_file(
    files: dict[str, str], entry: str, hint: str
) -> None:
    """Another case, another usual name, and else how to name one."""
    (found,) = (one for one in check(files, entry=entry)[1].findings if one.severity == "error")

    assert ("entry-missing", hint) == (found.code, found.hint)
    assert found.message == f"the entry file `{entry}` is not in the zip: Lambda has nothing to run"


def test_another_file_needs_the_variable() -> None:
    """An info says so, unless the variable is known to be set."""
    name = {"AWS_LAMBDA_NODEJS_ENTRYPOINT": "server.js"}

    assert "info" == check({"server.js": LISTENS}, entry="server.js")[0]["entry-variable"]
    assert "entry-variable" not in check({"server.js": LISTENS}, variables=name)[0]
    assert "entry-variable" not in check({"index.js": LISTENS})[0]


@pytest.mark.parametrize(
    ("files", "is_silent"),
    [
        ({"index.js": LISTENS}, False),
        ({"index.js": "exports.handler = async () => 1;"}, True),
        ({"index.js": "require('./a')", "a.js": LISTENS}, False),
        ({"index.js": "require('./a')", "a.js": "1"}, True),
        ({"index.js": "require(process.argv[2])"}, False),
        ({"index.mjs": "import { serve } from 'h'; serve({});"}, False),
        ({"index.js": "import 'h'"}, False),
        ({"index.js": "require('h')"}, False),
        ({"index.js": "await import('h')"}, False),
        ({"index.js": "let a; { require('h') }"}, False),
        ({"index.js": "import('./a')", "a.js": "1"}, True),
        ({"index.js": "const a = require('h')"}, True),
        ({"index.js": "import a from 'h'"}, True),
        *(
            ({"index.js": f"import h from 'h'; h.{call}(1);"}, False)
            for call in ("listen", "serve", "startServer", "run", "bootstrapApp", "launch")
        ),
        ({"index.js": "import h from 'h'; h.relisten(1); h.listen; h.served(1);"}, True),
        ({"index.js": "const a = require('h')(); a.get('/', () => 1);"}, True),
        ({"index.js": "export default { fetch() {} }"}, True),
    ],
)
def test_nothing_that_listens(files: dict[str, str], is_silent: bool) -> None:
    """It is a warning where the project's own code is known, and starts nothing."""
    package = {"node_modules/h/index.js": "exports.serve = () => {};", "package.json": "{}"}
    codes, _ = check({**files, **package})

    assert ("warning" if is_silent else None) == codes.get("entry-silent")


def test_main_modules_follow_their_own_rules() -> None:
    """No export is looked for, top-level await is fine, and a missing module is an error."""
    awaits = {"index.js": "import h from 'node:http'; await 1; h.createServer().listen(1);"}
    codes, report = check({**awaits, "package.json": '{"type": "module"}'})
    assert not {code for code, severity in codes.items() if severity == "error"}
    assert report.closure is not None

    missing, report = check({"index.js": f"require('gone'); {LISTENS}"})
    assert "error" == missing["module-missing"]
    text = next(one.message for one in report.findings if one.code == "module-missing")
    assert "the server does not start" in text


def test_the_sdk_of_the_runtime_is_not_promised() -> None:
    """Whether a web function has it is not documented: a warning, where it is an info elsewhere."""
    codes, _ = check({"index.js": f"require('@aws-sdk/client-s3'); {LISTENS}"})

    assert "warning" == codes["module-sdk"]
