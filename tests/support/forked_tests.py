"""Try changes of the code by tests that are collected once: each change in a fork of its own.

A pytest plugin, started by `tests.mutation` in a copy of the repository. Tests are imported once.
For each change a child gives the changed function its new code, where it is, and runs the tests of
its module; then those of its room that reach it. Which do is found out once, by running all of them
unchanged with a tracer. A change outside of functions is tried by a new process: it changes what
others have imported.

A test kills a change if it fails with it, and passes without.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import pytest

from tests.support.code_changes import Mutation, apply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

__all__ = ["UNJUDGED", "WIDER", "find_own", "list_functions"]

WIDER = {
    "archive": "tests/unit/checks",
    "checks": "tests/conformance/test_loading_table.py tests/conformance/test_javascript_table.py",
    "lockfile": "tests/unit/tree",
    "npm": "tests/conformance tests/unit/project tests/unit/tree",
    "pipeline": "tests/e2e",
    "store": "tests/unit/fetching",
    "tree": "tests/conformance/test_ideal_tree_table.py tests/unit/lockfile tests/unit/layout"
    " tests/unit/resolving",
}
"""What else shows a change in a room, by room; of `tests/e2e` what has a word of its name."""

UNJUDGED = "NOT JUDGED"
_FOLDER = Path(__file__).resolve().parents[2]
_CPU_SECONDS_A_TEST = 20
"""An endless loop is a change that was noticed."""

_SECONDS = 900
"""Tests of one change may take so long; on a machine that is busier, nothing is judged."""


class _Reach(NamedTuple):
    """What one test enters of zipper: functions by file and first line."""

    test: str
    passes: bool
    functions: frozenset[str]


class _Ran(NamedTuple):
    """How tests ended in a child: the first failure (all, unless it stops there), or a signal."""

    failed: list[str]
    signal: int = 0


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Judge all changes instead of running the tests."""
    rows = json.loads(Path(os.environ["MUTATIONS"]).read_text(encoding="utf-8"))
    judge = _Judge(session.items)
    left = [Mutation(**row) for row in rows]
    for is_last, judge_one in ((False, judge.by_own), (True, judge.by_wider)):
        trying, left = left, []
        for mutation in trying:
            began = time.monotonic()
            killer = judge_one(mutation)
            if not killer and not is_last:
                left.append(mutation)
                continue
            killed = killer and f"killed by {killer}"
            word = killer if killer == UNJUDGED else killed or "SURVIVED"
            print(f"{word} in {time.monotonic() - began:.0f} s: {mutation}", flush=True)
        if not is_last:
            print(f"{len(left)} of {len(rows)} are left by the tests of their modules", flush=True)
    return True


class _Change:
    """One change, made in a file for the processes that tests start; undone at the end.

    `patch` is the changed function's new code; None where no function in memory can have it.
    """

    def __init__(self, mutation: Mutation) -> None:
        self._path = _FOLDER / mutation.path
        self.source = self._path.read_text(encoding="utf-8")
        self.changed = apply(self.source, mutation)
        path = str(self._path)
        before, after = list_functions(self.source, path), list_functions(self.changed, path)
        name = _find_changed(before, after)
        self.patch: _Patch | None = None
        self.function = ""
        if name is not None and _find_live(path, name, after[name]):
            self.patch = _Patch(path, name, after[name])
            self.function = f"{path}:{before[name].co_firstlineno}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.set_file(self.source)

    def set_file(self, text: str) -> None:
        """Write the module's file."""
        self._path.write_text(text, encoding="utf-8")

    def run(self, items: Sequence[pytest.Item], *, unchanged: bool = False) -> _Ran:
        """Run tests in a child, with the change or without."""
        self.set_file(self.source if unchanged else self.changed)
        return _run(items, None if unchanged else self.patch)


