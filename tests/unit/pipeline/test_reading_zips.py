"""Opening a zip: what is none, and which layers are zips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.checking import zip_files
from zipper.errors import ArchiveError
from zipper.pipeline.reading_zips import (
    arns_of,
    open_listing,
    open_sound_listing,
    open_zip,
    zips_of,
)

if TYPE_CHECKING:
    from pathlib import Path

ARN = "arn:aws:lambda:eu-west-1:123456789012:layer:deps:1"


def test_layers_are_zips_or_arns() -> None:
    """In the order in which they were given."""
    layers = ("b.zip", ARN, "arn/a.zip", f"{ARN}2")

    assert (("b.zip", "arn/a.zip"), (ARN, f"{ARN}2")) == (zips_of(layers), arns_of(layers))


def test_a_zip_is_listed(tmp_path: Path) -> None:
    """Its members, from its bytes."""
    path = tmp_path / "fn.zip"
    path.write_bytes(zip_files({"index.js": "1"}))

    assert path.read_bytes() == bytes(open_zip(path)[:])
    for read in (open_listing, open_sound_listing):
        assert ["index.js"] == [entry.name for entry in read(str(path)).entries]


def test_what_is_no_zip_is_refused_or_listed_with_its_fault(tmp_path: Path) -> None:
    """The error says what shows more."""
    path = tmp_path / "no.zip"
    path.write_text("no zip")

    assert ["unreadable"] == [fault.kind for fault in open_listing(path).faults]
    with pytest.raises(ArchiveError, match=r"no\.zip` cannot be read: ") as raised:
        open_sound_listing(path)
    assert ("EZIP", f"see what is wrong with it: `python -m zipper check {path}`") == (
        raised.value.code,
        raised.value.hint,
    )


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("absent.zip", "there is no file", "make it: `python -m zipper build`"),
        ("folder", "cannot read", None),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, name: str, message: str, hint: str | None) -> None:
    """A file that is not there can be made."""
    (tmp_path / "folder").mkdir()

    with pytest.raises(ArchiveError, match=message) as raised:
        open_zip(tmp_path / name)

    assert ("EREAD", hint) == (raised.value.code, raised.value.hint)
