"""Numbers as people read them."""

from __future__ import annotations

__all__ = ["format_bytes", "format_count", "format_seconds"]


def format_bytes(size_bytes: int) -> str:
    """Return a size in the unit that fits, with three digits: `1.52 MB` is 1,520,000 bytes."""
    size = float(size_bytes)
    if size < 1_000:
        return f"{size_bytes} B"
    for unit in ("kB", "MB", "GB"):
        size /= 1_000
        if size < 999.5 or unit == "GB":
            break
    digits = 2 if size < 10 else 1 if size < 100 else 0
    return f"{size:.{digits}f} {unit}"


def format_count(count: int, noun: str, plural: str | None = None) -> str:
    """Return `1 file`, `2,000 files`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def format_seconds(seconds: float) -> str:
    """Return `0.12 s`, `75 s`."""
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"
