"""Run one command as a process of its own and measure all of it: the clock, and the memory."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Sample", "run_measured"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One run.

    Attributes:
        seconds: from before the process is started until it has been waited for.
        processor_seconds: of the whole tree, user and system; a busy machine changes it little.
        peak_memory_bytes: the largest resident set of any single process in its tree; the system
            counts from the fork on, so it is never below what this process holds (some 30 MB).
    """

    seconds: float
    processor_seconds: float
    peak_memory_bytes: int
    status: int
    stderr: str


def run_measured(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Sample:
    """Run `command` in `cwd` with `env` on top of this process's variables.

    Bytecode may be written, whatever the machine says: pip compiles what it installs, and a
    checkout that compiles itself at each start would measure the compiler.
    """
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    # What others wrote goes to the disk before the clock starts, so that nobody waits for it.
    os.sync()
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**inherited, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        # The process is gone; Popen would wait for it once more.
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace")
    processor_seconds = usage.ru_utime + usage.ru_stime
    return Sample(seconds, processor_seconds, usage.ru_maxrss * 1024, process.returncode, said)
