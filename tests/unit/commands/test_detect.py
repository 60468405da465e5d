"""What `init` sees in a folder: one function, several, workspaces, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.scene import write_files
from zipper.commands.detect import look
from zipper.commands.detected import Seen
from zipper.errors import ProjectError

if TYPE_CHECKING:
    from pathlib import Path

HANDLER = "exports.handler = async () => 1\n"
TARGET = {"runtime": "nodejs24.x", "architecture": "x86_64"}


def see(folder: Path, files: dict[str, object]) -> Seen:
    write_files(folder, files)
    return look(folder)


@pytest.mark.parametrize(
    ("files", "handler", "has_handler"),
    [
        ({"package.json": {}, "index.js": HANDLER}, "index.handler", True),
        ({"package.json": {}, "src/app.mjs": ""}, "src/app.handler", True),
        ({"package.json": {"main": "lib/fn.js"}, "lib/fn.js": ""}, "lib/fn.handler", True),
        ({"package.json": {"main": "out/a.js"}, "src/a.ts": ""}, "out/a.handler", False),
        ({"package.json": {}}, "index.handler", False),
    ],
)  # fmt: skip
def test_a_project_has_its_likeliest_handler(
    tmp_path: Path, files: dict[str, object], handler: str, *, has_handler: bool
) -> None:
    """`main` goes first, then the usual files; TypeScript may not be built yet."""
    assert Seen({"handler": handler, **TARGET}, (), has_handler) == see(tmp_path, files)


@pytest.mark.parametrize(
    ("files", "runtime"),
    [
        ({"package.json": {"engines": {"node": ">=18 <21"}}}, "nodejs20.x"),
        ({"package.json": {"engines": {"node": ">=22"}}}, "nodejs24.x"),
        ({"package.json": {"engines": {"node": ">=25"}}}, "nodejs26.x"),
        ({"package.json": {"engines": {"node": ">=18"}}, ".nvmrc": "v22.1.0\n"}, "nodejs22.x"),
        ({"package.json": {"engines": {"node": "^7"}}, ".nvmrc": "lts/*"}, "nodejs24.x"),
    ],
)
def test_the_runtime_is_what_the_project_wants(
    tmp_path: Path, files: dict[str, object], runtime: str
) -> None:
    """.nvmrc goes before `engines`; what no runtime fits is left to the default."""
    assert runtime == see(tmp_path, files).values["runtime"]


def test_the_only_project_below_is_the_project(tmp_path: Path) -> None:
    """A Python project may keep its function in any folder; what tools made is not looked at."""
    files = {
        "infra/lambda/package.json": {}, "infra/lambda/index.js": HANDLER,
        "cdk.out/asset/package.json": {}, "cdk.out/asset/index.js": HANDLER,
        "node_modules/a/package.json": {}, "node_modules/a/index.js": HANDLER,
    }  # fmt: skip

    assert "infra/lambda" == see(tmp_path, files).values["project"]


def test_several_projects_are_several_functions(tmp_path: Path) -> None:
    """Each has its name, folder and handler; those of one name are told apart by their folders."""
    files = {
        "a/fn/package.json": {"name": "fn"}, "a/fn/index.js": HANDLER,
        "b/fn/package.json": {"name": "fn"}, "b/fn/app.js": HANDLER,
        "c/package.json": {"name": "@own/users", "dependencies": {"lib": "file:../lib"}},
        "c/index.js": HANDLER,
        "lib/package.json": {"name": "lib"}, "lib/index.js": "",
    }  # fmt: skip

    seen = see(tmp_path, files)

    assert {**TARGET, "output": "dist/"} == seen.values
    assert (
        {"name": "a-fn", "project": "a/fn", "handler": "index.handler"},
        {"name": "b-fn", "project": "b/fn", "handler": "app.handler"},
        {"name": "users", "project": "c", "handler": "index.handler"},
    ) == seen.functions


def test_functions_among_workspaces_are_built_from_the_root(tmp_path: Path) -> None:
    """The lockfile and the libraries beside it belong to the root, so that is the project."""
    files = {
        "package.json": {"private": True, "workspaces": ["packages/*"]},
        "packages/orders/package.json": {"name": "orders", "dependencies": {"lib": "*"}},
        "packages/orders/index.js": HANDLER,
        "packages/lib/package.json": {"name": "lib"},
        "packages/lib/index.js": "",
    }

    assert (
        {
            "name": "orders",
            "handler": "packages/orders/index.handler",
            "include": ["/packages/orders/"],
        },
    ) == see(tmp_path, files).functions


def test_no_project_is_an_error(tmp_path: Path) -> None:
    """Without package.json there is nothing to describe."""
    with pytest.raises(ProjectError, match=r"there is no package\.json in"):
        look(tmp_path)
