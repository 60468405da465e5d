"""Bundled functions: the real esbuild, packages of the registry, a real Node."""

from __future__ import annotations

import json
import os
from base64 import b64decode
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from tests.support.command import CommandResult, run_zipper
from tests.support.scene import listing, write_files

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.network, pytest.mark.node]


class Work:
    """A folder with a project, and one cache for all of them."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder = folder
        self.cache = cache
        self.zip = folder / "fn.zip"

    def write(self, **files: object) -> None:
        """Write the project's files; `/` in a name is written as `__`, `.` before its ending."""
        write_files(self.folder / "fn", files)

    def build(self, *options: str, project: str = "fn") -> CommandResult:
        """Bundle the project into `fn.zip`."""
        return run_zipper(
            *("build", self.folder / project, "-o", self.zip, "--cache-dir", self.cache),
            *("--bundle", "--json", *options),
        )

    def run(self, handler: str, event: object) -> object:
        """Return what the handler answers."""
        (self.folder / "event.json").write_text(json.dumps(event))
        done = run_zipper(
            *("run", self.zip, "--handler", handler, "--cache-dir", self.cache),
            *("--event", self.folder / "event.json", "--json", "--memory", "512"),
        )
        assert done.document is not None, done.stderr
        (environment,) = done.document["environments"]
        return environment["invocations"][0]["response"]

    @property
    def files(self) -> dict[str, bytes]:
        """What is in `fn.zip`."""
        return listing(self.zip)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bundles-cache")


@pytest.fixture
def work(tmp_path: Path, cache: Path) -> Work:
    return Work(tmp_path, cache)


HANDLER = """
import ms from 'ms';
import { greet } from './lib/greet';
enum Kind { A = 1 }
export const handler = async (e: { name: string }) => [greet(e.name), ms('1s'), Kind.A];
"""
LIB = "export const greet = (n: string): string => `hi ${n}`;\n"


@pytest.mark.ci
@pytest.mark.parametrize(("kind", "name"), [("commonjs", "index.js"), ("module", "index.mjs")])
def test_function_becomes_one_file_and_answers(work: Work, kind: str, name: str) -> None:
    """Own sources and packages are one file of the kind that Node reads; nothing lies beside."""
    manifest = {"name": "fn", "type": kind, "dependencies": {"ms": "2.1.3"}}
    write_files(
        work.folder / "fn",
        {"package.json": manifest, "src/index.ts": HANDLER, "src/lib/greet.ts": LIB},
    )
    built = work.build()

    assert 0 == built.status, built.stderr
    assert {f"src/{name}"} == set(work.files)
    assert "ms 2.1.3 (MIT)" in (work.folder / "fn.zip.NOTICE").read_text()
    assert built.document is not None
    assert 1 == built.document["bundle"]["packages"]
    assert ["hi bob", 1000, 1] == work.run("src/index.handler", {"name": "bob"})


@pytest.mark.ci
def test_same_bytes_everywhere_and_nothing_runs_twice(work: Work, tmp_path: Path) -> None:
    """Another folder and another cache give the same zip; unchanged input works offline."""
    files = {
        "package.json": {"name": "fn", "dependencies": {"ms": "2.1.3"}},
        "src/index.ts": HANDLER,
        "src/lib/greet.ts": LIB,
    }
    write_files(work.folder / "fn", dict(files))
    write_files(work.folder / "other/place", dict(files))
    first = work.build().document
    again = work.build("--offline").document
    other = Work(work.folder, tmp_path / "cache").build(project="other/place").document

    assert first is not None
    assert again is not None
    assert other is not None
    assert first["code_sha256"] == again["code_sha256"] == other["code_sha256"]


@pytest.mark.ci
def test_changed_source_gives_what_a_fresh_build_gives(work: Work, tmp_path: Path) -> None:
    """Which packages stay is guessed from the last build, and never decides a byte."""
    manifest = {"name": "fn", "dependencies": {"ms": "2.1.3", "pino": "9.5.0"}}
    reads = "import pino from 'pino';\nexport const handler = async () => typeof pino;\n"
    plain = "import ms from 'ms';\nexport const handler = async () => ms('2s');\n"
    seen = []
    for text in (reads, plain, reads + "console.log(1);\n", plain):
        write_files(work.folder / "fn", {"package.json": manifest, "index.ts": text})
        built = work.build().document
        fresh = Work(work.folder, tmp_path / f"cache-{len(seen)}").build().document
        assert built is not None
        assert fresh is not None
        assert built["code_sha256"] == fresh["code_sha256"]
        seen.append(sorted(one["location"] for one in built["bundle"]["outside"]))

    assert "node_modules/pino" in seen[0]
    assert [] == seen[1] == seen[3]
    assert seen[0] == seen[2]


