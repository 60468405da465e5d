"""The closure from the handler on: what is missing, of the wrong kind, assumed or unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.checking import check_files, zip_files

from zipper.archive.listing import read_listing
from zipper.checks.run_rules import check_zip, find_handler
from zipper.pipeline.parts_in_memory import PartsInMemory
from zipper.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zipper.checks.file_facts import FactKey
    from zipper.checks.results import Report

HANDLER = "exports.handler = async () => 1;"


def codes(report: Report) -> dict[str, str]:
    """Return severities by code, of what is about the handler and its modules."""
    families = ("handler", "module", "package", "script", "binary")
    return {f.code: f.severity for f in report.findings if f.code.startswith(families)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("require('a')", {"module-missing": "error"}),
        ("try { require('a') } catch {}", {"module-optional-missing": "info"}),
        ("() => require('a')", {"module-missing": "warning"}),
        ("if (x) require('a')", {"module-missing": "warning"}),
        ("require(a)", {"module-dynamic": "info"}),
        ("require('@aws-sdk/client-s3')", {"module-sdk": "info"}),
        ("require('@aws-sdk/util-dynamodb')", {"module-sdk": "info"}),
        ("require('@aws-sdk/node-http-handler')", {"module-sdk": "warning"}),
        ("require('@aws-sdk/no-such-thing')", {"module-sdk": "warning"}),
        ("require('aws-sdk')", {"module-sdk": "error"}),
        ("require('@smithy/types')", {"module-sdk": "error"}),
        ("require('@smithy/part/gone')", {"module-missing": "error"}),
        ("require('./Lib')", {"module-case": "error"}),
        ("require('PKG')", {"module-case": "error"}),
        ("require('pkg/hidden')", {"module-export-path": "error"}),
        ("require('bad')", {"package-json-invalid": "error"}),
        ("require('./broken')", {"module-syntax": "error"}),
        ("require('./broken.json')", {"module-syntax": "error"}),
        ("require('fs'); require('node:path'); require('./lib'); require('pkg')", {}),
    ],
)
def test_requests_of_the_handler(text: str, expected: dict[str, str]) -> None:
    """Each way in which a request fails has its code, and a severity by when it runs."""
    files = {
        "index.js": f"{text};\n{HANDLER}",
        "lib.js": "exports.a = 1",
        "broken.js": "(((",
        "broken.json": "{",
        "node_modules/pkg/package.json": '{"name": "pkg", "exports": {".": "./i.js"}}',
        "node_modules/pkg/i.js": "",
        "node_modules/bad/package.json": "{",
        "node_modules/@smithy/part/package.json": '{"exports": {"./gone": "./lib/gone.js"}}',
    }
    assert expected == codes(check_files(files))


@pytest.mark.parametrize(
    ("specifier", "words"),
    [
        ("a", "`node_modules/a` is there, but not its file `index.js`"),
        ("a/b", "`node_modules/a` is there, but not its file `b`"),
        ("main", "`node_modules/main` has no file `./x.js`, which its `main` names"),
        ("@s/map", "`node_modules/@s/map` is there, but not its file `dist/i.js`"),
    ],
)
def test_packages_that_are_there_in_part(specifier: str, words: str) -> None:
    """A package without the file that is asked for is told apart from one that is missing."""
    files = {
        "index.js": f"require('{specifier}');\n{HANDLER}",
        "node_modules/a/package.json": "{}",
        "node_modules/main/package.json": '{"main": "./x.js"}',
        "node_modules/@s/map/package.json": '{"exports": "./dist/i.js"}',
    }
    (finding,) = [f for f in check_files(files).findings if f.code == "module-missing"]
    assert words in finding.message


@pytest.mark.parametrize(
    ("name", "text", "file"),
    [
        ("index.mjs", "import './lib/a'; export const handler = () => 1", "lib/a.js"),
        ("index.js", f"require('./lib/a');\n{HANDLER}", "lib/a.cjs"),
    ],
)
def test_names_without_their_extension(name: str, text: str, file: str) -> None:
    """An extension that nobody adds is told as such, with the name to write."""
    report = check_files({name: text, file: "", "LIB/a/b.js": ""})
    (finding,) = [f for f in report.findings if f.code.startswith("module")]
    assert "module-missing" == finding.code
    assert f"the package has `{file}`, which must be named in full" in finding.message
    assert f"write `./{file}`" == finding.hint


def test_missing_modules_name_place_line_and_remedy() -> None:
    """A finding says which file asks in which line, and what to do."""
    report = check_files({"index.js": f"\n\nrequire('left-pad');\n{HANDLER}"})
    (finding,) = [f for f in report.findings if f.code == "module-missing"]
    assert "index.js" == finding.path
    assert "`index.js` line 3 needs `left-pad`" in finding.message
    assert "`dependencies`" in finding.hint


def test_features_that_a_package_does_not_promise_are_optional() -> None:
    """What a package asks for in a function, and lists as optional peer or nowhere, is an info."""
    files = {
        "index.js": f"require('a');\n{HANDLER}",
        "node_modules/a/package.json": '{"dependencies": {"promised": "1"}, '
        '"peerDependencies": {"peer": "1"}}',
        "node_modules/a/index.js": "function f() { require('peer'); require('nowhere') }",
    }
    assert {"module-optional-missing": "info"} == codes(check_files(files))
    files["node_modules/a/index.js"] = "function f() { require('promised') }"
    assert {"module-missing": "warning"} == codes(check_files(files))
    files["node_modules/a/package.json"] = (
        '{"dependencies": {"promised": "1"}, "optionalDependencies": {"promised": "1"}}'
    )
    assert {"module-optional-missing": "info"} == codes(check_files(files))


def test_the_closure_counts_what_is_proven_assumed_and_unknown() -> None:
    """The report says what was reached, what is brought along, and what nobody can follow."""
    files = {
        "index.js": "require('./a'); require('@aws-sdk/client-s3'); "
        f"require('in-layer');\n{HANDLER}",
        "a.js": "require('./b.json'); require(process.argv[2])",
        "b.json": "{}",
        "unreached.js": "require('nothing')",
    }
    layer = {"nodejs/node_modules/in-layer/index.js": ""}
    report = check_files(files, layers=[layer])
    assert "pass" == report.verdict
    assert report.closure is not None
    assert 4 == report.closure.proven
    assert ("@aws-sdk/client-s3", "in-layer (layer)") == report.closure.assumed
    (unknown,) = report.closure.unknown
    assert ("a.js", 1, "require(process.argv[2])") == (
        unknown.path,
        unknown.line,
        unknown.expression,
    )


@pytest.mark.parametrize(
    ("runtime", "target", "expected"),
    [
        ("nodejs20.x", "export const a = 1", {"module-esm-required": "error"}),
        ("nodejs22.x", "export const a = 1", {"module-esm-required": "error"}),
        ("nodejs24.x", "export const a = 1", {}),
        ("nodejs24.x", "await 1; export const a = 1", {"module-esm-required": "error"}),
        ("nodejs24.x", "export * from './waits.js'", {"module-esm-required": "error"}),
        ("nodejs24.x", "const f = () => import('./waits.js'); export const a = 1", {}),
    ],
)
def test_requires_of_es_modules(runtime: str, target: str, expected: dict[str, str]) -> None:
    """`require` of an ES module fails up to Node.js 22, and later where its graph awaits."""
    files = {
        "index.js": f"require('esm');\n{HANDLER}",
        "node_modules/esm/package.json": '{"type": "module", "exports": "./i.js"}',
        "node_modules/esm/i.js": target,
        "node_modules/esm/waits.js": "await 1",
    }
    assert expected == codes(check_files(files, runtime=runtime))


@pytest.mark.parametrize(
    ("runtime", "target"),
    [("nodejs20.x", "export const a = 1"), ("nodejs24.x", "await 1; export const a = 1")],
)
@pytest.mark.parametrize("asks", ["index.js", "node_modules/b/index.js"])
def test_code_of_ones_own_can_be_changed(runtime: str, target: str, asks: str) -> None:
    """A project's file may use `import()`; nobody changes a package's."""
    files = {
        "index.js": f"require('b');\n{HANDLER}",
        "node_modules/b/index.js": "",
        "node_modules/esm/package.json": '{"type": "module", "exports": "./i.js"}',
        "node_modules/esm/i.js": target,
    }
    files[asks] = f"require('esm'); {files[asks]}"

    findings = check_files(files, runtime=runtime).findings

    (found,) = [one for one in findings if one.code == "module-esm-required"]
    assert ("import()" in found.hint) == (asks == "index.js")


@pytest.mark.parametrize(
    ("names", "target", "expected"),
    [
        ("{ a }", "export const a = 1", {}),
        ("{ b }", "export const a = 1", {"module-export-name": "error"}),
        ("d", "export const a = 1", {"module-export-name": "error"}),
        ("d", "export default 1", {}),
        ("* as all", "export const a = 1", {}),
        ("{ c }", "export * from './more.mjs'", {}),
        ("d", "export * from './more.mjs'", {"module-export-name": "error"}),
        ("{ x }", "export * from 'fs'", {}),
    ],
)
def test_named_imports(names: str, target: str, expected: dict[str, str]) -> None:
    """A static import of a name that nobody exports is an error before anything runs."""
    files = {
        "index.mjs": f"import {names} from './target.mjs';\nexport const handler = () => 1",
        "target.mjs": target,
        "more.mjs": "export const c = 1; export default 2",
    }
    assert expected == codes(check_files(files))


@pytest.mark.parametrize(
    ("text", "runtimes"),
    [
        ("import { createZstdDecompress } from 'node:zlib'", "20"),
        ("import { isRegExp } from 'util'", "24"),
        ("import { fips } from 'crypto'", "20 22 24"),
        ("import fs, { readFile } from 'node:fs'", ""),
        ("import { nothing } from 'constants'", ""),
        ("export { getCallSite } from 'util'", "20 24"),
        ("import { strict, partialDeepStrictEqual } from 'node:assert/strict'", "20"),
    ],
)
def test_names_of_builtin_modules(text: str, runtimes: str) -> None:
    """What Node's own modules export depends on the runtime."""
    files = {"index.mjs": f"{text};\nexport const handler = () => 1"}
    assert runtimes == _runtimes_that_lack_a_name(files)


