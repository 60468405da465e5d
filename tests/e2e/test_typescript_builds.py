"""Functions in TypeScript from one command: the real esbuild, a real Node, every file in its place.

esbuild and Node come from the registry that npm's settings name, which is asked for nothing else.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.command import CommandResult, run_zipper
from tests.support.scene import listing, write_files
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.network, pytest.mark.node]

LIB = {
    "src/lib/greet.ts": "export function greet(n: string): string { return `hi ${n}`; }\n",
    "src/lib/kinds.ts": "export enum Kind { A = 1, B }\nexport interface Shape { a: number }\n",
    "src/lib/deep/index.tsx": "export const deep = <T,>(x: T): T => x;\n",
    "src/lib/late.ts": "export const late: number = 42;\n",
    "src/data.json": '{"hello": "world", "two-words": 2}\n',
}
HANDLER = """
import { greet } from './lib/greet';
import { Kind } from '@lib/kinds.js';
import type { Shape } from './lib/kinds';
import { deep } from '#deep';
import data from './data.json';
namespace N { export const three = 3; }
class P { constructor(private readonly x: number) {} get(): number { return this.x; } }
export const handler = async (event: { name: string }): Promise<unknown> => {
  const { late } = await import('./lib/late');
  const shape: Shape = { a: N.three };
  return [greet(event.name), Kind.B, shape.a, new P(5).get(), deep(6), data.hello, late];
};
"""
ANSWER = ["hi bob", 2, 3, 5, 6, "world", 42]
TSCONFIG = '{"compilerOptions": {"paths": {"@lib/*": ["./src/lib/*"]},},} // trailing\n'


class Work:
    """A folder with projects, and one cache for all of them."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder = folder
        self.cache = cache

    def build(self, project: str, *options: str, umask: int = -1) -> CommandResult:
        """Build a project into `fn.zip`."""
        place = self.folder / project
        return run_zipper(
            *("build", place, "-o", self.folder / "fn.zip", "--cache-dir", self.cache, "--json"),
            *options,
            umask=umask,
        )

    def run(self, handler: str, event: object) -> object:
        """Return what the handler in `fn.zip` answers."""
        (self.folder / "event.json").write_text(json.dumps(event))
        done = run_zipper(
            *("run", self.folder / "fn.zip", "--handler", handler, "--cache-dir", self.cache),
            *("--event", self.folder / "event.json", "--json"),
        )
        assert done.document is not None, done.stderr
        (environment,) = done.document["environments"]
        return environment["invocations"][0]["response"]

    @property
    def files(self) -> dict[str, bytes]:
        """What is in `fn.zip`."""
        return listing(self.folder / "fn.zip")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("typescript-cache")


@pytest.fixture
def work(tmp_path: Path, cache: Path) -> Work:
    return Work(tmp_path, cache)


def _manifest(**more: object) -> str:
    return json.dumps({"name": "fn", "imports": {"#deep": "./src/lib/deep/index.tsx"}, **more})


@pytest.mark.ci
@pytest.mark.parametrize("kind", ["commonjs", "module"])
def test_handler_is_built_and_answers(work: Work, kind: str) -> None:
    """Every kind of syntax and of specifier, as CommonJS and as ES modules."""
    manifest = _manifest(type=kind)
    write_files(
        work.folder / "fn",
        {"package.json": manifest, "tsconfig.json": TSCONFIG, "src/app.ts": HANDLER, **LIB},
    )
    built = work.build("fn")

    assert 0 == built.status, built.stderr
    assert built.document is not None
    assert "src/app.handler" == built.document["handler"]
    assert not [name for name in work.files if name.endswith((".ts", ".tsx"))]
    assert {"src/app.js", "src/lib/kinds.js", "src/lib/deep/index.js"} <= set(work.files)
    assert ANSWER == work.run("src/app.handler", {"name": "bob"})


def test_a_umask_that_hides_all_from_others_matters_not(work: Work, tmp_path: Path) -> None:
    """Where root builds, esbuild runs as another user: it may read the sources and be started."""
    work.cache = tmp_path / "cache"
    source = "export const handler = async (): Promise<number> => 1;\n"
    write_files(work.folder / "fn", {"package.json": "{}", "index.ts": source})
    built = work.build("fn", umask=0o077)

    assert 0 == built.status, built.stderr