def test_packages_are_laid_out_once_and_believed_unchanged(work: Work, tmp_path: Path) -> None:
    """The next bundle finds node_modules as it was left, or not at all; pruning removes it.

    What runs in the sandbox reads it, whatever the umask is, and owns nothing of it.
    """
    work.cache = tmp_path / "fn/../cache"
    manifest = {"name": "fn", "dependencies": {"ms": "2.1.3"}}
    files = {"package.json": manifest, "src/index.ts": HANDLER, "src/lib/greet.ts": LIB}
    write_files(tmp_path / "fn", files)
    before = os.umask(0o077)
    try:
        assert 0 == work.build().status
    finally:
        os.umask(before)
    (kept,) = (path for path in (work.cache / "bundling").iterdir() if path.is_dir())
    inode = (kept / "ms").stat().st_ino
    assert {os.geteuid()} == {path.stat().st_uid for path in kept.rglob("*")}
    write_files(tmp_path / "fn", {"src/lib/greet.ts": LIB.replace("hi", "hello")})
    assert 0 == work.build().status
    assert inode == (kept / "ms").stat().st_ino

    main = kept / "ms/index.js"
    main.write_text(main.read_text().replace("var s = 1000", "var s = 2000"))
    write_files(tmp_path / "fn", {"src/lib/greet.ts": LIB.replace("hi", "good day")})
    assert 0 == work.build().status
    assert b"var s = 1e3" in work.files["src/index.js"]
    assert ["good day ada", 1000, 1] == work.run("src/index.handler", {"name": "ada"})

    prune = ("cache", "prune", "--days", "0", "--cache-dir", work.cache)
    assert 0 == run_zipper(*prune).status
    assert not kept.exists()


@pytest.mark.ci
def test_what_stays_says_why_and_answers(work: Work) -> None:
    """A package that starts workers from its own folder stays, with its closure, and works."""
    manifest = {"name": "fn", "dependencies": {"pino": "9.5.0", "ms": "2.1.3"}}
    text = (
        "import pino from 'pino';\nimport ms from 'ms';\n"
        "const log = pino({ level: 'silent' });\n"
        "export const handler = async () => [typeof log.info, ms('1s')];\n"
    )
    write_files(work.folder / "fn", {"package.json": manifest, "index.ts": text})
    built = work.build()
    assert built.document is not None
    outside = {one["location"]: one for one in built.document["bundle"]["outside"]}

    assert 0 == built.status, built.stderr
    assert "place" == outside["node_modules/pino"]["kind"]
    assert outside["node_modules/pino"]["path"].startswith("node_modules/pino/lib/")
    assert outside["node_modules/pino"]["line"] > 1
    assert "node_modules/ms/index.js" not in work.files
    assert "node_modules/pino/lib/worker.js" in work.files
    assert ["function", 1000] == work.run("index.handler", {})


