"""What the function's settings change about a verdict: NODE_OPTIONS, modules from elsewhere."""

from __future__ import annotations

import pytest
from support.checking import check_files

from zipper.checks.node_flags import read_flags
from zipper.findings import Finding, downgrade
from zipper.target import Target

C = "exports.handler = async () => 1;"
ESM = "export const handler = async () => 1;"


def errors(files, handler="index.handler", *, runtime="nodejs22.x", **options):
    """Return the codes of the errors about a package of `files`."""
    report = check_files(files, handler=handler, runtime=runtime, **options)
    return {finding.code for finding in report.findings if finding.severity == "error"}


@pytest.mark.parametrize(
    ("files", "node_options", "runtime", "expected"),
    [
        ({"index.js": f"require('./a.mjs'); {C}", "a.mjs": ""}, "", "22", {"module-esm-required"}),
        (
            {"index.js": f"require('./a.mjs'); {C}", "a.mjs": ""},
            "--experimental-require-module",
            "22",
            set(),
        ),
        (
            {"index.js": f"require('./a.mjs'); {C}", "a.mjs": ""},
            "--no-experimental-require-module",
            "24",
            {"module-esm-required"},
        ),
        ({"index.js": ESM}, "", "22", {"handler-esm"}),
        ({"index.js": ESM}, "--experimental-detect-module", "22", {"handler-esm"}),
        (
            {"index.js": ESM},
            "--experimental-detect-module --experimental-require-module",
            "22",
            set(),
        ),
        ({"index.js": ESM}, "--no-experimental-detect-module", "24", {"handler-esm"}),
        ({"index.js": C}, "--import ./gone.mjs", "24", {"module-missing"}),
        ({"index.js": C, "a.mjs": ""}, "--import ./a.mjs", "24", set()),
        ({"index.js": C, "a.mjs": "import 'gone'"}, "--import=./a.mjs", "24", {"module-missing"}),
        ({"index.js": C}, "-r dd-trace/init", "24", {"module-missing"}),
        ({"index.js": C}, "--enable-source-maps", "24", set()),
    ],
)
def test_node_options(files, node_options, runtime, expected) -> None:
    """Modules are judged as the function's Node loads them, and what it loads first too."""
    assert expected == errors(
        files, runtime=f"nodejs{runtime}.x", variables={"NODE_OPTIONS": node_options}
    )


def test_flags_are_read_as_a_shell_does() -> None:
    """Values may be quoted, or stand in a word of their own."""
    flags = read_flags(Target(), "-C 'my condition' --conditions=b --no-strip-types")

    assert ("my condition", "b") == flags.conditions
    assert flags.strips_types is False


def test_modules_that_something_else_brings() -> None:
    """What is provided is assumed, with its files; a handler of that name too."""
    files = {"index.js": f"require('@acme/x'); require('@acme/x/part'); {C}"}

    assert {"module-missing"} == errors(files)
    assert set() == errors(files, provided=("@acme/x",))
    assert {"handler-missing"} == errors(files, "wrapper.handler")
    assert set() == errors(files, "wrapper.handler", provided=("wrapper",))


def test_errors_that_are_downgraded() -> None:
    """An error that an entry names, for all paths or for some, is a warning."""
    files = {"index.js": f"require('gone'); {C}"}

    assert set() == errors(files, downgraded=("module-missing",))
    assert {"module-missing"} == errors(files, downgraded=("module-missing:node_modules/*",))
    assert {"module-missing"} == errors(files, downgraded=("module-case",))


def test_downgrading_changes_errors_only() -> None:
    """Warnings and infos stay what they are."""
    found = tuple(Finding("a", severity, "x/y", "m", "h") for severity in ("error", "info"))

    assert ["warning", "info"] == [f.severity for f in downgrade(found, ("a:x/*",))]
    assert found == downgrade(found, ())


@pytest.mark.parametrize(
    ("files", "failing"),
    [
        ({"index.js": f"\ufeff#!/bin/node\n{C}"}, {"20", "22"}),
        ({"index.mjs": f"\ufeff#!/bin/node\n{ESM}"}, set()),
        ({"index.js": f"#!/bin/node\n{C}"}, set()),
        ({"index.js": f"\ufeff{C}"}, set()),
        (
            {"index.js": f"require('./a.cjs'); {C}", "a.cjs": "\ufeff#!/bin/node\n"},
            {"20", "22", "24"},
        ),
        ({"index.mjs": f"import './a.cjs'; {ESM}", "a.cjs": "\ufeff#!/bin/node\n"}, {"20"}),
    ],
)
def test_a_byte_order_mark_before_a_hashbang(files, failing) -> None:
    """`require` takes the mark for code, and `import` for none; tried with the three Nodes."""
    found = {m for m in ("20", "22", "24") if errors(files, runtime=f"nodejs{m}.x")}

    assert failing == found


CHOICE = "module.exports = process.env.NODE_ENV === 'production' ? require('./p') : require('./q')"


@pytest.mark.parametrize(
    ("code", "variables", "missing"),
    [
        (CHOICE, {"NODE_ENV": "production"}, False),
        (CHOICE, {"NODE_ENV": "test"}, True),
        (CHOICE, {}, False),
        (f"if (process.env.X) require('gone'); {C}", {"X": "1"}, True),
        (f"if (process.env.X) require('gone'); {C}", {"X": ""}, False),
        (f"if (process.env.X) require('gone'); {C}", {"Y": "1"}, False),
        (f"require(`./p-${{process.env.X || 'q'}}`); {C}", {"X": ""}, True),
        (f"require('./' + process.env.X); {C}", {"X": "gone"}, True),
        (f"require('./' + process.env.X); {C}", {"X": "p"}, False),
        (
            f"const process = {{ env: {{}} }}; if (process.env.X) require('gone'); {C}",
            {"X": "1"},
            0,
        ),
    ],
)
def test_variables_that_are_known(code, variables, missing) -> None:
    """A branch that a known variable decides is as sure as the code around it."""
    files = {"index.js": code, "p.js": C}

    assert ({"module-missing"} if missing else set()) == errors(files, variables=variables)
