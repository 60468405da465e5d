"""Wheels and sdists, really built through each backend by pip, build and uv: one behaviour."""

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
from tests.support.mounts import run_mounted
from tests.support.scene import write_files
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping
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
FRONTS = {
    "pip": ("-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w"),
    "build": ("-m", "build", "--no-isolation", "-o"),
    "uv": ("-m", "uv", "build", "--no-build-isolation", "-o"),
}
SETTINGS = 'project = "lambda"\nruntime = "nodejs22.x"\n'
IN_PACKAGE = f'{SETTINGS}output = "src/my_package/fn.zip"\n'
HANDLER = "exports.handler = async () => 1\n"
STALE = "src/my_package/fn.zip"

each_backend = pytest.mark.parametrize("backend", BACKENDS)
each_front = pytest.mark.parametrize("front", FRONTS)


@pytest.fixture(scope="session")
def zipper_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, REPOSITORY)
    return next(folder.glob("zipper_nodejs-*.whl"))


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory, zipper_wheel: Path) -> Path:
    """Return the Python of an environment with every backend and front end, and zipper."""
    folder = tmp_path_factory.mktemp("backends")
    venv.create(folder, with_pip=True)
    found = folder / "bin" / "python"
    # `editables` is what hatchling asks its front end for, for an editable wheel.
    wanted = [requirement for requirement, _ in BACKENDS.values()]
    run(found, "-m", "pip", "install", "-q", *wanted, "editables", "build", "uv", zipper_wheel)
    return found


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
            f"{TABLES[backend]}\n[tool.zipper]\n{settings}",
            "src/my_package/__init__.py": "",
            "lambda/package.json": {"name": "fn", "version": "1.0.0"},
            "lambda/index.js": HANDLER,
            "lambda/.npmrc": "//registry.example/:_authToken=secret\n",
            "lambda/.env": "SECRET=1\n",
            "lambda/node_modules/a/index.js": "1\n",
        },
    )
    return folder


def environment(project: Path, **variables: str) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**known, "ZIPPER_CACHE_DIR": str(project.parent / "cache"), **variables}


def build(
    python: Path, project: Path, front: str, *words: str, **variables: str
) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Run a front end as a user does; return how it ended, and the folder of what it made."""
    output = project.parent / "made"
    output.mkdir(exist_ok=True)
    env = environment(project, UV_PYTHON=str(python), **variables)
    command = [python, *FRONTS[front], output, *words, "."]
    return (
        subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False),
        output,
    )


def call_backend(
    python: Path, project: Path, hook: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Call a hook of the project's build backend."""
    text = (project / "pyproject.toml").read_text("utf-8")
    backend = next(module for _, module in BACKENDS.values() if f'"{module}"' in text)
    output = project.parent / "made"
    output.mkdir(exist_ok=True)
    script = f"import {backend} as backend; backend.{hook}({str(output)!r})"
    env = environment(project, **variables)
    return subprocess.run(
        [python, "-c", script], cwd=project, env=env, capture_output=True, text=True, check=False
    )


def build_with_command(project: Path) -> bytes:
    """Return the zip that `python -m zipper build` makes of the same settings."""
    zip_path = project.parent / "command.zip"
    words = ("build", project, "-o", zip_path, "--cache-dir", project.parent / "cache")
    assert 0 == run_zipper(*words).status
    return zip_path.read_bytes()


def read_wheel(made: Path) -> Mapping[str, bytes]:
    """Return the zips in the only wheel of a folder, each of which is there once."""
    (path,) = made.glob("*.whl")
    with ZipFile(path) as wheel:
        names = [name for name in wheel.namelist() if name.endswith(".zip")]
        assert len(set(names)) == len(names)
        return {name: wheel.read(name) for name in names}


def read_sdist(made: Path) -> set[str]:
    """Return the files of the only sdist of a folder, relative to its own."""
    (path,) = made.glob("*.tar.gz")
    with tarfile.open(path) as sdist:
        return {item.name.partition("/")[2] for item in sdist if item.isfile()}


