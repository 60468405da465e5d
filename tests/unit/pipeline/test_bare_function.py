"""A folder without package.json is a function where it holds the handler, or says what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import zipper
from tests.support.scene import HANDLER, write_files
from zipper.errors import ProjectError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))


@pytest.mark.parametrize(
    ("file", "handler"),
    [
        ("index.js", None),
        ("index.mjs", None),
        ("src/app.js", "src/app.handler"),
        ("src/app.cjs", "src/app.own.handler"),
    ],
)
def test_a_handler_needs_no_package_json(tmp_path: Path, file: str, handler: str | None) -> None:
    """The default one, or the one that is named, in whatever extension."""
    write_files(tmp_path / "fn", {file: HANDLER})

    names = [one.path for one in zipper.plan(tmp_path / "fn", handler=handler).files]

    assert [file] == names


@pytest.mark.parametrize(
    ("files", "facts", "hint"),
    [
        (["app.js"], (("handlers", "app.handler"),), "--handler app.handler"),
        (
            ["b.js", "a.mjs"],
            (("handlers", "a.handler, b.handler"),),
            "--handler a.handler",
        ),
        (["x/package.json"], (("projects", "x"),), "fn/x`; `python -m zipper init`"),
        (
            ["x/package.json", "y/z/package.json"],
            (("projects", "x, y/z"),),
            "name one, such as",
        ),
        (["readme.md"], (), "`index.js` alone"),
        ([], (), "name the project's folder"),
    ],
)
def test_what_is_there_is_named(
    tmp_path: Path, files: list[str], facts: tuple[tuple[str, str], ...], hint: str
) -> None:
    """Handlers first, then projects below; else how a function is built."""
    folder = tmp_path / "fn"
    folder.mkdir()
    texts = {name: "{}" if name.endswith("json") else HANDLER for name in files}
    write_files(folder, dict(texts))

    with pytest.raises(
        ProjectError, match=r"no package\.json in .*fn`, and no `index\.js`"
    ) as raised:
        zipper.plan(folder)

    assert ("ENOPROJECT", facts) == (raised.value.code, raised.value.facts)
    assert hint in (raised.value.hint or "")


def test_no_more_than_five_are_named(tmp_path: Path) -> None:
    """The likeliest first."""
    write_files(tmp_path / "fn", {f"{name}.js": HANDLER for name in "abcdefg"})

    with pytest.raises(ProjectError) as raised:
        zipper.plan(tmp_path / "fn")

    ((_, text),) = raised.value.facts
    assert 5 == len(text.split(", "))


def test_the_folder_itself_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project below it is named with a slash, as a folder and not a function."""
    write_files(tmp_path / "fn", {"x/package.json": {}})
    monkeypatch.chdir(tmp_path / "fn")

    with pytest.raises(ProjectError, match=r"no package\.json in this folder") as raised:
        zipper.plan(".")

    assert "such as `x/`" in (raised.value.hint or "")


@pytest.mark.parametrize("files", [{"package-lock.json": {}}, {"package.json": "{"}])
def test_other_errors_stay(tmp_path: Path, files: dict[str, str | bytes | dict]) -> None:
    """A lockfile means a project, and a package.json that is none is told as such."""
    write_files(tmp_path / "fn", {"index.js": HANDLER, **files})

    with pytest.raises(ProjectError) as raised:
        zipper.plan(tmp_path / "fn")

    assert raised.value.code in ("ENOPROJECT", "EJSONPARSE")
    assert "handlers" not in dict(raised.value.facts)
    with pytest.raises(ProjectError):
        zipper.plan(tmp_path / "absent")
