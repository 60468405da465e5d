"""A worker without the disk unpacks what it was sent, and refuses what it cannot read."""

from __future__ import annotations

import json
import os
from base64 import b64decode
from pathlib import Path

import pytest

from tests.support.scene import HANDLER
from zipper.errors import StoreError, UsageError
from zipper.pipeline.received_sources import _Builder, _unpack, build_received
from zipper.pipeline.sending_sources import open_blobs
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings
from zipper.sharing.blobs import Blobs
from zipper.sharing.objects import UnreachableError, open_objects
from zipper.sharing.source_pack import PackedSource, SourcePack, write_pack

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


def test_paths_are_those_of_the_worker(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read, what is written, and layers that are built there; its own Node and keys."""
    monkeypatch.setenv("ZIPPER_STORE_KEY", "its key")
    monkeypatch.setenv("ZIPPER_STORE_SCOPE", "its scope")
    arn = "arn:aws:lambda:eu-west-1:123456789012:layer:trace:3"
    settings = Settings(
        output="/app/out/fn.zip",
        vendor="/app/vendored",
        node="/usr/bin/node",
        trace="/app/trace.json",
        layers=("/app/layer.zip", "/app/own.zip", arn),
        store_key="/keys/own",
        store_scope="of the sender",
        cache_dir="/app/cache",
    )
    own = request_from(Settings(output="/app/own.zip", kind="layer"), folder="/app/layer")
    request = request_from(settings, folder="/app/fn")._replace(
        written=("/app/other.zip", "/app/own.zip"), uses=(own._replace(files="/app/files"),)
    )
    builder = _Builder(Path("/w"), blobs, as_bytes=False)

    placed = builder._place(request)  # as it is built

    ours = {"cache_dir": None, "store_key": "its key", "store_scope": "its scope"}
    layer = own._replace(
        **ours, project="/w/in/app/layer", files="/w/in/app/files", output="/w/out/app/own.zip"
    )
    assert placed == request._replace(
        **ours,
        project="/w/in/app/fn",
        output="/w/out/app/out/fn.zip",
        vendor="/w/in/app/vendored",
        trace="/w/in/app/trace.json",
        layers=("/w/in/app/layer.zip", "/w/out/app/own.zip", arn),
        written=("/w/in/app/other.zip", "/w/out/app/own.zip"),
        uses=(layer,),
    )
    assert "-" == builder._place(request._replace(output="-")).output


def test_a_layer_is_built_once_and_sent_with_each_function(blobs: Blobs) -> None:
    """And so is what else is written; as bytes, where the store takes nothing any more."""
    files = {
        "/app/fn/package.json": b'{"name": "fn"}',
        "/app/fn/index.js": HANDLER.encode(),
        "/app/extra/bin/tool": b"#!/bin/sh\n",
    }
    rows = tuple(
        PackedSource(path, path.endswith("tool"), len(data), None) for path, data in files.items()
    )
    digest = blobs.put(write_pack(SourcePack(rows, (), ()), list(files.values())))
    own = request_from(Settings(output="/app/own.zip", kind="layer"), folder="/app/fn")
    own = own._replace(files="/app/extra", packages=(), name="own")
    requests = [
        request_from(
            Settings(output=f"/app/{name}.zip", layers=("/app/own.zip",)), folder="/app/fn"
        )._replace(uses=(own,))
        for name in "ab"
    ]

    kept, sent = (
        build_received(requests, [None, None], digest, blobs, as_bytes=as_bytes)
        for as_bytes in (False, True)
    )

    assert [["/app/a.zip", "/app/own.zip"], ["/app/b.zip", "/app/own.zip"]] == [
        [file.path for file in one.files] for one in kept
    ]
    for one, other in zip(kept, sent, strict=True):
        assert one.package is not None
        assert one.package.layers == other.package.layers  # type: ignore[union-attr]
        assert ["/app/own.zip"] == [layer.path for layer in one.package.layers]
        assert [file._replace(data=None) for file in other.files] == list(one.files)
        assert [blobs.get(file.digest) for file in one.files] == [file.data for file in other.files]
        sha256 = b64decode(one.package.code_sha256).hex()
        assert sha256 == next(file.digest for file in one.files if file.path == one.package.path)
    assert kept[0].files[1] == kept[1].files[1]


def test_a_batch_is_built_in_the_same_place_each_time(blobs: Blobs, tmp_path: Path) -> None:
    """And is gone from there afterwards."""
    digest = pack(blobs, large="/app/fn/index.js")
    request = request_from(Settings(output="/app/out/fn.zip"), folder="/app/fn")
    seen = []

    class Looking(Blobs):
        """Sees where the files go."""

        def get(self, digest: str) -> bytes:
            seen.append(sorted(path.name for path in (tmp_path / "cache").glob("zipper-*")))
            return super().get(digest)

    looking = Looking(open_objects((tmp_path / "shared").as_uri(), environ={}))
    for _ in range(2):
        build_received([request], [None], digest, looking, as_bytes=False)

    assert 4 == len(seen)
    assert [1] * 4 == [len(names) for names in seen]
    assert 1 == len({names[0] for names in seen})
    assert [] == list((tmp_path / "cache").glob("zipper-sources-*"))


def test_a_program_can_be_started_by_all(blobs: Blobs, tmp_path: Path) -> None:
    """As it lies on the sender's disk; what holds no secret there has none here."""
    left = (("/app/fn/key", "file"), ("/app/fn/deep/down", "folder"))
    digest = pack(blobs, executable="/app/fn/index.js", left_out=left)

    _unpack(digest, blobs, tmp_path / "in")

    top = tmp_path / "in/app/fn"
    assert 0o755 == (top / "index.js").stat().st_mode & 0o777
    assert 0o755 != (top / "lib/data.json").stat().st_mode & 0o777
    assert [True, True] == [(top / "deep/down").is_dir(), (top / "key").is_file()]


def test_what_a_pack_lacks_is_told_as_what_was_sent(blobs: Blobs) -> None:
    """Its rows have other fields, or none."""
    for row in ({}, {"format": 1, "files": [{}], "links": [], "left_out": []}, 5, "x"):
        digest = blobs.put(json.dumps(row).encode() + b"\n")
        with pytest.raises(UsageError, match="cannot read what was sent"):
            build_received([], [], digest, blobs, as_bytes=False)


def test_a_store_that_takes_nothing_is_asked_once(blobs: Blobs, tmp_path: Path) -> None:
    """A worker may be one that only reads: all that it writes goes back by the executor."""
    digest = pack(blobs)
    requests = [
        request_from(Settings(output=f"/app/out/{name}.zip"), folder="/app/fn") for name in "ab"
    ]
    asked = []

    class Reading(Blobs):
        """Takes nothing."""

        def put(self, data: bytes, digest: str | None = None, *, replace: bool = False) -> str:
            asked.append((data, digest, replace))
            raise UnreachableError("no")

    reading = Reading(open_objects((tmp_path / "shared").as_uri(), environ={}))

    found = build_received(requests, [None, None], digest, reading, as_bytes=False)

    assert 1 == len(asked)
    assert [1, 1] == [len(one.files) for one in found]
    assert all(file.data is not None for one in found for file in one.files)
