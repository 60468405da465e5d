"""Whether an unpacked file is still what the package has."""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING

import pytest

from zipper.archive.entries import STORED, make_entry
from zipper.store.unpacked_folders import is_file_sound

if TYPE_CHECKING:
    from pathlib import Path

DATA = b"module.exports = 1;\n"
OTHER = b"module.exports = 2;\n"


@pytest.mark.parametrize(
    ("data", "mode", "executable", "expected"),
    [
        (DATA, 0o644, False, True),
        (DATA, 0o755, True, True),
        (OTHER, 0o644, False, False),
        (DATA + b"\n", 0o644, False, False),
        (b"", 0o644, False, False),
        (DATA, 0o755, False, False),
        (DATA, 0o644, True, False),
        (DATA, 0o664, False, False),
        (DATA, 0o4755, True, False),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="files have no modes")
def test_a_file_has_its_bytes_and_its_mode(
    tmp_path: Path, data: bytes, mode: int, executable: bool, expected: bool
) -> None:
    """Of an entry each byte and each bit of the mode counts."""
    crc, size = zlib.crc32(DATA), len(DATA)
    member = make_entry("a.js", DATA, method=STORED, crc=crc, size=size, executable=executable)
    file = tmp_path / "a.js"
    file.write_bytes(data)
    file.chmod(mode)

    assert expected == is_file_sound(os.fsencode(file), member)
