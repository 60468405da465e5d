"""The files that builds read, as one blob for a batch of functions, and one for each large file.

In: rows and contents. Out: the bytes of a pack, and the rows again. Pure. A pack is a line of JSON
and the contents of its small files, one after the other; of a large one it has the digest, so that
a lockfile that a hundred functions share is one blob.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NoReturn

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SMALL_BYTES", "PackedSource", "SourcePack", "read_pack", "write_pack"]

SMALL_BYTES: Final = 1 << 16
"""A file that is no longer is in the pack itself: a request costs as much as this many bytes."""

_FORMAT: Final = 1


class PackedSource(NamedTuple):
    """A file, by its whole path where the packages are wanted; `/`-separated, without links."""

    path: str
    is_executable: bool
    size_bytes: int
    digest: str | None
    """SHA-256 of its content, which is a blob; None for a small one."""


class SourcePack(NamedTuple):
    """All that has to be where functions are built."""

    files: tuple[PackedSource, ...]
    links: tuple[tuple[str, str], ...]
    """Path and target of links that lead to files; from the root where the target begins so."""
    left_out: tuple[tuple[str, str], ...]
    """Path and kind (`file`, `folder`, `link`, `broken`) of what is never packed: its name
    alone travels, for the package's findings. No content."""


def write_pack(pack: SourcePack, small: Sequence[bytes]) -> bytes:
    """Return the pack's bytes.

    Args:
        pack: what is in it.
        small: the contents of the files without a digest, in their order.
    """
    head = {"format": _FORMAT, **pack._asdict()}
    line = json.dumps(head, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    return b"\n".join((line, b"".join(small)))


def read_pack(data: bytes) -> tuple[SourcePack, list[bytes]]:
    """Return what `write_pack` was given.

    Raises:
        ValueError: for bytes that are no pack, and for paths that are not whole.
    """
    line, _, rest = data.partition(b"\n")
    head: Any = json.loads(line)
    if head["format"] != _FORMAT:
        _refuse("of another version")
    pack = SourcePack(
        tuple(PackedSource(*row) for row in head["files"]),
        tuple((path, target) for path, target in head["links"]),
        tuple((path, kind) for path, kind in head["left_out"]),
    )
    for path in (row[0] for rows in pack for row in rows):
        if not path.startswith("/") or {"", ".", ".."} & {*path[1:].split("/")}:
            _refuse(f"with a path that is not whole, {path!r}")
    small: list[bytes] = []
    start = 0
    for file in pack.files:
        if file.digest is None:
            small.append(rest[start : start + file.size_bytes])
            start += file.size_bytes
    if start != len(rest):
        _refuse("of another length")
    return pack, small


def _refuse(what: str) -> NoReturn:
    message = f"it is a pack {what}"
    raise ValueError(message)
