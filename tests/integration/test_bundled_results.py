"""What a function comes to as a bundle, whole: by the real esbuild, of packages written here."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from tests.support.bundling_project import BundlingProject, bundle_of, metafile_of, texts_of
from zipper.archive.compress import compress
from zipper.bundling.bundle_flags import list_flags
from zipper.bundling.esbuild_choice import read_pins
from zipper.errors import ProjectError

pytestmark = [pytest.mark.network, pytest.mark.ci]

HANDLER = "export const handler = async (): Promise<unknown> => "


def test_a_bundle_is_told_whole(project: BundlingProject) -> None:
    """Its file, map, packages, licences and metafile; a second plan recalls the same."""
    specs = project.write_packages(
        a={
            "package.json": {"license": "MIT é", "description": "x"},
            "index.js": "exports.a = require('./b').b;\n",
            "b.js": "exports.b = 'é' + require('c').c;\n",
            "LICENSE": "The text of a.\n",
        },
        c={"index.js": "exports.c = 1;\n", "never.js": "never\n"},
        unused={"index.js": "exports.u = 1;\n"},
    )
    manifest = {"name": "fn", "version": "2.0.0", "dependencies": specs}
    files = {
        "package.json": manifest,
        "src/index.ts": f"import {{ a }} from 'a';\nimport {{ b }} from './b';\n{HANDLER}[a, b];\n",
        "src/b.ts": "import { c } from 'c';\nexport const b: unknown = [c, new Error('é')];\n",
    }
    project.write(files)

    planned = project.bundle(handler="src/index.handler", sourcemap="external")
    again = project.bundle(handler="src/index.handler", sourcemap="external")

    bundle = bundle_of(planned)
    (entry,) = bundle.entries
    code = texts_of((entry,))["src/index.js"]
    meta = metafile_of(planned)
    output = meta["outputs"]["zipper-out/src/index.js"]["inputs"]
    sizes = {path: row["bytesInOutput"] for path, row in output.items()}
    folders = ("node_modules/a", "node_modules/c")
    bundled = {
        folder: sum(size for path, size in sizes.items() if path.startswith(f"{folder}/"))
        for folder in folders
    }
    lines = ["-" * 80, "a 1.0.0 (MIT é)", "", "The text of a.", "", "-" * 80, "c 1.0.0", ""]
    lines.append("The package has no text of its licence.")
    notice = "This function holds code of these packages, each under its own licence.\n\n"
    made = bundle._replace(entries=(), maps={}, packed_metafile=b"")
    nodes = planned.whole.nodes
    locked = {
        folder: {
            "name": folder[-1],
            "version": "1.0.0",
            "resolved": f"file:{folder[-1]}.tgz",
            "integrity": nodes[folder].integrity,
            "bytesInOutput": bundled[folder],
        }
        for folder in folders
    }
    locked["node_modules/a"] |= {"license": "MIT é"}

    assert [file.path for file in planned.files] == ["src/index.js"]
    assert "require_b().b" in code
    assert "new Error(" in code
    assert entry.length < compress("x", code.encode(), executable=False).length
    assert ("src/index.handler", "src/index.js", 5, {}, ()) == (
        made.handler, made.output, made.inputs, made.kept, made.findings,
    )  # fmt: skip
    assert (bundled, notice + "\n".join([*lines, ""])) == (made.bundled, made.notice)
    assert all(bundled.values())
    assert ["src/index.js.map"] == list(bundle.maps)
    sources = json.loads(bundle.maps["src/index.js.map"])["sources"]
    assert {"../src/index.ts", "../src/b.ts", "../node_modules/a/b.js"} < set(sources)
    assert {"": manifest, **locked} == meta["packages"]
    assert read_pins().version == meta["esbuild"]["version"]
    flags = list_flags(planned.request, format_="cjs", folder="")
    ends = ["--metafile=zipper-out/meta.json", "--outfile=zipper-out/src/index.js"]
    assert ["src/index.ts", *flags, *ends] == meta["esbuild"]["arguments"]
    assert {"src/index.ts", "src/b.ts"} == {p for p in meta["inputs"] if p.startswith("src/")}
    assert bundle.metafile.startswith(b'{\n  "packages": {\n    "": {\n')
    assert "MIT é".encode() in bundle.metafile
    assert (bundle, planned.source_maps) == (again.bundle, bundle.maps)


@pytest.mark.parametrize(
    ("kind", "file", "output", "format_"),
    [
        ("commonjs", "index.ts", "index.js", "cjs"),
        ("module", "index.ts", "index.mjs", "esm"),
        ("commonjs", "index.mts", "index.mjs", "esm"),
        ("module", "index.cts", "index.cjs", "cjs"),
        ("commonjs", "index.cts", "index.cjs", "cjs"),
        ("commonjs", "src/index.tsx", "src/index.js", "cjs"),
        ("commonjs", "index.js", "index.js", "cjs"),
        ("module", "index.js", "index.mjs", "esm"),
        ("commonjs", "index.mjs", "index.mjs", "esm"),
        ("module", "index.cjs", "index.cjs", "cjs"),
        ("commonjs", "index.cjs", "index.cjs", "cjs"),
        ("module", "a.b/index.jsx", "a.b/index.mjs", "esm"),
    ],
)
def test_a_source_has_the_name_and_the_format_that_node_reads(
    project: BundlingProject, kind: str, file: str, output: str, format_: str
) -> None:
    """The bundle's name says its format, whatever package.json says of others."""
    handler = f"./{file.rpartition('.')[0]}.handler"
    text = "console.log(1);\n"
    project.write({"package.json": {"name": "fn", "type": kind}, file: text})

    planned = project.bundle(handler=handler)

    bundle = bundle_of(planned)
    arguments = metafile_of(planned)["esbuild"]["arguments"]
    assert (handler.removeprefix("./"), output, [output]) == (
        bundle.handler.removeprefix("./"), bundle.output, list(texts_of(bundle.entries)),
    )  # fmt: skip
    assert [file, f"--format={format_}"] == [arguments[0], arguments[4]]


