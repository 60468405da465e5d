"""Try changes of the code by tests that are collected once: each change in a fork of its own.

A pytest plugin, started by `tests.mutation` in a copy of the repository. Tests are imported once.
For each change a child gives the changed function its new code, where it is, and runs the tests
that run the changed statement (`tests.support.reached_lines`), those of its module first. A change
of what is run by an import is tried by new processes: by the tests that use the name it is for,
then by all that run anything of the module.

A test kills a change if it fails with it, and passes without. What survives the tests is shown to
mypy, as a landing is. There, code that cannot be reached is no error: a change of a condition to
`True` is, to mypy, nothing else.
"""

from __future__ import annotations

import ast
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import pytest

from tests.support.code_changes import Mutation, apply
from tests.support.module_imports import imports_all
from tests.support.reached_lines import LANDING, Reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["UNJUDGED", "find_own", "find_statement", "list_functions"]

UNJUDGED = "NOT JUDGED"
_FOLDER = Path(__file__).resolve().parents[2]
_CPU_SECONDS = int(os.environ.get("MUTATION_SECONDS", "240"))
"""Tests of one change may need so much when nothing is changed; what is left is not tried."""

_SECONDS = 900
"""Tests of one change may take so long; on a machine that is busier, nothing is judged."""

_SECONDS_A_TEST = 300
"""So may one of them, which waits; for how long one may compute: `tests.support.cpu_limit`."""