@pytest.mark.ci
def test_package_that_is_also_asked_for_otherwise_stays_and_answers(work: Work) -> None:
    """A request that esbuild does not follow looks in node_modules, whatever is in the bundle."""
    manifest = {"name": "fn", "dependencies": {"ms": "2.1.3", "left-pad": "1.3.0"}}
    text = (
        "import ms from 'ms';\nimport pad from 'left-pad';\n"
        "const names = ['left-pad'];\n"
        "const { version } = require(require.resolve('ms/package.json'));\n"
        "const load = (name) => require('./plugins/' + name);\n"
        "export const handler = async () => [\n"
        "  ms('1s'), version, pad('1', 2), names.map((n) => require(n)('2', 2)), load('a.js'),\n"
        "];\n"
    )
    files = {"package.json": manifest, "index.ts": text, "plugins/a.js": "module.exports = 5;\n"}
    write_files(work.folder / "fn", files)
    built = work.build()
    assert built.document is not None
    outside = {one["location"]: one for one in built.document["bundle"]["outside"]}
    told = [one for one in built.document["findings"] if one["code"] == "bundle-warning"]

    assert 0 == built.status, built.stderr
    assert ("named", 4) == tuple(outside["node_modules/ms"][key] for key in ("kind", "line"))
    assert ("named", 3) == tuple(outside["node_modules/left-pad"][key] for key in ("kind", "line"))
    assert ["index.ts` line 5" in one["message"] for one in told] == [True]
    assert [1000, "2.1.3", " 1", [" 2"], 5] == work.run("index.handler", {})


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("const x = await Promise.resolve(1);\nexport const handler = async () => x;\n", "await"),
        ("\nexport const handler = async () => import.meta.url;\n", "import.meta"),
    ],
)
def test_what_commonjs_lacks_names_the_setting(work: Work, text: str, what: str) -> None:
    """An error with file and line, and the setting that cures it, which it does."""
    write_files(work.folder / "fn", {"package.json": {"name": "fn"}, "index.ts": text})
    refused = work.build()
    write_files(work.folder / "fn", {"package.json": {"name": "fn", "type": "module"}})
    cured = work.build()

    assert (1, "EBUNDLE") == (refused.status, refused.code)
    assert "index.ts` line " in refused.stdout + refused.stderr
    assert what in refused.stdout + refused.stderr
    assert '"type": "module"' in json.dumps(refused.document) or "type" in refused.stderr
    assert 0 == cured.status, cured.stderr


def test_javascript_is_bundled_too(work: Work) -> None:
    """A handler in JavaScript, by the settings, with a table for esbuild and a settings key."""
    write_files(
        work.folder / "fn",
        {
            "package.json": {
                "name": "fn",
                "dependencies": {"ms": "2.1.3"},
                "zipper": {"bundle": True, "esbuild": {"define": {"STAGE": '"prod"'}}},
            },
            "index.js": "exports.handler = async () => [STAGE, require('ms')('1s')];\n",
        },
    )
    built = work.build()

    assert 0 == built.status, built.stderr
    assert {"index.js"} == set(work.files)
    assert ["prod", 1000] == work.run("index.handler", {})


@pytest.mark.ci
def test_metafile_and_maps_lie_beside_the_zip(work: Work) -> None:
    """Both say which zip they belong to."""
    write_files(
        work.folder / "fn",
        {
            "package.json": {"name": "fn", "dependencies": {"ms": "2.1.3"}},
            "src/index.ts": HANDLER,
            "src/lib/greet.ts": LIB,
        },
    )
    built = work.build("--sourcemap", "external").document
    assert built is not None
    meta = json.loads((work.folder / "fn.zip.meta.json").read_bytes())
    digest = sha256(work.zip.read_bytes()).hexdigest()

    assert built["code_sha256"] == meta["zip"]["code_sha256"]
    assert "2.1.3" == meta["packages"]["node_modules/ms"]["version"]
    assert "src/lib/greet.ts" in meta["inputs"]
    source_map = work.folder / "fn.zip.maps" / digest / "src/index.js.map"
    assert {"index.ts", "lib/greet.ts"} < {
        name.removeprefix("../src/") for name in json.loads(source_map.read_bytes())["sources"]
    }
    assert b"sourceMappingURL" not in work.files["src/index.js"]


ASSETS = """
import path from 'node:path';
import { readFileSync, readdirSync } from 'node:fs';
import { text } from './lib/text';
export const handler = async () => [
  text(),
  readFileSync(path.join(__dirname, 'a.txt'), 'utf8'),
  readdirSync(path.join(__dirname, '../views')).length,
  readFileSync(path.join(process.cwd(), 'config.yml'), 'utf8'),
];
"""
TEXT = """
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
// __dirname in a comment is no mention
const HERE = join(__dirname, 'texts');
export const text = (): string => readFileSync(join(HERE, 'b.txt'), 'utf8');
"""


