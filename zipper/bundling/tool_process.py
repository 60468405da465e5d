"""Tools of the build in the sandbox of install scripts: no network, no variables, one folder.

In: command lines, one after another. Out: how each ended and what it said.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from zipper.folders import remove_folder
from zipper.named_tuple import NamedTuple
from zipper.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from zipper.node.script_sandbox import ConfinedSeries

__all__ = ["ToolEnd", "ToolSandbox"]

_SECONDS_MAX: Final = 120.0


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


class ToolSandbox:
    """A folder, and what keeps the tools that run on it from the rest of the machine.

    It is made while its caller still finds out what is to run, and gone after `close`.

    Args:
        prefix: what the name of the folder begins with.
        readable: what a tool sees besides the folder and the system.
        within: an existing folder; the system's temporary one where it is None.

    Attributes:
        folder: what a tool may write; gone with the sandbox.

    Raises:
        OSError: the folder cannot be made.
    """

    def __init__(
        self, prefix: str, *, readable: Iterable[Path], within: Path | None = None
    ) -> None:
        with ExitStack() as stack:
            scratch = stack.enter_context(scratch_folder(prefix, within=within))
            self._log = scratch / "log"
            self._output = stack.enter_context(self._log.open("ab"))
            self.folder = scratch / "tree"
            self.folder.mkdir()
            self._confined = self._confine(scratch / "work", readable)
            if self._confined is not None:
                stack.callback(self._confined.end)
            self._stack = stack.pop_all()

    def _confine(self, work: Path, readable: Iterable[Path]) -> ConfinedSeries | None:
        if os.name == "nt":  # which has no such sandbox
            return None
        from zipper.node.script_sandbox import ConfinedSeries  # noqa: PLC0415  (not on Windows)

        work.mkdir()
        return ConfinedSeries(
            writable=(self.folder, work), work=work, readable=readable, output=self._output.fileno()
        )

    @property
    def is_alive(self) -> bool:
        """Whether a tool can be run."""
        return self._confined is None or not self._confined.wait(0)

    def run(
        self,
        command: Sequence[str],
        folder: Path,
        meanwhile: Callable[[], None] | None = None,
        read_only: str = "",
    ) -> ToolEnd:
        """Run `command`, the program's path first, in `folder`, to its end.

        `meanwhile` is called once, where there is a sandbox. `read_only` is as for
        `zipper.node.script_sandbox.ConfinedSeries.run`.

        Raises:
            OSError: it cannot be started.
        """
        before = self._log.stat().st_size
        if self._confined is None:
            code = _run_free(command, folder, self._output.fileno())
        else:
            code = self._confined.run(
                command,
                folder=folder,
                seconds=_SECONDS_MAX,
                meanwhile=meanwhile,
                read_only=read_only,
            )
        return ToolEnd(code, self._log.read_bytes()[before:].decode("utf-8", "replace"))

    def clear(self) -> None:
        """Remove what is in the folder."""
        for path in self.folder.iterdir():
            remove_folder(path)

    def order_end(self) -> None:
        """Have what runs end, without waiting for that: `close` then takes less time."""
        if self._confined is not None:
            self._confined.order_end()

    def close(self) -> None:
        """End what still runs, and remove the folder."""
        self._stack.close()


def _run_free(command: Sequence[str], folder: Path, output: int) -> int | None:
    """Run the command without a sandbox, which Windows does not have."""
    import subprocess  # noqa: PLC0415  (on Windows alone)

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
