"""What build backends ask about functions: is there one, which sources, where does its zip go."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.scene import write_files
from zipper.errors import ProjectError
from zipper.hooks.functions import build_functions, has_functions, list_sources, locate

PACKAGE = {"name": "fn", "version": "1.0.0"}
HANDLER = "exports.handler = async () => 1\n"


def write(folder: Path, settings: str) -> Path:
    files = {"pyproject.toml": settings, "fn/package.json": PACKAGE, "fn/index.js": HANDLER}
    write_files(folder, files)
    return folder


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", False), ("[tool.other]\n", False), ("[tool.zipper]\n", False),
     ('[tool.zipper]\nproject = "fn"\n', True)],
)  # fmt: skip
def test_a_project_without_settings_has_no_function(
    tmp_path: Path, text: str, *, expected: bool
) -> None:
    """Where zipper is installed by chance, its hooks do nothing."""
    assert expected == has_functions(write(tmp_path, text))


def test_sources_are_what_the_zip_is_built_from(tmp_path: Path) -> None:
    """The package's own files and manifests, never secrets, zips or node_modules."""
    write(tmp_path, '[tool.zipper]\nproject = "fn"\ninclude = ["index.js"]\noutput = "dist/"\n')
    write_files(
        tmp_path / "fn",
        {"package-lock.json": {"lockfileVersion": 3, "packages": {}}, ".npmrc": "", ".env": "x",
         "old.zip": "x", "notes.md": "x",
         "node_modules/a/index.js": "x"},
    )  # fmt: skip

    names = [path.relative_to(tmp_path).as_posix() for path in list_sources(tmp_path, environ={})]

    assert ["fn/package.json", "fn/package-lock.json", "fn/index.js"] == names


def test_sources_hold_what_the_function_depends_on(tmp_path: Path) -> None:
    """Folders and tarballs that package.json names, data that happens to be a zip, and layers."""
    settings = '[tool.zipper]\nproject = "fn"\noutput = "fn/out.zip"\nlayers = ["layer.zip"]\n'
    write(tmp_path, settings)
    local = {"a": "file:../shared", "b": "file:../b-1.0.0.tgz", "c": "^1.0.0"}
    write_files(
        tmp_path,
        {"fn/package.json": {**PACKAGE, "dependencies": local}, "fn/out.zip": "x",
         "fn/data.zip": "x", "layer.zip": "x", "b-1.0.0.tgz": "x",
         "shared/package.json": {"name": "a", "dependencies": {"d": "file:../deep"}},
         "shared/.npmrc": "", "deep/package.json": {"name": "d"}, "other/index.js": "x"},
    )  # fmt: skip

    names = {path.relative_to(tmp_path).as_posix() for path in list_sources(tmp_path, environ={})}

    assert {
        "fn/package.json", "fn/index.js", "fn/data.zip", "layer.zip", "b-1.0.0.tgz",
        "shared/package.json", "deep/package.json",
    } == names  # fmt: skip


def test_an_output_has_to_be_named(tmp_path: Path) -> None:
    """A wheel cannot guess where its zip is."""
    write(tmp_path, '[tool.zipper]\nproject = "fn"\n')

    with pytest.raises(ProjectError, match="name no `output`"):
        build_functions(tmp_path, environ={}, tell=print)


def test_a_package_that_fails_its_check_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The findings are the error's facts."""
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    write(tmp_path, '[tool.zipper]\nproject = "fn"\nhandler = "no.handler"\noutput = "x.zip"\n')

    with pytest.raises(ProjectError) as caught:
        build_functions(tmp_path, environ={}, tell=lambda _: None)

    assert ("ECHECK", "handler-missing") == (caught.value.code, caught.value.facts[0][0])


@pytest.mark.parametrize(
    ("path", "place"),
    [("/p/src/a/fn.zip", "a/fn.zip"), ("/p/src/a/b/fn.zip", "a/b/fn.zip"), ("/p/dist/fn.zip", None),
     ("/p/src/ab/fn.zip", None)],
)  # fmt: skip
def test_zips_are_located_in_packages(path: str, place: str | None) -> None:
    """A folder whose name only begins like a package's is not that package."""
    assert place == locate(Path(path), {Path("/p/src/a"): "a"})
