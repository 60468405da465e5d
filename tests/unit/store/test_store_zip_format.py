"""The form of a store zip: its end alone tells what is in it, and what is none is refused."""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from typing import TYPE_CHECKING

import pytest

from zipper.archive.compress import compress
from zipper.store.store_zip import StoreZip
from zipper.store.store_zip_format import END_BYTES, format_store_zip, is_sound

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.archive.entries import PlannedEntry


def entries(*names: str) -> list[PlannedEntry]:
    return [compress(name, b"x" * 999, executable=False) for name in sorted(names)]


def write(path: Path, data: bytes) -> StoreZip:
    path.write_bytes(data)
    return StoreZip(str(path))


@pytest.mark.parametrize("count", [1, 60, 100, 140, 1_000])
def test_names_are_read_however_many_they_are(tmp_path: Path, count: int) -> None:
    """The directory is read whole where the end of the file that is read first lacks some of it."""
    names = [f"lib/{number:04}.js" for number in range(count)]
    data = b"".join(format_store_zip(entries(*names), "a"))

    zipped = write(tmp_path / "a.zip", data)

    assert names == zipped.names()
    assert b"x" * 999 == zipped.read(names[-1])
    assert zipped.is_sound(names_only=False)


@pytest.mark.parametrize(
    ("name", "has_folder"),
    [("a", True), ("@s/a", True), ("", False), ("é", False), ("\udcff", False),
     ("a" * 286, True), ("a" * 287, False)],
)  # fmt: skip
def test_a_folder_is_written_where_it_can_be(tmp_path: Path, name: str, has_folder: bool) -> None:
    """Names of packages are ASCII and short; for another one members get their folder later."""
    data = b"".join(format_store_zip(entries("a.js"), name))
    zipped = write(tmp_path / "a.zip", data)

    assert ["a.js"] == zipped.names()
    assert has_folder == (zipped.whole(f"node_modules/{name}/") is not None)
    assert zipped.whole("node_modules/other/") is None


def test_what_is_too_short_is_none(tmp_path: Path) -> None:
    """In memory and as a file, whatever its bytes are."""
    data = b"".join(format_store_zip(entries("a.js"), "a"))
    for size in (0, 1, 22, END_BYTES - 1, END_BYTES, len(data) - 1):
        for part in (data[-size:] if size else b"", data[:size]):
            assert not is_sound(memoryview(part))
            assert not write(tmp_path / "a.zip", part).is_sound(names_only=True)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (-END_BYTES + 22, b"another one"),
        (-END_BYTES + 12, b"\xff\xff\xff\x7f"),
        (-END_BYTES, b"PK"),
    ],
)
def test_an_end_of_another_form_is_none(tmp_path: Path, at: int, value: bytes) -> None:
    """One that bears another mark, a directory larger than the file, or no end record."""
    data = bytearray(b"".join(format_store_zip(entries("a.js"), "a")))
    start = struct.unpack_from("<I", data, len(data) - END_BYTES + 16)[0]

    def seal() -> bytes:
        sums = len(data) - 40
        data[sums : sums + 32] = hashlib.sha256(data[:sums]).digest()
        data[-8:-4] = struct.pack("<I", zlib.crc32(data[start:-8]))
        data[-4:] = struct.pack("<I", zlib.crc32(data[:-8]))
        return bytes(data)

    assert write(tmp_path / "a.zip", seal()).is_sound(names_only=False)
    data[len(data) + at : len(data) + at + len(value)] = value[::-1] if at == -END_BYTES else value
    zipped = write(tmp_path / "a.zip", seal())
    assert not zipped.is_sound(names_only=True)
    assert not is_sound(memoryview(bytes(data)))


def test_stored_and_deflated_members_are_read(tmp_path: Path) -> None:
    """Bytes that do not get smaller are stored as they are."""
    random = os.urandom(999)
    made = [compress("a", random, executable=False), compress("b", b"y" * 999, executable=False)]
    zipped = write(tmp_path / "a.zip", b"".join(format_store_zip(made, "a")))

    assert [random, b"y" * 999] == [zipped.read("a"), zipped.read("b")]
