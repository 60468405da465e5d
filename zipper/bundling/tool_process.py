"""A tool of the build in the sandbox of install scripts: no network, no variables, one folder.

In: a command line and a folder. Out: how it ended and what it said.
"""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["ToolEnd", "run_tool"]

_SECONDS_MAX: Final = 120.0
_POLL_SECONDS: Final = 1.0


class ToolEnd(NamedTuple):
    """How a tool ended."""

    code: int | None
    """None where it took too long."""
    said: str

    @property
    def problem(self) -> str:
        """What was wrong, in words."""
        if self.code is None:
            return f"took longer than {_SECONDS_MAX:g} s"
        return f"ended with {self.code}"


def run_tool(
    command: Sequence[str], scratch: Path, folder: Path, *, readable: Iterable[Path], log: Path
) -> ToolEnd:
    """Run `command` to its end.

    Args:
        command: the program's path first.
        scratch: holds `tree`, which may be written.
        folder: where it starts, in `tree`.
        readable: what it sees besides the system.
        log: a file for what it says.

    Raises:
        OSError: it cannot be started.
    """
    with log.open("wb") as output:
        start = _run_free if os.name == "nt" else _run_confined
        code = start(command, scratch, folder, tuple(readable), output.fileno())
    return ToolEnd(code, log.read_text("utf-8", "replace"))


def _run_confined(
    command: Sequence[str], scratch: Path, folder: Path, readable: Sequence[Path], output: int
) -> int | None:
    from zipper.node.script_sandbox import Confined  # noqa: PLC0415  (not on Windows)

    work = scratch / "work"
    work.mkdir(exist_ok=True)
    running = Confined(
        command,
        folder=folder,
        variables={},
        writable=(scratch / "tree", work),
        work=work,
        readable=readable,
        output=output,
        network=False,
    )
    deadline = time.monotonic() + _SECONDS_MAX
    is_over = False
    try:
        while not is_over and time.monotonic() < deadline:
            is_over = running.wait(_POLL_SECONDS)
    finally:
        code = running.end()
    return code if is_over else None


def _run_free(
    command: Sequence[str], scratch: Path, folder: Path, readable: Sequence[Path], output: int
) -> int | None:
    """Run the command without a sandbox, which Windows does not have."""
    del scratch, readable
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - a package's own program, verified  # nosec B603
            command,
            cwd=folder,
            env=kept,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            timeout=_SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.returncode
