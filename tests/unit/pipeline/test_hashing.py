"""The hash of a package, worked out while it is written, or recalled for the same plan."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from typing import TYPE_CHECKING

import pytest

from zipper.archive.entries import make_entry
from zipper.archive.plan import lay_out
from zipper.errors import OutputError
from zipper.files import write_file
from zipper.pipeline.hashing import Hashing, hash_file, write_hashed
from zipper.store.notes import CODE_HASH
from zipper.store.store_zips import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PLAN = lay_out([make_entry("a", b"hi", method=0, crc=0xD8932AAC, size=2, executable=True)])
CHUNKS = [[bytes(range(256)) * 5_000, b"x"], [b""], [b"y" * 3], [b"z" * (3 << 20)]]


def test_hash_is_lambdas(tmp_path: Path) -> None:
    """It is the SHA-256 of all that was written, in base64, however often it is asked for."""
    hashing = Hashing()
    write_file(tmp_path / "fn.zip", CHUNKS, follow=hashing.follow)

    digest = hashlib.sha256((tmp_path / "fn.zip").read_bytes()).digest()
    expected = base64.b64encode(digest).decode("ascii")
    assert [expected, expected] == [hashing.code_sha256(), hashing.code_sha256()]


def test_hash_of_an_empty_file_is_that_of_no_bytes(tmp_path: Path) -> None:
    """Nothing written, nothing read back."""
    hashing = Hashing()
    write_file(tmp_path / "fn.zip", [], follow=hashing.follow)

    assert "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" == hashing.code_sha256()


def hash_of(path: Path) -> str:
    return base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode("ascii")


def test_hash_of_a_plan_is_remembered_under_its_fingerprint(tmp_path: Path) -> None:
    """The second time it is recalled, for that plan and no other."""
    store, first, second = Store(tmp_path / "cache"), tmp_path / "1.zip", tmp_path / "2.zip"

    assert (102, hash_of_plan := write_hashed(first, PLAN, "f", store).code_sha256) == (
        first.stat().st_size,
        hash_of(first),
    )
    other = base64.b64encode(bytes(32)).decode()
    store.notebook.remember(CODE_HASH, "g", other.encode())

    assert (102, hash_of_plan) == write_hashed(second, PLAN, "f", store)[:2]
    assert first.read_bytes() == second.read_bytes()
    assert (102, other) == write_hashed(second, PLAN, "g", store)[:2]


def test_file_that_is_cut_while_it_is_written_is_not_hashed(tmp_path: Path) -> None:
    """What can't be read back is an error, not the hash of something else, and not a hang."""
    cut = tmp_path / "cut"
    cut.write_bytes(b"a" * 9)

    with pytest.raises(OSError, match="shorter"), Hashing().follow(cut) as grown:
        grown(10)


def test_failure_to_read_back_leaves_the_old_file(tmp_path: Path) -> None:
    """The package is not replaced by one whose hash nobody knows."""
    target = tmp_path / "fn.zip"
    target.write_bytes(b"old")

    @contextlib.contextmanager
    def follow(path: Path) -> Iterator[Callable[[int], None]]:
        with Hashing().follow(path) as grown:
            yield lambda size: grown(size + 1)

    with pytest.raises(OutputError, match="shorter"):
        write_file(target, CHUNKS, follow=follow)
    assert [target] == list(tmp_path.iterdir())
    assert "old" == target.read_text()


def test_hash_file_is_hexadecimal_and_empty_where_there_is_no_file(tmp_path: Path) -> None:
    """A layer that is not there has no hash; what is told about it comes later."""
    (tmp_path / "layer.zip").write_bytes(b"a")

    assert hashlib.sha256(b"a").hexdigest() == hash_file(str(tmp_path / "layer.zip"))
    assert "" == hash_file(str(tmp_path / "absent.zip"))
