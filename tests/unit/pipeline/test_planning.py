"""Where a zip goes, and that no zip of the settings is packed into another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import zipper
from tests.support.scene import HANDLER, write_files
from zipper.errors import OutputError, UsageError
from zipper.pipeline.planning import find_output
from zipper.project.read_project import read_project
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Return where the zip of a request goes, relative to the working directory."""
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    files: dict[str, str | bytes | dict] = {"package.json": {"name": "@s/orders"}}
    write_files(tmp_path / "fn", {**files, "index.js": HANDLER})
    project = read_project(tmp_path / "fn")

    def find(output: str | None, **changes: Any) -> Path:
        request = request_from(Settings(output=output), folder="fn")._replace(**changes)
        return Path(find_output(request, project)).relative_to(tmp_path)

    return find


@pytest.mark.parametrize(
    ("output", "changes", "expected"),
    [
        (None, {}, "orders.zip"),
        ("", {}, "orders.zip"),
        ("x.zip", {}, "x.zip"),
        ("out/x", {}, "out/x"),
        ("out/", {}, "out/orders.zip"),
        ("out/", {"name": "named"}, "out/named.zip"),
        ("x.zip", {"name": "named"}, "x.zip"),
        (None, {"kind": "layer"}, "orders-layer.zip"),
        (None, {"kind": "layer", "name": "deps"}, "deps.zip"),
    ],
)
def test_a_zip_has_the_name_of_what_it_is(
    place: Callable[..., Path], output: str | None, changes: dict[str, Any], expected: str
) -> None:
    """What is said, or in a folder the function's name, else the project's."""
    assert Path(expected) == place(output, **changes)


def test_what_cannot_be_a_zip_is_refused(place: Callable[..., Path], tmp_path: Path) -> None:
    """Standard output is the command's alone; a folder needs a name in it."""
    (tmp_path / "out").mkdir()

    with pytest.raises(UsageError, match="standard output") as dash:
        place("-")
    with pytest.raises(OutputError, match="out` is a folder") as folder:
        place("out")

    assert ("EUSAGE", "EOUTPUT") == (dash.value.code, folder.value.code)
    assert "`./-`" in (dash.value.hint or "")
    assert "out/orders.zip`" in (folder.value.hint or "")
    assert Path("-") == place("./-")


@pytest.mark.usefixtures("place")
def test_no_zip_is_packed_into_another(tmp_path: Path) -> None:
    """Of all that the settings name, the default one too; other zips are files like any other."""
    tables = '[tool.zipper]\noutput = "dist/"\n[[tool.zipper.functions]]\nname = "a"\n'
    tables += '[[tool.zipper.functions]]\nname = "b"\noutput = "b/own.zip"\n'
    zips = ("dist/a.zip", "dist/b.zip", "b/own.zip", "data.zip")
    write_files(tmp_path / "fn", {"pyproject.toml": tables, **dict.fromkeys(zips, "zip")})

    for name in "ab":
        names = {one.path for one in zipper.plan("fn", function=name).files}
        assert {"dist/b.zip", "data.zip"} == {one for one in names if one.endswith(".zip")}


@pytest.mark.usefixtures("place")
def test_a_plan_prints_as_one_line() -> None:
    """A notebook shows where the zip goes and how many files it has."""
    planned = zipper.plan("fn", output="x.zip")

    assert "x.zip': 2 files" in repr(planned)
    sizes = {one.path: one.size_bytes for one in planned.files}
    assert {name: Path("fn", name).stat().st_size for name in ("index.js", "package.json")} == sizes
    assert all(one.compressed_size_bytes <= one.size_bytes for one in planned.files)


@pytest.mark.parametrize("handler", [None, "index.handler", "./index.handler", "fn/index.handler"])
@pytest.mark.parametrize("include", [(), ("../data/*.txt",)])
def test_folders_of_a_workspace_are_kept_where_files_outside_are_packed(
    tmp_path: Path, handler: str | None, include: tuple[str, ...]
) -> None:
    """The handler is where its file is, however it was named."""
    member: dict[str, Any] = {"name": "fn", "version": "1.0.0"}
    root = {"name": "root", "workspaces": ["fn"]}
    packages = {"": root, "fn": member, "node_modules/fn": {"resolved": "fn", "link": True}}
    lock: dict[str, Any] = {"lockfileVersion": 3, "packages": packages}
    files: dict[str, Any] = {"package.json": root, "package-lock.json": lock, "data/a.txt": "1"}
    write_files(tmp_path, {**files, "fn/package.json": member, "fn/index.js": HANDLER})
    options: dict[str, Any] = {} if handler is None else {"handler": handler}

    planned = zipper.plan(
        tmp_path / "fn", include=["*.js", *include], cache_dir=tmp_path / "cache", **options
    )

    names = {one.path for one in planned.files}
    if include:
        assert (True, "fn/index.handler") == (planned.keeps_folders, planned.handler)
        assert {"data/a.txt", "fn/index.js", "fn/package.json"} == names
    else:
        given = handler or "index.handler"
        assert (False, given) == (planned.keeps_folders, planned.handler)
        assert {"index.js", "package.json"} == names
