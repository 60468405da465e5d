"""Processes of a pool end with what opened them."""

from __future__ import annotations

import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor

import pytest

from zipper.pipeline.worker_pools import end_processes


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
    for thread in set(threading.enumerate()) - others:
        thread.join(30)

    assert any(cancelled)
    assert [True] * 8 == [call.done() for call in calls]
