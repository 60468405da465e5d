"""Starting a sandbox: a Python of its own that reads a request and isolates what it runs.

In: a `SandboxRequest`. Out: the process. What happens in it is `zipper.node.sandbox`.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, Protocol

from zipper.store.shared_work import has_one_thread

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable

    from zipper.node.sandbox_request import SandboxRequest

__all__ = ["SandboxProcess", "find_endpoint", "fork_sandbox", "start_sandbox"]

_START: Final = """
import sys, types
for name, folder in (("zipper", sys.argv[1]), ("zipper.node", sys.argv[1] + "/node")):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [folder]
from zipper.node.sandbox import main
main()
"""
"""Starts the sandbox without zipper's public names, which import far more than it needs."""


class SandboxProcess(Protocol):
    """What a caller needs of a sandbox's process."""

    def kill(self) -> None:
        """End it at once."""

    def wait(self) -> int:
        """Wait for its end, and return its exit code."""


class _Forked:
    """A copy of this process that is the sandbox."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._code: int | None = None

    def kill(self) -> None:
        if self._code is None:
            os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> int:
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self._code


def fork_sandbox(request: SandboxRequest) -> SandboxProcess:
    """Start the sandbox as a copy of this process where that is safe: quicker by a Python's start.

    For tools of the build alone. What this process has in memory is not theirs to read: see
    `zipper.node.sandbox.serve`.
    """
    if not (sys.platform.startswith("linux") and has_one_thread()):
        return start_sandbox(request)
    # An interrupt in the copy, before it is a process group of its own, must not clean up here.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        child = os.fork()
        if child == 0:
            _be_sandbox(request, blocked)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    return _Forked(child)


def _be_sandbox(request: SandboxRequest, mask: Iterable[int]) -> NoReturn:
    """Be the sandbox, with the request's descriptors alone; nothing of the parent's is flushed."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        null = os.open(os.devnull, os.O_RDWR)
        for place, source in enumerate((null, null, request.pipes[2])):
            os.dup2(source, place)
        kept = {0, 1, 2, *request.pipes, request.status, request.control, request.starts}
        for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - no paths are wanted
            if int(name) not in kept:
                with suppress(OSError):  # that of the listing itself is closed
                    os.close(int(name))
        from zipper.node.sandbox import serve  # noqa: PLC0415  (in the copy alone)

        serve(request, hides_memory=True)
    finally:
        os._exit(0)


def start_sandbox(request: SandboxRequest) -> subprocess.Popen[bytes]:
    """Start the sandbox and hand it its request; the descriptors in it stay the caller's."""
    import subprocess  # noqa: PLC0415  (where nothing is forked)

    package = str(Path(__file__).resolve().parent.parent)
    process = subprocess.Popen(  # noqa: S603 - zipper's own code  # nosec B603
        [sys.executable, "-I", "-S", "-c", _START, package],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=request.pipes[2],
        pass_fds={*request.pipes, request.status, request.control, request.starts} - {-1},
        env=_sandbox_variables(),
    )
    assert process.stdin is not None
    with suppress(BrokenPipeError), process.stdin as stdin:
        stdin.write(request.to_json().encode())
    return process


def find_endpoint() -> str:
    """Return a free port of this machine alone: Lambda's 0.0.0.0:3000 may be taken, and is open."""
    import socket  # noqa: PLC0415  (for web functions only)

    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
    return f"{host}:{port}"


def _sandbox_variables() -> dict[str, str]:
    """Return what Python itself may need to start; a function could read all of it."""
    kept = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ}
