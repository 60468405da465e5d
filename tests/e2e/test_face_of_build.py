"""What a user says of a build and means: patterns for packages, folders, functions, scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_here
from tests.support.scene import HANDLER, listing, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import CommandResult
    from tests.support.scene import Scene

SETTINGS = '[tool.zipper]\nproject = "lambda"\nruntime = "nodejs22.x"\narchitecture = "arm64"\n'


def zipper(folder: Path, *words: str, **env: str) -> CommandResult:
    cache = folder.with_name(f"{folder.name}-cache")
    variables = {"ZIPPER_CACHE_DIR": str(cache), "HOME": str(folder), **env}
    return run_here(*words, cwd=folder, env=variables)


def test_exclude_reaches_into_packages(scene: Scene) -> None:
    """A pattern that names a place in node_modules leaves packages' files out; others do not."""
    files = {"index.js": b"", "a.map": b"{}", "docs/a.md": b"x", "test/t.js": b""}
    scene.publish("a", files=files)
    scene.write({"test/own.js": "1", "own.map": "{}"})
    scene.depend("a")

    result = scene.build(
        "--exclude", "node_modules/**/*.map", "--exclude", "/node_modules/a/docs/",
        "--exclude", "test/", "--verbose",
    )  # fmt: skip

    names = set(listing(scene.output))
    assert 0 == result.status
    assert {"node_modules/a/index.js", "node_modules/a/test/t.js", "own.map"} <= names
    assert not {"node_modules/a/a.map", "node_modules/a/docs/a.md", "test/own.js"} & names
    assert "`exclude` leaves out 2 files of packages" in result.stderr
    assert 0 == scene.build().status
    assert "node_modules/a/a.map" in listing(scene.output)


def test_exclude_of_what_is_needed_fails_the_check(scene: Scene) -> None:
    """The finished zip is judged: a package without its main file is an error."""
    scene.publish("a", files={"index.js": b""})
    scene.write({"index.js": f"require('a');\n{HANDLER}"})
    scene.depend("a")

    result = scene.build("--exclude", "node_modules/a/index.js")

    assert 1 == result.status
    assert "error[module-missing]" in result.stderr
    assert not scene.output.exists()


@pytest.mark.parametrize("word", ["lambda", "./lambda", "lambda/", "{here}/lambda"])
def test_a_folder_has_the_settings_that_name_it(tmp_path: Path, word: str) -> None:
    """`project = "lambda"` beside the folder keeps runtime and architecture."""
    write_files(
        tmp_path,
        {"pyproject.toml": SETTINGS, "lambda/package.json": {}, "lambda/index.js": HANDLER},
    )

    built = zipper(tmp_path, "build", word.format(here=tmp_path), "--json").document

    assert built is not None
    assert ("nodejs22.x", "arm64") == (built["runtime"], built["architecture"])


def test_a_folder_of_functions_has_theirs(tmp_path: Path) -> None:
    """Each function whose project is the folder is built; settings in the folder itself win."""
    functions = "".join(
        f'[[tool.zipper.functions]]\nname = "{name}"\nproject = "fn"\nruntime = "nodejs22.x"\n'
        for name in "ab"
    )
    write_files(
        tmp_path, {"pyproject.toml": functions, "fn/package.json": {}, "fn/index.js": HANDLER}
    )

    both = zipper(tmp_path, "build", "fn", "--json").document
    write_files(tmp_path, {"fn/package.json": {"zipper": {"runtime": "nodejs24.x"}}})
    own = zipper(tmp_path, "build", "fn", "--json").document

    assert both is not None
    assert own is not None
    assert ["a", "b"] == [row["name"] for row in both["functions"]]
    assert {"nodejs22.x"} == {row["runtime"] for row in both["functions"]}
    assert "nodejs24.x" == own["runtime"]


@pytest.mark.parametrize("output", ['output = "dist/"\n', ""])
def test_a_further_function_rebuilds_no_other(tmp_path: Path, output: str) -> None:
    """Neither the settings nor the other functions' zips are part of a package."""
    rows = [f'[[tool.zipper.functions]]\nname = "{n}"\nhandler = "{n}.handler"\n' for n in "abc"]
    write_files(tmp_path, {"package.json": {"name": "fn"}, **{f"{n}.js": HANDLER for n in "abc"}})
    head = f"[tool.zipper]\n{output}"
    write_files(tmp_path, {"pyproject.toml": head + "".join(rows[:2])})
    first = zipper(tmp_path, "build")
    write_files(tmp_path, {"pyproject.toml": head + "".join(rows)})

    second = zipper(tmp_path, "build")

    assert "2 functions built, 0 unchanged" in first.stdout
    assert "1 function built, 2 unchanged" in second.stdout
    zips = sorted(tmp_path.glob("**/a.zip"))
    assert {"package.json", "a.js", "b.js", "c.js"} == set(listing(zips[0]))


def test_settings_are_packed_where_they_are_wanted(tmp_path: Path) -> None:
    """A pyproject.toml with zipper's settings stays out; another one, or by name, goes in."""
    write_files(
        tmp_path,
        {"package.json": {"name": "fn"}, "index.js": HANDLER, "pyproject.toml": "[tool.zipper]\n"},
    )
    assert 0 == zipper(tmp_path, "build").status
    assert "pyproject.toml" not in listing(tmp_path / "fn.zip")

    assert 0 == zipper(tmp_path, "build", "--exclude", "!pyproject.toml").status
    assert "pyproject.toml" in listing(tmp_path / "fn.zip")
    write_files(tmp_path, {"pyproject.toml": "[project]\n"})
    assert 0 == zipper(tmp_path, "build").status
    assert "pyproject.toml" in listing(tmp_path / "fn.zip")


def test_check_explains_codes_of_errors(tmp_path: Path) -> None:
    """`check --explain` knows what findings and errors mean."""
    for code in ("handler-missing", "ETARGET", "EUSAGE"):
        assert code in zipper(tmp_path, "check", "--explain", code).stdout


def test_a_failed_vendor_keeps_what_was_there(scene: Scene) -> None:
    """A folder that was there stays as it was; a new one is gone, with those above it."""
    scene.write({"package.json": {"name": "fn", "dependencies": {"absent": "1"}}})
    write_files(scene.folder, {"old/x.txt": "1"})
    words = ["vendor", str(scene.project), "--cache-dir", str(scene.cache), "--into"]

    for into in ("old", "new/deep"):
        result = run_here(*words, scene.folder / into, cwd=scene.folder, env=scene.environment)
        assert 1 == result.status

    assert (scene.folder / "old" / "x.txt").is_file()
    assert not (scene.folder / "new").exists()
