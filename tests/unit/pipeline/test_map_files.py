"""External source maps lie beside the zip, those of an earlier build gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zipper.errors import OutputError
from zipper.pipeline.map_files import write_maps

if TYPE_CHECKING:
    from pathlib import Path


def test_maps_replace_those_of_before(tmp_path: Path) -> None:
    """By the names that they would have in the zip; the folder is made where there is none."""
    output = tmp_path / "out" / "fn.zip"
    folder = tmp_path / "out" / "fn.zip.maps"

    write_maps(output, {"index.js.map": "1", "lib/deep/a.js.map": "\ud800é"})
    assert "1" == (folder / "index.js.map").read_text()
    assert "\ud800é".encode("utf-8", "surrogatepass") == (folder / "lib/deep/a.js.map").read_bytes()
    write_maps(output, {"other.js.map": "2"})

    assert ["other.js.map"] == [path.name for path in folder.rglob("*")]
    assert ["fn.zip.maps"] == [path.name for path in output.parent.iterdir()]


def test_a_place_that_takes_nothing_is_told(tmp_path: Path) -> None:
    """The error names the folder of the maps."""
    (tmp_path / "file").touch()

    with pytest.raises(OutputError, match=r"fn\.zip\.maps") as raised:
        write_maps(tmp_path / "file" / "fn.zip", {"a.map": "1"})

    assert "EOUTPUT" == raised.value.code