def test_modules_that_are_known_to_be_optional() -> None:
    """In a bundle they are a warning of their own, in a package an info; at once an error."""
    lazy = "exports.later = () => require('pg-native');"
    bundle = codes(check_files({"index.js": f"{lazy} {HANDLER}"}))
    package = {
        "index.js": f"require('pg'); {HANDLER}",
        "node_modules/pg/package.json": '{"dependencies": {}}',
        "node_modules/pg/index.js": lazy,
    }

    assert {"module-optional-missing": "warning"} == bundle
    assert {"module-optional-missing": "info"} == codes(check_files(package))
    at_once = codes(check_files({"index.js": f"require('pg-native'); {HANDLER}"}))
    assert {"module-missing": "error"} == at_once


def test_the_branch_of_development_may_be_absent() -> None:
    """What NODE_ENV chooses while one develops is left out by tracers on purpose."""
    text = (
        "if (process.env.NODE_ENV === 'production') module.exports = require('./a.js');"
        "else module.exports = require('./a.development.js');"
    )
    files = {"index.js": f"require('./b'); {HANDLER}", "b.js": text, "a.js": ""}

    assert {"module-optional-missing": "info"} == codes(check_files(files))


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        (
            {
                "index.mjs": "import 'd/format'; export const handler = () => 1",
                "node_modules/d/format/index.js": "",
            },
            "write `d/format/index.js`",
        ),
        (
            {"index.js": f"require('../../gone'); {HANDLER}"},
            "mend the path: it leads out of the package, to `/gone`",
        ),
        (
            {"index.js": f"require('./lib/gone'); {HANDLER}", "lib/a.js": ""},
            "pack `lib/gone`, or mend the path",
        ),
        (
            {"index.js": f"require('./lib'); {HANDLER}", "lib/a.js": ""},
            "name the file in that folder; only one that has an `index.js` can be required",
        ),
    ],
)
def test_hints_fit(files: dict[str, str], hint: str) -> None:
    """A hint names the file that should be named, and packs nothing that lies elsewhere."""
    assert [hint] == [f.hint for f in check_files(files).findings if f.code == "module-missing"]


