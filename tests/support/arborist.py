"""npm's resolver in a process that stays, so that a question costs no start of npm."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROGRAM = Path(__file__).with_suffix(".cjs")
_HEAP = "--max-old-space-size=1024"


class NoAnswerError(Exception):
    """npm broke down, or found no end."""


@dataclass
class Arborist:
    """The process, started when it is first asked and again after it had to be ended."""

    seconds_max: float
    """How long one question may take."""
    _process: subprocess.Popen[str] | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._end()

    def write_lockfile(
        self,
        folder: Path,
        *,
        registry: str,
        options: Mapping[str, object],
        update: bool | frozenset[str] = False,
    ) -> str | None:
        """Let npm write the lockfile of a project; return its code where it refuses to.

        Args:
            folder: the project's.
            registry: the registry's address.
            options: npm's, under the names that arborist has for them.
            update: what to choose anew, as for `npm update`.

        Raises:
            NoAnswerError: npm broke down or took too long.
        """
        question = {
            "folder": str(folder),
            "registry": registry,
            "cache": str(folder.parent / "npm-cache"),
            "options": options,
            "update": update if isinstance(update, bool) else sorted(update),
        }
        answer = self._ask(json.dumps(question))
        if "crash" in answer:
            raise NoAnswerError(answer["crash"])
        return answer["code"]

    def _ask(self, line: str) -> dict[str, str]:
        process = self._process = self._process or _start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
        readable, _, _ = select.select([process.stdout], [], [], self.seconds_max)
        answer = process.stdout.readline() if readable else ""
        if not answer:
            self._end()
            raise NoAnswerError("it ran out of memory" if readable else "it found no end")
        return json.loads(answer)

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _start() -> subprocess.Popen[str]:
    npm = Path(os.path.realpath(shutil.which("npm") or "npm")).parents[1]
    return subprocess.Popen(
        ["node", _HEAP, str(_PROGRAM), str(npm)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