@pytest.mark.parametrize("setting", ["linked", "inline", "external"])
def test_maps_name_sources_from_where_the_bundle_is(work: Work, setting: str) -> None:
    """Wherever the map lies, a stack trace leads to the same place."""
    work.write(
        **{
            "package.json": {"name": "fn"},
            "src/index.ts": "import { a } from './a';\nexport const handler = async () => a;\n",
            "src/a.ts": "export const a: number = 1;\n",
        }
    )
    built = work.build("--sourcemap", setting, "--handler", "src/index.handler")
    code = work.files["src/index.js"]
    inline = code.rpartition(b"//# sourceMappingURL=data:application/json;base64,")[2]
    texts = {
        "linked": lambda: work.files["src/index.js.map"],
        "inline": lambda: b64decode(inline),
        "external": lambda: next(work.folder.glob("fn.zip.maps/*/src/index.js.map")).read_bytes(),
    }

    assert 0 == built.status, built.stderr
    assert {"../src/a.ts", "../src/index.ts"} == set(json.loads(texts[setting]())["sources"])


@pytest.mark.ci
def test_files_of_known_paths_go_where_the_bundle_looks(work: Work) -> None:
    """Beside the handler, in folders, from the current one, and of a source in another folder."""
    write_files(
        work.folder / "fn",
        {
            "package.json": {"name": "fn"},
            "src/index.ts": ASSETS,
            "src/lib/text.ts": TEXT,
            "src/lib/texts/b.txt": "b",
            "src/a.txt": "a",
            "views/one.ejs": "1",
            "views/two.ejs": "2",
            "config.yml": "c",
            "unused.txt": "u",
        },
    )
    built = work.build()

    assert 0 == built.status, built.stderr
    expected = {"src/a.txt", "src/texts/b.txt", "views/one.ejs", "views/two.ejs", "config.yml"}
    assert {"src/index.js", *expected} == set(work.files)
    assert ["b", "a", 2, "c"] == work.run("src/index.handler", {})


PLACES = """
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import ms from 'ms';
const own = createRequire(import.meta.url);
const text = (place: string | URL) => fs.readFileSync(place, 'utf8');
const plugins = path.join(import.meta.dirname, 'plugins');
const loaded = fs.readdirSync(plugins).map((one) => own(path.join(plugins, one)).take(ms));
export const handler = async (event: { name: string }) => {
  const dir = import.meta.dirname;
  const worker = new Worker('./src/worker.js');
  return [
    own('../data/x.json').x, text(new URL(import.meta.resolve('./a.txt'))), text(dir + '/b.txt'),
    text(path.join(import.meta.dirname, 'views', `${event.name}.txt`)),
    text(path.join(process.env.LAMBDA_TASK_ROOT!, 'views/d.ejs')), text('views/e.ejs'), loaded,
    await new Promise((done) => worker.on('message', done)),
  ];
};
"""


@pytest.mark.ci
def test_other_ways_to_name_a_file_find_it_too(work: Work) -> None:
    """`createRequire`, resolvers, folders with computed names, includes, and code in a folder.

    What code in a folder imports is what the bundle imports: the same instance.
    """
    plugin = "const ms = require('ms');\nexports.take = (other) => [ms === other, ms('1s')];\n"
    write_files(
        work.folder / "fn",
        {
            "package.json": {"name": "fn", "type": "module", "dependencies": {"ms": "2.1.3"}},
            "src/index.ts": PLACES,
            "src/worker.js": "import { parentPort } from 'node:worker_threads';\n"
            "parentPort.postMessage('w');\n",
            "src/plugins/a.cjs": plugin,
            **{f"src/{one}.txt": one for one in "ab"},
            "src/views/c.txt": "c",
            "views/d.ejs": "<%- include('e') %>",
            "views/e.ejs": "e",
            "data/x.json": {"x": "x"},
        },
    )
    built = work.build()

    assert 0 == built.status, built.stderr
    includes = "<%- include('e') %>"
    answer = ["x", "a", "b", "c", includes, "e", [[True, 1000]], "w"]
    assert answer == work.run("src/index.handler", {"name": "c"})


@pytest.mark.ci
def test_new_file_in_a_folder_that_is_read_is_seen(work: Work) -> None:
    """What a folder holds is looked at again by every build."""
    files = {
        "package.json": {"name": "fn"},
        "index.js": "exports.handler = async () => require('fs').readdirSync(__dirname + '/v');\n",
        "v/a.html": "",
    }
    write_files(work.folder / "fn", files)
    assert 0 == work.build().status
    write_files(work.folder / "fn", {"v/b.html": ""})
    assert 0 == work.build().status

    assert ["a.html", "b.html"] == work.run("index.handler", {})