@pytest.mark.ci
def test_unchanged_project_starts_nothing_and_paths_do_not_matter(work: Work) -> None:
    """A second build, and one in another folder with another cache, give the same bytes."""
    files = {"package.json": _manifest(), "tsconfig.json": TSCONFIG, "src/app.ts": HANDLER, **LIB}
    write_files(work.folder / "fn", dict(files))
    write_files(work.folder / "elsewhere" / "deeper", dict(files))
    first = work.build("fn").document
    again = work.build("fn", "--offline").document
    other = Work(work.folder, work.folder / "cache").build("elsewhere/deeper").document

    assert first is not None
    assert again is not None
    assert other is not None
    assert first["code_sha256"] == again["code_sha256"] == other["code_sha256"]


@pytest.mark.ci
@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"src/lib/greet.ts": "export const greet = (n: string) => n;\n"}, "src/lib/greet.js"),
        ({"src/lib/greet.tsx": "export const greet = 1;\n"}, None),
        ({"src/lib/greet.ts": LIB["src/lib/greet.ts"]}, None),
    ],
)
def test_changed_source_is_seen(work: Work, change: dict[str, str], names: str | None) -> None:
    """What a build rests on is looked at again: contents, and names that were not there."""
    files = {"package.json": _manifest(), "tsconfig.json": TSCONFIG, "src/app.ts": HANDLER, **LIB}
    write_files(work.folder / "fn", dict(files))
    assert 0 == work.build("fn").status
    before = work.files
    write_files(work.folder / "fn", dict(change))
    assert 0 == work.build("fn").status

    assert ([] if names is None else [names]) == [
        name for name in work.files if before.get(name) != work.files[name]
    ]


def test_syntax_error_is_esbuilds_with_file_and_line(work: Work) -> None:
    """The message, the place and the line of the source are shown, and no zip is written."""
    write_files(
        work.folder / "fn",
        {
            "package.json": "{}",
            "src/index.ts": "export const handler = () => {\n  const a: = 1;\n};\n",
        },
    )
    built = work.build("fn")

    assert (1, "EESBUILD") == (built.status, built.code)
    assert built.document is not None
    (fact,) = [row for row in built.document["error"]["facts"] if "src/index.ts:2:" in str(row)]
    assert "const a: = 1;" in str(fact)
    assert not (work.folder / "fn.zip").exists()


@pytest.mark.ci
def test_siblings_are_built_from_source(work: Work) -> None:
    """Members whose `main` and `exports` name TypeScript are transformed where they stand."""
    link = {"resolved": "packages/a", "link": True}
    packages = {
        "": {"name": "root", "workspaces": ["packages/*"]},
        "packages/fn": {"name": "fn", "dependencies": {"@s/a": "*", "@s/b": "*"}},
        "packages/a": {"name": "@s/a"},
        "packages/b": {"name": "@s/b"},
        "node_modules/fn": {"resolved": "packages/fn", "link": True},
        "node_modules/@s/a": link,
        "node_modules/@s/b": {"resolved": "packages/b", "link": True},
    }
    lock = {"name": "root", "lockfileVersion": 3, "requires": True, "packages": packages}
    handler = (
        "import { a } from '@s/a';\nimport { b } from '@s/b/sub';\n"
        "export const handler = async (): Promise<unknown> => [a, b];\n"
    )
    write_files(
        work.folder / "mono",
        {
            "package.json": {"name": "root", "private": True, "workspaces": ["packages/*"]},
            "package-lock.json": lock,
            "packages/fn/package.json": {
                "name": "fn", "dependencies": {"@s/a": "*", "@s/b": "*"},
            },
            "packages/fn/src/index.ts": handler,
            "packages/a/package.json": {"name": "@s/a", "main": "src/index.ts"},
            "packages/a/src/index.ts": "import { one } from '~/one';\nexport const a = one;\n",
            "packages/a/src/one.ts": "export const one = 1 as number;\n",
            "packages/a/tsconfig.json": {"compilerOptions": {"paths": {"~/*": ["./src/*"]}}},
            "packages/b/package.json": {
                "name": "@s/b", "type": "module", "exports": {"./*": "./src/*.ts"},
            },
            "packages/b/src/sub.ts": "export { two as b } from './two';\n",
            "packages/b/src/two.ts": "export const two: number = 2;\n",
        },
    )  # fmt: skip
    built = work.build("mono/packages/fn")

    assert 0 == built.status, built.stdout
    assert [1, 2] == work.run("src/index.handler", {})
    manifest = json.loads(work.files["node_modules/@s/b/package.json"])
    assert {"./*": "./src/*.js"} == manifest["exports"]


