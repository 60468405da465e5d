"""What a project's sources in TypeScript come to, whole: by the real esbuild, in this process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from zipper.bundling.output_places import SourceLines
from zipper.errors import ProjectError
from zipper.store.store_zip_format import inflate

if TYPE_CHECKING:
    from tests.support.bundling_project import BundlingProject
    from zipper.pipeline.planning import PackagePlan

pytestmark = [pytest.mark.network, pytest.mark.ci]

ROOT = {"name": "root", "private": True, "workspaces": ["packages/*"]}
DECORATED = {"experimentalDecorators": True, "emitDecoratorMetadata": True}


def contents_of(planned: PackagePlan) -> dict[str, str]:
    """Return the content of each file of a plan."""
    return {
        one.name.decode(): inflate(one).decode("utf-8", "replace")
        for one in planned.contents.entries
    }


def code_in(text: str) -> str:
    """Return what esbuild made, its helpers left out."""
    return text.rpartition("module.exports = __toCommonJS(")[2].partition("\n")[2]


WORKSPACE: dict[str, Any] = {
    "package.json": ROOT,
    "package-lock.json": {
        "lockfileVersion": 3,
        "packages": {
            "": ROOT,
            "packages/fn": {"name": "fn", "dependencies": {"lib": "*"}},
            "packages/lib": {"name": "lib", "version": "1.0.0"},
            "node_modules/fn": {"resolved": "packages/fn", "link": True},
            "node_modules/lib": {"resolved": "packages/lib", "link": True},
        },
    },
    "shared/one.ts": "interface A {}\n\nexport const one: number = 1;\n",
    "shared/data.json": {"word": "x"},
    "shared/logo.txt": "logo",
    "packages/fn/package.json": {"name": "fn", "dependencies": {"lib": "*"}, "main": "x.js"},
    "packages/fn/src/index.ts": "type A = 1;\nimport { lib } from 'lib';\n"
    "import { one } from '../../../shared/one';\nimport data from '../../../shared/data.json';\n"
    "import './there.js';\nimport './Case';\n"
    "export const handler = async (): Promise<unknown> => [lib, one, data];\n",
    "packages/fn/src/there.js": "console.log('there');\n",
    "packages/fn/src/case.ts": "export {};\n",
    "packages/fn/src/unused.ts": "export const unused = 1;\n",
    "packages/fn/notes.txt": "notes",
    "packages/lib/package.json": {"name": "lib", "version": "1.0.0", "main": "./lib.ts"},
    "packages/lib/lib.ts": "export const lib: string = 'lib';\n",
}


def test_a_member_is_told_whole(project: BundlingProject) -> None:
    """Own sources, a sibling's, files outside of the folder; a second plan recalls the same."""
    project.write(WORKSPACE)

    planned, again = (
        project.plan(
            fn="packages/fn",
            sourcemap="external",
            include=("src", "notes.txt", "package.json", "../../shared/logo.txt"),
        )
        for _ in range(2)
    )

    files = contents_of(planned)
    sources = {
        "packages/fn/src/index.js": ("packages/fn/src/index.ts", "index.ts"),
        "shared/one.js": ("shared/one.ts", "one.ts"),
        "node_modules/lib/lib.js": ("packages/lib/lib.ts", "lib.ts"),
    }
    unchanged = ("packages/fn/src/there.js", "packages/fn/notes.txt", "shared/logo.txt")
    more = {"node_modules/lib/package.json", "packages/fn/package.json", "shared/data.json"}
    assert {*sources, *unchanged, *more} == set(files)
    assert {name: WORKSPACE[name] for name in unchanged} == {
        name: files[name] for name in unchanged
    }
    assert "./lib.js" == json.loads(files["node_modules/lib/package.json"])["main"]
    assert 'require("../../../shared/one")' in files["packages/fn/src/index.js"]
    assert "const one = 1;\n" in code_in(files["shared/one.js"])
    maps = {name: json.loads(text) for name, text in planned.source_maps.items()}
    assert {f"{name}.map": [source] for name, (_, source) in sources.items()} == {
        name: one["sources"] for name, one in maps.items()
    }
    assert {f"{name}.map": [WORKSPACE[path]] for name, (path, _) in sources.items()} == {
        name: one["sourcesContent"] for name, one in maps.items()
    }
    assert {name: path for name, (path, _) in sources.items()} == {
        name: one.path for name, one in planned.source_lines.items()
    }
    assert all(isinstance(one, SourceLines) and one.rows for one in planned.source_lines.values())
    assert ("packages/fn/src/index.handler", True) == (planned.handler, planned.keeps_folders)
    codes = ["handler-found", "source-case", "source-unreached"]
    assert codes == [one.code for one in planned.findings]
    unreached = planned.findings[2]
    assert ("", "`src/case.ts`, `src/unused.ts`") == (unreached.path, unreached.message[-30:])
    shown = ("handler", "findings", "keeps_folders", "source_maps", "fingerprint")
    assert [getattr(planned, one) for one in shown] == [getattr(again, one) for one in shown]
    assert json.dumps(planned.source_lines) == json.dumps(again.source_lines)
    assert files == contents_of(again)


