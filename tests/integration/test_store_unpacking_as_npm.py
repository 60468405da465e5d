"""Unpacking side by side with npm's own unpacker, on the odd tarballs that npm accepts."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import decompress

import pytest

from tests.support.hostile import CASES
from zipper.archive.entries import DEFLATED, FIELDS
from zipper.errors import ArchiveError
from zipper.store.extract import extract

if TYPE_CHECKING:
    from zipper.archive.entries import PlannedEntry

SCRIPT = Path(__file__).resolve().parents[1] / "support" / "extract_with_npm.cjs"

Files = dict[str, tuple[bytes, bool]]


def npm_modules() -> Path:
    """Return the folder of the modules that npm ships with; skip where there is no npm."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("no npm on the PATH")
    return Path(npm).resolve().parents[1] / "node_modules"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files | None]:
    """Return what npm makes of every case: files with their executable bit; None for an error."""
    modules = npm_modules()
    scratch = tmp_path_factory.mktemp("npm")
    paths = {case.name: scratch / f"{case.name}.tgz" for case in CASES}
    for case in CASES:
        paths[case.name].write_bytes(case.tarball)
    done = subprocess.run(
        ["node", SCRIPT, modules, scratch / "out", *paths.values()],
        check=True,
        capture_output=True,
        text=True,
    )
    answers = json.loads(done.stdout)
    return {name: _files_of(answers[str(path)]) for name, path in paths.items()}


def _files_of(answer: dict | None) -> Files | None:
    if answer is None:
        return None
    return {
        name: (base64.b64decode(content), bool(mode & 0o111))
        for name, (content, mode) in answer.items()
    }


def unpack(tarball: bytes) -> Files:
    return {
        entry.name.decode(): (_content_of(entry), bool(entry.mode & 0o111))
        for entry in extract(tarball, label="a")
    }


def _content_of(entry: PlannedEntry) -> bytes:
    packed = bytes(entry.data[entry.start : entry.start + entry.length])
    return decompress(packed, -15) if FIELDS.unpack(entry.fields)[2] == DEFLATED else packed


@pytest.mark.node
@pytest.mark.ci
def test_odd_tarballs_unpack_as_npm_unpacks_them(unpacked: dict[str, Files | None]) -> None:
    """Names, bytes and executable bits are npm's for every tarball that it takes."""
    agreed = [case for case in CASES if case.as_npm]

    ours = {case.name: unpack(case.tarball) for case in agreed}

    assert {case.name: unpacked[case.name] for case in agreed} == ours
    assert len(agreed) >= 60


@pytest.mark.node
def test_what_npm_refuses_is_refused(unpacked: dict[str, Files | None]) -> None:
    """No tarball on which npm fails gives a package here, odd package.json files apart."""
    accepted = []
    for case in CASES:
        if unpacked[case.name] is None and not case.name.startswith(("manifest-", "bin-")):
            try:
                extract(case.tarball, label="a")
            except ArchiveError:
                continue
            accepted.append(case.name)

    assert [] == accepted
