"""Functions by their names: what `check orders`, `run orders`, `resolve` mean with several."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.command import CommandResult, run_zipper
from tests.support.scene import write_files

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("orders", "users", "stock")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the settings of three functions, each with a dependency of its own."""
    tables = "".join(
        f'\n[[tool.zipper.functions]]\nname = "{name}"\nproject = "src/{name}"\n' for name in NAMES
    )
    files: dict[str, object] = {"pyproject.toml": f'[tool.zipper]\noutput = "dist/"\n{tables}'}
    for name in NAMES:
        local = {f"{name}-lib": "file:lib"}
        files[f"src/{name}/package.json"] = {"name": name, "dependencies": local}
        files[f"src/{name}/index.js"] = f"exports.handler = async () => '{name}'\n"
        files[f"src/{name}/lib/package.json"] = {"name": f"{name}-lib", "license": name.upper()}
    write_files(tmp_path, files)
    return tmp_path


def zipper(folder: Path, *words: str, status: int = 0) -> CommandResult:
    variables = {"ZIPPER_CACHE_DIR": str(folder / "cache"), "COLUMNS": "200"}
    result = run_zipper(*words, cwd=folder, env=variables)
    assert status == result.status, result.stdout + result.stderr
    return result


def test_a_name_means_the_zip_of_the_function(folder: Path) -> None:
    """`check`, `explain` and `licenses` find the zip that `build` has written."""
    zipper(folder, "build")

    checked = zipper(folder, "check", "users", "--json").document
    explained = zipper(folder, "explain", "users").stdout
    licences = zipper(folder, "licenses", "users").stdout

    assert checked is not None
    assert ("dist/users.zip", "pass") == (checked["path"], checked["verdict"])
    assert "dist/users.zip" in explained
    assert "USERS" in licences


def test_check_without_a_name_judges_every_function(folder: Path) -> None:
    """Three functions are three reports; one that is missing is told."""
    zipper(folder, "build")

    document = zipper(folder, "check", "--json").document
    (folder / "dist/stock.zip").unlink()
    missing = zipper(folder, "check", status=1)

    assert document is not None
    assert [f"dist/{name}.zip" for name in NAMES] == [row["path"] for row in document["reports"]]
    assert "there is no file `dist/stock.zip`" in missing.stderr


@pytest.mark.parametrize("settings", ["", '[tool.zipper]\nruntime = "nodejs22.x"\n'])
def test_check_of_a_project_on_its_own_finds_its_zip(tmp_path: Path, settings: str) -> None:
    """With settings or without, the zip of a single function has the project's name."""
    files = {
        "pyproject.toml": settings,
        "package.json": {"name": "@own/alone"},
        "index.js": "exports.handler = async () => 1\n",
    }
    write_files(tmp_path, files)
    zipper(tmp_path, "build")

    document = zipper(tmp_path, "check", "--json").document

    assert document is not None
    assert "alone.zip" == document["path"]


def test_check_of_nothing_is_wrong_usage(tmp_path: Path) -> None:
    """Where nothing is built, a zip has to be named."""
    assert "no zip was named" in zipper(tmp_path, "check", status=2).stderr


def test_explain_of_a_function_that_is_not_built_plans_it(folder: Path) -> None:
    """Nothing has to be built to be explained."""
    document = json.loads(zipper(folder, "explain", "stock", "--json").stdout)

    assert {"stock", "stock-lib"} == {row["name"] for row in document["packages"]}
    assert not (folder / "dist").exists()


@pytest.mark.parametrize("command", ["check", "run", "explain", "licenses", "resolve"])
def test_a_mistyped_name_is_told_with_the_nearest(folder: Path, command: str) -> None:
    """Every command says which functions there are."""
    result = zipper(folder, command, "oders", status=2)

    assert "there is no function `oders` in the settings" in result.stderr
    assert "did you mean `orders`?" in result.stderr


def test_resolve_writes_the_lockfile_of_every_project(folder: Path) -> None:
    """Without a name all projects are resolved, with one that one alone."""
    zipper(folder, "resolve", "users")
    first = sorted(path.parent.name for path in folder.glob("src/*/package-lock.json"))
    document = zipper(folder, "resolve", "--json").document

    assert ["users"] == first
    assert document is not None
    assert 3 == len(document["projects"])
    assert 3 == len(list(folder.glob("src/*/package-lock.json")))


def test_install_wants_one_function(folder: Path) -> None:
    """Three functions cannot share one folder; a name tells which."""
    several = zipper(folder, "install", "--into", "made", status=2)
    zipper(folder, "install", "users", "--into", "made")

    assert "describe 3 functions" in several.stderr
    assert "orders, users, stock" in several.stderr
    assert (folder / "made/node_modules/users-lib/package.json").exists()


def test_a_workspace_alone_is_warned_of_its_root(tmp_path: Path) -> None:
    """A build without the root says whose lockfile is not used, and what to do."""
    files = {
        "package.json": {"workspaces": ["packages/*"]},
        "packages/fn/package.json": {"name": "fn"},
        "packages/fn/index.js": "exports.handler = async () => 1\n",
    }
    write_files(tmp_path, files)

    alone = zipper(tmp_path, "build", "packages/fn", "--no-workspace").stderr
    with_root = zipper(tmp_path, "build", "packages/fn").stderr

    assert "warning[workspace-alone]" in alone
    assert "leave out `--no-workspace`" in alone
    assert "workspace-alone" not in with_root