PNPM = """lockfileVersion: '9.0'
settings: {autoInstallPeers: true, excludeLinksFromLockfile: false}
importers:
  .: {}
  packages/a: {}
  packages/config: {}
  packages/fn:
    dependencies: {'@s/a': {specifier: 'workspace:*', version: 'link:../a'}}
    devDependencies: {'@s/config': {specifier: 'workspace:*', version: 'link:../config'}}
"""
BUN = json.dumps(
    {
        "lockfileVersion": 1,
        "workspaces": {
            "": {"name": "root"},
            "packages/a": {"name": "@s/a"},
            "packages/config": {"name": "@s/config"},
            "packages/fn": {
                "name": "fn",
                "dependencies": {"@s/a": "workspace:*"},
                "devDependencies": {"@s/config": "workspace:*"},
            },
        },
        "packages": {
            name: [f"{name}@workspace:packages/{folder}"]
            for name, folder in (("@s/a", "a"), ("@s/config", "config"), ("fn", "fn"))
        },
    }
)
BERRY = """__metadata:
  version: 8
  cacheKey: 10c0
"""
BERRY_ROW = """
"{name}@workspace:*, {name}@workspace:packages/{folder}":
  version: 0.0.0-use.local
  resolution: "{name}@workspace:packages/{folder}"
  languageName: unknown
  linkType: soft
"""
LOCKFILES = {
    "pnpm": {"pnpm-lock.yaml": PNPM, "pnpm-workspace.yaml": "packages: [packages/*]\n"},
    "bun": {"bun.lock": BUN},
    "yarn": {
        "yarn.lock": BERRY
        + BERRY_ROW.format(name="@s/a", folder="a")
        + BERRY_ROW.format(name="@s/config", folder="config")
        + BERRY_ROW.format(name="fn", folder="fn").replace(
            "  languageName",
            '  dependencies:\n    "@s/a": "workspace:*"\n    "@s/config": "workspace:*"\n'
            "  languageName",
        )
        + BERRY_ROW.format(name="root", folder=".").replace("packages/.", "."),
    },
}


@pytest.mark.parametrize("options", [(), ("--bundle", "--minify")], ids=["files", "bundle"])
@pytest.mark.parametrize("tool", list(LOCKFILES))
def test_siblings_of_every_lockfile_are_built_from_source(
    work: Work, tool: str, options: tuple[str, ...]
) -> None:
    """A tsconfig.json that a sibling shares is a development dependency, and found."""
    manifest = {
        "name": "fn", "version": "1.0.0",
        "dependencies": {"@s/a": "workspace:*"}, "devDependencies": {"@s/config": "workspace:*"},
    }  # fmt: skip
    shared = {"compilerOptions": {"paths": {"~/*": ["${configDir}/src/*"]}}}
    root = {"name": "root", "private": True, "workspaces": ["packages/*"]}
    write_files(
        work.folder / "mono",
        {
            "package.json": root | ({"packageManager": "yarn@4.5.0"} if tool == "yarn" else {}),
            **LOCKFILES[tool],
            "packages/fn/package.json": manifest,
            "packages/fn/tsconfig.json": {"extends": "@s/config/base.json"},
            "packages/fn/src/index.ts": (
                "import { a } from '@s/a';\nimport { one } from '~/one';\n"
                "export const handler = async (): Promise<unknown> => [a, one];\n"
            ),
            "packages/fn/src/one.ts": "export const one: number = 1;\n",
            "packages/config/package.json": {"name": "@s/config", "version": "1.0.0"},
            "packages/config/base.json": shared,
            "packages/a/package.json": {
                "name": "@s/a", "version": "1.0.0", "exports": "./src/a.ts",
            },
            "packages/a/src/a.ts": "export enum a { B = 3 }\n",
        },
    )  # fmt: skip
    built = work.build("mono/packages/fn", *options)

    assert 0 == built.status, built.stdout
    assert [{"3": "B", "B": 3}, 1] == work.run("src/index.handler", {})


