"""File systems that a test mounts for one command, seen by nobody else and gone with it."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["run_mounted"]


@cache
def _can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    words = ["unshare", "-Urm", "sh", "-c", "mount -t tmpfs -o size=4k tmpfs /mnt"]
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


def run_mounted(
    mounts: str, command: Sequence[str | Path], afterwards: str, *, env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run `command` behind the shell's `mounts`, then `afterwards`; skip where it cannot be done.

    The status is the command's; `afterwards` sees the mounts, and what it prints follows the
    command's own stdout.
    """
    if not _can_mount():
        pytest.skip("no mounts of one's own here: needs Linux with user namespaces")
    script = f'{mounts} || exit 99; "$@"; status=$?; {afterwards}; exit $status'
    words = ["unshare", "-Urm", "sh", "-c", script, "sh", *map(str, command)]
    return subprocess.run(
        words, env=dict(env), capture_output=True, text=True, check=False, timeout=300
    )
