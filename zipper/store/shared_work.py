"""Work that two processes share; two threads, where none should be forked.

In: how many steps there are, and what does one. Made for steps that are hundreds of calls of the
system: two threads lose a fifth of the time to handing the interpreter's lock to each other.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Work = Callable[[int], None]

__all__ = ["has_one_thread", "share_work"]

_NUMBER_BYTES: Final = 8
_INTERRUPTS: Final = (signal.SIGINT, signal.SIGTERM)


def share_work(count: int, work: Work) -> None:
    """Call `work` for each number below `count`, in any order, from two sides.

    What it does has to take effect outside of the process, and be the same when it is done twice.
    After an error or ^C both sides end with the step that they are at.

    Raises:
        BaseException: what `work` raised first.
    """
    if hasattr(os, "memfd_create") and has_one_thread():
        _share_with_process(count, work)
    else:
        _share_with_thread(count, work)


def has_one_thread() -> bool:
    """Return whether a fork is safe: of several threads it has one, and the others' locks for ever.

    Threads that are none of Python's count too.
    """
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - no paths are wanted
    except OSError:
        return False


def _share_with_process(count: int, work: Work) -> None:
    turns = os.memfd_create("zipper")
    told, tell = os.pipe()
    # The child hears no ^C: it ends with its turns. The parent hears it between two steps, so that
    # it never leaves before the child has ended.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
    parent, child = os.getpid(), None
    try:
        child = _fork()
        if child == 0:
            _help(turns, count, work, parent=parent, tell=tell)
        for number in _take_turns(turns, count):
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
            work(number)
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
        os.close(tell)
        os.lseek(turns, count, os.SEEK_SET)
        left = _wait_for(child, told, count)
        os.close(told)
        os.close(turns)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    # What the child failed at fails here too, and is raised as if there had been no child.
    for number in left:
        work(number)


def _take_turns(turns: int, count: int) -> Iterator[int]:
    """Yield the numbers below `count` that the other process has not taken.

    Both have the same open file, and so one position in it, which the system moves in one step.
    """
    while (number := os.lseek(turns, 1, os.SEEK_CUR) - 1) < count:
        yield number


def _fork() -> int | None:
    """Fork; None where the system admits no further process."""
    try:
        return os.fork()
    except OSError:
        return None


def _help(turns: int, count: int, work: Work, *, parent: int, tell: int) -> NoReturn:
    """Be the child: take turns while there is a parent, and tell where it failed, or `count`."""
    failed = count
    try:
        for number in _take_turns(turns, count):
            failed = number
            work(number)
            failed = count
            if os.getppid() != parent:
                break
    finally:
        os.lseek(turns, count, os.SEEK_SET)
        with contextlib.suppress(OSError):
            os.write(tell, failed.to_bytes(_NUMBER_BYTES, "big"))
        # Nothing of the parent's is flushed, closed or removed here.
        os._exit(0)


def _wait_for(child: int | None, told: int, count: int) -> Iterable[int]:
    """Return what may not have been done: all, where the child was killed and has told nothing."""
    if child is None:
        return ()
    answer = os.read(told, _NUMBER_BYTES)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, 0)
    return range(int.from_bytes(answer, "big"), count)


def _share_with_thread(count: int, work: Work) -> None:
    turns = iter(range(count))
    failed: list[BaseException] = []

    def take_turns() -> None:
        try:
            for number in turns:
                if failed:
                    break
                work(number)
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that asked
            failed.append(error)

    helper = threading.Thread(target=take_turns)
    helper.start()
    take_turns()
    while helper.is_alive():
        try:
            helper.join()
        except KeyboardInterrupt as error:
            failed.append(error)
    if failed:
        raise failed[0]
