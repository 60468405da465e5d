"""Builds of requests: rehearsed, left alone where nothing changed, with layers, with a damage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import zipper
from zipper.events import StageStarted
from zipper.pipeline.building import build_requested, plan_requested, rehearse_requested
from zipper.settings.build_request import request_from
from zipper.settings.read_settings import find_requests
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from tests.support.scene import Scene
    from zipper.events import Event
    from zipper.package import Package
    from zipper.settings.build_request import BuildRequest

LAYERS = """
[tool.zipper.layers.deps]
packages = ["a"]
output = "../layer.zip"
[[tool.zipper.functions]]
name = "one"
layers = ["deps"]
output = "../one.zip"
"""


@pytest.fixture
def needing(called_scene: Scene) -> Scene:
    """A function that loads `a`, which is large."""
    called_scene.publish("a", files={"index.js": b"exports.a = 1;", "large.bin": bytes(1 << 17)})
    called_scene.depend("a")
    text = "require('a'); exports.handler = async () => 1;"
    called_scene.write({"index.js": text, ".env": "A=1"})
    return called_scene


def request_of(scene: Scene, **settings: Any) -> BuildRequest:
    given = Settings(**{"output": str(scene.output), **settings})
    return request_from(given, folder=str(scene.project))


def told(package: Package) -> list[tuple[str, str]]:
    return [(one.code, one.path) for one in package.findings]


@pytest.mark.parametrize("handler", ["index.handler", "absent.handler"])
def test_a_rehearsal_says_what_a_build_does(needing: Scene, handler: str) -> None:
    """But for the zip, which is neither measured nor there, unless that is wanted."""
    request = request_of(needing, handler=handler, exclude=("*.md",))
    events: list[Event] = []

    planned, dry = rehearse_requested(request, on_event=events.append)
    _, measured = rehearse_requested(request, measures=True)
    assert not needing.output.exists()
    built = build_requested(request)

    same = {"timings_seconds": {}, "written": False}
    assert built._replace(**same) == measured._replace(**same)
    assert built._replace(**same, size_bytes=0, code_sha256="") == dry._replace(**same)
    assert [built.files, built.unzipped_size_bytes] == [
        len(planned.files), sum(one.size_bytes for one in planned.files),
    ]  # fmt: skip
    assert (False, False, built.ok) == (dry.written, measured.written, built.written)
    stages = [one.stage for one in events if isinstance(one, StageStarted)]
    assert ["read", "select", "fetch", "plan", "write", "check"] == stages
    assert plan_requested(request).files == planned.files


def test_a_rehearsal_with_layers_makes_none(needing: Scene) -> None:
    """They are named with the places that they would have."""
    needing.write({"pyproject.toml": LAYERS})
    (request,) = find_requests(f"{needing.project}/", Settings(exclude=("pyproject.toml",)))

    planned, dry = rehearse_requested(request, measures=True)
    assert [] == list(needing.folder.glob("*.zip"))
    built = build_requested(request)

    layer = str(needing.folder / "layer.zip")
    assert [layer] == [one.path for one in dry.layers] == [one.path for one in built.layers]
    assert dry.layers == built.layers
    assert (built.code_sha256, told(built)) == (dry.code_sha256, told(dry))
    assert "node_modules/a/index.js" not in {one.path for one in planned.files}
    assert ["layer.zip", "one.zip"] == sorted(path.name for path in needing.folder.glob("*.zip"))


def test_a_layer_that_does_not_pass_stops_its_function(needing: Scene) -> None:
    """Built or rehearsed: what a function would use is not there."""
    layer = LAYERS.replace("[[tool", "max_size = 1\n[[tool")
    needing.write({"pyproject.toml": layer})
    (request,) = find_requests(f"{needing.project}/", Settings())

    for call in (build_requested, rehearse_requested):
        with pytest.raises(zipper.ZipperError) as raised:
            call(request)
        assert "ECHECK" == raised.value.code
    assert [] == list(needing.folder.glob("*.zip"))


def test_a_zip_is_left_alone_where_that_is_wanted(needing: Scene) -> None:
    """One that this machine wrote; with `compares` any with the same bytes."""
    request = request_of(needing)

    def look(**how: bool) -> tuple[bool, bool, bool]:
        before = needing.output.stat().st_ino if needing.output.exists() else 0
        package = build_requested(request, **how)
        assert package.size_bytes == needing.output.stat().st_size
        is_same = before == needing.output.stat().st_ino
        return package.is_unchanged, package.written, is_same

    def copy() -> None:
        data = needing.output.read_bytes()
        needing.output.rename(needing.output.with_suffix(".old"))
        needing.output.write_bytes(data)

    assert (False, True, False) == look(incremental=True)
    assert (True, True, True) == look(incremental=True)
    assert (False, True, False) == look()
    copy()
    assert (False, True, False) == look(incremental=True)
    copy()
    assert (True, True, True) == look(incremental=True, compares=True)
    assert (True, True, True) == look(incremental=True)
    copy()
    assert (False, True, False) == look(compares=True)


def test_a_zip_that_is_left_alone_is_judged(needing: Scene) -> None:
    """Where it does not pass now it is not what the output is to be."""
    build_requested(request_of(needing), incremental=True)
    strict = request_of(needing)._replace(strict=True, timeout_seconds=901)  # a warning

    failed = build_requested(strict, incremental=True)
    kept = build_requested(strict._replace(keep_failed=True), incremental=True)

    assert [(False, True, False), (False, True, True)] == [
        (one.ok, one.is_unchanged, one.written) for one in (failed, kept)
    ]


@pytest.mark.parametrize("rehearses", [False, True])
def test_a_damaged_package_is_fetched_anew(needing: Scene, *, rehearses: bool) -> None:
    """It shows while the zip is written: then all is done again."""
    request = request_of(needing)
    before = build_requested(request)
    (zipped,) = Path(needing.cache).glob("store/*/sha512/*/*.zip")
    data = bytearray(zipped.read_bytes())
    data[60] ^= 1
    zipped.write_bytes(data)

    package = (
        rehearse_requested(request, measures=True)[1] if rehearses else build_requested(request)
    )

    assert (before.code_sha256, before.findings) == (package.code_sha256, package.findings)
    assert bytes(data) != zipped.read_bytes()
