"""Every code that can be an error appears for one package, and not for its mended twin.

The tables hold the list complete: a code that a rule may find stands in one of them.
"""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import deflate
import pytest
from support.checking import zip_files

from zipper.archive.listing import read_listing
from zipper.checks.member_rules import ALL_RULES
from zipper.checks.pruned_record import RECORD, format_record
from zipper.checks.run_rules import check_zip
from zipper.target import Target

H = "exports.handler = async () => 1;"
M = "export const handler = async () => 1;"
SHIM = (
    "var r = (function (x) { throw Error('Dynamic require of \"' + x + '\" is not supported') });"
    " r('fs'); "
)
COMPILED = "exports.__esModule = true; exports.default = () => 1;"
GYP = '{"name": "a", "scripts": {"install": "node-gyp rebuild"}, "dependencies": {"bindings": "1"}}'
BINDINGS = "require('bindings')('a.node');"
ADDON = {"index.js": f"require('a'); {H}", "node_modules/a/package.json": '{"name": "a"}'}

NEVER = {
    *("zip-zip64", "layout-node-modules", "handler-shadowed"),
    *("handler-stale-prefix", "mode-not-executable", "module-optional-missing", "module-dynamic"),
    *("binary-shadowed", "runtime-deprecated", "engine-mismatch", "secret-file", "secret-content"),
    *("runtime-preview", "pruned-record"),
    *("layer-version", "layer-incomplete", "layer-unknown"),
    *("entry-variable", "entry-silent"),
    *("junk-file", "integrity-missing", "integrity-weak"),
}
"""Codes whose findings are warnings and infos."""

BY_KIND = {"size-zipped"}
"""A code that is an error for one kind of function: test_kind_rules.py."""

WORKSPACE = {"undeclared-dependency", "sibling-unbuilt", "file-outside"}
"""Codes of members of workspaces, which need one around the zip: tests/e2e/test_members.py."""

