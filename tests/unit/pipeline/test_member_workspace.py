"""What a member's code may mean in its workspace, and what a note of that rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import zipper
from tests.support.scene import HANDLER, write_files
from zipper.checks.nearby import Sibling
from zipper.pipeline.member_workspace import WorkspaceAround

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.pipeline.planning import PackagePlan

ROOT = {"name": "root", "workspaces": ["packages/*"], "dependencies": {"asked": "1"}}
MEMBERS: dict[str, dict[str, Any]] = {
    "fn": {
        "name": "fn",
        "dependencies": {"@s/lib": "*", "plain": "*", "apart": "file:../../apart"},
        "devDependencies": {"tool": "1"},
    },
    "lib": {
        "name": "@s/lib",
        "version": "1.0.0",
        "main": "./dist/main.js",
        "scripts": dict.fromkeys(
            ("prepublishOnly", "test", "prepack", "compile", "build", "prepare"), "make"
        ),
    },
    "plain": {"name": "plain", "version": "1.0.0", "main": 3, "scripts": ["prepare"]},
    "other": {"name": "other", "version": "1.0.0", "dependencies": {"shared": "1"}},
}


def fetched(name: str, **more: object) -> dict[str, object]:
    return {"version": "1.0.0", "resolved": f"https://registry.example/{name}.tgz", **more}


@pytest.fixture
def planned(tmp_path: Path) -> PackagePlan:
    """The plan of a member; of the root's packages none is fetched, because it needs none."""
    packages = {
        "": ROOT,
        **{f"packages/{folder}": manifest for folder, manifest in MEMBERS.items()},
        **{
            f"node_modules/{manifest['name']}": {"resolved": f"packages/{folder}", "link": True}
            for folder, manifest in MEMBERS.items()
        },
        "node_modules/asked": fetched("asked", dependencies={"deep": "1", "shared": "1"}),
        "node_modules/asked/node_modules/aa": fetched("aa", dependencies={"deep": "1"}),
        "node_modules/apart": {"resolved": "apart", "link": True},
        "apart": {"name": "apart", "version": "1.0.0"},
        "node_modules/deep": fetched("deep"),
        "node_modules/shared": fetched("shared"),
        "node_modules/lone": fetched("lone", extraneous=True),
        "packages/fn/node_modules/tool": fetched("tool", dev=True),
        "packages/other/node_modules/hidden": fetched("hidden"),
    }
    write_files(
        tmp_path / "root",
        {
            "package.json": ROOT,
            "package-lock.json": {"lockfileVersion": 3, "packages": packages},
            **{f"packages/{folder}/package.json": one for folder, one in MEMBERS.items()},
            "packages/fn/index.js": HANDLER,
            "apart/package.json": {"name": "apart", "version": "1.0.0"},
            "packages/lib/src/main.ts": "x",
            "packages/lib/node_modules/x/index.js": "x",
            "packages/plain/index.js": "x",
        },
    )
    folder = tmp_path / "root" / "packages" / "fn"
    return zipper.plan(folder, cache_dir=tmp_path / "cache", offline=True)


def test_a_workspace_is_described(planned: PackagePlan) -> None:
    """What Node would find in it, and why; siblings with what makes their files."""
    around = WorkspaceAround(planned)

    found = around.describe()

    assert ("packages/fn", False) == (found.member, found.keeps_folders)
    assert {
        "asked": "`./package.json` declares it",
        "deep": "`aa` needs it",
        "fn": "`./package.json` declares it",
        "lone": "it lies in the root's node_modules",
        "other": "`./package.json` declares it",
        "shared": "`packages/other/package.json` declares it",
        "tool": "`packages/fn/package.json` declares it",
    } == found.undeclared
    making = ("build", "prepare", "prepack", "compile", "prepublishOnly")
    files = frozenset({"package.json", "src/main.ts"})
    assert {
        "node_modules/@s/lib": Sibling("@s/lib", "packages/lib", "dist/main.js", files, making),
        "node_modules/plain": Sibling(
            "plain", "packages/plain", "index.js", frozenset({"package.json", "index.js"}), ()
        ),
    } == found.siblings


def test_what_was_asked_about_is_noted(planned: PackagePlan) -> None:
    """A note holds as long as the same files are there, or absent."""
    around, again = WorkspaceAround(planned), WorkspaceAround(planned)
    is_file = around.describe().is_file

    assert () == around.witnesses
    answers = [is_file(path) for path in ("packages/lib/src/main.ts", "gone.js", "packages")]
    assert [True, False, False] == answers
    asked = (("gone.js", False), ("packages", False), ("packages/lib/src/main.ts", True))
    assert asked == around.witnesses
    assert again.still_holds(asked)
    assert not again.still_holds((*asked, ("absent.js", True)))
    write_files(planned.project.root, {"gone.js": "1"})
    assert not again.still_holds(asked)
    local = ("@s/lib file:packages/lib", "apart file:apart", "plain file:packages/plain")
    rows = [f"node_modules/{one}" for one in local]
    assert (str(planned.project.root), "packages/fn", *rows) == around.key