def test_names_that_may_be_newer_than_the_table() -> None:
    """A name, or a module, that no known Node has may come with a release: a warning."""
    for text in ("import { readFile, nothing } from 'fs'", "import 'node:nothing'"):
        files = {"index.mjs": f"{text};\nexport const handler = () => 1"}
        assert ["warning"] == list(codes(check_files(files)).values())


def test_a_module_that_came_with_a_later_node() -> None:
    """The message says which Node brought the module."""
    files = {"index.js": f"require('node:sqlite'); {HANDLER}"}
    (finding,) = [
        f for f in check_files(files, runtime="nodejs20.x").findings if f.code == "module-missing"
    ]
    assert "came with Node.js 22, and this is 20" in finding.message
    assert "error" == finding.severity


def _runtimes_that_lack_a_name(files: dict[str, str]) -> str:
    lacking = {"module-export-name": "error"}
    reports = {m: codes(check_files(files, runtime=f"nodejs{m}.x")) for m in (20, 22, 24)}
    assert {} in reports.values() or len(set(map(str, reports.values()))) == 1
    return " ".join(str(major) for major, found in reports.items() if found == lacking)


@pytest.mark.parametrize(
    ("text", "runtimes"),
    [
        ("const { createZstdDecompress: d } = require('node:zlib'); d.bind(null)", "20"),
        ("const z = require('zlib'); const all = { d: z.createZstdDecompress.bind(null) }", "20"),
        ("const { isRegExp } = require('util'); isRegExp(1)", "24"),
        ("const u = require('util'); new u.log()", "24"),
        ("const h = require('http'); class A extends h.WebSocket {}", "20"),
        ("const u = require('util'); (() => { u.isRegExp(1) })()", "24"),
        ("const { isRegExp } = require('util'); exports.later = () => isRegExp(1)", ""),
        ("const { isRegExp = () => 1 } = require('util'); isRegExp(1)", ""),
        ("let { isRegExp } = require('util'); isRegExp ??= () => 1; isRegExp(1)", ""),
        ("const u = require('util'); u.isRegExp = () => 1; u.isRegExp(1)", ""),
        ("const u = require('util'); u.isRegExp?.(1)", ""),
        ("const u = require('util'); if (u.isRegExp) u.isRegExp(1)", ""),
        ("const u = require('util'); try { u.isRegExp(1) } catch {}", ""),
        ("const u = require('util'); const f = u.isRegExp", ""),
        ("const u = require('util'); ((u) => u.isRegExp(1))({ isRegExp() {} })", ""),
        ("const u = require('util'); u.nothing(1)", ""),
    ],
)
def test_names_that_commonjs_needs_of_builtin_modules(text: str, runtimes: str) -> None:
    """What `require` finds undefined is an error where the code cannot load without it."""
    files = {"index.js": f"{text};\nexports.handler = async () => 1"}
    assert runtimes == _runtimes_that_lack_a_name(files)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("exports.a = 1", {}),
        ("module.exports = { a: 1 }", {"module-export-name": "error"}),
        ("module.exports = { a }", {}),
        ("module.exports = make()", {"module-export-name": "error"}),
        ("module.exports = require('./other.cjs')", {}),
        ("module.exports = require('fs')", {}),
        (
            "module.exports = require('./nowhere.cjs')",
            {"module-export-name": "error", "module-missing": "error"},
        ),
    ],
)
def test_named_imports_of_commonjs(target: str, expected: dict[str, str]) -> None:
    """From CommonJS come the names that cjs-module-lexer finds, those of re-exports included."""
    files = {
        "index.mjs": "import { a } from './target.cjs';\nexport const handler = () => 1",
        "target.cjs": target,
        "other.cjs": "exports.a = 1",
    }
    assert expected == codes(check_files(files))


