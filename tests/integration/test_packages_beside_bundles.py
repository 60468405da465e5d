"""Which packages stay beside a bundle, and what is said of them: by the real esbuild."""

from __future__ import annotations

import pytest

from tests.support.bundling_project import BundlingProject, bundle_of, metafile_of
from zipper.bundling.surroundings import KeptPackage

pytestmark = [pytest.mark.network, pytest.mark.ci]

HANDLER = "export const handler = async (): Promise<unknown> => "
PLACE = "uses its own place on the disk: `__dirname + '/x.txt'`"
HERE = {"index.js": "exports.h = require('fs').readFileSync(__dirname + '/x.txt');\n"}


def test_what_stays_is_told_with_its_way_in(project: BundlingProject) -> None:
    """By name, with the file and the line; the hint where `bundle_anyway` is one."""
    specs = project.write_packages(
        native={
            "package.json": {"dependencies": {"follows": "file:follows.tgz"}},
            "index.js": "exports.n = () => process.dlopen;\n",
            "b/y.node": "y",
            "a/linux.node": "z",
        },
        follows={"index.js": "exports.d = 1;\n"},
        chosen={"index.js": "exports.e = 1;\n"},
        odd={"index.js": "\nrequire('./x.foo');\n", "x.foo": "x"},
        here={"index.js": "exports.h = require('fs').readFileSync(__dirname + '/x.txt');\n"},
        anyway={"index.js": "exports.h = require('fs').readFileSync(__dirname + '/x.txt');\n"},
    )
    imports = "".join(f"import * as {name} from '{name}';\n" for name in specs)
    code = f"{imports}{HANDLER}[{', '.join(specs)}];\n"
    project.write({"package.json": {"name": "fn", "dependencies": specs}, "index.ts": code})

    planned = project.bundle(external=("chosen",), bundle_anyway=("anyway",))

    hint = "`bundle_anyway` takes it into the bundle all the same"
    place = (
        "uses its own place on the disk: `__dirname + '/x.txt'` (node_modules/here/index.js line 1)"
    )
    odd = 'has what no bundle can hold: No loader is configured for ".foo" files: '
    binary = "holds native code, which no bundle can (node_modules/native/a/linux.node)"
    expected = {
        "odd": (f"{odd}node_modules/odd/x.foo (node_modules/odd/index.js line 2)", ""),
        "chosen": ("is named by `external` in the settings", ""),
        "native": (binary, ""),
        "here": (place, hint),
    }
    found = {one.path: one for one in planned.findings if one.code == "bundle-kept"}
    assert {f"node_modules/{name}" for name in expected} == set(found)
    for name, (reason, told) in expected.items():
        row = ("bundle-kept", "info", f"node_modules/{name}", "", told)
        one = found[f"node_modules/{name}"]
        assert row == (one.code, one.severity, one.path, one.source, one.hint)
        assert f"`{name}` stays in node_modules: it {reason}" == one.message
    kept = {*found, "node_modules/follows"}
    assert (
        kept == set(bundle_of(planned).kept) == set(planned.tree.nodes) - {""} == set(planned.zips)
    )
    assert {"node_modules/anyway"} == set(bundle_of(planned).bundled)
    names = {file.path for file in planned.files}
    assert {"index.js", "node_modules/follows/index.js", "node_modules/odd/x.foo"} <= names
    assert not any(name.startswith("node_modules/anyway/") for name in names)


def test_versions_beside_each_other_stay_together(project: BundlingProject) -> None:
    """The bundle finds the topmost one by its name: that one stays too, and cannot be taken in."""
    project.write_packages(
        x={"index.js": "exports.x = 1;\n"},
        here={"package.json": {"dependencies": {"x": "2.0.0"}}, **HERE},
        other={"package.json": {"name": "x", "version": "2.0.0"}, "index.js": "exports.x = 2;\n"},
    )
    manifest = {"name": "fn", "dependencies": {"x": "file:x.tgz", "here": "file:here.tgz"}}
    packages = {
        "": manifest,
        "node_modules/x": {"version": "1.0.0", "resolved": "file:x.tgz"},
        "node_modules/here": {
            "version": "1.0.0", "resolved": "file:here.tgz",
            "dependencies": {"x": "file:other.tgz"},
        },
        "node_modules/here/node_modules/x": {"version": "2.0.0", "resolved": "file:other.tgz"},
    }  # fmt: skip
    code = f"import h from 'here';\nimport x from 'x';\n{HANDLER}[h, x];\n"
    lock = {"lockfileVersion": 3, "packages": packages}
    project.write({"package.json": manifest, "package-lock.json": lock, "index.ts": code})

    bundle = bundle_of(project.bundle(handler="index.handler"))

    reason = "has the name of another one that stays"
    assert {
        "node_modules/here": KeptPackage(
            "node_modules/here", "place", PLACE, "node_modules/here/index.js", 1
        ),
        "node_modules/here/node_modules/x": KeptPackage(
            "node_modules/here/node_modules/x", "dependency", "is a dependency of `here`"
        ),
        "node_modules/x": KeptPackage("node_modules/x", "version", reason, "index.ts", 2),
    } == bundle.kept
    hints = {one.path: one.hint for one in bundle.findings}
    way = "`bundle_anyway` takes it into the bundle all the same"
    assert {"node_modules/here": way, "node_modules/x": ""} == hints