@pytest.mark.ci
@pytest.mark.parametrize("kind", ["linked", "inline", "external"])
def test_source_maps_lead_to_the_lines_of_the_source(work: Work, kind: str) -> None:
    """Node names the source's line, also behind a specifier that became longer."""
    handler = (
        "import { a } from './lib';\n\n"
        "export const handler = async (event: unknown): Promise<unknown> => {\n"
        "  const stack = await import('./lib').then((m) => new Error('here').stack);\n"
        "  return [a, stack];\n};\n"
    )
    write_files(
        work.folder / "fn",
        {"package.json": '{"type": "module"}', "src/index.ts": handler,
         "src/lib/index.ts": "export const a: number = 1;\n"},
    )  # fmt: skip
    built = work.build("fn", "--sourcemap", kind)

    assert 0 == built.status, built.stdout
    beside = work.folder / "fn.zip.maps" / "src" / "index.js.map"
    assert ("external" == kind) == beside.is_file()
    assert ("linked" == kind) == ("src/index.js.map" in work.files)
    code = work.files["src/index.js"].decode()
    assert ("external" != kind) == ("sourceMappingURL" in code)
    if kind != "external":
        done = run_zipper(
            *("run", work.folder / "fn.zip", "--handler", "src/index.handler", "--json"),
            *("--cache-dir", work.cache, "--env", "NODE_OPTIONS=--enable-source-maps"),
        )
        assert done.document is not None, done.stderr
        _, stack = done.document["environments"][0]["invocations"][0]["response"]
        assert "src/index.ts:4:" in stack


DECORATED = {
    "tsconfig.json": (
        '{"compilerOptions": {"experimentalDecorators": true, "emitDecoratorMetadata": true}}'
    ),
    "src/index.ts": (
        "import 'reflect-metadata';\nimport { Repo } from './repo';\n"
        "const kept = (target: object): void => void target;\n"
        "@kept\nclass Service { constructor(readonly repo: Repo, readonly name: string) {} }\n"
        "declare const Reflect: { getMetadata(key: string, of: object): { name: string }[] };\n"
        "export const handler = async (): Promise<string[]> =>\n"
        "  Reflect.getMetadata('design:paramtypes', Service).map((one) => one.name);\n"
    ),
    "src/repo.ts": "export class Repo {}\n",
}


def test_decorators_have_their_metadata_by_the_projects_typescript(work: Work) -> None:
    """Without the setting an error says which line to add; with it the types are there."""
    manifest = {
        "dependencies": {"reflect-metadata": "0.2.2"},
        "devDependencies": {"typescript": "5.9.3"},
    }
    write_files(work.folder / "fn", {"package.json": manifest, **DECORATED})
    refused = work.build("fn")
    built = work.build("fn", "--decorators", "tsc", "--sourcemap", "linked")

    assert (1, "EDECORATORS") == (refused.status, refused.code)
    assert refused.document is not None
    assert "`src/index.ts` line 4" in refused.document["error"]["message"]
    assert 'decorators = "tsc"' in refused.document["error"]["hint"]
    assert 0 == built.status, built.stdout
    assert ["Repo", "String"] == work.run("src/index.handler", {})
    assert "class Service {" in json.loads(work.files["src/index.js.map"])["sourcesContent"][0]