@pytest.mark.parametrize(
    ("handler", "files", "runtime", "expected"),
    [
        ("index.handler", {"index.js": HANDLER}, "nodejs24.x", {}),
        ("index.handler", {"index.mjs": "export const handler = () => 1"}, "nodejs22.x", {}),
        ("./index.handler", {"index.js": HANDLER}, "nodejs24.x", {}),
        ("a/b.c/index.handler", {"a/b.c/index.js": HANDLER}, "nodejs22.x", {}),
        ("index", {"index.js": HANDLER}, "nodejs24.x", {"handler-malformed": "error"}),
        ("../index.handler", {"index.js": HANDLER}, "nodejs24.x", {"handler-malformed": "error"}),
        ("in dex.handler", {"in dex.js": HANDLER}, "nodejs24.x", {"handler-malformed": "error"}),
        (
            "x" * 130 + ".handler",
            {"index.js": HANDLER},
            "nodejs24.x",
            {"handler-malformed": "error"},
        ),
        ("index.handler", {"Index.js": HANDLER}, "nodejs24.x", {"handler-missing": "error"}),
        ("index.handler", {"index.ts": HANDLER}, "nodejs24.x", {"handler-missing": "error"}),
        (
            "my.handler.handler",
            {"my.handler.js": HANDLER},
            "nodejs24.x",
            {"handler-missing": "error"},
        ),
        ("index.js", {"index.js": HANDLER}, "nodejs24.x", {"handler-export": "error"}),
        ("index.main", {"index.js": HANDLER}, "nodejs24.x", {"handler-export": "error"}),
        ("index.handler", {"index.js": "module.exports = wrap()"}, "nodejs24.x", {}),
        ("index.handler", {"index.js": "(("}, "nodejs24.x", {"handler-syntax": "error"}),
        (
            "index.handler",
            {"index.js": "export const handler = () => 1"},
            "nodejs22.x",
            {"handler-esm": "error"},
        ),
        ("index.handler", {"index.js": "export const handler = () => 1"}, "nodejs24.x", {}),
        (
            "index.handler",
            {"index.mjs": HANDLER},
            "nodejs22.x",
            {"handler-esm": "error"},
        ),
        (
            "dist/index.handler",
            {"index.js": HANDLER},
            "nodejs24.x",
            {"handler-stale-prefix": "warning"},
        ),
        ("index.handler", {"index.js": HANDLER, "index/a.txt": ""}, "nodejs22.x", {}),
        (
            "index.handler",
            {"index.js": HANDLER, "index/a.txt": ""},
            "nodejs24.x",
            {"handler-directory": "error"},
        ),
        (
            "index.handler",
            {"index.mjs": "export const handler = () => 1", "index/a.txt": ""},
            "nodejs22.x",
            {"handler-directory": "error"},
        ),
        ("lib.handler", {"lib/index.js": HANDLER}, "nodejs22.x", {}),
        ("lib.handler", {"lib/index.js": HANDLER}, "nodejs24.x", {"handler-directory": "error"}),
        (
            "index.handler",
            {"index.js": HANDLER, "index": HANDLER},
            "nodejs22.x",
            {"handler-shadowed": "warning"},
        ),
        ("index.handler", {"index.js": "exports.handler = (a, b, c) => 1"}, "nodejs22.x", {}),
        (
            "index.handler",
            {"index.js": "exports.handler = (a, b, c) => 1"},
            "nodejs24.x",
            {"handler-callback": "error"},
        ),
        (
            "index.handler",
            {"index.mjs": "export default { handler() {} }"},
            "nodejs22.x",
            {"handler-export": "error"},
        ),
        ("index.handler", {"index.mjs": "export default { handler() {} }"}, "nodejs24.x", {}),
    ],
)
def test_handlers(
    handler: str, files: dict[str, str], runtime: str, expected: dict[str, str]
) -> None:
    """The two loaders of Lambda are told apart in what they find and refuse."""
    assert expected == codes(check_files(files, handler=handler, runtime=runtime))