@pytest.mark.parametrize(
    "change",
    [
        {"handler": "src/other.handler"},
        {"sourcemap": "linked"},
        {"runtime": "nodejs16.x"},
        {"exclude": ("packages/**",)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_setting_that_decides_is_seen(project: BundlingProject, change: dict[str, Any]) -> None:
    """What is noted for other settings does not count; those of before find it again."""
    text = "import { lib } from 'lib';\nexport const handler = async () => {\n"
    text += "  class A { static { console.log(lib); } }\n  return new A();\n};\n"
    files = {
        "package.json": {"name": "fn", "workspaces": ["packages/*"], "dependencies": {"lib": "*"}},
        "src/index.ts": text,
        "src/other.ts": "export const handler = 1;\n",
        "packages/lib/package.json": {"name": "lib", "version": "1.0.0", "main": "./lib.ts"},
        "packages/lib/lib.ts": "export const lib: string = 'lib';\n",
    }
    project.write(files)
    asked: dict[str, Any] = {"handler": "src/index.handler", **change}
    target = project.plan(handler="src/index.handler").target
    if "runtime" in asked:
        asked["target"] = target._replace(runtime=asked.pop("runtime"))

    before = project.plan(handler="src/index.handler")
    after = project.plan(**asked)
    fresh = project.plan(**asked, no_recall=True)
    again = project.plan(handler="src/index.handler")

    assert contents_of(after) == contents_of(fresh)
    assert contents_of(again) == contents_of(before)
    assert contents_of(before) != contents_of(after)


@pytest.mark.parametrize("is_bundled", [False, True])
def test_metadata_that_would_be_lost_is_refused(
    project: BundlingProject, *, is_bundled: bool
) -> None:
    """Though it was built before, when the setting said that nobody reads it."""
    text = "const kept = (target: object): void => void target;\n"
    text += "@kept\nclass A { constructor(a: A) {} }\n"
    files = {"package.json": {"name": "fn"}, "tsconfig.json": {"compilerOptions": DECORATED}}
    project.write({**files, "index.ts": f"{text}export const handler = A;\n"})

    def plan(decorators: str | None) -> PackagePlan:
        return project.plan(handler="index.handler", bundle=is_bundled, decorators=decorators)

    assert plan("esbuild").contents.files
    for _ in range(2):
        with pytest.raises(ProjectError) as caught:
            plan(None)
        assert "EDECORATORS" == caught.value.code
        assert "`index.ts` line 2" in caught.value.message
    with pytest.raises(ProjectError) as caught:
        plan("tsc")
    assert "none is locked" in caught.value.message


def test_packages_that_are_locked_are_seen(project: BundlingProject) -> None:
    """Which paths into them `import` needs completed."""
    manifest = {"name": "fn", "type": "module", "dependencies": {"x": "file:x.tgz"}}
    code = "import x from 'x/sub';\nexport const handler = async (): Promise<unknown> => x;\n"
    project.write({"package.json": manifest, "index.ts": code})
    seen = []
    for version, name in (("1.0.0", "sub.js"), ("1.0.1", "sub/index.js"), ("1.0.0", "sub.js")):
        project.write_packages(x={"package.json": {"version": version}, name: "1"})
        row = {"version": version, "resolved": "file:x.tgz"}
        packages = {"": manifest, "node_modules/x": row}
        project.write({"package-lock.json": {"lockfileVersion": 3, "packages": packages}})
        seen.append(contents_of(project.plan(handler="index.handler"))["index.js"])

    assert ["x/sub.js", "x/sub/index.js"] == [text.split('"')[1] for text in seen[:2]]
    assert seen[0] == seen[2]


def test_what_is_not_reached_is_not_looked_at(project: BundlingProject) -> None:
    """A change of it starts nothing: esbuild is not there any more."""
    files = {"package.json": {"name": "fn"}, "index.ts": "export const handler: number = 1;\n"}
    project.write({**files, "old.ts": "1;\n"})
    before = contents_of(project.plan(handler="index.handler"))
    project.forget_esbuild()

    project.write({"old.ts": "2;\n"})

    assert before == contents_of(project.plan(handler="index.handler"))


def test_the_folders_that_a_zip_keeps_are_seen(project: BundlingProject) -> None:
    """A file of a sibling that is imported by its path lies elsewhere from there."""
    code = "import { lib } from '../../lib/lib';\nexport const handler = async () => lib;\n"
    project.write({**WORKSPACE, "packages/fn/src/index.ts": code})
    seen = []

    for include in ((), ("../../shared/logo.txt",), ()):
        options: dict[str, Any] = {"fn": "packages/fn", "handler": "src/index.handler"}
        options["include"] = ("src/index.ts", "package.json", *include)
        planned = project.plan(**options)
        files = contents_of(planned)
        assert bool(include) == planned.keeps_folders
        assert files == contents_of(project.plan(**options, no_recall=True))
        seen.append(next(text for name, text in files.items() if name.endswith("src/index.js")))

    assert seen[0] == seen[2] != seen[1]
    project.write({"packages/fn/src/index.ts": f"import '../../../shared/one';\n{code}"})
    planned = project.plan(fn="packages/fn", handler="src/index.handler")
    assert planned.keeps_folders
    assert {"shared/one.js", "packages/fn/src/index.js"} < set(contents_of(planned))


def test_members_have_their_own_sources(project: BundlingProject) -> None:
    """Though their handlers are called alike."""
    manifests = {"fn": {"name": "fn"}, "other": {"name": "other"}}
    for name, manifest in manifests.items():
        text = f"export const handler: string = '{name}';\n"
        project.write({"package.json": manifest, "src/index.ts": text}, fn=f"packages/{name}")
    project.write({"package.json": ROOT})

    texts = {
        name: contents_of(project.plan(fn=f"packages/{name}", handler="src/index.handler"))
        for name in manifests
    }
    bundles = {
        name: contents_of(project.bundle(fn=f"packages/{name}", handler="src/index.handler"))
        for name in manifests
    }

    for name in manifests:
        assert f'= "{name}"' in texts[name]["src/index.js"]
        assert f'= "{name}"' in bundles[name]["src/index.js"]
