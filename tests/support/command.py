"""Run the zipper command as a user does: a process of its own, its JSON and its words.

Tables of many rows may run it in this process instead, with the same result in a tenth of the time.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.shared import REPOSITORY
from zipper import cli

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["CommandResult", "run_here", "run_zipper"]

_CODE = re.compile(r"^error\[(\w+)\]", re.MULTILINE)
_TIMEOUT_SECONDS = 900


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How the command ended.

    Attributes:
        code: the code of the error it told on stderr or in its JSON, None where there was none.
        document: what it printed with `--json`, None where stdout is no JSON.
    """

    status: int
    code: str | None
    document: dict | None
    stdout: str
    stderr: str


def run_zipper(
    *arguments: str | Path,
    python: str | Path = sys.executable,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    umask: int = -1,
) -> CommandResult:
    """Run `python -m zipper ARGUMENTS` with this checkout's zipper.

    Args:
        arguments: the command line after `zipper`.
        python: the interpreter; it must have zipper's dependencies.
        cwd: the working directory.
        env: variables on top of this process's own.
        umask: of the child; -1 leaves this process's own.
    """
    done = subprocess.run(
        [str(python), "-m", "zipper", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=_TIMEOUT_SECONDS,
        umask=umask,
        check=False,
    )
    document = _document(done.stdout)
    return CommandResult(
        done.returncode, _code(done.stderr, document), document, done.stdout, done.stderr
    )


def run_here(
    *arguments: str | Path, cwd: Path, env: Mapping[str, str], stdin: str = ""
) -> CommandResult:
    """Run the command in this process.

    Args:
        arguments: the command line after `zipper`.
        cwd: the working directory.
        env: all variables that it sees.
        stdin: what it reads on standard input.
    """
    stdout, stderr, kept = io.StringIO(), io.StringIO(), dict(os.environ)
    read, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
    os.environ.clear()
    os.environ.update(env)
    try:
        with (
            contextlib.chdir(cwd),
            contextlib.redirect_stdout(stdout),
            contextlib.redirect_stderr(stderr),
        ):
            status = cli.run([str(word) for word in arguments])
    finally:
        sys.stdin = read
        os.environ.clear()
        os.environ.update(kept)
    printed, told = stdout.getvalue(), stderr.getvalue()
    document = _document(printed)
    return CommandResult(status, _code(told, document), document, printed, told)


def _document(stdout: str) -> dict | None:
    try:
        document = json.loads(stdout)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _code(stderr: str, document: dict | None) -> str | None:
    found = _CODE.search(stderr)
    if found:
        return found[1]
    error = (document or {}).get("error")
    return error.get("code") if isinstance(error, dict) else None