@each_front
@each_backend
def test_wheel_holds_the_zip_that_the_command_makes(
    backend: str, front: str, tmp_path: Path, python: Path
) -> None:
    """The zip is package data, byte for byte the command's; by way of an sdist too."""
    project = make_project(tmp_path / "project", backend)
    expected = build_with_command(project)

    done, made = build(python, project, front)

    assert 0 == done.returncode, done.stdout + done.stderr
    assert {"my_package/fn.zip": expected} == read_wheel(made)
    if front != "pip":
        sources = {"lambda/package.json", "lambda/index.js"}
        names = read_sdist(made)
        assert sources == {name for name in names if name.startswith("lambda/")}
    assert not (project / STALE).exists()


@each_front
@each_backend
def test_isolated_builds_find_zipper_by_its_name(
    backend: str, front: str, tmp_path: Path, python: Path, zipper_wheel: Path
) -> None:
    """`requires = ["zipper-nodejs"]` is all that a front end is told."""
    project = make_project(tmp_path / "project", backend)
    links = str(zipper_wheel.parent)
    isolated = [word for word in FRONTS[front] if "isolation" not in word]
    made = tmp_path / "made"

    env = environment(project, PIP_FIND_LINKS=links, UV_FIND_LINKS=links, UV_PYTHON=str(python))
    run(python, *isolated, made, ".", cwd=project, env=env)

    assert {"my_package/fn.zip": build_with_command(project)} == read_wheel(made)


@each_backend
def test_a_zip_in_the_project_is_neither_packed_nor_changed(
    backend: str, tmp_path: Path, python: Path
) -> None:
    """What `zipper build` wrote before stays as it is; no sdist has it, a wheel the new one."""
    project = make_project(tmp_path / "project", backend)
    expected = build_with_command(project)
    write_files(project, {STALE: "an old one", "MANIFEST.in": "graft src\ngraft lambda\n"})

    done, made = build(python, project, "build")

    assert 0 == done.returncode, done.stdout + done.stderr
    assert {"my_package/fn.zip": expected} == read_wheel(made)
    names = read_sdist(made)
    assert "src/my_package/__init__.py" in names
    assert set() == {STALE, "lambda/.npmrc", "lambda/.env"} & names
    assert [] == [name for name in names if "node_modules" in name]
    assert "an old one" == (project / STALE).read_text("utf-8")


@each_backend
def test_backslashes_in_settings_are_slashes(backend: str, tmp_path: Path, python: Path) -> None:
    """Settings that were written on Windows make the same wheel elsewhere."""
    settings = "project = '.\\lambda'\nruntime = 'nodejs22.x'\noutput = 'src\\my_package\\fn.zip'\n"
    project = make_project(tmp_path / "project", backend, settings)

    done, made = build(python, project, "build")

    assert 0 == done.returncode, done.stdout + done.stderr
    assert {"my_package/fn.zip"} == set(read_wheel(made))
    assert [] == [path for path in project.rglob("*") if "\\" in path.name]


@each_backend
def test_several_functions_go_to_their_packages(backend: str, tmp_path: Path, python: Path) -> None:
    """A folder as output, and a file in a folder of a package that is not there yet."""
    settings = (
        'project = "lambda"\noutput = "src/my_package/"\n[[tool.zipper.functions]]\nname = "one"\n'
        '[[tool.zipper.functions]]\nname = "two"\noutput = "src/my_package/data/2.zip"\n'
    )
    project = make_project(tmp_path / "project", backend, settings)

    done, made = build(python, project, "build")

    assert 0 == done.returncode, done.stdout + done.stderr
    assert {"my_package/one.zip", "my_package/data/2.zip"} == set(read_wheel(made))


