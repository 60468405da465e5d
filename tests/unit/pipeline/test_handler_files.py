"""Which files of a folder may hold its handlers, and which folders are projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.scene import HANDLER, write_files
from zipper.pipeline.handler_files import (
    find_handler,
    find_handlers_in,
    find_handlers_of,
    find_projects,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("extension", ["js", "mjs", "cjs", "ts", "mts", "cts", "tsx"])
def test_handlers_are_in_scripts_of_any_kind(tmp_path: Path, extension: str) -> None:
    """TypeScript is transformed, so that it counts too."""
    text = "export const handler = async () => 1;" if extension != "cjs" else HANDLER
    write_files(tmp_path, {f"app.{extension}": text, "notes.txt": HANDLER, "app.json": "{}"})

    assert ("app.handler",) == find_handlers_in(tmp_path)
    assert ("app.handler",) == find_handlers_of(tmp_path, "app")
    assert "app.handler" == find_handler(tmp_path)


def test_without_any_the_usual_one_is_meant(tmp_path: Path) -> None:
    """Also of a folder that is not there."""
    assert "index.handler" == find_handler(tmp_path / "absent")
    assert () == find_handlers_of(tmp_path, "app")
    assert () == find_handlers_in(tmp_path)


@pytest.mark.parametrize(
    ("folder", "is_looked_into"),
    [
        ("src", True),
        ("a/b/c", True),
        ("a/b/c/d", False),
        ("node_modules", False),
        ("dist", False),
        ("build", False),
        ("out", False),
        ("cdk.out", False),
        ("coverage", False),
        (".hidden", False),
        ("src/node_modules", False),
        ("distant", True),
    ],
)
def test_folders_that_people_write_are_looked_into(
    tmp_path: Path, folder: str, *, is_looked_into: bool
) -> None:
    """Four levels of them; what tools make is none."""
    write_files(tmp_path, {f"{folder}/app.js": HANDLER, f"{folder}/package.json": {}})
    projects = [path.relative_to(tmp_path).as_posix() for path in find_projects(tmp_path)]
    assert ([folder] if is_looked_into else []) == projects
    assert () == find_handlers_in(tmp_path)

    (tmp_path / folder / "package.json").unlink()
    expected = (f"{folder}/app.handler",) if is_looked_into else ()
    assert expected == find_handlers_in(tmp_path)
    assert [] == list(find_projects(tmp_path))


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    """They may lead in a circle; a link to a file is a file."""
    write_files(tmp_path / "fn", {"src/app.js": HANDLER, "package.json": {}})
    (tmp_path / "fn" / "round").symlink_to(tmp_path / "fn")
    (tmp_path / "fn" / "link.js").symlink_to("src/app.js")

    assert {"link.handler", "src/app.handler"} == set(find_handlers_in(tmp_path / "fn"))
    assert [tmp_path / "fn"] == list(find_projects(tmp_path / "fn"))


def test_projects_are_sorted_with_the_folder_first(tmp_path: Path) -> None:
    """Those in it, and in those."""
    names = ("b", "a", "a/z", "a/y", ".")
    write_files(tmp_path, {f"{name}/package.json": {} for name in names})

    assert [".", "a", "a/y", "a/z", "b"] == [
        path.relative_to(tmp_path).as_posix() for path in find_projects(tmp_path)
    ]