@pytest.mark.ci
@pytest.mark.parametrize("decorators", ["esbuild", "tsc"])
def test_findings_name_the_line_of_the_source(work: Work, decorators: str) -> None:
    """Types and decorators move lines; the path in the JSON is that of the output."""
    handler = (
        "interface Event {\n  name: string;\n}\n\nimport type { Odd } from 'odd';\n"
        "@kept\nclass Service {\n  constructor(readonly name: string) {}\n}\n"
        "export const other = (odd: Odd): unknown => require('./missing');\n"
        "function kept(target: object): void { void target; }\n"
        "import missing from 'not-locked';\n"
        "export const handler = async (event: Event) => [new Service(event.name), missing];\n"
    )
    manifest = {"devDependencies": {"typescript": "5.9.3"}}
    write_files(
        work.folder / "fn", {"package.json": manifest, **DECORATED, "src/index.ts": handler}
    )
    built = work.build("fn", "--decorators", decorators)

    assert 1 == built.status
    assert built.document is not None
    missing = [one for one in built.document["findings"] if "module-missing" == one["code"]]
    assert {("src/index.js", "src/index.ts:10"), ("src/index.js", "src/index.ts:12")} == {
        (one["path"], one["source"]) for one in missing
    }
    assert [one for one in missing if "`src/index.ts` line 12 needs `not-lock" in one["message"]]


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        (
            {"src/index.ts": "export { T } from './t';\nexport const handler = 1;\n",
             "src/t.ts": "export interface T { a: 1 }\n"},
            "ETYPE", "`src/index.ts` line 1 re-exports the type `T`",
        ),
        (
            {"tsconfig.json": '{"extends": "./b.json"}', "b.json": '{"extends": "./tsconfig.json"}',
             "src/index.ts": "export const handler = 1;\n"},
            "ETSCONFIG", "tsconfig.json -> b.json -> tsconfig.json",
        ),
        (
            {"src/a.ts": "export const handler = 1;\n", "src/b.ts": "export const handler = 1;\n"},
            "EHANDLER", "2 sources export a handler",
        ),
        (
            {"src/index.ts": "import '../../outside';\nexport const handler = 1;\n",
             "../outside.ts": "export {};\n"},
            "EOUTSIDE", "`../outside.ts` is imported",
        ),
        (
            {"tsconfig.json": '{"extends": "./gone.json"}',
             "src/index.ts": "export const handler = 1;\n"},
            "ETSCONFIG", "`tsconfig.json` cannot be used: it extends `./gone.json`, which is not",
        ),
    ],
)  # fmt: skip
def test_bad_input_is_told(work: Work, files: dict[str, str], code: str, words: str) -> None:
    """What cannot become a function that loads is an error with its code and its place."""
    write_files(work.folder / "fn", {"package.json": '{"type": "module"}', **files})
    built = work.build("fn")

    assert (1, code) == (built.status, built.code)
    assert built.document is not None
    assert words in built.document["error"]["message"]


@pytest.mark.parametrize(
    ("files", "code", "path", "words"),
    [
        (
            {"src/index.ts": "\nimport z from 'not-locked';\nexport const handler = () => z;\n"},
            "module-missing", "src/index.js", "`src/index.ts` line 2 needs `not-locked`",
        ),
        (
            {"package.json": '{"type": "module"}',
             "src/index.ts": "\nimport x = require('./x');\nexport const handler = () => x;\n",
             "src/x.cts": "const x = 1;\nexport = x;\n"},
            "handler-esm", "src/index.js", "line 2 of `src/index.ts` uses `require`",
        ),
        (
            {"package.json": '{"type": "module"}',
             "src/index.ts": "import { f } from './m';\nexport const handler = () => f();\n",
             "src/m.ts": "\n\nimport x = require('./x.cjs');\nexport const f = () => x;\n",
             "src/x.cts": "const x = 1;\nexport = x;\n"},
            "module-syntax", "src/m.js", "line 3 of `src/m.ts` uses `require`",
        ),
    ],
)  # fmt: skip
def test_what_would_not_load_names_the_line_of_the_source(
    work: Work, files: dict[str, str], code: str, path: str, words: str
) -> None:
    """An undeclared package, and CommonJS in what Node reads as an ES module, write no zip."""
    write_files(work.folder / "fn", {"package.json": "{}", **files})
    built = work.build("fn")

    assert 1 == built.status
    assert built.document is not None
    assert not (work.folder / "fn.zip").exists()
    (found,) = (one for one in built.document["findings"] if "error" == one["severity"])
    assert (code, path) == (found["code"], found["path"])
    assert words in found["message"]


@pytest.mark.ci
def test_request_that_cannot_be_followed_names_its_source(work: Work) -> None:
    """The JSON has the line of the source beside that of the output, recalled as well."""
    handler = (
        "interface Event {\n  name: string;\n}\n"
        "export const handler = async (event: Event) => require(event.name);\n"
    )
    write_files(work.folder / "fn", {"package.json": "{}", "src/index.ts": handler})
    for _ in range(2):
        built = work.build("fn")

        assert built.document is not None
        (unknown,) = built.document["closure"]["unknown"]
        assert ("src/index.js", "src/index.ts:4") == (unknown["path"], unknown["source"])
        assert handler.splitlines()[3] not in work.files["src/index.js"].decode()


