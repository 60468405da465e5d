"""The executors that zipper opens itself: processes of this machine, and a dask cluster.

In: how many, or an address. Out: an executor for as long as a build takes. Effects: processes, the
network. A cluster is dask's own (extra `dask`), with its own configuration for TLS.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any, Final, TypeVar

from zipper.errors import UsageError
from zipper.pipeline.distributing import lost_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor, Future

__all__ = ["end_processes", "open_cluster", "open_processes"]

_Got = TypeVar("_Got")

_CONNECT_SECONDS: Final = 5


@contextlib.contextmanager
def open_processes(count: int) -> Iterator[tuple[Executor, Callable[[], Executor]]]:
    """Yield an executor of `count` processes, and what gives another one when it is broken.

    They end with the build, and at ^C at once.
    """
    opened: list[ProcessPoolExecutor] = []

    def renew() -> Executor:
        # A process that begins anew has no lock that a thread of this one holds.
        context = multiprocessing.get_context("spawn")
        opened.append(_Processes(count, mp_context=context, initializer=_end_quietly))
        return opened[-1]

    try:
        yield renew(), renew
    except BaseException:
        for pool in opened:
            end_processes(pool)
        raise
    finally:
        for pool in opened:
            pool.shutdown(cancel_futures=True)
        opened.clear()
        # The pools' semaphores are theirs until they are collected, which the command never does:
        # the system's tracker would complain of them.
        gc.collect()


class _Processes(ProcessPoolExecutor):
    """A pool whose processes hear ^C when they can end quietly, and not while they import."""

    def submit(
        self,
        fn: Callable[..., _Got],
        /,
        *args: Any,  # noqa: ANN401  (the executor's signature)
        **kwargs: Any,  # noqa: ANN401  (as above)
    ) -> Future[_Got]:
        """Submit a call; a process that begins with it has the signal blocked."""
        if not hasattr(signal, "pthread_sigmask"):
            return super().submit(fn, *args, **kwargs)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_quietly() -> None:
    """Have ^C end a worker without a traceback: the parent says what there is to say."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def end_processes(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool, which would build on; what they write is whole or not there."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    manager = getattr(pool, "_executor_manager_thread", None)
    # First: the pool's thread cannot fail a call that is cancelled already, and would end with a
    # traceback when it finds its processes gone.
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    if manager is not None:
        manager.join()


@contextlib.contextmanager
def open_cluster(address: str) -> Iterator[Executor]:
    """Yield an executor of the workers of a dask scheduler.

    Raises:
        UsageError: EUSAGE without dask; EWORKERS where the scheduler does not answer, or has no
            worker.
    """
    try:
        dask = importlib.import_module("distributed")
    except ImportError:
        raise UsageError(
            "EUSAGE",
            "`--scheduler` needs the package `distributed`, which is not installed",
            hint="install it: `pip install zipper-nodejs[dask]`",
        ) from None
    try:
        client = dask.Client(address, set_as_default=False, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError) as cause:  # also where it takes too long
        raise UsageError(
            "EWORKERS",
            f"the scheduler at `{address}` does not answer: {cause}",
            hint="start it with `dask scheduler`, and at least one `dask worker`",
        ) from None
    with client:
        if not client.ncores():
            raise UsageError(
                "EWORKERS",
                f"the scheduler at `{address}` has no worker",
                hint=f"start one: `dask worker {address}`",
            )
        try:
            with client.get_executor(pure=False) as executor:
                yield executor
        except dask.KilledWorker as cause:
            raise lost_worker(cause) from cause
