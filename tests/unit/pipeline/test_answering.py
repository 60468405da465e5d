"""A build whose answer is the same where nothing can be written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.scene import HANDLER, write_files
from zipper.errors import OutputError
from zipper.pipeline.answering import build_answer
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from zipper.package import Package

SYSTEM = Path("/sys")


def answer(folder: Path, output: Path | str) -> Package:
    write_files(folder, {"package.json": {"name": "fn"}, "index.js": HANDLER})
    settings = Settings(cache_dir=str(folder.parent / "cache"), output=str(output))
    return build_answer(request_from(settings, folder=str(folder)))


def test_a_zip_of_the_same_bytes_is_left_alone(tmp_path: Path) -> None:
    """Whoever wrote it."""
    first = answer(tmp_path / "fn", tmp_path / "fn.zip")
    data = (tmp_path / "fn.zip").read_bytes()
    (tmp_path / "fn.zip").unlink()
    (tmp_path / "fn.zip").write_bytes(data)

    again = answer(tmp_path / "fn", tmp_path / "fn.zip")

    assert [(True, False), (True, True)] == [
        (one.written, one.is_unchanged) for one in (first, again)
    ]
    assert first.code_sha256 == again.code_sha256


@pytest.mark.skipif(not SYSTEM.is_dir(), reason="a folder to which nobody can write")
def test_where_nothing_can_be_written_the_answer_is_the_same(tmp_path: Path) -> None:
    """The package is not written."""
    written = answer(tmp_path / "fn", tmp_path / "fn.zip")

    told = answer(tmp_path / "fn", SYSTEM / "fn.zip")

    assert (str(SYSTEM / "fn.zip"), False) == (told.path, told.written)
    assert (written.size_bytes, written.code_sha256) == (told.size_bytes, told.code_sha256)


def test_what_else_is_wrong_with_its_place_is_an_error(tmp_path: Path) -> None:
    """A folder there, and a file where a folder is needed."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")

    for place in ("folder", "file/fn.zip"):
        with pytest.raises(OutputError):
            answer(tmp_path / "fn", tmp_path / place)