@each_backend
def test_what_a_backend_makes_is_packed_by_no_function(
    backend: str, tmp_path: Path, python: Path
) -> None:
    """Where pyproject.toml stands beside package.json, every build has the same bytes."""
    settings = 'output = "src/my_package/fn.zip"\nexclude = ["lambda/"]\n'
    project = make_project(tmp_path / "project", backend, settings)
    write_files(project, {"package.json": {"name": "top"}, "index.js": HANDLER})
    expected = build_with_command(project)

    wheels = []
    for _ in range(2):
        done = call_backend(python, project, "build_wheel")
        assert 0 == done.returncode, done.stdout + done.stderr
        wheels.append(read_wheel(tmp_path / "made"))

    assert [{"my_package/fn.zip": expected}] * 2 == wheels


@pytest.mark.parametrize("backend", ["hatchling", "pdm-backend"])
def test_a_read_only_project_is_built(backend: str, tmp_path: Path, python: Path) -> None:
    """Only setuptools writes into the project, for reasons of its own."""
    project = make_project(tmp_path / "project", backend)
    made = tmp_path / "made"
    made.mkdir()
    command = [python, *FRONTS["pip"], made, project]

    mounts = f"mount --bind {project} {project} && mount -o remount,ro,bind {project}"
    done = run_mounted(mounts, command, "true", env=environment(project))

    assert 0 == done.returncode, done.stdout + done.stderr
    assert {"my_package/fn.zip": build_with_command(project)} == read_wheel(made)


@each_backend
def test_editable_installs_skip_the_zip(backend: str, tmp_path: Path, python: Path) -> None:
    """An editable install is about the Python code; no function is built, nor missed."""
    project = make_project(tmp_path / "project", backend, 'project = "gone"\noutput = "fn.zip"\n')

    done = call_backend(python, project, "build_editable")

    assert 0 == done.returncode, done.stdout + done.stderr
    assert {} == read_wheel(tmp_path / "made")


