"""A worker without the disk unpacks what it was sent, and refuses what it cannot read."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.support.scene import HANDLER
from zipper.errors import StoreError, UsageError
from zipper.pipeline.received_sources import build_received
from zipper.pipeline.sending_sources import open_blobs
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings
from zipper.sharing.source_pack import PackedSource, SourcePack, write_pack

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.sharing.blobs import Blobs

pytestmark = pytest.mark.skipif(os.name != "posix", reason="such workers have whole paths with /")
FILES = {
    "/app/fn/package.json": b'{"name": "fn"}',
    "/app/fn/index.js": HANDLER.encode(),
    "/app/fn/lib/data.json": b"{}",
}


@pytest.fixture
def blobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Blobs:
    """A shared folder, and a cache of the worker's."""
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "shared").mkdir()
    return open_blobs(f"file://{tmp_path}/shared")


def pack(blobs: Blobs, *, executable: str = "", large: str = "", **more: object) -> str:
    """Put a project into the store, and return the pack's digest."""
    rows, small = [], []
    for path, data in FILES.items():
        digest = blobs.put(data) if path == large else None
        rows.append(PackedSource(path, path == executable, len(data), digest))
        small += [] if digest else [data]
    made = SourcePack(tuple(rows), (), ())._replace(**more)  # type: ignore[arg-type]
    return blobs.put(write_pack(made, small))


def build(blobs: Blobs, digest: str, **changes: object) -> dict[str, bytes]:
    """Build the project, and return the members of its zip."""
    from io import BytesIO  # noqa: PLC0415
    from zipfile import ZipFile  # noqa: PLC0415

    request = request_from(Settings(output="/app/out/fn.zip"), folder="/app/fn")
    request = request._replace(**changes)
    (result,) = build_received([request], [None], digest, blobs, as_bytes=True)
    assert result.error is None, result.error
    assert result.package is not None
    assert "/app/out/fn.zip" == result.package.path
    (written,) = result.files
    with ZipFile(BytesIO(written.data or b"")) as archive:
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
        assert {0o644, 0o755} >= set(modes.values())
        return {f"{name} {modes[name]:o}": archive.read(name) for name in modes}


def test_small_and_large_files_are_unpacked(blobs: Blobs) -> None:
    """With the bit that says that one is a program."""
    script = "/app/fn/index.js"
    whole = {"index.js 644", "lib/data.json 644", "package.json 644"}

    assert whole == set(build(blobs, pack(blobs)))
    assert whole == set(build(blobs, pack(blobs, large=script)))
    assert "index.js 755" in build(blobs, pack(blobs, executable=script))
    assert "index.js 755" in build(blobs, pack(blobs, executable=script, large=script))


def test_links_lead_to_where_they_led(blobs: Blobs) -> None:
    """From the root, or relative; what was left out is there by its name alone."""
    links = (
        ("/app/fn/a.json", "/app/fn/lib/data.json"),
        ("/app/fn/b.json", "lib/data.json"),
    )
    left = (
        ("/app/fn/.env", "file"),
        ("/app/fn/node_modules", "folder"),
        ("/app/fn/away", "link"),
        ("/app/fn/lost", "broken"),
        ("/app/fn/index.js", "file"),
    )
    digest = pack(blobs, links=links, left_out=left)
    request = request_from(Settings(output="/app/out/fn.zip"), folder="/app/fn")

    members = build(blobs, digest)
    (result,) = build_received([request], [None], digest, blobs, as_bytes=True)

    names = ("a.json", "b.json", "index.js", "lib/data.json", "package.json")
    assert {f"{name} 644" for name in names} == set(members)
    assert HANDLER.encode() == members["index.js 644"]
    assert result.package is not None
    told = {one.path for one in result.package.findings if one.code == "left-out"}
    assert {".env", "node_modules/", "away", "lost"} == told


@pytest.mark.parametrize(
    "data",
    [b"", b"no pack", b'{"format": 1}\n', b'{"format": 99, "files": [], "links": []}\n', b"[]\n"],
)
def test_what_is_no_pack_is_refused(blobs: Blobs, data: bytes) -> None:
    """The error says that it was sent."""
    digest = blobs.put(data)

    with pytest.raises(UsageError, match="cannot read what was sent") as raised:
        build_received([], [], digest, blobs, as_bytes=False)

    assert "EWORKERS" == raised.value.code


def test_a_store_that_does_not_answer_and_a_cache_that_takes_nothing(
    blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are errors of the build, with what to look at."""
    away = open_blobs("https://127.0.0.1:9/shared")
    with pytest.raises(UsageError, match="does not reach the shared store") as raised:
        build_received([], [], "ab" * 32, away, as_bytes=False)
    assert "EWORKERS" == raised.value.code
    assert "zipper help store" in (raised.value.hint or "")

    (tmp_path / "file").touch()
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "file" / "cache"))
    with pytest.raises(StoreError) as refused:
        build_received([], [], pack(blobs), blobs, as_bytes=False)
    assert "ESTORE" == refused.value.code


def test_an_error_that_was_known_before_comes_back(blobs: Blobs) -> None:
    """Its function is not built; the others are."""
    error = UsageError("EUSAGE", "no")
    request = request_from(Settings(output="/app/out/fn.zip"), folder="/app/fn")

    first, second = build_received(
        [request, request], [error, None], pack(blobs), blobs, as_bytes=False
    )

    assert (None, error, ()) == first
    assert second.error is None
    (file,) = second.files
    assert file.data is None
    assert file.size_bytes == len(blobs.get(file.digest))


def test_errors_name_the_paths_of_the_sender(blobs: Blobs) -> None:
    """And not those of the worker's cache."""
    request = request_from(Settings(output="/app/out/fn.zip"), folder="/app/absent")

    (result,) = build_received([request], [None], pack(blobs), blobs, as_bytes=False)

    assert result.error is not None
    assert "ENOPROJECT" == result.error.code
    assert "`/app/absent`" in result.error.message
    text = json.dumps([result.error.message, result.error.facts, result.error.hint])
    assert "zipper-sources-" not in text
