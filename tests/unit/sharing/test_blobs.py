"""Blobs: right bytes or an error, whatever lies under their names."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from zipper.sharing.blobs import Blobs, UnfoundError
from zipper.sharing.objects import open_objects

if TYPE_CHECKING:
    from pathlib import Path

DATA = b"what a function reads"
DIGEST = hashlib.sha256(DATA).hexdigest()


def place_of(folder: Path) -> Path:
    return folder / "blob/sha256" / DIGEST[:2] / DIGEST


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(open_objects(tmp_path.as_uri(), environ={}))


def test_what_is_put_is_there(blobs: Blobs, tmp_path: Path) -> None:
    """The name is the hash of the content, and what is there is not written again."""
    assert blobs.put(DATA) == DIGEST
    before = place_of(tmp_path).stat()
    assert blobs.put(DATA) == DIGEST

    assert blobs.get(DIGEST) == DATA
    assert place_of(tmp_path).stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize("wrong", [b"", DATA[:-1], DATA[::-1], None])
def test_what_is_wrong_is_never_taken(blobs: Blobs, tmp_path: Path, wrong: bytes | None) -> None:
    """Absent, cut and poisoned are told apart, and what was seen to be wrong is replaced."""
    blobs.put(DATA)
    if wrong is None:
        place_of(tmp_path).unlink()
    else:
        place_of(tmp_path).write_bytes(wrong)

    with pytest.raises(UnfoundError) as caught:
        blobs.get(DIGEST)
    assert (caught.value.digest, caught.value.is_wrong) == (DIGEST, wrong is not None)

    blobs.put(DATA, replace=True)
    assert blobs.get(DIGEST) == DATA


def test_a_cut_one_is_replaced_at_once(blobs: Blobs, tmp_path: Path) -> None:
    """One that has another length cannot be the blob, so that it is put."""
    blobs.put(DATA)
    place_of(tmp_path).write_bytes(DATA[:-1])

    blobs.put(DATA)

    assert blobs.get(DIGEST) == DATA