class _Judge:
    """Knows the tests, and what they reach as soon as that was wanted."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self._items = items
        self._reach: dict[str, list[_Reach]] = {}

    def by_own(self, mutation: Mutation) -> str:
        """Return which test of its module kills the change; nothing where none does."""
        with _Change(mutation) as change:
            own = find_own(mutation.path)
            if change.patch is None:
                return self._in_new_processes(own, change)
            return self._try(self._in(own), change)

    def by_wider(self, mutation: Mutation) -> str:
        """Return which other test kills the change, or nothing."""
        own, wider = find_own(mutation.path), _find_wider(mutation.path)
        with _Change(mutation) as change:
            if change.patch is None:
                return self._in_new_processes(wider, change)
            # Last, what is called while modules are imported, and what only processes reach.
            anew = [*own, *(one for one in wider if "/e2e/" in one)]
            reaching = self._reaching(wider, own, change.function)
            return self._try(reaching, change) or self._in_new_processes(anew, change)

    def _in(self, places: Sequence[str]) -> list[pytest.Item]:
        within = tuple(places)
        return [item for item in self._items if within and item.nodeid.startswith(within)]

    def _reaching(
        self, wider: Sequence[str], own: Sequence[str], function: str
    ) -> list[pytest.Item]:
        """Return the wider tests that enter a function, those that enter least else first."""
        for place in wider:
            if place not in self._reach:
                self._reach[place] = _trace(self._in([place]))
        found = [
            reach
            for place in wider
            for reach in self._reach[place]
            if reach.passes and function in reach.functions
        ]
        order = {
            r.test: len(r.functions) for r in found if not r.test.startswith(tuple(own or "/"))
        }
        items = [item for item in self._items if item.nodeid in order]
        return sorted(items, key=lambda item: order[item.nodeid])

    def _try(
        self,
        items: Sequence[pytest.Item],
        change: _Change,
    ) -> str:
        """Return the first test that fails with the change and passes without."""
        left = list(items)
        while left:
            ran = change.run(left)
            if ran.signal:
                return UNJUDGED if ran.signal == signal.SIGALRM else f"signal {ran.signal}"
            if not ran.failed:
                return ""
            failed = ran.failed[0]
            place = next(n for n, item in enumerate(left) if item.nodeid == failed)
            if not change.run([left[place]], unchanged=True).failed:
                return failed
            print(f"fails without a change: {failed}", flush=True)
            left = left[place + 1 :]
        return ""

    def _in_new_processes(self, places: Sequence[str], change: _Change) -> str:
        for place in places:
            change.set_file(change.changed)
            failed = _run_anew(place)
            if failed:
                change.set_file(change.source)
                anyway = _run_anew(" ".join(failed))
                if not anyway:
                    return failed[0]
                print(f"fails without a change: {anyway}", flush=True)
        return ""


def _run_anew(places: str) -> list[str]:
    """Run tests in a process of their own until one fails; return its name, or the places."""
    words = f"-m pytest -q -x -rfE --tb=no -p no:cacheprovider -p no:xdist {places}"
    words += " -o faulthandler_timeout=120 -o faulthandler_exit_on_timeout=true"
    try:
        done = subprocess.run(
            [sys.executable, *words.split()],
            capture_output=True, text=True, check=False, timeout=_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return []
    if done.returncode in (0, 5):  # passed; nothing to run
        return []
    lines = [line.split(" ", 2) for line in done.stdout.splitlines()]
    found = [line[1] for line in lines if line[0] in ("FAILED", "ERROR") and "::" in line[1]]
    return found or places.split()


class _Patch(NamedTuple):
    """A function's new code."""

    path: str
    name: str
    code: CodeType

    def apply(self) -> None:
        """Give it to the function that is in memory."""
        for function in _find_live(self.path, self.name, self.code):
            function.__code__ = self.code


def list_functions(source: str, path: str) -> dict[str, CodeType]:
    """Return the code of each function that is in no other, by its name and place."""
    found: dict[str, CodeType] = {}
    waiting = [compile(source, path, "exec", dont_inherit=True)]
    while waiting:
        for code in (value for value in waiting.pop().co_consts if isinstance(value, CodeType)):
            if code.co_flags & 1:  # a function, and no body of a class
                found[f"{code.co_qualname}:{code.co_firstlineno}"] = code
            else:
                waiting.append(code)
    return found


def _find_changed(before: dict[str, CodeType], after: dict[str, CodeType]) -> str | None:
    """Return the one function that differs; None where something else does."""
    changed = [name for name in before if before[name] != after.get(name)]
    return changed[0] if len(changed) == 1 and before.keys() == after.keys() else None


