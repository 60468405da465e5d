"""A sandbox that is a copy of the process: what it shares with that, and what it keeps from tools.

Each test starts a Python of its own, because a process with several threads is not forked.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing is forked elsewhere")

_COMMON = """
import os, signal, sys, threading
from pathlib import Path
from zipper.bundling.tool_process import ToolSandbox
from zipper.node import sandbox_process

def run(sandbox, text):
    done = sandbox.run(["/bin/sh", "-c", text], sandbox.folder)
    return done.code, done.said

def open_sandbox():
    sandbox = ToolSandbox("zipper-test-", readable=())
    assert "subprocess" not in sys.modules, "a Python was started"
    return sandbox
"""


def _play(text: str, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _COMMON + text],
        env={**os.environ, **variables, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout


def test_a_tool_reads_nothing_that_the_process_has_in_memory() -> None:
    """Neither variables nor memory nor descriptors of the copy above it."""
    said = _play(
        """
sandbox = open_sandbox()
print(run(sandbox, "cat /proc/$PPID/environ; cat /proc/$PPID/maps; ls /proc/$PPID/fd; env"))
sandbox.close()
""",
        SECRET_OF_THE_CALLER="nobody-sees-it",
    )

    assert "nobody-sees-it" not in said
    assert 3 == said.count("denied")


def test_the_copy_keeps_no_file_open() -> None:
    """A pipe of the caller ends when the caller closes it, while the sandbox lives on."""
    said = _play(
        """
reader, writer = os.pipe()
sandbox = open_sandbox()
os.close(writer)
print(os.read(reader, 1), run(sandbox, "echo alive; ls -l /proc/self/fd | wc -l"))
sandbox.close()
""",
    )

    assert said.startswith("b'' (0, 'alive")


def test_the_end_of_a_sandbox_is_waited_for() -> None:
    """No process and no folder is left; what the caller has buffered is written once."""
    said = _play(
        """
print("once", end="")
sandbox = open_sandbox()
run(sandbox, "sleep 30 &")
folder = sandbox.folder
sandbox.close()
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print(" gone", folder.exists())
""",
    )

    assert "once gone False\n" == said


def test_signals_for_the_caller_are_not_the_sandboxs(tmp_path: Path) -> None:
    """What the caller does about SIGTERM is not done by the copy, which just ends."""
    mark = tmp_path / "mark"
    _play(
        f"""
signal.signal(signal.SIGTERM, lambda *_: Path({str(mark)!r}).write_text("handled"))
sandbox = open_sandbox()
run(sandbox, "true")
os.kill(sandbox._confined._process._pid, signal.SIGTERM)
while sandbox.is_alive:
    pass
sandbox.close()
""",
    )

    assert not mark.exists()


def test_a_process_with_threads_starts_a_python() -> None:
    """A fork would have the locks of its other threads for ever."""
    said = _play(
        """
over = threading.Event()
thread = threading.Thread(target=over.wait)
thread.start()
sandbox = ToolSandbox("zipper-test-", readable=())
print("subprocess" in sys.modules, run(sandbox, "echo ran"))
over.set()
sandbox.close()
""",
    )

    assert "True (0, 'ran\\n')\n" == said