class _Ran(NamedTuple):
    """How tests ended in a child: the first failure (all, unless it stops there), or a signal."""

    failed: list[str]
    signal: int = 0


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Judge all changes instead of running the tests."""
    rows = json.loads(Path(os.environ["MUTATIONS"]).read_text(encoding="utf-8"))
    judge = _Judge(session.items, Reach())
    for mutation in (Mutation(**row) for row in rows):
        began = time.monotonic()
        killer, tried = judge.judge(mutation)
        word = killer if killer == UNJUDGED else f"killed by {killer}" if killer else "SURVIVED"
        took = f"{tried} in {time.monotonic() - began:.0f} s".strip()
        print(f"{word} {took}: {mutation}", flush=True)
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
    """Knows the tests, which of them run what, and how long they take."""

    def __init__(self, items: Sequence[pytest.Item], reach: Reach) -> None:
        self._items = {item.nodeid: item for item in items}
        self._reach = reach
        self._new = self._items.keys() - reach.seconds.keys()

    def judge(self, mutation: Mutation) -> tuple[str, str]:
        """Return which test kills a change, or nothing; and how many were tried of how many."""
        own = tuple(find_own(mutation.path)) or "/"
        tried, known, left = 0, 0, _CPU_SECONDS
        with _Change(mutation) as change:
            for found, play in self._plan(mutation, change, own):
                first = [test for test in found if test.startswith(own)]
                for tests in (first, [test for test in found if not test.startswith(own)]):
                    chosen = []
                    for test in tests:
                        left -= self._reach.seconds.get(test, 0.1)
                        if left > 0:
                            chosen.append(test)
                    tried, known = tried + len(chosen), known + len(tests)
                    killer = play(chosen, change)
                    if killer:
                        return killer, ""
            change.set_file(change.changed)
            if not _has_right_types() and self._types_are_right(change):
                return "mypy", ""
        return "", f"{tried} of {known} tests"

    def _types_are_right(self, change: _Change) -> bool:
        """Return whether mypy takes the code without the change."""
        change.set_file(change.source)
        return _has_right_types()

    def _plan(
        self, mutation: Mutation, change: _Change, own: tuple[str, ...] | str
    ) -> Iterator[tuple[list[str], Callable[[Sequence[str], _Change], str]]]:
        """Yield tests and how they are tried: those that run the changed lines first.

        Of tests that are not recorded, those of the module count, those that have a word of its
        name, and those that import it, near or far.
        """
        path, reach = mutation.path, self._reach
        words = {word.rstrip("s")[:4] for word in Path(path).stem.split("_") if len(word) > 3}
        files = {test.partition("::")[0] for test in self._new}
        files = {
            file
            for file in files
            if any(word in file for word in words) or _FOLDER / path in imports_all(_FOLDER / file)
        }
        new = {t for t in self._new if t.startswith(own) or t.partition("::")[0] in files}
        lines, name = find_statement(change.source, mutation.line)
        lines = reach.translate(path, lines)
        at = reach.find_at(path, lines or None)
        users: Sequence[set[str]] = ()
        if change.patch is None or reach.is_imported(path, lines):
            users = reach.find_users(path, name)
            new |= {test for test in self._items if test.startswith(own)}  # they look at values
        found = [at | new, *users]
        ways = [self._try if change.patch else self._try_anew, self._try_anew, self._try_anew]
        if change.patch is None:
            # Most that run the line do so because a process of theirs imports the module.
            found = [users[0] | new, at, users[1]]
        tried: set[str] = set()
        for tests, way in zip(found, ways, strict=False):
            yield reach.order((tests & self._items.keys()) - tried), way
            tried |= tests

    def _try(self, tests: Sequence[str], change: _Change) -> str:
        """Return the first test that fails with the change and passes without."""
        left = [self._items[test] for test in tests]
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

    def _try_anew(self, tests: Sequence[str], change: _Change) -> str:
        """Do the same in new processes, which import what is changed."""
        left = list(tests)
        while left:
            change.set_file(change.changed)
            failed = _run_anew(left)
            if failed not in left:
                return failed
            change.set_file(change.source)
            if not _run_anew([failed]):
                return failed
            print(f"fails without a change: {failed}", flush=True)
            left = left[left.index(failed) + 1 :]
        return ""


def find_statement(source: str, line: int) -> tuple[set[int], str]:
    """Return the lines of the statement at a line, without its body, and what the module calls it.

    That is the name of the function, class or value that the module has it for.
    """
    statements = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.stmt)]
    around = [one for one in statements if one.lineno <= line <= (one.end_lineno or 0)]
    if not around:
        return {line}, ""
    within = [one.lineno for one in ast.walk(around[-1]) if isinstance(one, ast.stmt)]
    end = min([around[-1].end_lineno or 0, *(first - 1 for first in within[1:])])
    named = [getattr(around[0], "name", ""), *(
        one.id
        for one in ast.walk(around[0])
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    )]  # fmt: skip
    return {line, *range(around[-1].lineno, end + 1)}, next(filter(None, named), "")


def _run_anew(tests: Sequence[str]) -> str:
    """Run tests in a process of their own until one fails; return which, or what went wrong."""
    words = "-m pytest -q -x -rfE --tb=no -p no:cacheprovider -p no:xdist"
    words += " -p tests.support.cpu_limit"
    words += f" -o faulthandler_timeout={_SECONDS_A_TEST} -o faulthandler_exit_on_timeout=true"
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("\n".join(tests))
        file.flush()
        try:
            done = subprocess.run(
                [sys.executable, *words.split(), "-m", LANDING, f"@{file.name}"],
                capture_output=True, text=True, check=False, timeout=_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return UNJUDGED
    if done.returncode in (0, 5):  # passed; nothing to run
        return ""
    ends = [line for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    if done.returncode == 1 and not ends:
        return UNJUDGED  # one has waited for too long
    failed = [test for test in tests if ends and f" {test}" in ends[0]]
    return max(failed, key=len, default=f"status {done.returncode}")


def _has_right_types() -> bool:
    words = [sys.executable, "-m", "mypy", "--no-warn-unreachable"]
    return subprocess.run(words, cwd=_FOLDER, capture_output=True, check=False).returncode == 0


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
        for value in _functions().get(path, ())
        if f"{value.__code__.co_qualname}:{value.__code__.co_firstlineno}" == name
        and value.__code__.co_freevars == code.co_freevars
    ]


@cache
def _functions() -> dict[str, list[FunctionType]]:
    """Return what is in memory when the tests are collected, by path."""
    found: dict[str, list[FunctionType]] = defaultdict(list)
    for value in gc.get_objects():
        if isinstance(value, FunctionType):
            found[value.__code__.co_filename].append(value)
    return found


def find_own(module: str) -> list[str]:
    """Return the files of tests that belong to a module."""
    name = Path(module).stem
    dotted = module.removesuffix(".py").replace("/", ".")
    paths = sorted((_FOLDER / "tests/unit").rglob("test_*.py"))
    own = [p for p in paths if dotted in p.read_text(encoding="utf-8") or p.stem == f"test_{name}"]
    return [path.relative_to(_FOLDER).as_posix() for path in own]


def _run(items: Sequence[pytest.Item], patch: _Patch | None) -> _Ran:
    """Run tests in a child until one fails."""

    def run() -> list[str]:
        if patch is not None:
            patch.apply()
        return _play(items, lambda _, failed: bool(failed))

    rows, ended = _in_child(run)
    return _Ran([row for row in rows if isinstance(row, str)], ended)


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
