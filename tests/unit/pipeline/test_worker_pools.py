"""Processes of a pool end with what opened them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import pytest

from zipper.errors import UsageError
from zipper.pipeline.worker_pools import end_processes, open_cluster, open_processes


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_pool_with_cancelled_calls_ends_without_a_traceback() -> None:
    """Of calls that wait, run and are cancelled, none has the pool's own thread fail."""
    others = set(threading.enumerate())
    pool = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
    pool.submit(time.sleep, 0).result()
    calls = [pool.submit(time.sleep, 60) for _ in range(8)]
    while not calls[2].running():  # one in each process, and the others wait
        time.sleep(0.01)
    cancelled = [call.cancel() for call in calls[1:]]

    end_processes(pool)

    assert others >= set(threading.enumerate())
    assert any(cancelled)
    assert [True] * 8 == [call.done() for call in calls]
    assert isinstance(calls[0].exception(), BrokenProcessPool)


def test_a_pool_that_never_began_ends() -> None:
    """Its processes and its thread begin with the first call, and there is none any more."""
    pool, others = ProcessPoolExecutor(1), set(threading.enumerate())

    end_processes(pool)

    assert others >= set(threading.enumerate())
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(int)


def test_a_scheduler_needs_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not installed, the error names what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)

    with (
        pytest.raises(UsageError, match="needs the package `distributed`") as caught,
        open_cluster("tcp://127.0.0.1:9"),
    ):
        pass

    assert ("EUSAGE", True) == (caught.value.code, "zipper-nodejs[dask]" in str(caught.value.hint))


@pytest.mark.skipif(os.name != "posix", reason="signals of Unix")
def test_processes_end_with_the_build() -> None:
    """Each pool that was opened, at its end; a process that hears ^C ends quietly, by itself."""
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())

    with open_processes(1) as (executor, renew):
        first = executor.submit(os.getpid).result()
        (child,) = (one for one in multiprocessing.active_children() if one.pid == first)
        os.kill(first, signal.SIGINT)
        child.join(30)
        with pytest.raises(BrokenProcessPool):
            executor.submit(time.sleep, 60).result(30)
        again = renew()
        second = again.submit(os.getpid).result()

    assert 130 == child.exitcode
    assert 3 == len({os.getpid(), first, second})
    assert blocked == signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with pytest.raises(RuntimeError, match="after shutdown"):
        again.submit(int)


def test_processes_end_at_once_where_the_build_does() -> None:
    """Whatever they are at."""
    calls: list[Future[None]] = []

    def build() -> None:
        with open_processes(1) as (executor, _):
            calls.extend(executor.submit(time.sleep, 60) for _ in range(4))
            while not calls[0].running():
                time.sleep(0.01)
            raise KeyError

    with pytest.raises(KeyError):
        build()

    assert [True] * 4 == [call.done() for call in calls]
    assert isinstance(calls[0].exception(), BrokenProcessPool)
    assert calls[3].cancelled()
