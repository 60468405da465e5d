"""Which tests of those that every landing runs reach which lines: asked of coverage.py once.

As a pytest plugin, started in a copy of the repository by `record`, it names the running test to
coverage.py, which notes the lines under it. Processes that a test starts do the same: a
`sitecustomize` in the copy, and the test's name in their environment. `Reach` reads what was noted.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs
import pytest
from coverage import Coverage, CoverageData

from tests.support.shared import REPOSITORY, copy_repository

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

__all__ = ["FOLDER", "LANDING", "Reach", "record"]

FOLDER = Path(platformdirs.user_cache_dir("zipper-mutation"))
"""Where it is kept until it is recorded anew, with the code that was run."""

LANDING = "ci or not (network or node or slow)"
"""The tests of `.ci/run`, as an expression of marks: the default suite, and those of `ci`."""

_TEST = "REACHING_TEST"
_SETTINGS = """\
[run]
core = ctrace
parallel = true
data_file = {folder}/lines
include = {copy}/zipper/*
context = ${{REACHING_TEST-}}
patch = _exit, fork
disable_warnings = no-data-collected, already-imported, module-not-measured
"""
_FIXTURE = "::fixture"
"""Ends the name of what a fixture of more than one test runs, after the place it is from."""


def record(folder: Path = FOLDER) -> None:
    """Run the tests of a landing in a copy of the repository, and note which run what."""
    shutil.rmtree(folder, ignore_errors=True)
    copy = folder / "repository"
    copy_repository(copy)
    folder.chmod(0o777)  # some tests are other users
    settings, start = folder / "coveragerc", copy / "sitecustomize.py"
    settings.write_text(_SETTINGS.format(folder=folder, copy=copy), encoding="utf-8")
    start.write_text("import coverage\ncoverage.process_startup()\n", encoding="utf-8")
    words = "-m pytest -q -n 2 --dist worksteal --tb=no -p no:cacheprovider"
    environment = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "COVERAGE_PROCESS_START": str(settings),
        "REACHING_FOLDER": str(folder),
    }
    words_of_ours = ["-p", "tests.support.reached_lines", "-m", LANDING]
    command = [sys.executable, *words.split(), *words_of_ours]
    subprocess.run(command, cwd=copy, check=False, env=environment)
    words = f"-m coverage combine -q --rcfile {settings}"
    subprocess.run([sys.executable, *words.split()], cwd=copy, check=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Note the lines under the name of the test, and its seconds of CPU, children's too."""
    began = sum(os.times()[:4])
    _name(item.nodeid)
    try:
        return (yield)
    finally:
        row = json.dumps([item.nodeid, sum(os.times()[:4]) - began])
        with (Path(os.environ["REACHING_FOLDER"]) / f"times-{os.getpid()}").open("a") as file:
            file.write(row + "\n")
        _name("")


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef) -> Generator[None, Any, Any]:
    """Note what is run once for many tests under a name that stands for all of them."""
    before = os.environ.get(_TEST, "")
    if fixturedef.scope != "function":
        _name(fixturedef.baseid + _FIXTURE)
    try:
        return (yield)
    finally:
        _name(before)


def _name(test: str) -> None:
    os.environ[_TEST] = test
    current = Coverage.current()
    if current is not None:
        current.switch_context(test)


class Reach:
    """Answers which tests run a line, and how many seconds of CPU each takes."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._data = CoverageData(str(folder / "lines"))
        self._data.read()
        self._code = folder / "repository"
        self._measured = {
            "zipper/" + path.rpartition("/zipper/")[2]: path for path in self._data.measured_files()
        }
        rows = (line for path in folder.glob("times-*") for line in path.read_text().splitlines())
        self.seconds: dict[str, float] = dict(map(json.loads, rows))
        self._by_path: dict[str, dict[int, list[str]]] = {}

    def translate(self, path: str, lines: Iterable[int]) -> set[int]:
        """Return a module's lines as they were when they were run, without those that are new."""
        run, now = self._code / path, REPOSITORY / path
        texts = [one.read_text("utf-8").splitlines() for one in (run, now) if run.exists()]
        same = SequenceMatcher(None, *(texts or ("", "")), autojunk=False).get_matching_blocks()
        return {
            line - new + old
            for line in lines
            for old, new, size in same
            if new < line <= new + size
        }

    def is_imported(self, path: str, lines: Iterable[int]) -> bool:
        """Return whether one of these lines is run by no test, but when tests are collected."""
        return any("" in self._names(path).get(line, ()) for line in lines)

    def find_at(self, path: str, lines: Iterable[int] | None = None) -> set[str]:
        """Return the tests that run one of these lines, or anything of the module."""
        by_line = self._names(path)
        names = {name for line in (lines or by_line) for name in by_line.get(line, ())}
        return set(self._expand(names))

    def find_users(self, path: str, name: str) -> tuple[set[str], set[str]]:
        """Return the tests that run a line with this word, and the others that run the module."""
        word = re.compile(rf"\b{re.escape(name)}\b")
        users: set[str] = set()
        for other in sorted(self._code.glob("zipper/**/*.py")) if name else ():
            lines = other.read_text(encoding="utf-8").splitlines()
            if at := [number for number, line in enumerate(lines, 1) if word.search(line)]:
                users |= self.find_at(other.relative_to(self._code).as_posix(), at)
        return users, self.find_at(path) - users

    def order(self, tests: Iterable[str]) -> list[str]:
        """Return tests in the order in which they are tried: each kind gets as much time."""
        spent: dict[str, float] = defaultdict(float)
        places = {}
        for test in sorted(tests, key=lambda one: (self.seconds.get(one, 0), one)):
            spent[test.partition("[")[0]] += self.seconds.get(test, 0)
            places[test] = spent[test.partition("[")[0]]
        return sorted(places, key=places.__getitem__)

    def _names(self, path: str) -> dict[int, list[str]]:
        if path not in self._by_path:
            found = self._data.contexts_by_lineno(self._measured.get(path, path))
            self._by_path[path] = found
        return self._by_path[path]

    def _expand(self, names: set[str]) -> Iterator[str]:
        for name in names:
            if name.endswith(_FIXTURE):
                place = name.removesuffix(_FIXTURE)
                yield from (test for test in self.seconds if test.startswith(place))
            elif name:
                yield name
