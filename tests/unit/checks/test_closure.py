"""From where the modules of a handler are followed, and what the report says of them."""

from __future__ import annotations

import pytest
from support.checking import zip_files

from zipper.archive.listing import Listing, read_listing
from zipper.checks.closure import close, summarize
from zipper.checks.subject import Subject
from zipper.findings import Unknown
from zipper.target import Target

OLD = Target("nodejs22.x")
H = "exports.handler = async () => 1;"
ESM = "export const handler = async () => 1;"


def subject_of(files: dict[str, str], handler: str | None, **options: object) -> Subject:
    """Return the subject of a zip with these files."""
    return Subject(
        listing=read_listing(zip_files(files)),
        **{"target": Target(), "handler": handler, **options},  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("files", "handler", "options", "expected"),
    [
        ({"index.js": H}, "index.handler", {}, ("index.js", "import")),
        ({"index.js": H}, "index.handler", {"target": OLD}, ("index.js", "require")),
        ({"index.mjs": ESM}, "index.handler", {"target": OLD}, ("index.mjs", "import")),
        ({"lib/index.js": H}, "lib.handler", {"target": OLD}, ("lib/index.js", "require")),
        ({"lib/index.js": H}, "lib.handler", {}, None),
        ({"index.js": H}, None, {}, None),
        ({"index.js": H}, "index", {}, None),
        ({"index.js": H}, "gone.handler", {}, None),
        ({"index.js": H}, "index.handler", {"kind": "layer"}, None),
        ({"a.b.js": H}, "a.b.js", {"kind": "web"}, ("a.b.js", "import")),
        ({"a.js": H}, "b.js", {"kind": "web"}, None),
        ({"a/index.js": H}, "a", {"kind": "web"}, None),
    ],
)  # fmt: skip
def test_where_following_begins(
    files: dict[str, str],
    handler: str | None,
    options: dict[str, object],
    expected: tuple[str, str] | None,
) -> None:
    """At the file that the loader takes, or at a web function's entry file as it is named."""
    subject = subject_of(files, handler, **options)
    start = close(subject)

    found = None if start is None else (start.path.removeprefix("/var/task/"), start.located.how)
    assert expected == found
    assert close(subject) is start
    assert start is None or start.module is start.walk.modules[start.path]


@pytest.mark.parametrize(
    ("manifests", "how"),
    [
        ({}, "require"),
        ({"package.json": '{"type": "module"}'}, "import"),
        ({"package.json": '{"type": "commonjs"}'}, "require"),
        ({"package.json": '{"type": 1}'}, "require"),
        ({"package.json": "{}"}, "require"),
        ({"package.json": "[]"}, "require"),
        ({"package.json": ""}, "require"),
        ({"package.json": "{"}, "require"),
        ({"package.json": "[" * 100_000}, "require"),
        ({"package.json": ('{"type": "module"}', 0o600)}, "require"),
        ({"package.json": "{}", "lib/package.json": '{"type": "module"}'}, "import"),
        ({"package.json": '{"type": "module"}', "lib/package.json": "{}"}, "require"),
        ({"package.json": '{"type": "module"}', "lib/a/package.json": "{}"}, "import"),
    ],
)
def test_when_the_older_loader_imports(manifests: dict[str, str], how: str) -> None:
    """Where the nearest package.json that can be read says that `.js` is an ES module.

    Source: aws-lambda-ric 3.3.0, UserFunction.js.
    """
    start = close(subject_of({"lib/index.js": "1", **manifests}, "lib/index.handler", target=OLD))

    assert start is not None
    assert how == start.located.how


def test_what_node_options_load_is_followed_first() -> None:
    """As the function's own folder has it, by `require` or by `import`."""
    files = {"index.js": H, "a.js": "require('./b')", "b.js": "", "c.mjs": "import './d.mjs'"}
    files["d.mjs"] = ""
    options = "--require ./a.js --import ./c.mjs --import ./gone.mjs"
    start = close(subject_of(files, "index.handler", variables={"NODE_OPTIONS": options}))

    assert start is not None
    assert {"index.js", "a.js", "b.js", "c.mjs", "d.mjs"} == {
        path.removeprefix("/var/task/") for path in start.walk.modules
    }
    assert ["./a.js", "./c.mjs", "./gone.mjs"] == [
        asked.request.specifier for asked in start.walk.preloaded
    ]
    assert [True, False, False] == [
        asked.request.kind == "require" for asked in start.walk.preloaded
    ]


@pytest.mark.parametrize(
    ("option", "file"),
    [
        ("--require ./a", "a.js"), ("--import ./a", None), ("--require ./lib", "lib/index.js"),
        ("--import ./lib", None), ("-r p", "node_modules/p/r.js"),
        ("--import=p", "node_modules/p/i.js"),
    ],
)  # fmt: skip
def test_how_node_options_are_resolved(option: str, file: str | None) -> None:
    """By the rules of what loads them: extensions and folders for `require`, else conditions."""
    exports = '{"exports": {"require": "./r.js", "import": "./i.js"}}'
    files = {"index.js": H, "a.js": "", "lib/index.js": "", "node_modules/p/package.json": exports}
    files |= {"node_modules/p/r.js": "", "node_modules/p/i.js": ""}
    start = close(subject_of(files, "index.handler", variables={"NODE_OPTIONS": option}))

    assert start is not None
    assert {"index.js", *([] if file is None else [file])} == {
        path.removeprefix("/var/task/") for path in start.walk.modules
    }


def test_what_is_proven_assumed_and_unknown() -> None:
    """Proven is a file all of whose requests are answered; what cannot be read is unknown."""
    files = {
        "index.js": f"require('./a'); require('./b'); require('./c.json'); require('./d'); {H}",
        "a.js": "require('gone')",
        "b.js": "require('@aws-sdk/client-s3'); require('fs');\nrequire(x); require(y)",
        "c.json": "{}",
        "d.js": "1",
    }
    listing = read_listing(zip_files(files))
    entries = tuple(e._replace(method=99) if e.name == "d.js" else e for e in listing.entries)
    forged = Listing(entries, listing.source, b"", (), {entry.name: entry for entry in entries})
    start = close(Subject(listing=forged, target=Target(), handler="index.handler"))
    assert start is not None
    closure = summarize(start.walk)

    assert (3, ("@aws-sdk/client-s3",)) == (closure.proven, closure.assumed)
    assert [("b.js", 2, "require(x)"), ("b.js", 2, "require(y)"), ("d.js", 1)] == [
        tuple(one)[: 2 if one.path == "d.js" else 3] for one in closure.unknown
    ]
    assert all(isinstance(one, Unknown) and one.expression for one in closure.unknown)
    assert "method" in closure.unknown[-1].expression
