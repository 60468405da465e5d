"""A database of advisories in the OSV format: a zip of records, or JSON of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from zipper.errors import UsageError
from zipper.pipeline.osv_files import read_osv

if TYPE_CHECKING:
    from pathlib import Path


def record(name: str) -> dict[str, Any]:
    """Return a record about a package, as the format's specification has it."""
    return {
        "id": f"GHSA-{name}",
        "affected": [
            {
                "package": {"ecosystem": "npm", "name": name},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
            }
        ],
    }


def names(path: Path, *wanted: str) -> list[str]:
    return [one.name for one in read_osv(path, wanted)]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (record("a"), ["a"]),
        ([record("a"), record("b"), record("c")], ["a", "b"]),
        ({"vulns": [record("b"), record("a")]}, ["b", "a"]),
        ({"vulns": []}, []),
        ([], []),
    ],
)
def test_json_holds_one_record_or_several(
    tmp_path: Path, document: object, expected: list[str]
) -> None:
    """Alone, in a list, or as the service answers; of the packages that are asked about."""
    path = tmp_path / "db"
    path.write_text(json.dumps(document))

    assert expected == names(path, "a", "b")


def test_a_zip_holds_many(tmp_path: Path) -> None:
    """What is not called `.json` is none of them."""
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in "cab":
            archive.writestr(f"GHSA-{name}.json", json.dumps(record(name)))
        archive.writestr("README.md", "no record")

    assert ["a", "b"] == names(tmp_path / "all.zip", "a", "b")


@pytest.mark.parametrize("more", [0, 1])
def test_a_record_may_be_so_long(tmp_path: Path, more: int) -> None:
    """Sixteen megabytes; a longer one is no record."""
    text = json.dumps(record("a"))
    with ZipFile(tmp_path / "all.zip", "w", ZIP_DEFLATED) as archive:
        archive.writestr("a.json", text + " " * ((16 << 20) - len(text) + more))

    if not more:
        assert ["a"] == names(tmp_path / "all.zip", "a")
        return
    with pytest.raises(UsageError, match="longer than 16777216 bytes") as raised:
        names(tmp_path / "all.zip", "a")
    assert "EOSV" == raised.value.code


@pytest.mark.parametrize("text", [None, "", "no json", "[" * 5])
def test_what_is_none_is_refused(tmp_path: Path, text: str | None) -> None:
    """The error names the file, and the forms that it may have."""
    path = tmp_path / "db.json"
    if text is not None:
        path.write_text(text)

    with pytest.raises(UsageError, match=r"db\.json` cannot be read as a database") as raised:
        names(path, "a")

    assert "EOSV" == raised.value.code
    assert "OSV format" in (raised.value.hint or "")
