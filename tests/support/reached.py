"""Which tests reach which function: so that a change is tried by those that can notice it.

A pytest plugin writes it down (`-p tests.support.reached`, with the folder in REACHED_FOLDER), a
line for each test: its name, its seconds, whether it starts a process, and the functions of zipper
that it enters in its own process. `read_map` keeps this by the content of the files of tests: only
those that changed are run again. Code that changed since makes the map old, not wrong: it says what
to try first, and never that a test need not be tried.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_CODE = f"{REPOSITORY}/zipper/"
_PROCESS = subprocess.Popen.__init__.__code__
_AT_ONCE = 40
"""So many files are run at once: what was found out is kept where the rest is interrupted."""

_TESTS = ("tests/unit", "tests/conformance")

_entered: set[CodeType] = set()


class Reach(NamedTuple):
    """What one test reaches: functions as `zipper/tree/select.py:45`, by their first lines."""

    test: str
    seconds: float
    starts_process: bool
    functions: frozenset[str]


def _trace(frame: FrameType, _event: str, _value: object) -> None:
    _entered.add(frame.f_code)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Write down what the test enters, fixtures included."""
    _entered.clear()
    threading.settrace(_trace)
    sys.settrace(_trace)
    began = time.monotonic()
    try:
        return (yield)
    finally:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]
        functions = sorted(
            f"zipper/{code.co_filename.removeprefix(_CODE)}:{code.co_firstlineno}"
            for code in _entered
            if code.co_filename.startswith(_CODE)
        )
        row = [item.nodeid, time.monotonic() - began, _PROCESS in _entered, functions]
        path = Path(os.environ["REACHED_FOLDER"]) / f"{os.getpid()}.jsonl"
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def read_map(folder: Path, *, workers: int) -> list[Reach]:
    """Return what each test reaches; run those of files that the map in `folder` does not have."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {
        path.relative_to(REPOSITORY).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for top in _TESTS
        for path in sorted((REPOSITORY / top).rglob("test_*.py"))
    }
    absent = [test for test, digest in wanted.items() if not (folder / digest).exists()]
    for start in range(0, len(absent), _AT_ONCE):
        print(f"finding out what tests reach: {start} of {len(absent)} files", flush=True)
        some = absent[start : start + _AT_ONCE]
        _run(folder / "rows", some, workers)
        found: dict[str, list[Any]] = {test: [] for test in some}
        for path in (folder / "rows").glob("*.jsonl"):
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                found[row[0].partition("::")[0]].append(row)
            path.unlink()
        for test, rows in found.items():
            (folder / wanted[test]).write_text(json.dumps(rows), encoding="utf-8")
    return [
        Reach(test, seconds, starts_process, frozenset(functions))
        for digest in wanted.values()
        for test, seconds, starts_process, functions in json.loads((folder / digest).read_text())
    ]


def _run(folder: Path, tests: list[str], workers: int) -> None:
    folder.mkdir(exist_ok=True)
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.support.reached"]
    subprocess.run(
        [sys.executable, *words, f"-n{workers}", *tests],
        cwd=REPOSITORY,
        env={**os.environ, "REACHED_FOLDER": str(folder)},
        stdout=subprocess.DEVNULL,
        check=False,
    )


def find_function(source: str, path: str, line: int) -> str | None:
    """Return the innermost function around a line, as in the map; None outside of all."""
    found = None
    waiting = [compile(source, path, "exec")]
    while waiting:
        code = waiting.pop()
        inner = [value for value in code.co_consts if isinstance(value, CodeType)]
        waiting += inner
        lines = [number for _, _, number in code.co_lines() if number]
        if code.co_flags & 1 and code.co_firstlineno <= line <= max(lines):  # no class, no module
            found = max(found or 0, code.co_firstlineno)
    return found and f"{path}:{found}"