def test_code_beside_the_bundle_asks_for_packages(project: BundlingProject) -> None:
    """Which stay for it, at the first line that names them."""
    specs = project.write_packages(
        a={"index.js": "exports.a = 1;\n"},
        b={"index.js": "exports.b = 1;\n"},
        shaken={"package.json": {"sideEffects": False}, "index.js": "exports.s = 1;\n"},
    )
    code = "import { readdirSync } from 'node:fs';\nimport path from 'node:path';\n"
    code += "import { createRequire } from 'node:module';\nimport { a } from 'a';\n"
    code += "import { b } from 'b';\nimport { s } from 'shaken';\n"
    code += "const own = createRequire(import.meta.url);\n"
    code += "const place = path.join(__dirname, 'p');\n"
    code += "const all = () => readdirSync(place).map((one) => own(path.join(place, one)));\n"
    code += "export const handler = async () => [all(), a, b];\n"
    plugin = "// x\nrequire('./near');\nrequire('absent');\nrequire('node:fs');\nrequire('a/x');\n"
    project.write(
        {"package.json": {"name": "fn", "type": "module", "dependencies": specs},
         "src/index.js": code, "src/p/one.cjs": plugin, "src/p/two.cjs": "require('a');\n",
         "src/p/near.cjs": "1"},
    )  # fmt: skip

    planned = project.bundle(handler="src/index.handler")
    bundle = bundle_of(planned)

    reason = "is imported by code that lies beside the bundle"
    assert {
        "node_modules/a": KeptPackage("node_modules/a", "named", reason, "src/p/one.cjs", 5)
    } == bundle.kept
    assert {"node_modules/b"} == set(bundle.bundled)
    plugins = {f"src/p/{name}.cjs" for name in ("one", "two", "near")}
    kept = {"node_modules/a/index.js", "node_modules/a/package.json"}
    assert {"src/index.mjs", *plugins, *kept} == {one.path for one in planned.files}
    assert ["bundle-kept"] == [one.code for one in bundle.findings]
    assert bundle == bundle_of(project.bundle(handler="src/index.handler"))


def test_what_the_runtime_has_is_left_to_it(project: BundlingProject) -> None:
    """Also where it is asked for in another way; other packages that are asked so stay."""
    project.write_packages(
        x={"package.json": {"name": "@aws-sdk/x"}, "index.js": "exports.x = 1;\n"},
        a={"index.js": "exports.a = 1;\n"},
    )
    specs = {"@aws-sdk/x": "file:x.tgz", "a": "file:a.tgz"}
    code = "import x from '@aws-sdk/x';\nimport a from 'a';\n"
    code += "const asked = ['@aws-sdk/x', 'a'].map((name) => require.resolve(name));\n"
    code += "require.resolve('@aws-sdk/x/package.json');\nrequire.resolve('a/package.json');\n"
    files = {"index.ts": f"{code}{HANDLER}[x, a, asked];\n"}
    project.write({"package.json": {"name": "fn", "dependencies": specs}, **files})

    left = bundle_of(project.bundle(handler="index.handler", sdk="runtime"))
    packed = bundle_of(project.bundle(handler="index.handler"))

    assert {"node_modules/a"} == set(left.kept)
    assert {"node_modules/a", "node_modules/@aws-sdk/x"} == set(packed.kept)
    assert [{}, {}] == [left.bundled, packed.bundled]


def test_what_is_not_reached_is_not_looked_at(project: BundlingProject) -> None:
    """A change of it starts nothing, and asks for nothing: neither esbuild nor the store is there.

    Decorators in it lose nothing.
    """
    config = {"compilerOptions": {"experimentalDecorators": True, "emitDecoratorMetadata": True}}
    decorated = (
        "const kept = (a: object) => void a;\n@kept\nexport class A { constructor(a: A) {} }\n"
    )
    files = {"package.json": {"name": "fn"}, "index.ts": f"{HANDLER}1;\n", "old.ts": decorated}
    project.write({**files, "tsconfig.json": config, "data.json": "{}"})
    before = bundle_of(project.bundle(handler="index.handler"))
    project.forget_esbuild()

    project.write({"old.ts": f"{decorated}// more\n", "data.json": "[]", "README.md": "x"})

    assert before == bundle_of(project.bundle(handler="index.handler"))


def test_a_package_in_anothers_tarball_is_told_too(project: BundlingProject) -> None:
    """By what the lockfile says of it: its files are the other's."""
    project.write_packages(
        a={
            "index.js": "exports.a = require('own');\n",
            "own/package.json": '{"name": "own", "version": "1.0.0"}',
            "own/index.js": "module.exports = 7;\n",
        }
    )
    manifest = {"name": "fn", "dependencies": {"a": "file:a.tgz"}}
    packages = {
        "": manifest,
        "node_modules/a": {
            "version": "1.0.0", "resolved": "file:a.tgz", "dependencies": {"own": "file:own"},
        },
        "node_modules/a/node_modules/own": {"resolved": "node_modules/a/own", "link": True},
        "node_modules/a/own": {"name": "own", "version": "1.0.0"},
    }  # fmt: skip
    lock = {"lockfileVersion": 3, "packages": packages}
    code = f"import {{ a }} from 'a';\n{HANDLER}a;\n"
    project.write({"package.json": manifest, "package-lock.json": lock, "index.ts": code})

    planned = project.bundle(handler="index.handler")

    bundle = bundle_of(planned)
    own = "node_modules/a/own"
    assert {"node_modules/a", own} == set(bundle.bundled)
    told = metafile_of(planned)["packages"]["node_modules/a/node_modules/own"]
    assert {
        "name": "own",
        "version": "1.0.0",
        "resolved": None,
        "integrity": None,
        "bytesInOutput": bundle.bundled[own],
    } == told
    assert "\na 1.0.0\nown 1.0.0\n\nThe package has no text of its licence." in bundle.notice
