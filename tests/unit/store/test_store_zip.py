"""A store zip that is damaged, or changed while it is read, is refused and gone."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.tarballs import make_package
from zipper.errors import StoreError
from zipper.file_bytes import open_file
from zipper.store.extract import extract
from zipper.store.keys import StoreKey
from zipper.store.store_zip import StoreZip, folder_of
from zipper.store.store_zips import Store

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = StoreKey("sha512", "ab" * 64)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The store zip of a package."""
    entries = extract(make_package({"a.js": os.urandom(5_000)}), label="a@1.0.0")
    return Store(tmp_path / "cache").add(KEY, entries).path


READS: dict[str, Callable[[StoreZip], object]] = {
    "names": lambda one: one.names(),
    "sums": lambda one: one.sums,
    "members": lambda one: one.members(""),
    "whole": lambda one: one.whole("node_modules/a/"),
    "body": lambda one: list(one.read_body()),
    "all": lambda one: one.read_whole(),
    "read": lambda one: one.read("a.js"),
}


def refuse(read: Callable[[StoreZip], object], zipped: StoreZip) -> StoreError:
    with pytest.raises(StoreError) as raised:
        read(zipped)
    assert "ESTORE" == raised.value.code
    return raised.value


@pytest.mark.parametrize("name", READS)
def test_one_that_is_cut_off_is_refused_and_gone(path: Path, name: str) -> None:
    """Whatever is read of it first; the next build fetches it again."""
    path.write_bytes(path.read_bytes()[:-1])

    error = refuse(READS[name], StoreZip(str(path)))

    assert f"`{path}` is damaged" == error.message
    assert "cache repair" in (error.hint or "")
    assert not path.exists()


@pytest.mark.parametrize("name", READS)
def test_one_that_is_absent_or_a_folder_is_refused(path: Path, name: str) -> None:
    """The system's words are told where it does not let the file be read."""
    path.unlink()
    assert "is damaged" in refuse(READS[name], StoreZip(str(path))).message

    path.mkdir()
    error = refuse(READS[name], StoreZip(str(path)))
    # File systems differ in how large a folder is, and what is too small is not read.
    assert error.message.startswith((f"cannot read `{path}`: ", f"`{path}` is damaged"))
    assert error.hint
    assert path.is_dir()


@pytest.mark.parametrize("name", ["members", "body", "all", "read"])
def test_one_that_shrinks_while_it_is_read_is_refused(path: Path, name: str) -> None:
    """It was whole when it was opened."""
    file = open_file(path)
    assert file is not None
    zipped = StoreZip(str(path), file=file)
    assert 2 == len(zipped.names())
    os.truncate(path, 100)

    assert "is damaged" in refuse(READS[name], zipped).message
    assert not path.exists()


def test_the_body_has_a_sum(path: Path) -> None:
    """One wrong byte before the directory shows at the body's end, and not by the names alone."""
    data = bytearray(path.read_bytes())
    data[2_000] ^= 1
    path.write_bytes(data)

    def opened() -> StoreZip:
        return StoreZip(str(path), file=open_file(path))

    assert opened().is_sound(names_only=True)
    assert path.exists()
    assert not opened().is_sound(names_only=False)
    assert not path.exists()
    path.write_bytes(data)
    assert "is damaged" in refuse(READS["body"], opened()).message
    assert not path.exists()


def test_all_bytes_have_a_digest(path: Path) -> None:
    """What has sums of its own and other bytes is not what was written as a whole."""
    data = bytearray(path.read_bytes())
    data[2_000] ^= 1
    data[-4:] = struct.pack("<I", zlib.crc32(bytes(data[:-8])))
    path.write_bytes(data)
    assert StoreZip(str(path)).is_sound(names_only=False)

    assert "is damaged" in refuse(READS["all"], StoreZip(str(path))).message
    assert not path.exists()


def test_a_sound_one_is_read_in_any_way(path: Path) -> None:
    """From a file, in memory, and from the place alone the body is the same."""
    data = path.read_bytes()
    file = open_file(path)
    made = (
        StoreZip(str(path)),
        StoreZip(str(path), memoryview(data)),
        StoreZip(str(path), file=file),
    )

    bodies = {b"".join(one.read_body()) for one in made}

    assert 1 == len(bodies)
    assert data.startswith(bodies.pop())
    assert {data} == {one.read_whole() for one in made}
    assert all(one.is_sound(names_only=False) for one in made)
    assert made[0].read("absent.js") is None
    assert 5_000 == len(made[0].read("a.js") or b"")
    assert Path(str(path).removesuffix(".zip")) == folder_of(path)
