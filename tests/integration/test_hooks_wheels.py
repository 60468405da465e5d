"""Wheels and sdists, really built through each backend in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.support.command import run_zipper
from tests.support.scene import write_files
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.network, pytest.mark.slow]

BACKENDS = {
    "setuptools": ("setuptools>=70", "setuptools.build_meta"),
    "hatchling": ("hatchling", "hatchling.build"),
    "pdm-backend": ("pdm-backend", "pdm.backend"),
}
TABLES = {
    "setuptools": "",
    "hatchling": '[tool.hatch.build.targets.wheel]\npackages = ["src/my_package"]\n'
    "[tool.hatch.build.hooks.zipper]\n",
    "pdm-backend": "[tool.pdm]\ndistribution = true\n",
}
SETTINGS = '[tool.zipper]\nproject = "lambda"\nruntime = "nodejs22.x"\n'
IN_PACKAGE = f'{SETTINGS}output = "src/my_package/fn.zip"\n'


@pytest.fixture(scope="session")
def zipper_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, REPOSITORY)
    return next(folder.glob("zipper-*.whl"))


@pytest.fixture(scope="session")
def python_with(
    tmp_path_factory: pytest.TempPathFactory, zipper_wheel: Path
) -> Callable[[str], Path]:
    """Return a function that gives the Python of an environment with a backend and zipper."""
    known: dict[str, Path] = {}

    def make(backend: str) -> Path:
        if backend not in known:
            folder = tmp_path_factory.mktemp(backend)
            venv.create(folder, with_pip=True)
            known[backend] = folder / "bin" / "python"
            # `editables` is what hatchling asks its front end for, for an editable wheel.
            wanted = [BACKENDS[backend][0], "editables", zipper_wheel]
            run(known[backend], "-m", "pip", "install", "-q", "-U", *wanted)
        return known[backend]

    return make


def run(*words: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a program; fail with what it wrote."""
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, **options
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done


def make_project(folder: Path, backend: str, settings: str = IN_PACKAGE) -> Path:
    """Write a Python package that brings a function along."""
    requirement, module = BACKENDS[backend]
    write_files(
        folder,
        {
            "pyproject.toml": f'[build-system]\nrequires = ["{requirement}", "zipper-nodejs"]\n'
            f'build-backend = "{module}"\n\n[project]\nname = "my-package"\nversion = "1.0"\n\n'
            f"{TABLES[backend]}\n{settings}",
            "src/my_package/__init__.py": "",
            "lambda/package.json": {"name": "fn", "version": "1.0.0"},
            "lambda/index.js": "exports.handler = async () => 1\n",
            "lambda/.npmrc": "//registry.example/:_authToken=secret\n",
        },
    )
    return folder


