"""Giving memory back to the operating system after large packages.

glibc keeps what was freed for later: after four packages of 100 MB unpacked, 200 MB that nobody
uses, for the rest of the process. Other C libraries do not need to be asked.
"""

from __future__ import annotations

import contextlib

__all__ = ["return_free_memory"]


def return_free_memory() -> None:
    """Have the C library give back the memory that is free; does nothing where it cannot."""
    import ctypes  # noqa: PLC0415  (for cold builds of large packages only)

    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