def test_a_handler_in_a_layer_of_its_own_kind_is_not_asked_for() -> None:
    """A layer has no handler and no closure."""
    report = check_files(
        {"nodejs/node_modules/a/index.js": ""}, handler="index.handler", kind="layer"
    )
    assert {} == codes(report)
    assert report.closure is None


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        ("{}", "index.handler"),
        ('{"main": "src/app.js"}', "src/app.handler"),
        ('{"main": "./dist/index.mjs"}', "dist/index.handler"),
        ('{"main": "lib/main"}', "lib/main.handler"),
        ('{"main": "a.b"}', "index.handler"),
        ('{"main": "./lib/"}', "lib.handler"),
        ('{"main": "./"}', "index.handler"),
        ('{"main": "lambda.ts"}', "lambda.handler"),
        ("[", "index.handler"),
    ],
)
def test_the_handler_that_is_meant(manifest: str, expected: str) -> None:
    """Without a handler, `main` of package.json says where it is."""
    assert expected == find_handler(read_listing(zip_files({"package.json": manifest})))


def test_a_package_json_beyond_all_measure_is_not_read() -> None:
    """It is said with its size, and nothing is parsed."""
    manifest = '{"name": "a"' + " " * (5 << 20) + "}"
    files = {"index.js": f"require('a'); {HANDLER}", "node_modules/a/package.json": manifest}
    (finding,) = [f for f in check_files(files).findings if f.severity == "error"]
    assert "package-json-invalid" == finding.code
    assert "5,242,893" in finding.message


