"""Processes of a pool end with what opened them."""

from __future__ import annotations

import multiprocessing
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import pytest

from zipper.errors import UsageError
from zipper.pipeline.worker_pools import end_processes, open_cluster


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