@pytest.mark.ci
@pytest.mark.parametrize(
    ("kind", "start"),
    [
        ("module", "import f from './f.cjs';\nimport x from './g.cjs';\n"),
        ("commonjs", "import f = require('./f.cjs');\nimport x = require('./g.cjs');\n"),
    ],
)
def test_commonjs_of_typescript_passes_between_files(work: Work, kind: str, start: str) -> None:
    """`export =` and `import x = require()` stay in CommonJS, and either kind of module takes it.

    What `export =` gives in an ES module is its default export.
    """
    files = {
        "package.json": json.dumps({"type": kind}),
        "src/f.cts": "const f = (n: number): number => n + 1;\nexport = f;\n",
        "src/g.cts": "import f = require('./f.cjs');\nexport = { g: (n: number) => f(n) * 2 };\n",
        "src/h.ts": "const h = (n: number): number => n * 5;\nexport = h;\n",
        "src/index.ts": f"{start}import h from './h';\n"
        "export const handler = async (e: { n: number }) => [f(e.n), x.g(e.n), h(e.n)];\n",
    }
    config = {"compilerOptions": {"esModuleInterop": True}}
    write_files(work.folder / "fn", {**files, "tsconfig.json": config})
    built = work.build("fn")

    assert 0 == built.status, built.stdout
    assert [4, 8, 15] == work.run("src/index.handler", {"n": 3})


def test_await_at_the_top_of_commonjs_is_esbuilds_error(work: Work) -> None:
    """The file and the line are named; as an ES module the same source is built."""
    source = "const a = await Promise.resolve(1);\nexport const handler = async () => a;\n"
    write_files(work.folder / "fn", {"package.json": "{}", "src/index.ts": source})
    refused = work.build("fn")
    write_files(work.folder / "fn", {"package.json": '{"type": "module"}'})

    assert (1, "EESBUILD") == (refused.status, refused.code)
    assert "src/index.ts:1:" in refused.stdout
    assert refused.document is not None
    assert '"type": "module"' in refused.document["error"]["hint"]
    assert 0 == work.build("fn").status
    assert 1 == work.run("src/index.handler", {})


@pytest.mark.ci
@pytest.mark.parametrize(
    ("kind", "call"),
    [
        ("commonjs", "require('./plugins/' + event.name)"),
        ("commonjs", "import(`./plugins/${event.name}.js`)"),
        ("module", "import(`./plugins/${event.name}.js`)"),
        ("module", "import(`./plugins/${event.name}.ts`)"),
    ],
)
def test_computed_names_find_their_sources(work: Work, kind: str, call: str) -> None:
    """What a computed name may mean is transformed; a new one is seen by the next build."""
    files = {
        "package.json": {"type": kind},
        "src/index.ts": (
            "export const handler = async (event: { name: string }): Promise<unknown> =>\n"
            f"  (await {call}).value;\n"
        ),
        "src/plugins/a.ts": "export enum value { A = 1 }\n",
    }
    write_files(work.folder / "fn", files)
    assert 0 == work.build("fn").status
    assert {"1": "A", "A": 1} == work.run("src/index.handler", {"name": "a"})
    write_files(work.folder / "fn", {"src/plugins/deep/b.ts": "export const value: number = 2;\n"})
    assert 0 == work.build("fn").status
    assert 2 == work.run("src/index.handler", {"name": "deep/b"})


CREATED = """
import { createRequire } from 'node:module';
import * as modules from 'node:module';
const require = createRequire(import.meta.url);
const load = modules.createRequire(import.meta.filename);
export const handler = async () => [
  require('./b.cjs').b, load('./c.js').c, load('./data.json').d, load('#lib/d').d,
];
"""


def test_what_create_require_loads_is_built(work: Work) -> None:
    """Its requests are found by TypeScript's rules too, whatever the function is called."""
    manifest = {"name": "fn", "type": "module", "imports": {"#lib/*": "./src/lib/*.ts"}}
    write_files(
        work.folder / "created",
        {
            "package.json": manifest,
            "src/index.ts": CREATED,
            "src/b.cts": "export const b: number = 1;\n",
            "src/c.ts": "export const c: number = 2;\n",
            "src/lib/d.ts": "export const d: number = 4;\n",
            "src/data.json": '{"d": 3}',
        },
    )
    built = work.build("created", "--handler", "src/index.handler")

    assert 0 == built.status, built.stderr
    assert [1, 2, 3, 4] == work.run("src/index.handler", {})


@pytest.mark.parametrize("specifier", ["./Util/A", "@/util/A.js"])
def test_case_of_names_is_told(work: Work, specifier: str) -> None:
    """A name of another case is not found, and the file that was meant is named."""
    write_files(
        work.folder / "fn",
        {"package.json": "{}", "src/util/a.ts": "export const a = 1;\n",
         "tsconfig.json": {"compilerOptions": {"paths": {"@/*": ["./src/*"]}}},
         "src/index.ts": f"import {{ a }} from '{specifier}';\nexport const handler = () => a;\n"},
    )  # fmt: skip
    built = work.build("fn")

    assert 1 == built.status
    assert built.document is not None
    (found,) = [one for one in built.document["findings"] if one["code"] == "source-case"]
    ending = "js" if specifier.endswith(".js") else "ts"
    assert f"write `./util/a.{ending}`" == found["hint"]