def test_file_outside_of_what_the_bundle_sees_is_an_error(work: Work) -> None:
    """With file and line; the hint's way works."""
    lib = (
        "import { readFileSync } from 'node:fs';\nimport path from 'node:path';\n"
        "export const text = () => readFileSync(path.join(__dirname, '../../a.txt'), 'utf8');\n"
    )
    files = {
        "package.json": {"name": "fn"},
        "index.ts": "import { text } from './src/lib/a';\nexport const handler = () => text();\n",
        "src/lib/a.ts": lib,
        "a.txt": "a",
    }
    write_files(work.folder / "fn", files)
    refused = work.build()
    cured = lib.replace("path.join(__dirname, '../../a.txt')", "path.join(process.cwd(), 'a.txt')")
    write_files(work.folder / "fn", {"src/lib/a.ts": cured})
    built = work.build()

    assert (1, "EBUNDLE") == (refused.status, refused.code)
    assert "`src/lib/a.ts` line 3 reads `a.txt`" in refused.stdout
    assert "path.join(process.cwd(), 'a.txt')" in refused.stdout
    assert 0 == built.status, built.stderr
    assert "a" == work.run("index.handler", {})


@pytest.mark.ci
def test_worker_of_the_sources_is_a_bundle_of_its_own(work: Work) -> None:
    """What is started by its file lies where the bundle looks, with what it imports."""
    write_files(
        work.folder / "fn",
        {
            "package.json": {"name": "fn", "dependencies": {"ms": "2.1.3"}},
            "index.ts": (
                "import { Worker } from 'node:worker_threads';\nimport path from 'node:path';\n"
                "export const handler = () => new Promise((done) => {\n"
                "  new Worker(path.join(__dirname, 'work.js')).on('message', done);\n});\n"
            ),
            "work.ts": (
                "import { parentPort } from 'node:worker_threads';\nimport ms from 'ms';\n"
                "parentPort!.postMessage(ms('3s') as number);\n"
            ),
        },
    )
    built = work.build()

    assert 0 == built.status, built.stderr
    assert {"index.js", "work.js"} == set(work.files)
    assert 3000 == work.run("index.handler", {})


@pytest.mark.ci
def test_changed_import_of_a_worker_is_seen(work: Work) -> None:
    """What a worker is made of decides as what the handler is made of."""
    start = "const { Worker } = require('worker_threads');\nconst path = require('path');\n"
    write_files(
        work.folder / "fn",
        {
            "package.json": {"name": "fn"},
            "index.js": f"{start}exports.handler = () => new Promise((done) => "
            "new Worker(path.join(__dirname, 'w.js')).on('message', done));\n",
            "w.js": "require('worker_threads').parentPort.postMessage(require('./word'));\n",
        },
    )
    answers = []
    for word in ("one", "two"):
        write_files(work.folder / "fn", {"word.js": f"module.exports = '{word}';\n"})
        assert 0 == work.build().status
        answers.append(work.run("index.handler", {}))

    assert ["one", "two"] == answers


