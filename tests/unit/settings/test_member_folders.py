"""Functions named by the folders of members."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.scene import write_files
from zipper.errors import ProjectError
from zipper.settings.build_request import list_functions
from zipper.settings.read_settings import read_settings_file

if TYPE_CHECKING:
    from pathlib import Path


def repository(folder: Path, functions: object) -> Path:
    """Write a workspace with two functions and a library."""
    settings = {"runtime": "nodejs22.x", "architecture": "arm64", "functions": functions}
    own = {"runtime": "nodejs20.x", "exclude": ["test/"]}
    write_files(
        folder,
        {
            "package.json": {"workspaces": ["packages/*"], "zipper": settings},
            "packages/fn-b/package.json": {"name": "@x/b"},
            "packages/fn-a/package.json": {"name": "a", "zipper": own},
            "packages/fn-none/index.js": "",
            "packages/lib/package.json": {"name": "lib"},
        },
    )
    return folder


def test_a_pattern_is_a_function_for_each_folder(tmp_path: Path) -> None:
    """They are sorted, named after their folders, and their own settings win key by key."""
    folder = repository(tmp_path, ["packages/fn-*"])
    functions = list_functions(read_settings_file(folder))

    assert ["fn-a", "fn-b"] == [one.name for one in functions]
    assert str(tmp_path / "packages" / "fn-a") == functions[0].project
    assert ["nodejs20.x", "nodejs22.x"] == [one.runtime for one in functions]
    assert ["arm64", "arm64"] == [one.architecture for one in functions]
    assert ("test/",) == functions[0].exclude


def test_folders_and_tables_stand_side_by_side(tmp_path: Path) -> None:
    """A table names one function, a text names the folders that it finds."""
    folder = repository(tmp_path, [{"name": "z", "project": "packages/lib"}, "packages/fn-b"])

    assert ["z", "fn-b"] == [one.name for one in read_settings_file(folder).functions]


@pytest.mark.parametrize(
    ("functions", "told"),
    [
        (["packages/none-*"], "`packages/none-\\*` in `functions` finds no folder"),
        (["packages/fn-a", "packages/fn-*"], "two functions are called `fn-a`"),
        (["/"], "finds no folder"),
    ],
)
def test_what_finds_nothing_or_twice_is_refused(
    tmp_path: Path, functions: list[str], told: str
) -> None:
    """A pattern without a folder is a slip, and so is a folder that two of them find."""
    with pytest.raises(ProjectError, match=told):
        read_settings_file(repository(tmp_path, functions))
