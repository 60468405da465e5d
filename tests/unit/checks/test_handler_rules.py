"""Where the loader finds the handler's module, and what may be read there.

Each row was tried with the loaders of AWS on Node.js 20, 22 and 24 (`support.lambda_loader`).
"""

from __future__ import annotations

import pytest
from support.checking import check_files

H = "exports.handler = async () => 1;"
WRAP = "node_modules/wrap"
ESM = "export const handler = async () => 1;"
UNREADABLE = 0o600


def errors(files, handler="index.handler", *, runtime="nodejs24.x", **options):
    """Return the codes of the errors that are found in a package of `files`."""
    report = check_files(files, handler=handler, runtime=runtime, **options)
    return {finding.code for finding in report.findings if finding.severity == "error"}


@pytest.mark.parametrize(
    ("files", "handler", "before", "since"),
    [
        ({"index/index.js": H}, "index.handler", set(), {"handler-directory"}),
        ({"orders/index.js": H}, "orders.handler", set(), {"handler-directory"}),
        ({"index/index.js": H}, "dist/index.handler", set(), set()),
        ({"w/index.js": H}, "index.handler", {"handler-missing", "layout-wrapped"}, None),
        ({"index.js": H}, "/var/task/index.handler", set(), set()),
        ({"node_modules/wrap/index.js": H}, "wrap.handler", set(), set()),
        (
            {
                "node_modules/wrap/package.json": '{"exports": "./m.js"}',
                "node_modules/wrap/m.js": H,
            },
            "wrap.handler",
            set(),
            set(),
        ),
        (
            {"node_modules/wrap/package.json": '{"exports": {"./x": "./m.js"}}'},
            "wrap.handler",
            {"handler-missing"},
            None,
        ),
        (
            {"node_modules/wrap/package.json": '{"main": "m.mjs"}', "node_modules/wrap/m.mjs": ESM},
            "wrap.handler",
            {"handler-esm"},
            set(),
        ),
        ({"src/node_modules/wrap/index.js": H, "a.js": ""}, "src/wrap.handler", set(), set()),
        ({"a#b.js": H}, "a#b.handler", set(), {"handler-missing"}),
        ({"a?b.js": H}, "a?b.handler", set(), {"handler-missing"}),
        ({"a%20b.js": H}, "a%20b.handler", set(), {"handler-missing"}),
        ({"a%zz.js": H}, "a%zz.handler", set(), {"handler-missing"}),
        ({"a%20b.js": H, "a b.js": H}, "a%20b.handler", set(), set()),
    ],
)
def test_place_of_the_handler(files, handler, before, since) -> None:
    """Both loaders find the module where AWS's do: up to Node.js 22, and from 24 on."""
    assert before == errors(files, handler, runtime="nodejs22.x")
    assert (before if since is None else since) == errors(files, handler)


@pytest.mark.parametrize(
    ("name", "is_refused"),
    [
        ("index.js", False), ("index.json", False), ("index.node", False), ("package.json", False),
        ("index.mjs", True), ("index.cjs", True), ("lib/index.js", True),
    ],
)  # fmt: skip
def test_a_folder_of_the_handler_s_name(name: str, is_refused: bool) -> None:
    """Up to Node.js 22 it is required, as `require` takes folders; whether that fails is sure."""
    text = '{"main": "x.js"}' if name == "package.json" else "{}" if "json" in name else H
    found = errors({f"index/{name}": text, "index/x.js": H}, runtime="nodejs22.x")

    assert is_refused == ("handler-directory" in found)


def test_handler_in_a_layer() -> None:
    """A wrapper that only a layer has is found by its name, by both loaders."""
    wrapper = {
        "nodejs/node_modules/wrapper/package.json": '{"main": "main.js"}',
        "nodejs/node_modules/wrapper/main.js": H,
    }

    for runtime in ("nodejs22.x", "nodejs24.x"):
        found = errors({"app.js": H}, "wrapper.handler", runtime=runtime, layers=[wrapper])
        assert set() == found


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("require('./a')", "error"),
        ("() => require('./a')", "warning"),
        ("try { require('./a') } catch {}", "info"),
        ("1", "warning"),
    ],
)
def test_unreadable_file(text: str, severity: str) -> None:
    """A file that may not be read is an error only where loading the handler reads it."""
    report = check_files({"index.js": f"{text}; {H}", "a.js": ("1", UNREADABLE)})

    assert [severity] == [f.severity for f in report.findings if f.code == "mode-unreadable"]


def test_unreadable_manifest() -> None:
    """Up to Node.js 22 a package.json that may not be read counts as absent; then it is refused."""
    files = {"index.js": H, "package.json": ("{}", UNREADABLE)}

    assert set() == errors(files, runtime="nodejs22.x")
    assert {"package-json-invalid"} == errors(files)


def test_unreadable_file_of_a_layer() -> None:
    """A layer with a file that not everyone may read cannot be published."""
    layer = {"nodejs/node_modules/a/index.js": ("1", UNREADABLE)}

    assert {"mode-unreadable"} == errors(layer, None, kind="layer")


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"index.js": ""}, "`index.js`, the first that is there of `index`, `index.js`, "),
        ({"index.js": "", "index.mjs": ""}, "`index.js` before `index.mjs`"),
        ({"index/index.js": ""}, "the folder `index`"),
        ({"node_modules/index/index.js": ""}, "which `require` finds: there is no `index.js`"),
        ({"index.json": "{}"}, "`index.json`, which `require` finds: there is no `index.js`"),
    ],
)
def test_a_finding_tells_which_file_was_taken(files, why: str) -> None:
    """Why the loader takes a file is part of what is said about its exports."""
    report = check_files({"a.js": "", **files}, runtime="nodejs22.x")
    (message,) = [f.message for f in report.findings if f.code == "handler-export"]

    assert why in message


def test_a_handler_with_an_extension_tells_which_file_was_taken() -> None:
    """`index.js.handler` names the export `js` of the file that `index` leads to."""
    files = {"index.js": H, "index.mjs": ""}
    report = check_files(files, handler="index.js.handler", runtime="nodejs22.x")
    (found,) = [f for f in report.findings if f.code == "handler-export"]

    assert "the loader takes `index.js` before `index.mjs`" in found.message
    assert "leave out `.js`: `--handler index.handler`" == found.hint


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"extensions/logs": ("#!/usr/bin/env node", 0o755)}, None),
        ({"extensions/logs": ("#!/usr/bin/env node", 0o644)}, "mode-not-executable"),
        ({"extensions/logs/run": ("#!/bin/sh", 0o755)}, "layout-layer"),
    ],
)
def test_a_layer_of_an_extension_alone(files, code: str | None) -> None:
    """Lambda starts each file directly in `extensions`, which need not be JavaScript."""
    report = check_files(files, handler=None, kind="layer")

    assert ([] if code is None else [(code, "warning")]) == [
        (finding.code, finding.severity) for finding in report.findings
    ]
