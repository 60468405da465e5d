"""Whether an unpacked file is still what the package has."""

from __future__ import annotations

import os
import time
import zlib
from typing import TYPE_CHECKING

import pytest

from tests.support.tarballs import make_package
from zipper.archive.entries import STORED, make_entry
from zipper.store.extract import extract
from zipper.store.keys import StoreKey
from zipper.store.store_zips import Store
from zipper.store.unpacked_folders import (
    find_strays,
    is_file_sound,
    is_unmarked,
    is_unpacked_sound,
    mark_of,
    mark_unpacked,
    measure_unpacked,
    renew_mark,
    unmark,
)

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


def test_a_folder_has_all_files_and_no_others(tmp_path: Path) -> None:
    """One that is absent is as it should be; one with a file of another name is not."""
    entries = extract(make_package({"a.js": "1", "b.js": "2"}), label="a")
    zipped = Store(tmp_path / "cache").add(StoreKey("sha512", "ab" * 64), entries)
    folder = zipped.path.with_suffix("")
    assert is_unpacked_sound(zipped)

    folder.mkdir()
    assert not is_unpacked_sound(zipped)
    for name in zipped.names():
        (folder / name).write_bytes(zipped.read(name) or b"")
        (folder / name).chmod(0o644)
    assert is_unpacked_sound(zipped)
    (folder / "a.js").rename(folder / "c.js")
    assert not is_unpacked_sound(zipped)


def test_a_mark_holds_while_files_are_older(tmp_path: Path) -> None:
    """Without a mark, a folder or one of the files nothing is known of the folder."""
    folder, names = tmp_path / "folder", [b"a.js", b"b.js"]
    assert is_unmarked(folder, names)
    folder.mkdir()
    for name in ("a.js", "b.js"):
        (folder / name).write_text("1")
    assert is_unmarked(folder, names)
    time.sleep(0.03)
    mark_unpacked(folder)

    assert not is_unmarked(folder, names)
    assert is_unmarked(folder, [*names, b"c.js"])
    (folder / "b.js").write_text("2")
    assert is_unmarked(folder, names)
    assert not is_unmarked(folder, names[:1])
    unmark(folder)
    assert is_unmarked(folder, names[:1])


def test_a_mark_is_renewed_and_taken_back_where_it_is(tmp_path: Path) -> None:
    """Without one, or without the folder above it, both do nothing; marking needs that folder."""
    for folder in (tmp_path / "ab", tmp_path / "none" / "ab"):
        renew_mark(folder)
        unmark(folder)
        assert not mark_of(folder).exists()
    mark_unpacked(tmp_path / "none" / "ab")
    assert [] == list(tmp_path.iterdir())
    mark_unpacked(tmp_path / "ab")
    os.utime(tmp_path / "ab.checked", (1, 1))
    renew_mark(tmp_path / "ab")

    assert [tmp_path / "ab.checked"] == list(tmp_path.iterdir())
    assert time.time() - (tmp_path / "ab.checked").stat().st_mtime < 60


def test_all_files_below_a_folder_are_measured(tmp_path: Path) -> None:
    """A link by its own size; a folder that is not there has none."""
    assert measure_unpacked(tmp_path / "none") == 0
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(b"12345")
    (tmp_path / "a" / "d").write_bytes(b"678")
    (tmp_path / "a" / "e").symlink_to("b/c")

    assert 5 + 3 + len("b/c") == measure_unpacked(tmp_path / "a")


@pytest.mark.parametrize(
    ("name", "age_seconds", "is_stray"),
    [
        ("with", 0, False),
        ("with", 9000, False),
        ("without", 0, True),
        ("with.checked", 9000, False),
        ("without.checked", 0, True),
        ("with.4711.tmp", 3500, False),
        ("with.4711.tmp", 3700, True),
        ("without.4711.tmp", 3500, False),
    ],
)
def test_what_no_package_needs_is_found(
    tmp_path: Path, name: str, age_seconds: int, *, is_stray: bool
) -> None:
    """A folder or a mark without a store zip; one half made after an hour, not before."""
    store = Store(tmp_path)
    level = store.root / "sha512" / "ab"
    level.mkdir(parents=True)
    (level / "with.zip").write_bytes(b"")
    found = level / name
    if name.endswith(".checked"):
        found.touch()
    else:
        found.mkdir()
    then = time.time() - age_seconds
    os.utime(found, (then, then))

    assert [found] * is_stray == list(find_strays(store))