def test_what_is_inside_is_explained_listed_and_compared(work: Work, tmp_path: Path) -> None:
    """By package and file in a terminal, in a page, as a difference, in SBOM and licences."""
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"ms": "2.1.2"}}
    files = {"src/index.ts": HANDLER, "src/lib/greet.ts": LIB}
    write_files(work.folder / "fn", {"package.json": manifest, **files})
    assert 0 == work.build().status
    old = tmp_path / "old.zip"
    old.write_bytes(work.zip.read_bytes())
    (tmp_path / "old.zip.meta.json").write_bytes((work.folder / "fn.zip.meta.json").read_bytes())
    manifest["dependencies"] = {"ms": "2.1.3"}
    write_files(work.folder / "fn", {"package.json": manifest})
    assert 0 == work.build().status

    sizes = run_zipper("explain", work.zip, "--all").stdout
    why = run_zipper("explain", work.zip, "ms").stdout
    difference = run_zipper("explain", work.zip, "--diff", old, "--json").document
    page = tmp_path / "page.html"
    run_zipper("explain", work.zip, "--html", page)
    bom = json.loads(run_zipper("sbom", work.zip).stdout)
    planned = json.loads(
        run_zipper("sbom", work.folder / "fn", "--bundle", "--cache-dir", work.cache).stdout
    )
    licences = run_zipper("licenses", work.zip).stdout

    assert "ms" in sizes
    assert "greet.ts" in sizes
    assert "fn > ms" in why
    assert difference is not None
    (change,) = difference["packages"]
    assert ("ms", ["2.1.2"], ["2.1.3"]) == (change["name"], change["old"], change["new"])
    assert "greet.ts" in page.read_text()
    (component,) = bom["components"]
    assert ("ms", "2.1.3") == (component["name"], component["version"])
    assert "SHA-512" == component["hashes"][0]["alg"]
    assert bom["components"] == planned["components"]
    assert "MIT  ms 2.1.3" in licences


def test_metafile_of_another_zip_says_nothing(work: Work) -> None:
    """A zip that was built otherwise since then is not explained by an old metafile."""
    manifest = {"name": "fn", "dependencies": {"ms": "2.1.3"}}
    files = {"src/index.ts": HANDLER, "src/lib/greet.ts": LIB}
    write_files(work.folder / "fn", {"package.json": manifest, **files})
    assert 0 == work.build().status
    meta = work.folder / "fn.zip.meta.json"
    meta.write_text(meta.read_text().replace('"code_sha256": "', '"code_sha256": "x'))

    assert "ms" not in run_zipper("licenses", work.zip).stdout


NEST = """
import 'reflect-metadata';
function seen(_target: unknown, _name: string): void {}
class Order { @seen id!: string; }
export const handler = async () => Reflect.getMetadata('design:type', Order.prototype, 'id')?.name;
"""
DECORATED = '{"compilerOptions": {"experimentalDecorators": true, "emitDecoratorMetadata": true}}'


@pytest.mark.ci
def test_metadata_of_decorators_is_kept_or_asked_for(work: Work) -> None:
    """Without the setting an error shows the line to add; with it TypeScript itself works."""
    manifest = {
        "name": "fn",
        "dependencies": {"reflect-metadata": "0.2.2"},
        "devDependencies": {"typescript": "5.6.3"},
    }
    files = {"package.json": manifest, "tsconfig.json": DECORATED, "index.ts": NEST}
    write_files(work.folder / "fn", files)
    refused = work.build()
    built = work.build("--decorators", "tsc")
    plain = work.build("--decorators", "esbuild")

    assert 0 == plain.status, plain.stderr
    assert None is work.run("index.handler", {})
    assert 0 == work.build("--decorators", "tsc").status
    assert (1, "EDECORATORS") == (refused.status, refused.code)
    assert "`index.ts` line 4" in refused.stdout
    assert 0 == built.status, built.stderr
    assert "String" == work.run("index.handler", {})


def _write_workspace(folder: Path) -> None:
    write_files(
        folder,
        {
            "package.json": {"name": "root", "private": True, "workspaces": ["packages/*"]},
            "tsconfig.base.json": {"compilerOptions": {"paths": {"@shared": ["./shared/one.ts"]}}},
            "shared/one.ts": "export const one: number = 1;\n",
            "packages/lib/package.json": {
                "name": "@me/lib",
                "version": "1.0.0",
                "exports": {".": "./src/index.ts"},
                "dependencies": {"ms": "2.1.3"},
            },
            "packages/lib/src/index.ts": (
                "import ms from 'ms';\nexport enum Kind { A = 7 }\n"
                "export const wait = (t: string): number => ms(t as '1s');\n"
            ),
            "packages/fn/package.json": {
                "name": "fn",
                "version": "1.0.0",
                "dependencies": {"@me/lib": "1.0.0", "ms": "2.0.0"},
            },
            "packages/fn/tsconfig.json": '{"extends": "../../tsconfig.base.json"}',
            "packages/fn/src/index.ts": (
                "import { Kind, wait } from '@me/lib';\nimport ms from 'ms';\n"
                "import { one } from '@shared';\n"
                "export const handler = async () => [Kind.A, wait('2s'), ms('1s'), one];\n"
            ),
        },
    )