CHANGES: dict[str, dict[str, Any]] = {
    "handler": {"handler": "other.handler"},
    "runtime": {"target": "nodejs22.x"},
    "sourcemap": {"sourcemap": "inline"},
    "minify": {"minify": True},
    "external": {"external": ("a",)},
    "anyway": {"bundle_anyway": ("here",)},
    "sdk": {"sdk": "runtime"},
    "table": {"esbuild": '{"define": {"STAGE": "1"}}'},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_setting_that_decides_is_seen(project: BundlingProject, change: str) -> None:
    """What is noted for other settings does not count; those of before find it again."""
    specs = project.write_packages(
        a={"index.js": "exports.a = 1;\n"},
        here={"index.js": "exports.h = require('fs').readFileSync(__dirname + '/x.txt');\n"},
    )
    specs |= {"@aws-sdk/x": "file:x.tgz"}
    project.write_packages(
        x={"package.json": {"name": "@aws-sdk/x"}, "index.js": "exports.x = 1;\n"}
    )
    code = "import a from 'a';\nimport h from 'here';\nimport x from '@aws-sdk/x';\n"
    files = {"index.ts": f"{code}{HANDLER}[a, h, x, STAGE];\n", "other.ts": f"{HANDLER}2;\n"}
    project.write({"package.json": {"name": "fn", "dependencies": specs}, **files})
    changes = dict(CHANGES[change])
    request = project.bundle(handler="index.handler").request
    if "target" in changes:
        changes["target"] = request.target._replace(runtime=changes["target"])

    before = bundle_of(project.bundle(handler="index.handler"))
    after = bundle_of(project.bundle(**{"handler": "index.handler", **changes}))
    fresh = bundle_of(project.bundle(**{"handler": "index.handler", **changes}, no_recall=True))
    again = bundle_of(project.bundle(handler="index.handler"))

    assert (after, again) == (fresh, before)
    assert before != after


@pytest.mark.skipif(sys.platform != "linux", reason="others have no /proc")
def test_a_file_of_this_machine_is_refused(project: BundlingProject) -> None:
    """An absolute path means another file elsewhere, or none."""
    code = "exports.handler = require('/proc/version');\n"
    project.write({"package.json": {"name": "fn"}, "index.js": code})

    with pytest.raises(ProjectError) as caught:
        project.bundle(handler="index.handler", esbuild='{"loader": {"": "text"}}')

    assert ("EOUTSIDE", (("imported by", "index.js"),)) == (caught.value.code, caught.value.facts)


BASE = {
    "package.json": {"name": "fn"},
    "index.ts": "import { a } from './src/a';\nimport { text } from './src/text';\n"
    f"{HANDLER}[text(), a];\n",
    "src/package.json": {"sideEffects": True},
    "src/a.js": "export const a = globalThis.x ?? 1;\n",
    "src/text.js": "import { readFileSync, readdirSync } from 'node:fs';\n"
    "import path from 'node:path';\nimport './effect';\nexport const text = () => [\n"
    "  readFileSync(path.join(__dirname, 'a.txt')), readdirSync(path.join(__dirname, 'views')),\n"
    "  new Worker(path.join(__dirname, 'work.js')),\n];\n",
    "src/effect.ts": "class A { b = 1 }\nexport const effect = [new A(), console.log(2)];\n",
    "src/a.txt": "before",
    "src/views/one.html": "one",
    "src/work.ts": "import { word } from './word';\nconsole.log(word as string);\n",
    "src/word.ts": "export const word = 'one';\n",
}


@pytest.mark.parametrize(
    "files",
    [
        {"src/a.ts": "export const a = 2;\n"},
        {"src/a.js": "export const a = 2;\n"},
        {"src/a.txt": "after"},
        {"src/views/two.html": "two"},
        {"src/word.ts": "export const word = 'two';\n"},
        {"src/package.json": {"sideEffects": False}},
        {"tsconfig.json": {"compilerOptions": {"useDefineForClassFields": False}}},
        {"package.json": {"name": "fn", "type": "module"}},
        {"package.json": {"name": "fn", "license": "MIT"}},
    ],
    ids=["new-source", "source", "asset", "folder", "worker", "effects", "config", "type", "root"],
)
def test_a_changed_file_is_seen(project: BundlingProject, files: dict[str, Any]) -> None:
    """What a bundle was made of decides, and which files there are; the same is recalled."""
    project.write(BASE)
    before = project.bundle(handler="index.handler")
    first = bundle_of(before)

    assert first == bundle_of(project.bundle(handler="index.handler"))
    assert {"index.js", "work.js", "a.txt", "views/one.html"} == set(texts_of(first.entries))
    assert {"src/work.ts", "src/word.ts"} < set(metafile_of(before)["inputs"])
    project.write(files)
    after = bundle_of(project.bundle(handler="index.handler"))
    assert after == bundle_of(project.bundle(handler="index.handler", no_recall=True))
    assert first != after


def test_what_the_lockfile_says_of_packages_is_seen(project: BundlingProject) -> None:
    """Where each is, which version it has, where it is from; in the metafile, if nowhere else."""
    project.write_packages(a={"index.js": "exports.a = 1;\n"})
    project.write_packages(b={"package.json": {"name": "a"}, "index.js": "exports.a = 2;\n"})
    manifest = {"name": "fn", "dependencies": {"a": "file:a.tgz"}}
    code = f"import {{ a }} from 'a';\n{HANDLER}a;\n"
    project.write({"package.json": manifest, "index.ts": code})
    nodes = project.bundle(handler="index.handler").whole.nodes
    integrity = nodes["node_modules/a"].integrity
    row = {"version": "1.0.0", "resolved": "file:a.tgz", "integrity": integrity}
    rows: list[dict[str, object]] = [
        row,
        {**row, "version": "1.0.1"},
        {**row, "resolved": "file:./a.tgz"},
        {key: value for key, value in row.items() if key != "integrity"},
        {"version": "1.0.0", "resolved": "file:b.tgz"},
    ]
    seen = []

    for one in rows:
        packages = {"": manifest, "node_modules/a": one}
        lock = {"name": "fn", "lockfileVersion": 3, "requires": True, "packages": packages}
        project.write({"package-lock.json": lock})
        found = bundle_of(project.bundle(handler="index.handler"))
        assert found == bundle_of(project.bundle(handler="index.handler", no_recall=True))
        seen.append(metafile_of(project.bundle(handler="index.handler"))["packages"])

    assert 1 == sum(one == seen[0] for one in seen)
    assert [row["version"] for row in rows] == [one["node_modules/a"]["version"] for one in seen]


def test_workers_have_the_format_of_their_names(project: BundlingProject) -> None:
    """Node reads each by the name that the source gives it."""
    names = ("a.js", "b.mjs", "c.cjs", "d.mts", "e.ts")
    starts = "".join(f"new Worker(path.join(__dirname, '{name}'));\n" for name in names)
    code = "const { Worker } = require('worker_threads');\nconst path = require('path');\n"
    files = dict.fromkeys(names, "export const worker = 1;\nconsole.log(worker);\n")
    project.write({"package.json": {"name": "fn"}, **files, "index.js": f"{code}{starts}"})

    planned = project.bundle(handler="index.handler")

    found = texts_of(bundle_of(planned).entries)
    assert {"index.js", *names} == set(found)
    assert ["b.mjs", "d.mts"] == [name for name in names if "createRequire" in found[name]]
    assert {"zipper-out/index.js", *(f"zipper-out/{name}" for name in names)} == set(
        metafile_of(planned)["outputs"]
    )


def test_files_of_other_loaders_are_sources(project: BundlingProject) -> None:
    """By the endings that the settings name."""
    code = f"import query from './q.sql';\n{HANDLER}query;\n"
    project.write({"package.json": {"name": "fn"}, "index.ts": code})
    for word in ("one", "two"):
        project.write({"q.sql": f"select {word}"})

        bundle = bundle_of(
            project.bundle(handler="index.handler", esbuild='{"loader": {".sql": "text"}}')
        )

        assert f"select {word}" in texts_of(bundle.entries)["index.js"]
