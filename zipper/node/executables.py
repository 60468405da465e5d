"""Which program a file is: its digest, worked out again when the file has changed.

In: the path of an executable, the notebook. Out: a SHA-256. A Node that is replaced in place keeps
its path, perhaps its size and time; what was made with the other one is not this one's.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from zipper.errors import ReadError
from zipper.file_bytes import open_file
from zipper.store.notes import EXECUTABLE

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.store.notes import Notebook

__all__ = ["identify_executable"]


def identify_executable(path: Path, notebook: Notebook) -> str:
    """Return the SHA-256 of a file in hexadecimal; empty where it is absent or cannot be read.

    A Node has 100 MB: while inode, size and times are what they were, the digest is recalled.
    """
    digest = hashlib.sha256()
    try:
        file = open_file(path)
        if file is None:
            return ""
        inputs = str(path)
        known = notebook.recall(EXECUTABLE, inputs, lambda stamp: stamp == file.stamp)
        if known is not None:
            return known.decode("ascii")
        for piece in file.pieces(len(file)):
            digest.update(piece)
        file.refuse_change()
    except (OSError, ReadError):
        return ""
    notebook.remember(EXECUTABLE, inputs, digest.hexdigest().encode("ascii"), file.stamp)
    return digest.hexdigest()