def test_own_esbuild_is_used_as_locked(work: Work) -> None:
    """A direct dependency counts; what another package brings does not."""
    manifest = {"devDependencies": {"esbuild": "0.25.0"}}
    write_files(
        work.folder / "fn",
        {"package.json": manifest, "src/index.ts": "export const handler = async () => 1;\n"},
    )
    assert 0 == work.build("fn").status
    (folder,) = work.cache.glob("esbuild/0.25.0-*")

    assert [path.name for path in folder.iterdir()] in (["esbuild"], ["esbuild.exe"])


@pytest.mark.ci
def test_vendored_folder_is_enough(work: Work) -> None:
    """`vendor` gathers esbuild and what tsconfig.json extends; the build asks no registry."""
    manifest = {"devDependencies": {"@tsconfig/node22": "22.0.2"}}
    write_files(
        work.folder / "fn",
        {"package.json": manifest, "tsconfig.json": '{"extends": "@tsconfig/node22/tsconfig.json"}',
         "src/index.ts": "export const handler = async () => 1;\n"},
    )  # fmt: skip
    cache = ("--cache-dir", work.folder / "other-cache")
    assert 0 == run_zipper("resolve", work.folder / "fn", *cache).status
    vendored = run_zipper("vendor", work.folder / "fn", "--into", work.folder / "v", *cache)
    assert 0 == vendored.status, vendored.stderr
    fresh = Work(work.folder, work.folder / "fresh-cache")
    built = fresh.build("fn", "--offline", "--vendor", str(work.folder / "v"))

    assert 0 == built.status, built.stdout
    assert b"strict" in fresh.files["src/index.js"]


def test_unchanged_project_imports_little(work: Work) -> None:
    """A warm build parses nothing, starts nothing and asks nobody."""
    write_files(
        work.folder / "fn",
        {"package.json": "{}", "src/index.ts": "export const handler = async () => 1;\n"},
    )
    words = ("build", work.folder / "fn", "-o", work.folder / "fn.zip", "--cache-dir", work.cache)
    assert 0 == run_zipper(*words).status
    warm = run_zipper(*words, env={"PYTHONPROFILEIMPORTTIME": "1"})
    imported = set(re.findall(r"^import time:.*\|\s*([\w.]+)$", warm.stderr, re.MULTILINE))

    assert "zipper.pipeline.typescript" in imported
    heavy = {"requests", "sqlite3", "subprocess", "tree_sitter", "urllib3"}
    idle = {
        f"zipper.bundling.{name}" for name in ("esbuild_process", "reached_sources", "tsconfig")
    }
    assert set() == imported & (heavy | idle)


def test_watch_builds_a_changed_source(work: Work) -> None:
    """Each change gives a new zip, an error in a source is survived, and ^C leaves nothing."""
    pytest.importorskip("watchfiles")
    source, output = work.folder / "fn" / "src" / "index.ts", work.folder / "fn.zip"
    write_files(work.folder / "fn", {"package.json": "{}", "src/index.ts": _answer(0)})
    scratch = work.folder / "scratch"
    scratch.mkdir()
    words = ("build", work.folder / "fn", "--watch", "-o", output, "--cache-dir", work.cache)
    with subprocess.Popen(
        [sys.executable, "-m", "zipper", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "TMPDIR": str(scratch)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        for number, text in enumerate([_answer(0), "const = 1;", _answer(2), _answer(3)]):
            source.write_text(text, encoding="utf-8")
            if text.startswith("const"):
                time.sleep(0.5)
            else:
                _wait_for(lambda wanted=number: _is_built(output, wanted))
        running.send_signal(signal.SIGINT)
        assert 130 == running.wait(30)
    assert not list(scratch.iterdir())


def _answer(number: int) -> str:
    return f"export const handler = async (): Promise<number> => {number};\n"


def _is_built(output: Path, number: int) -> bool:
    return output.is_file() and f"=> {number};".encode() in listing(output)["src/index.js"]


def _wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "nothing was built"
        time.sleep(0.02)