PAST_ROOT = SETTINGS.replace("lambda", "../outside") + 'output = "src/my_package/fn.zip"\n'
REFUSALS = {
    "an output in no package": (f'{SETTINGS}output = "dist/fn.zip"\n', "build_wheel", "EWHEEL"),
    "a folder in no package": (f'{SETTINGS}output = "dist/"\n', "build_wheel", "EWHEEL"),
    "one beside the packages": (f'{SETTINGS}output = "src/fn.zip"\n', "build_wheel", "EWHEEL"),
    "an output outside the project": (f'{SETTINGS}output = "../fn.zip"\n', "build_wheel", "EWHEEL"),
    "no output": (SETTINGS, "build_wheel", "ESETTINGS"),
    "a project that is missing": (IN_PACKAGE.replace("lambda", "x"), "build_wheel", "ENOPROJECT"),
    "an sdist of one": (IN_PACKAGE.replace("lambda", "x"), "build_sdist", "ENOPROJECT"),
    "an sdist of one outside": (PAST_ROOT, "build_sdist", "ESDIST"),
    "a layer outside": (f'{IN_PACKAGE}layers = ["../layer.zip"]\n', "build_sdist", "ESDIST"),
    "a failing check": (f'{IN_PACKAGE}handler = "no.handler"\n', "build_wheel", "ECHECK"),
    "an unknown key": (f'{IN_PACKAGE}runtme = "x"\n', "build_wheel", "ESETTINGS"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
@each_backend
def test_what_cannot_be_kept_is_refused(
    backend: str, case: str, tmp_path: Path, python: Path
) -> None:
    """The backend ends with a status, the code and the hint; nothing is made."""
    settings, hook, code = REFUSALS[case]
    project = make_project(tmp_path / "project", backend, settings)
    write_files(tmp_path, {"layer.zip": "x", "outside/package.json": {"name": "outside"}})

    done = call_backend(python, project, hook)

    output = done.stdout + done.stderr
    assert 0 != done.returncode
    assert f"error[{code}]" in output
    assert "hint: " in output
    assert "Traceback" not in output
    assert "error: error[" not in output
    assert [] == [*(tmp_path / "made").glob("*.whl"), *(tmp_path / "made").glob("*.tar.gz")]


@each_backend
def test_a_variable_leads_no_zip_past_the_wheel(backend: str, tmp_path: Path, python: Path) -> None:
    """ZIPPER_OUTPUT of the surroundings is refused by name, and one in the package counts."""
    project = make_project(tmp_path / "project", backend)

    elsewhere = call_backend(python, project, "build_wheel", ZIPPER_OUTPUT=str(tmp_path / "x.zip"))
    inside = call_backend(python, project, "build_wheel", ZIPPER_OUTPUT="src/my_package/b.zip")

    assert 0 != elsewhere.returncode
    assert "error[EWHEEL]" in elsewhere.stdout + elsewhere.stderr
    assert "hint: unset ZIPPER_OUTPUT" in elsewhere.stdout + elsewhere.stderr
    assert not (tmp_path / "x.zip").exists()
    assert 0 == inside.returncode, inside.stderr
    assert {"my_package/b.zip"} == set(read_wheel(tmp_path / "made"))


@each_backend
def test_a_wheel_of_a_project_outside_is_built(backend: str, tmp_path: Path, python: Path) -> None:
    """What no sdist can hold, a wheel from the source tree can."""
    project = make_project(tmp_path / "project", backend, PAST_ROOT)
    write_files(tmp_path / "outside", {"package.json": {"name": "o"}, "index.js": HANDLER})

    done = call_backend(python, project, "build_wheel")

    assert 0 == done.returncode, done.stdout + done.stderr
    assert {"my_package/fn.zip"} == set(read_wheel(tmp_path / "made"))


MEMBER = {"name": "fn", "version": "1.0.0", "dependencies": {"shared": "*", "b": "file:../../b"}}
LOCAL = {
    "package.json": {"name": "root", "private": True, "workspaces": ["packages/*"]},
    ".npmrc": "engine-strict=true\n",
    ".gitignore": "packages/shared/dist/\nb/\n",
    "packages/fn/package.json": MEMBER,
    "packages/fn/index.js": "require('shared'); require('b'); exports.handler = async () => 1\n",
    "packages/shared/package.json": {
        "name": "shared",
        "version": "1.0.0",
        "main": "dist",
        "files": ["dist"],
    },
    "packages/shared/dist/index.js": "1\n",
    "packages/other/package.json": {"name": "other", "version": "1.0.0"},
    "packages/other/private.js": "1\n",
    "b/package.json": {"name": "b", "version": "1.0.0"},
    "b/index.js": "1\n",
}


@each_backend
def test_an_sdist_holds_what_a_member_is_built_from(
    backend: str, tmp_path: Path, python: Path
) -> None:
    """The root's lockfile, siblings and packages on this disk, whatever is ignored; no more."""
    settings = IN_PACKAGE.replace("lambda", "packages/fn")
    project = make_project(tmp_path / "project", backend, settings)
    write_files(project, LOCAL)
    run("npm", "install", "--silent", "--package-lock-only", cwd=project)
    expected = build_with_command(project)

    done, made = build(python, project, "build")

    assert 0 == done.returncode, done.stdout + done.stderr
    assert {"my_package/fn.zip": expected} == read_wheel(made)
    names = read_sdist(made)
    wanted = {"package-lock.json", ".npmrc", "packages/shared/dist/index.js", "b/index.js"}
    assert wanted <= names
    if backend != "hatchling":  # which packs the whole folder
        assert "packages/other/private.js" not in names


def test_setup_py_projects_work_too(tmp_path: Path, python: Path) -> None:
    """A project configured by setup.py gets the zip by the same settings."""
    project = make_project(tmp_path / "project", "setuptools")
    path = project / "pyproject.toml"
    text = path.read_text("utf-8")
    start, end = text.index("[project]"), text.index("[tool.zipper]")
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    setup = (
        "from setuptools import setup\nsetup(name='my-package', version='1.0',"
        " packages=['my_package'], package_dir={'': 'src'})\n"
    )
    write_files(project, {"setup.py": setup})

    done, made = build(python, project, "build")

    assert 0 == done.returncode, done.stdout + done.stderr
    assert {"my_package/fn.zip": build_with_command(project)} == read_wheel(made)