def call_backend(
    python: Path, project: Path, hook: str
) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Call a hook of the project's build backend; return how it ended, and the folder."""
    backend = next(
        module for name, module in BACKENDS.values() if f'"{module}"' in pyproject(project)
    )
    output = project / "made"
    output.mkdir(exist_ok=True)
    script = f"import {backend} as backend; backend.{hook}({str(output)!r})"
    done = subprocess.run(
        [python, "-c", script],
        cwd=project,
        env={**environment(), "ZIPPER_CACHE_DIR": str(project.parent / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done, output


def pyproject(project: Path) -> str:
    return (project / "pyproject.toml").read_text(encoding="utf-8")


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def build_with_command(project: Path) -> bytes:
    """Return the zip that `python -m zipper build` makes of the same settings."""
    zip_path = project.parent / "command.zip"
    words = ("build", project, "-o", zip_path, "--cache-dir", project.parent / "cache")
    assert 0 == run_zipper(*words).status
    return zip_path.read_bytes()


@pytest.mark.parametrize("backend", BACKENDS)
def test_wheel_holds_the_zip_that_the_command_makes(
    backend: str, tmp_path: Path, python_with: Callable[[str], Path]
) -> None:
    """The zip is package data, byte for byte that of the command."""
    project = make_project(tmp_path / "project", backend)

    done, made = call_backend(python_with(backend), project, "build_wheel")

    assert 0 == done.returncode, done.stderr
    with ZipFile(next(made.glob("*.whl"))) as wheel:
        packed = wheel.read("my_package/fn.zip")
    assert build_with_command(project) == packed


@pytest.mark.parametrize("backend", BACKENDS)
def test_sdist_holds_what_the_zip_is_built_from(
    backend: str, tmp_path: Path, python_with: Callable[[str], Path]
) -> None:
    """The function's sources are there and a wheel can be built from them."""
    project = make_project(tmp_path / "project", backend)
    expected = build_with_command(project)

    done, made = call_backend(python_with(backend), project, "build_sdist")
    assert 0 == done.returncode, done.stderr
    with tarfile.open(next(made.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
        sdist.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    done, made = call_backend(python_with(backend), unpacked, "build_wheel")

    assert 0 == done.returncode, done.stderr
    assert {"lambda/package.json", "lambda/index.js"} <= names
    with ZipFile(next(made.glob("*.whl"))) as wheel:
        assert expected == wheel.read("my_package/fn.zip")


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_zip_beside_the_packages_stays_there(
    backend: str, tmp_path: Path, python_with: Callable[[str], Path]
) -> None:
    """With an output in `dist/` the zip is made, and the wheel does not have it."""
    project = make_project(tmp_path / "project", backend, f'{SETTINGS}output = "dist/"\n')

    done, made = call_backend(python_with(backend), project, "build_wheel")

    assert 0 == done.returncode, done.stderr
    assert (project / "dist/fn.zip").is_file()
    with ZipFile(next(made.glob("*.whl"))) as wheel:
        assert not [name for name in wheel.namelist() if name.endswith(".zip")]


@pytest.mark.parametrize("backend", BACKENDS)
def test_unchanged_inputs_build_nothing(
    backend: str, tmp_path: Path, python_with: Callable[[str], Path]
) -> None:
    """A second wheel leaves the zip as it is."""
    project = make_project(tmp_path / "project", backend)
    call_backend(python_with(backend), project, "build_wheel")
    before = (project / "src/my_package/fn.zip").stat()

    done, _ = call_backend(python_with(backend), project, "build_wheel")

    after = (project / "src/my_package/fn.zip").stat()
    assert 0 == done.returncode, done.stderr
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize("backend", BACKENDS)
def test_editable_wheels_skip_the_zip(
    backend: str, tmp_path: Path, python_with: Callable[[str], Path]
) -> None:
    """An editable install is about the Python code; no function is built."""
    project = make_project(tmp_path / "project", backend)
    (project / "lambda/package.json").write_text("{", encoding="utf-8")

    done, _ = call_backend(python_with(backend), project, "build_editable")

    assert 0 == done.returncode, done.stderr
    assert not (project / "src/my_package/fn.zip").exists()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("lambda/package.json", "{", "error[EJSONPARSE]"),
        ("lambda/index.js", None, "handler-missing"),
        ("pyproject.toml", 'runtme = "x"', "did you mean `runtime`?"),
    ],
)
def test_errors_stop_the_build_in_zippers_own_words(
    backend: str, name: str, text: str | None, message: str, tmp_path: Path,
    python_with: Callable[[str], Path],
) -> None:  # fmt: skip
    """The backend ends with a status, the message and the hint; no wheel is left."""
    project = make_project(tmp_path / "project", backend)
    path = project / name
    if text is None:
        path.unlink()
    else:
        path.write_text(path.read_text("utf-8") + text, encoding="utf-8")

    done, made = call_backend(python_with(backend), project, "build_wheel")

    assert 0 != done.returncode
    assert message in done.stdout + done.stderr
    assert "error: error[" not in done.stdout + done.stderr
    assert [] == list(made.glob("*.whl"))


def test_setup_py_projects_work_too(tmp_path: Path, python_with: Callable[[str], Path]) -> None:
    """A project configured by setup.py gets the zip by the same settings."""
    project = make_project(tmp_path / "project", "setuptools")
    text = pyproject(project)
    start, end = text.index("[project]"), text.index("[tool.zipper]")
    (project / "pyproject.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    write_files(
        project,
        {
            "setup.py": "from setuptools import setup\n"
            "setup(name='my-package', version='1.0', packages=['my_package'],"
            " package_dir={'': 'src'})\n"
        },
    )

    done, made = call_backend(python_with("setuptools"), project, "build_wheel")

    assert 0 == done.returncode, done.stderr
    with ZipFile(next(made.glob("*.whl"))) as wheel:
        assert build_with_command(project) == wheel.read("my_package/fn.zip")
