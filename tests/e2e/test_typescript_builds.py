"""Functions in TypeScript from one command: the real esbuild, a real Node, every file in its place.

esbuild and Node come from the registry that npm's settings name, which is asked for nothing else.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.command import CommandResult, run_zipper
from tests.support.scene import listing, write_files

if TYPE_CHECKING:
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

    def build(self, project: str, *options: str) -> CommandResult:
        """Build a project into `fn.zip`."""
        place = self.folder / project
        return run_zipper(
            *("build", place, "-o", self.folder / "fn.zip", "--cache-dir", self.cache, "--json"),
            *options,
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