CASES: dict[str, tuple[dict, dict, dict]] = {
    "zip-empty": ({}, {"index.js": H}, {}),
    "zip-name-unsafe": ({"../a.js": "", "index.js": H}, {"a.js": "", "index.js": H}, {}),
    "zip-clash": ({"index.js": H, "a": "", "a/b": ""}, {"index.js": H, "a": "", "c/b": ""}, {}),
    "zip-kind": ({"index.js": H, "a": ("", 0o10644)}, {"index.js": H, "a": ""}, {}),
    "zip-symlink": (
        {"index.js": H, "a": ("gone", 0o120777)},
        {"index.js": H, "a": ("index.js", 0o120777)},
        {},
    ),
    "size-unzipped": ({"index.js": H}, {"index.js": H}, {}),
    "size-budget": ({"index.js": H}, {"index.js": "//"}, {"max_unzipped_size_bytes": 10}),
    "layout-wrapped": ({"f/a.js": H, "f/b.js": ""}, {"f/a.js": H, "index.js": H}, {}),
    "layout-layer": (
        {"node_modules/a/index.js": ""},
        {"nodejs/node_modules/a/index.js": ""},
        {"kind": "layer"},
    ),
    "mode-unreadable": ({"index.js": (H, 0o600)}, {"index.js": (H, 0o644)}, {}),
    "handler-malformed": ({"index.js": H}, {"index.js": H}, {"handler": "index"}),
    "handler-missing": ({"main.js": H}, {"index.js": H}, {}),
    "handler-directory": (
        {"index.js": H, "index/a.js": ""},
        {"index.js": H, "lib/a.js": ""},
        {},
    ),
    "handler-syntax": ({"index.js": f"(( {H}"}, {"index.js": H}, {}),
    "handler-esm": ({"index.cjs": M}, {"index.mjs": M}, {}),
    "handler-export": ({"index.js": "exports.main = () => 1"}, {"index.js": H}, {}),
    "handler-callback": (
        {"index.js": "exports.handler = (a, b, c) => 1"},
        {"index.js": "exports.handler = (a, b) => 1"},
        {},
    ),
    "module-missing": (
        {"index.js": f"require('./a'); {H}"},
        {"index.js": f"require('./a'); {H}", "a.js": ""},
        {},
    ),
    "module-case": (
        {"index.js": f"require('./A'); {H}", "a.js": ""},
        {"index.js": f"require('./a'); {H}", "a.js": ""},
        {},
    ),
    "module-export-path": (
        {**ADDON, "node_modules/a/package.json": '{"exports": {"./b": "./b.js"}}'},
        {**ADDON, "node_modules/a/package.json": '{"main": "b"}', "node_modules/a/b.js": ""},
        {},
    ),
    "module-sdk": (
        {"index.js": f"require('aws-sdk'); {H}"},
        {"index.js": f"require('@aws-sdk/client-s3'); {H}"},
        {},
    ),
    "package-json-invalid": (
        {"index.js": H, "package.json": "{"},
        {"index.js": H, "package.json": "{}"},
        {},
    ),
    "module-syntax": (
        {"index.js": f"require('./a'); {H}", "a.js": "(("},
        {"index.js": f"require('./a'); {H}", "a.js": ""},
        {},
    ),
    "module-esm-required": (
        {"index.js": f"require('./a.mjs'); {H}", "a.mjs": "await 1"},
        {"index.js": f"require('./a.mjs'); {H}", "a.mjs": ""},
        {},
    ),
    "module-cycle": (
        {
            "index.mjs": f"import './b.mjs'; export const a = 1; {M}",
            "b.mjs": "import { a } from './index.mjs'; a;",
        },
        {
            "index.mjs": f"import './b.mjs'; export const a = 1; {M}",
            "b.mjs": "import { a } from './index.mjs'; export const b = () => a;",
        },
        {},
    ),
    "module-default": (
        {"index.mjs": f"import a from './a.cjs'; a(); {M}", "a.cjs": COMPILED},
        {"index.mjs": f"import a from './a.cjs'; a.default(); {M}", "a.cjs": COMPILED},
        {},
    ),
    "module-export-name": (
        {"index.mjs": f"import {{ b }} from './a.mjs'; {M}", "a.mjs": "export const a = 1"},
        {"index.mjs": f"import {{ a }} from './a.mjs'; {M}", "a.mjs": "export const a = 1"},
        {},
    ),
    "module-format": (
        {"index.mjs": f"import './a.json'; {M}", "a.json": "{}"},
        {"index.mjs": f"import './a.json' with {{ type: 'json' }}; {M}", "a.json": "{}"},
        {},
    ),
    "module-require-shim": ({"index.mjs": SHIM + M}, {"index.js": SHIM + H}, {}),
    "module-scope": ({"index.mjs": f"__dirname; f(__dirname); {M}"}, {"index.js": H}, {}),
    "module-import-meta": (
        {"index.js": f"const m = {{}}; require('module').createRequire(m.url); {H}"},
        {"index.js": f"require('module').createRequire(__filename); {H}"},
        {},
    ),
    "module-ends": (
        {"index.js": f"{H} throw new Error('no');"},
        {"index.js": f"{H} if (process.env.A) throw new Error('no');"},
        {},
    ),
    "file-missing": (
        {"index.js": f"require('fs').readFileSync(__dirname + '/a'); {H}"},
        {"index.js": f"require('fs').readFileSync(__dirname + '/a'); {H}", "a": ""},
        {},
    ),
    "file-read-only": (
        {"index.js": f"require('fs').writeFileSync(__dirname + '/a', ''); {H}"},
        {"index.js": f"require('fs').writeFileSync('/tmp/a', ''); {H}"},
        {},
    ),
    "pruned-file-missing": (
        {"index.js": H, RECORD: format_record(["a.js"], mode="safe", handler="index.handler")},
        {"index.js": H, RECORD: format_record(["index.js"], mode="safe", handler="index.handler")},
        {},
    ),
    "script-needed": (
        {
            **ADDON,
            "node_modules/a/package.json": GYP,
            "node_modules/a/binding.gyp": "",
            "node_modules/a/index.js": BINDINGS,
            "node_modules/bindings/index.js": "module.exports = () => 1",
        },
        {**ADDON, "node_modules/a/index.js": ""},
        {},
    ),
    "entry-missing": ({"a.js": "f(x)"}, {"index.js": "f(x)"}, {"kind": "web"}),
    "kind-runtime": ({"index.js": H}, {"index.js": H}, {"kind": "web", "runtime": "nodejs22.x"}),
    "kind-architecture": ({"index.js": H}, {"index.js": H}, {"kind": "web"}),
    "kind-layers": ({"index.js": H}, {"index.js": H}, {"kind": "edge", "unknown_layers": ("a",)}),
    "kind-variables": ({"index.js": H}, {"index.js": H}, {"kind": "edge", "variables": {"A": "b"}}),
    "timeout-long": ({"index.js": H}, {"index.js": H}, {"timeout_seconds": 1801}),
    "runtime-unknown": ({"index.js": H}, {"index.js": H}, {"unknown_runtime": "node22"}),
}
BINARIES = {
    "binary-abi": lambda b: b + b"\0node_register_module_v93\0",
    "binary-arch": lambda b: b[:18] + b"\xb7\x00" + b[20:],
    "binary-format": lambda b: b"MZ" + b[2:],
    "binary-glibc": lambda b: b.replace(b"\0GLIBC_2.2.5\0", b"\0GLIBC_2.9.9\0"),
    "binary-library-missing": lambda b: b.replace(b"\0libc.so.6\0", b"\0libq.so.6\0"),
    "binary-musl": lambda b: b.replace(b"\0libc.so.6\0", b"\0libc.musl\0"),
    "binary-truncated": lambda b: b[: len(b) // 2],
}
BY_OPTIONS = {"handler-malformed", "runtime-unknown"}
"""Codes that what is said of the function decides, whatever the zip holds."""
BY_BYTES = {"zip-unreadable", "zip-duplicate", "zip-encrypted", "zip-method", "zip-crc"}


def errors(archive, *, handler="index.handler", runtime="nodejs24.x", **options):
    """Return the codes of the errors about a zip."""
    if options.get("kind") in ("layer", "web"):
        handler = None
    report = check_zip(archive, path="f.zip", target=Target(runtime), handler=handler, **options)
    return {finding.code for finding in report.findings if finding.severity == "error"}


def test_the_tables_are_complete() -> None:
    """Each code of a rule is in one table: of errors, of binaries, of bytes, or never an error."""
    tables = (NEVER, set(CASES), set(BINARIES), BY_BYTES, BY_KIND, WORKSPACE)

    assert {rule.code for rule in ALL_RULES} == set.union(*tables)
    assert sum(map(len, tables)) == len(set.union(*tables))


@pytest.mark.parametrize("code", sorted(set(CASES) - {"size-unzipped"}))
def test_an_error_appears_and_does_not(code: str) -> None:
    """The error is found in the first package and not in the second."""
    broken, mended, options = CASES[code]
    is_about_options = code.startswith(("kind-", "timeout-")) or code in BY_OPTIONS
    mend = {} if is_about_options else options

    assert code in errors(zip_files(broken), **options)
    assert code not in errors(zip_files(mended), **mend)


def test_an_unzipped_size_above_the_quota() -> None:
    """The sizes in the directory count."""
    size = len(H).to_bytes(4, "little")
    archive = zip_files({"index.js": H})

    assert "size-unzipped" in errors(archive.replace(size, (3 << 28).to_bytes(4, "little")))
    assert "size-unzipped" not in errors(archive)


@pytest.mark.skipif(sys.platform != "linux", reason="needs an ELF file of this machine")
@pytest.mark.parametrize("code", sorted(set(BINARIES) - {"binary-glibc"}))  # see test_binary_rules
def test_an_error_of_a_binary_appears_and_does_not(code: str) -> None:
    """A library of this machine is sound, and damaged in one way it has the one error."""
    library = next(Path(deflate.__file__).parent.glob("_deflate*.so")).read_bytes()
    if library[18:20] != b"\x3e\x00":
        pytest.skip("the byte patterns are those of x86_64")
    files = {**ADDON, "node_modules/a/index.js": "module.exports = require('./' + name)"}

    damaged = {**files, "node_modules/a/x.node": BINARIES[code](library)}
    assert {code} == errors(zip_files(damaged))
    assert set() == errors(zip_files({**files, "node_modules/a/x.node": library}))


def _two(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.js"), H)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(zipfile.ZipInfo(name), H)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("code", "archive"),
    [
        ("zip-unreadable", b"no zip"),
        ("zip-duplicate", None),
        ("zip-crc", zip_files({"index.js": H}).replace(H.encode(), H.upper().encode())),
        ("zip-method", zip_files({"index.js": H}).replace(b"\x14\0\0\0\0\0", b"\x14\0\0\0\x0e\0")),
        ("zip-encrypted", zip_files({"index.js": H}).replace(b"\x14\0\0\0\0\0", b"\x14\0\1\0\0\0")),
    ],
)
def test_an_error_of_the_format_appears_and_does_not(code: str, archive: bytes | None) -> None:
    """A zip that is damaged in one way has the error, a sound one has not."""
    assert code in errors(_two("index.js") if archive is None else archive)
    assert code not in errors(zip_files({"index.js": H}))


def test_a_listing_is_what_is_judged() -> None:
    """The zips above can be read, so that each error is that of its rule."""
    assert not read_listing(zip_files({"index.js": H})).faults
