"""What build backends ask about functions: is there one, which sources, where does its zip go."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.scene import HANDLER, write_files
from zipper.errors import ProjectError
from zipper.hooks.functions import build_functions, find_sources, has_functions, locate

PACKAGE = {"name": "fn", "version": "1.0.0"}


def write(folder: Path, settings: str) -> Path:
    files = {"pyproject.toml": settings, "fn/package.json": PACKAGE, "fn/index.js": HANDLER}
    write_files(folder, files)
    return folder


def build(folder: Path, environ: dict[str, str] | None = None, **options: object) -> dict:
    """Build for a wheel that has the folder `src/a` as the package `a`."""
    options = {"tell": lambda _: None, **options}
    packages = {folder / "src/a": "a"}
    return build_functions(
        folder, environ=environ or {}, place=lambda path: locate(path, packages), **options
    )


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
    """The package's own files and manifests; zips that the settings name and secrets stay out."""
    write(tmp_path, '[tool.zipper]\nproject = "fn"\ninclude = ["index.js"]\noutput = "fn/x/"\n')
    write_files(
        tmp_path / "fn",
        {"package-lock.json": {"lockfileVersion": 3, "packages": {}}, ".npmrc": "", ".env": "x",
         "x/fn.zip": "x", "notes.md": "x", "node_modules/a/index.js": "x"},
    )  # fmt: skip

    found = find_sources(tmp_path, environ={})

    names = [path.relative_to(tmp_path).as_posix() for path in found.files]
    assert ["fn/index.js", "fn/package.json", "fn/package-lock.json", "fn/.npmrc"] == names
    left_out = ("fn/x/fn.zip", "fn/.env", "fn/node_modules/a/index.js")
    assert all(found.leaves_out(tmp_path / name) for name in left_out)
    assert not found.leaves_out(tmp_path / "fn/notes.md")


def test_settings_stay_in_an_sdist_though_no_zip_has_them(tmp_path: Path) -> None:
    """Where package.json stands beside pyproject.toml, a backend needs the latter."""
    write_files(
        tmp_path,
        {"package.json": PACKAGE, "index.js": HANDLER,
         "pyproject.toml": '[tool.zipper]\noutput = "a/fn.zip"\n'},
    )  # fmt: skip

    found = find_sources(tmp_path, environ={})

    assert tmp_path / "pyproject.toml" in found.files
    assert not found.leaves_out(tmp_path / "pyproject.toml")


def test_what_lies_elsewhere_is_in_no_sdist(tmp_path: Path) -> None:
    """An sdist that could not be built again is an error, with the files that it would lack."""
    root = write(tmp_path / "python", '[tool.zipper]\nproject = "../fn"\noutput = "src/a/fn.zip"\n')
    write_files(tmp_path, {"fn/package.json": PACKAGE, "fn/index.js": HANDLER})

    with pytest.raises(ProjectError) as caught:
        find_sources(root, environ={})

    assert "ESDIST" == caught.value.code
    assert ("outside", str(tmp_path / "fn/index.js")) in caught.value.facts


def test_an_output_has_to_be_named(tmp_path: Path) -> None:
    """A wheel cannot guess where its zip is."""
    write(tmp_path, '[tool.zipper]\nproject = "fn"\n')

    with pytest.raises(ProjectError, match="name no `output`"):
        build(tmp_path)


@pytest.mark.parametrize("output", ["dist/fn.zip", "dist/", "src/fn.zip", "fn/fn.zip", "../fn.zip"])
def test_a_zip_outside_of_the_packages_is_refused(tmp_path: Path, output: str) -> None:
    """It is not built in the first place."""
    write(tmp_path, f'[tool.zipper]\nproject = "fn"\noutput = "{output}"\n')

    with pytest.raises(ProjectError) as caught:
        build(tmp_path)

    assert "EWHEEL" == caught.value.code
    assert [] == list(tmp_path.rglob("*.zip"))


def test_a_variable_that_leads_the_zip_elsewhere_is_named(tmp_path: Path) -> None:
    """Who set it may not know of the wheel."""
    write(tmp_path, '[tool.zipper]\nproject = "fn"\noutput = "src/a/fn.zip"\n')

    with pytest.raises(ProjectError) as caught:
        build(tmp_path, {"ZIPPER_OUTPUT": "elsewhere.zip"})

    assert (("named by", "the variable ZIPPER_OUTPUT: elsewhere.zip"),) == caught.value.facts
    assert "unset ZIPPER_OUTPUT" == caught.value.hint


def test_a_package_that_fails_its_check_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The findings are the error's facts."""
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    write(
        tmp_path, '[tool.zipper]\nproject = "fn"\nhandler = "no.handler"\noutput = "src/a/x.zip"\n'
    )

    with pytest.raises(ProjectError) as caught:
        build(tmp_path)

    assert ("ECHECK", "handler-missing") == (caught.value.code, caught.value.facts[0][0])


def test_the_project_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The zip is made elsewhere, and what the backend made beside the handler is not in it."""
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "project"
    write_files(root, {"fn/build [x]/lib.js": "x", "fn/build/kept.js": "x", "src/a/b.zip": "old"})
    write(root, '[tool.zipper]\nproject = "fn"\noutput = "src/a/b.zip"\n')
    before = sorted(root.rglob("*"))
    lines: list[str] = []

    zips = build(root, tell=lines.append, beside=[root / "fn/build [x]"])

    assert before == sorted(root.rglob("*"))
    assert "old" == (root / "src/a/b.zip").read_text("utf-8")
    data = zips["a/b.zip"].read_bytes()
    assert b"build/kept.js" in data
    assert b"lib.js" not in data
    assert lines[-1].startswith("a/b.zip in ")


@pytest.mark.parametrize(
    ("path", "place"),
    [("/p/src/a/fn.zip", "a/fn.zip"), ("/p/src/a/b/fn.zip", "a/b/fn.zip"), ("/p/dist/fn.zip", None),
     ("/p/src/ab/fn.zip", None), ("/p/src/a/c/fn.zip", "d/c/fn.zip")],
)  # fmt: skip
def test_zips_are_located_in_packages(path: str, place: str | None) -> None:
    """A folder whose name only begins like a package's is not that package; the nearest counts."""
    assert place == locate(Path(path), {Path("/p/src/a"): "a", Path("/p/src/a/c"): "d/c"})
