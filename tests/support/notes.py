"""What stands in the notes of a cache, read and changed from outside."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["list_notes", "rewrite_note"]


def list_notes(cache: Path, kind: str = "*") -> list[Path]:
    """Return the files of the notes of a kind, or of all that have files of their own."""
    return sorted(path for path in (cache / "notes").glob(f"{kind}/*/*") if path.is_file())


def rewrite_note(path: Path, old: str, new: str) -> None:
    """Put `new` in place of `old` in a note, and make its sum agree."""
    rest = path.read_bytes().partition(b"\n")[2]
    assert old.encode() in rest
    rest = rest.replace(old.encode(), new.encode())
    path.write_bytes(hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest)
