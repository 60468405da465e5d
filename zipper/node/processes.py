"""Looking at and ending the processes that descend from one.

In: process ids. Out: ids, bytes and counts, read from /proc, or from `ps` where there is none.
Also used by the sandbox, so only the standard library is imported here.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "count_threads",
    "find_descendants",
    "kill_descendants",
    "measure_memory",
    "peak_memory",
    "reap",
]

_ROUNDS: Final = 200
_PAUSE_SECONDS: Final = 0.005
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def find_descendants(pid: int) -> list[int]:
    """Return the processes below `pid`, parents before children; O(number of them) on Linux."""
    if not sys.platform.startswith("linux"):
        return _find_by_ps(pid)
    found: list[int] = []
    waiting = [pid]
    while waiting:
        for child in _children(waiting.pop()):
            found.append(child)
            waiting.append(child)
    return found


def kill_descendants(pid: int) -> None:
    """Kill all that descends from `pid` until nothing does; stopped first, so none forks on."""
    for _ in range(_ROUNDS):
        below = find_descendants(pid)
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for child in below:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(child, number)
        if not _reap_all() and not below:
            return
        time.sleep(_PAUSE_SECONDS)


def reap(child: int) -> int | None:
    """Collect every child that has ended; the exit code of `child` if it is among them."""
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        if pid == child:
            found = os.waitstatus_to_exitcode(status)


def measure_memory(pids: Iterable[int]) -> int:
    """Return the resident bytes of `pids`; pages of files count once, with the largest process.

    A cgroup, which is what Lambda measures with, counts a shared page once too.
    """
    if not sys.platform.startswith("linux"):
        return _measure_by_ps(pids)
    largest = anonymous = largest_anonymous = 0
    for pid in pids:
        resident, shared = _statm(pid)
        anonymous += resident - shared
        if resident > largest:
            largest, largest_anonymous = resident, resident - shared
    return (anonymous - largest_anonymous + largest) * _PAGE_BYTES


def peak_memory(pid: int) -> int:
    """Return the most bytes that `pid` ever had resident; 0 where unknown."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 0


def count_threads(uid: int) -> int:
    """Return how many threads the processes of `uid` have now, as RLIMIT_NPROC counts them."""
    total = 0
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():  # noqa: PTH208, PTH112
        with suppress(OSError, ValueError):
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == uid:  # noqa: PTH116
                total += len(os.listdir(f"/proc/{name}/task"))  # noqa: PTH208
    return total


def _children(pid: int) -> list[int]:
    """Return the children of every thread of `pid`."""
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - called every few hundredths
        for thread in threads:
            with open(f"/proc/{pid}/task/{thread}/children", encoding="utf-8") as file:  # noqa: PTH123
                found += map(int, file.read().split())
    except OSError:
        pass
    return found


def _statm(pid: int) -> tuple[int, int]:
    """Return the resident and the shared pages of `pid`; (0, 0) for one that has ended."""
    try:
        with open(f"/proc/{pid}/statm", encoding="utf-8") as file:  # noqa: PTH123
            fields = file.read().split()
        return int(fields[1]), int(fields[2])
    except (OSError, IndexError, ValueError):
        return 0, 0


def _reap_all() -> bool:
    """Collect ended children; whether there were any or any still run."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _ps() -> list[tuple[int, int, int]]:
    """Return process, parent and resident kilobytes of every process of the machine."""
    import subprocess  # noqa: PLC0415  (where there is no /proc; a sandbox starts quicker without)

    done = subprocess.run(  # no input reaches it  # nosec B603
        ["/bin/ps", "-axo", "pid=,ppid=,rss="], capture_output=True, text=True, check=False
    )
    rows = (line.split() for line in done.stdout.splitlines())
    return [(int(row[0]), int(row[1]), int(row[2])) for row in rows if len(row) == 3]


def _find_by_ps(pid: int) -> list[int]:
    below: dict[int, list[int]] = {}
    for child, parent, _ in _ps():
        below.setdefault(parent, []).append(child)
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = below.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def _measure_by_ps(pids: Iterable[int]) -> int:
    wanted = set(pids)
    return sum(kilobytes for pid, _, kilobytes in _ps() if pid in wanted) * 1024
