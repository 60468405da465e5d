"""A process that does not see a folder, as on another machine: an empty file system lies over it.

    ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=leave, initargs=(folder,))

Only that process and what it starts afterwards see it so. Linux, and user namespaces for others
than root.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from functools import cache
from typing import Final

__all__ = ["can_leave", "leave"]

_NEWNS: Final = 0x00020000
_NEWUSER: Final = 0x10000000
_PRIVATE: Final = 0x00040000 | 0x4000


def leave(folder: str, variables: dict[str, str] | None = None) -> None:
    """Have this process see an empty folder there, and set its variables."""
    os.environ.update(variables or {})
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEWNS) and libc.unshare(_NEWNS | _NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    if libc.mount(None, b"/", None, _PRIVATE, None):
        raise OSError(ctypes.get_errno(), "mount")
    if libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, None):
        raise OSError(ctypes.get_errno(), "mount")


@cache
def can_leave() -> bool:
    """Return whether a process can do so here."""
    if sys.platform != "linux":
        return False
    code = "from tests.support.diskless import leave; leave('/mnt')"
    return (
        subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode
        == 0
    )