def _find_live(path: str, name: str, code: CodeType) -> list[FunctionType]:
    """Return the functions in memory that can have the new code."""
    return [
        value
        for value in gc.get_objects()
        if isinstance(value, FunctionType)
        and value.__code__.co_filename == path
        and f"{value.__code__.co_qualname}:{value.__code__.co_firstlineno}" == name
        and value.__code__.co_freevars == code.co_freevars
    ]


def find_own(module: str) -> list[str]:
    """Return the files of tests that belong to a module."""
    name = Path(module).stem
    dotted = module.removesuffix(".py").replace("/", ".")
    paths = sorted((_FOLDER / "tests/unit").rglob("test_*.py"))
    own = [p for p in paths if dotted in p.read_text(encoding="utf-8") or p.stem == f"test_{name}"]
    return [path.relative_to(_FOLDER).as_posix() for path in own]


def _find_wider(module: str) -> list[str]:
    """Return where other tests are that may reach a module, those of its name first."""
    room = module.split("/")[1]
    words = {word[:5] for word in Path(module).stem.split("_") if len(word) > 3}
    wider = [f"tests/unit/{room}", *WIDER.get(room, "").split()]
    e2e = sorted((_FOLDER / "tests/e2e").glob("test_*.py")) if "tests/e2e" in wider else ()
    named = [path for path in e2e if any(word in path.stem for word in words)]
    return [*(one for one in wider if one != "tests/e2e"), *(f"tests/e2e/{p.name}" for p in named)]


def _run(items: Sequence[pytest.Item], patch: _Patch | None) -> _Ran:
    """Run tests in a child until one fails."""

    def run() -> list[str]:
        if patch is not None:
            patch.apply()
        return _play(items, lambda _, failed: bool(failed))

    rows, ended = _in_child(run)
    return _Ran([row for row in rows if isinstance(row, str)], ended)


def _trace(items: Sequence[pytest.Item]) -> list[_Reach]:
    """Run tests in a child, and return what each enters."""
    entered: set[CodeType] = set()

    def trace(frame: FrameType, _event: str, _value: object) -> None:
        entered.add(frame.f_code)

    def run() -> list[object]:
        rows: list[object] = []

        def note(item: pytest.Item, failed: list[str]) -> bool:
            names = [
                f"{c.co_filename}:{c.co_firstlineno}"
                for c in tuple(entered)
                if "/zipper/" in c.co_filename
            ]
            rows.append([item.nodeid, item.nodeid not in failed, names])
            entered.clear()
            return False

        threading.settrace(trace)
        sys.settrace(trace)
        _play(items, note)
        return rows

    rows, ended = _in_child(run)
    if ended:
        raise RuntimeError(f"signal {ended} ended the tests that are traced")
    return [_Reach(test, passes, frozenset(names)) for test, passes, names in rows]


def _play(
    items: Sequence[pytest.Item], has_to_stop: Callable[[pytest.Item, list[str]], bool]
) -> list[str]:
    """Run tests in this process, and return those that fail."""
    failed: list[str] = []

    class Watch:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.failed:
                failed.append(report.nodeid)

    if not items:
        return failed
    items[0].config.pluginmanager.register(Watch())
    for item, following in zip(items, [*items[1:], None], strict=True):
        signal.setitimer(signal.ITIMER_PROF, _CPU_SECONDS_A_TEST)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if has_to_stop(item, failed):
            break
    return failed


def _in_child(run: Callable[[], list[Any]]) -> tuple[list[Any], int]:
    """Return what `run` returns in a child, and the signal that ended it, if one did."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        signal.alarm(_SECONDS)
        answer: dict[str, Any] = {}
        try:
            answer["rows"] = run()
        except BaseException:  # noqa: BLE001  (the parent says what was wrong)
            answer["error"] = traceback.format_exc()
        with os.fdopen(writing, "w", encoding="utf-8") as file:
            json.dump(answer, file)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as file:
        text = file.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return [], os.WTERMSIG(status)
    answer = json.loads(text)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["rows"], 0
