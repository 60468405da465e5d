"""An event that is named on the command line: the file that it is in, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from zipper.errors import UsageError

__all__ = ["read_event"]


def read_event(name: str, *, more: str = "") -> bytes:
    """Return the event in a file, or on standard input.

    Args:
        name: a path, or `-`.
        more: what else the command takes, for the hint.

    Raises:
        UsageError: EUSAGE where it cannot be read.
    """
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as cause:
        raise UsageError(
            "EUSAGE",
            f"cannot read the event `{name}`: {cause.strerror or cause}",
            hint=f"name a JSON file, or `-` for standard input{more}",
        ) from cause
