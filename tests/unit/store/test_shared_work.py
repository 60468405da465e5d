"""Work in steps is done by two, whole, and its end is the same whichever of them fails."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.shared import REPOSITORY
from zipper.store.shared_work import _share_with_process, share_work

if TYPE_CHECKING:
    from pathlib import Path

needs_fork = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="threads share work there")

PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from zipper.store.shared_work import share_work

os.chdir(sys.argv[1])
parent = os.getpid()

def work(number):
    time.sleep(0.002)
    {step}
    Path(f"{{number}}-{{os.getpid()}}").touch()

try:
    share_work({count}, work)
except BaseException as error:
    print(os.getpid() == parent, type(error).__name__, error)
"""
"""Tests have threads, and so it is a process of its own that forks here."""


def start(folder: Path, step: str = "pass", *, count: int = 100) -> subprocess.Popen[str]:
    """Start sharing `count` steps; each leaves a file that tells its number and its process."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(step=step, count=count), str(folder)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )


def done(folder: Path) -> tuple[list[int], set[str]]:
    """Return the numbers that were done, sorted, and the processes that did them."""
    files = [path.name.split("-") for path in folder.iterdir()]
    return sorted(int(number) for number, _ in files), {process for _, process in files}


def wait_until_still(folder: Path) -> int:
    """Return how many steps were done once no more are."""
    before = -1
    while before != (now := len(list(folder.iterdir()))):
        before = now
        time.sleep(0.1)
    return now


@needs_fork
def test_two_processes_do_each_step_once(tmp_path: Path) -> None:
    """They take from one row, and nobody says more than the parent."""
    said, _ = start(tmp_path).communicate(timeout=30)

    numbers, processes = done(tmp_path)
    assert "" == said
    assert list(range(100)) == numbers
    assert 2 == len(processes)


@needs_fork
@pytest.mark.parametrize("failure", ["raise OSError('x')", "os.kill(os.getpid(), 9)", "sys.exit()"])
def test_what_the_child_leaves_the_parent_does(tmp_path: Path, failure: str) -> None:
    """A child that fails or is killed costs time and nothing else."""
    step = f"os.getpid() == parent or number < 50 or exec({failure!r})"
    said, _ = start(tmp_path, step).communicate(timeout=30)

    assert "" == said
    assert set(range(100)) == set(done(tmp_path)[0])


@needs_fork
def test_error_ends_both(tmp_path: Path) -> None:
    """It is raised in the parent as what it is, whoever met it, and the rest is left."""
    step = "assert number != 30, number"
    said, _ = start(tmp_path, step, count=5_000).communicate(timeout=30)

    assert "True AssertionError 30\n" == said
    assert len(done(tmp_path)[0]) < 100


@needs_fork
@pytest.mark.parametrize(
    ("number", "said"), [(signal.SIGINT, "True KeyboardInterrupt \n"), (signal.SIGKILL, "")]
)
def test_child_ends_with_its_parent(tmp_path: Path, number: int, said: str) -> None:
    """An interrupt is the parent's to tell of; after a kill the child does one step more."""
    process = start(tmp_path, count=100_000)
    while len(done(tmp_path)[1]) < 2:
        time.sleep(0.01)
    process.send_signal(number)

    assert said == process.communicate(timeout=30)[0]
    assert wait_until_still(tmp_path) < 10_000


@needs_fork
def test_where_no_process_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parent does all of it."""

    def refuse() -> int:
        raise BlockingIOError(errno.EAGAIN, "too many processes")

    monkeypatch.setattr(os, "fork", refuse)
    seen: list[int] = []
    _share_with_process(9, seen.append)

    assert list(range(9)) == seen


def test_threads_share_where_others_run() -> None:
    """Nothing is forked in a program with threads; an error ends both."""
    release = threading.Event()
    other = threading.Thread(target=release.wait)
    other.start()
    seen: list[tuple[int, str, int]] = []

    def work(number: int) -> None:
        assert number != 40, number
        time.sleep(0.001)
        seen.append((number, threading.current_thread().name, os.getpid()))

    try:
        share_work(40, work)
        assert set(range(40)) == {number for number, _, _ in seen}
        assert 2 == len({name for _, name, _ in seen})
        assert {os.getpid()} == {process for _, _, process in seen}
        with pytest.raises(AssertionError, match="40"):
            share_work(5_000, work)
        assert len(seen) < 200
    finally:
        release.set()
        other.join()
