"""What a metafile says of a bundle: beside its zip, or given by hand."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.support.checking import zip_files
from zipper.errors import ProjectError
from zipper.pipeline.explaining import (
    read_from_folder,
    read_from_zip,
    read_inventory,
    split_bundles,
)

BUNDLE = "x" * 100
META: dict[str, Any] = {
    "inputs": {},
    "outputs": {
        "out/index.js": {
            "bytes": 100,
            "inputs": {
                "src/index.ts": {"bytesInOutput": 30},
                "node_modules/a/index.js": {"bytesInOutput": 60},
            },
        }
    },
}
PACKAGES = {"node_modules/a": {"name": "a", "version": "1.0.0", "bytesInOutput": 60}}


@pytest.fixture
def zipped(tmp_path: Path) -> Path:
    """A zip of one bundle."""
    path = tmp_path / "fn.zip"
    path.write_bytes(zip_files({"index.js": BUNDLE, "package.json": '{"name": "fn"}'}))
    return path


def beside(path: Path, **changes: Any) -> None:
    """Write the metafile that a build leaves beside its zip."""
    digest = b64encode(sha256(path.read_bytes()).digest()).decode()
    zip_ = {"code_sha256": digest, "bundle": "index.js"}
    document = {"zip": zip_, **META, "packages": PACKAGES, **changes}
    Path(f"{path}.meta.json").write_text(json.dumps(document))


def test_a_metafile_beside_a_zip_counts_where_it_is_about_it(zipped: Path) -> None:
    """One of another zip, and what is none, say nothing."""
    assert {} == read_inventory(zipped).parts
    beside(zipped)

    found = read_inventory(zipped)

    expected = {"src/index.ts": 30, "node_modules/a/index.js": 60, "": 10}
    assert {"index.js": expected} == found.parts
    assert ["node_modules/a"] == list(found.bundled)
    beside(zipped, zip={"code_sha256": "other"})
    assert {} == read_inventory(zipped).parts
    for text in ("no json", "[]", "[" * 100_000, '{"zip": 7}'):
        Path(f"{zipped}.meta.json").write_text(text)
        assert {} == read_inventory(zipped).parts


def test_a_metafile_is_given_by_hand(zipped: Path, tmp_path: Path) -> None:
    """It goes before what maps say; without one those count."""
    meta = tmp_path / "meta.json"
    meta.write_text(json.dumps(META))
    inventory = read_inventory(zipped)
    read = read_from_zip(zipped)

    assert {} == split_bundles(inventory, read, None).parts
    assert 60 == split_bundles(inventory, read, meta).parts["index.js"]["node_modules/a/index.js"]


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (None, "EREAD", "cannot read"),
        ("{", "EJSONPARSE", "is not JSON"),
        ("{}", "EJSONPARSE", "cannot be used"),
        ('{"outputs": {}}', "EJSONPARSE", "describes no file of the package"),
    ],
)
def test_what_is_no_metafile_is_refused(
    zipped: Path, tmp_path: Path, text: str | None, code: str, message: str
) -> None:
    """The error names the file."""
    meta = tmp_path / "meta.json"
    if text is not None:
        meta.write_text(text)

    with pytest.raises(ProjectError, match=message) as raised:
        split_bundles(read_inventory(zipped), read_from_zip(zipped), meta)

    assert code == raised.value.code
    assert str(meta) in raised.value.message
    assert raised.value.hint


def test_files_are_read_from_a_zip_or_a_folder(zipped: Path, tmp_path: Path) -> None:
    """What is absent, damaged or too large has no content."""
    (tmp_path / "a.txt").write_text("own")
    in_zip, in_folder = read_from_zip(zipped), read_from_folder(tmp_path)

    assert (BUNDLE.encode(), None) == (in_zip("index.js"), in_zip("absent"))
    assert (b"own", None, None) == tuple(map(in_folder, ("a.txt", "absent", ".")))
    data = zipped.read_bytes()
    at = data.index(b"index.js") - 30  # its own header
    zipped.write_bytes(data[:at] + bytes(4) + data[at + 4 :])
    assert read_from_zip(zipped)("index.js") is None
