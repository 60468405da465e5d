"""Starting a sandbox: a Python of its own that reads a request and isolates what it runs.

In: a `SandboxRequest`. Out: the process. What happens in it is `zipper.node.sandbox`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zipper.node.sandbox_request import SandboxRequest

__all__ = ["find_endpoint", "start_sandbox"]

_START: Final = """
import sys, types
for name, folder in (("zipper", sys.argv[1]), ("zipper.node", sys.argv[1] + "/node")):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [folder]
from zipper.node.sandbox import main
main()
"""
"""Starts the sandbox without zipper's public names, which import far more than it needs."""


def start_sandbox(request: SandboxRequest) -> subprocess.Popen[bytes]:
    """Start the sandbox and hand it its request; the descriptors in it stay the caller's."""
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