def test_a_zip_of_many_times_the_quota_is_judged_by_its_listing() -> None:
    """What cannot be deployed at all is not inflated."""
    listing = read_listing(zip_files({"index.js": "require('a')"}))
    archive = bytes(listing.source).replace(
        len("require('a')").to_bytes(4, "little"), (3 << 30).to_bytes(4, "little")
    )
    report = check_zip(archive, path="out.zip", target=Target(), handler="index.handler")
    assert ["size-unzipped"] == [f.code for f in report.findings]
    assert "not looked into" in report.findings[0].message
    assert report.closure is None


def test_a_file_runs_as_early_as_anyone_asks_for_it() -> None:
    """A function that may ask for a file later does not hide that another file needs it at once."""
    files = {
        "index.js": f"exports.f = () => require('./b'); require('./a'); {HANDLER}",
        "a.js": "require('./b')",
        "b.js": "require('c')",
    }
    assert {"module-missing": "error"} == codes(check_files(files))


def test_strict_fails_on_warnings() -> None:
    """`strict` makes a warning decide the verdict."""
    files = {"index.js": f"() => require('a');\n{HANDLER}"}
    assert ("pass", "fail") == (check_files(files).verdict, check_files(files, strict=True).verdict)


def test_a_second_check_finds_the_same_from_memory() -> None:
    """What is remembered gives the same report, and nothing is scanned again."""

    class Memory:
        def __init__(self) -> None:
            self.known: dict[FactKey, bytes] = {}
            self.puts = 0
            self.parts = PartsInMemory()

        def get_many(self, keys: Iterable[FactKey]) -> Mapping[FactKey, bytes]:
            return {key: self.known[key] for key in keys if key in self.known}

        def put_many(self, values: Mapping[FactKey, bytes]) -> None:
            self.puts += 1
            self.known.update(values)

    memory = Memory()
    files = {
        "index.mjs": "import { a } from './b.cjs'; import './c.mjs'; export const handler = "
        "() => 1",
        "b.cjs": "exports.a = require(x)",
        "c.mjs": "export * from './c.mjs'",
        "copy.mjs": "export * from './c.mjs'",
    }
    first = check_files(files, facts=memory)
    puts = memory.puts
    assert puts
    assert first == check_files(files, facts=memory)
    assert puts == memory.puts
    memory.known = dict.fromkeys(memory.known, b"damaged")
    assert first == check_files(files, facts=memory)


@pytest.mark.parametrize(
    "files",
    [
        {"index.js": "x" * 3_000_000},
        {
            "index.js": "require('a')",
            "node_modules/a/package.json": '{"exports":' + '{"node":' * 5000 + "1" + "}" * 5001,
        },
        {"index.js": "require('a')", "node_modules/a/package.json": "[" * 100_000},
        {"index.js": "module.exports = require('./index.js')"},
        {"index.mjs": "export * from './index.mjs'; export const handler = () => 1"},
        {f"{i}.js": f"require('./{(i + 1) % 500}')" for i in range(500)}
        | {"index.js": f"require('./0');{HANDLER}"},
    ],
    ids=["long", "nested exports", "nested json", "itself", "star of itself", "chain"],
)
def test_hostile_packages_end_in_a_report(files: dict[str, str]) -> None:
    """Circles, endless nesting and long lines have a report like everything else."""
    assert check_files(files).verdict in ("pass", "fail")


def test_a_large_script_is_read_in_pieces() -> None:
    """A script of many megabytes in one line has sure facts too."""
    text = HANDLER + "require('nothing');" + "a=b+c;" * 400_000
    report = check_files({"index.js": text})
    assert {"module-missing": "error"} == codes(report)


def test_a_large_script_that_cannot_be_cut_is_searched() -> None:
    """Where brackets of a large script do not match, its requests are found and not proven."""
    text = HANDLER + "require('nothing');" + "a=b+c;" * 100_000 + "("
    report = check_files({"index.js": text})
    assert {"module-missing": "warning", "module-dynamic": "info"} == codes(report)
