"""The JSON of `build` and `check`: programs read it, so fields are added and never changed."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from tests.support.command import run_zipper
from tests.support.scene import write_files

NUMBER = (int, float)
BUILD = {
    "path": str, "size_bytes": int, "unzipped_size_bytes": int, "code_sha256": str, "files": int,
    "packages": int, "runtime": str, "architecture": str, "handler": str,
    "timings_seconds": dict, "findings": list,
}  # fmt: skip
CHECK = {
    "path": str, "size_bytes": int, "unzipped_size_bytes": int, "code_sha256": str, "files": int,
    "verdict": str, "findings": list,
}  # fmt: skip
FINDING = {"code": str, "severity": str, "path": str, "message": str, "hint": str}


@pytest.fixture
def documents(tmp_path: Path) -> tuple[dict, dict]:
    """Return what `build --json` and `check --json` print of a package with findings."""
    files = {
        "package.json": {"name": "fn"},
        "index.js": "exports.other = 1\n",
        ".env": "KEY=x\n",
    }
    write_files(tmp_path, files)
    env = {"ZIPPER_CACHE_DIR": str(tmp_path / "cache")}
    words = ("build", "-o", "out/fn.zip", "--keep-failed", "--json")
    built = run_zipper(*words, cwd=tmp_path, env=env)
    checked = run_zipper("check", "out/fn.zip", "--json", cwd=tmp_path, env=env)
    assert ("", "") == (built.stderr, checked.stderr)
    assert built.document is not None
    assert checked.document is not None
    return built.document, checked.document


def fits(row: dict, contract: dict) -> bool:
    """Tell whether `row` has every field of the contract, in its order and type."""
    names = [name for name in row if name in contract]
    return names == [*contract] and all(type(row[name]) is contract[name] for name in names)


def test_fields_are_those_of_the_contract(documents: tuple[dict, dict]) -> None:
    """Every field is there with its type; findings too."""
    built, checked = documents

    assert fits(built, BUILD)
    assert fits(checked, CHECK)
    assert built["findings"]
    for finding in (*built["findings"], *checked["findings"]):
        assert fits(finding, FINDING)
        assert finding["severity"] in {"error", "warning", "info"}
    assert all(isinstance(seconds, NUMBER) for seconds in built["timings_seconds"].values())


def test_values_are_those_of_the_zip(documents: tuple[dict, dict], tmp_path: Path) -> None:
    """Sizes, number of files and hash can be checked by anybody; the handler is missing."""
    built, checked = documents
    data = Path(built["path"]).read_bytes()
    expected = {
        "size_bytes": len(data),
        "code_sha256": base64.b64encode(hashlib.sha256(data).digest()).decode(),
        "files": 2,
        "unzipped_size_bytes": sum(
            (tmp_path / name).stat().st_size for name in ("package.json", "index.js")
        ),
    }

    assert "fail" == checked["verdict"]
    assert ("nodejs24.x", "x86_64", "index.handler", 0) == tuple(
        built[name] for name in ("runtime", "architecture", "handler", "packages")
    )
    for document in documents:
        assert expected == {name: document[name] for name in expected}