@pytest.mark.ci
def test_siblings_go_in_from_source(work: Work) -> None:
    """A sibling in TypeScript, each with its own version of a package, and a shared `paths`."""
    root = work.folder / "root"
    _write_workspace(root)
    assert 0 == run_zipper("resolve", root, "--cache-dir", work.cache).status
    built = work.build("--handler", "src/index.handler", project="root/packages/fn")
    meta = json.loads((work.folder / "fn.zip.meta.json").read_bytes())

    assert 0 == built.status, built.stderr
    assert {"src/index.js"} == set(work.files)
    assert {"2.0.0", "2.1.3"} == {one["version"] for k, one in meta["packages"].items() if k}
    assert "packages/lib/src/index.ts" in meta["inputs"]
    assert [7, 2000, 1000, 1] == work.run("src/index.handler", {})


@pytest.mark.ci
def test_settings_say_what_stays_and_what_goes_in(work: Work) -> None:
    """`external` leaves a package outside, `bundle_anyway` takes one in, `sdk` leaves AWS's out."""
    manifest = {
        "name": "fn",
        "dependencies": {
            "ms": "2.1.3",
            "bytes": "3.1.2",
            "prettier-linter-helpers": "1.0.0",
            "@aws-sdk/client-sts": "3.1169.0",
        },
    }
    text = (
        "const ms = require('ms'); const bytes = require('bytes');\n"
        "const { STSClient } = require('@aws-sdk/client-sts');\n"
        "exports.handler = async () => [ms('1s'), bytes('1kb'), typeof STSClient];\n"
    )
    write_files(work.folder / "fn", {"package.json": manifest, "index.js": text})
    built = work.build("--external", "ms", "--sdk", "runtime")
    names = set(work.files)

    assert 0 == built.status, built.stderr
    assert built.document is not None
    assert ["node_modules/ms"] == [one["location"] for one in built.document["bundle"]["outside"]]
    assert "node_modules/ms/index.js" in names
    assert not [name for name in names if "@aws-sdk" in name or "bytes" in name]
    assert len(work.files["index.js"]) < 10_000

    again = work.build("--sdk", "runtime").document

    assert again is not None
    assert [] == again["bundle"]["outside"]


def test_vendored_bundle_needs_no_network(work: Work, tmp_path: Path) -> None:
    """`vendor` gathers esbuild for a function in JavaScript that is bundled."""
    manifest = {"name": "fn", "dependencies": {"ms": "2.1.3"}, "zipper": {"bundle": True}}
    text = "exports.handler = async () => require('ms')('1s');\n"
    write_files(work.folder / "fn", {"package.json": manifest, "index.js": text})
    vendor = tmp_path / "vendor"
    gathered = run_zipper("vendor", work.folder / "fn", "--into", vendor, "--cache-dir", work.cache)
    built = Work(work.folder, tmp_path / "cache").build("--offline", "--vendor", str(vendor))

    assert 0 == gathered.status, gathered.stderr
    assert 0 == built.status, built.stderr
    assert {"index.js"} == set(work.files)


def test_the_metafile_has_what_the_lockfile_says_today(work: Work) -> None:
    """A lockfile that says another integrity of a bundled package changes the metafile alone."""
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"ms": "2.1.3"}}
    code = "import ms from 'ms';\nexport const handler = async () => ms(1000);\n"
    write_files(work.folder / "fn", {"package.json": manifest, "index.mjs": code})
    lockfile = work.folder / "fn" / "package-lock.json"
    run_zipper("resolve", work.folder / "fn", "--cache-dir", work.cache)
    locked = json.loads(lockfile.read_text())
    whole = lockfile.read_text()
    integrity = locked["packages"]["node_modules/ms"].pop("integrity")
    hashes = []
    for text in (json.dumps(locked), whole):
        lockfile.write_text(text)
        done = work.build("--handler", "index.handler")
        assert done.document is not None, done.stderr
        hashes.append(done.document["code_sha256"])
        metafile = json.loads((work.folder / "fn.zip.meta.json").read_text())

    assert hashes[0] == hashes[1]
    assert integrity == metafile["packages"]["node_modules/ms"]["integrity"]
