"""A verdict is remembered from one day to the next, and no longer than it is true."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from support.checking import check_files

from zipper.errors import ArchiveError
from zipper.pipeline.verdict_note import know_layer, verdict_inputs
from zipper.settings.call import settings_of_call
from zipper.settings.read_settings import find_requests
from zipper.target import RUNTIMES, Runtime, Target

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"index.js": "exports.handler = async () => 1;"}


def days_of(runtime: Runtime) -> list[str]:
    """Return the days around each step of a runtime's end, and some far away from them."""
    steps = (runtime.deprecated, runtime.block_create, runtime.block_update)
    near = [date.fromisoformat(step) for step in steps if step is not None]
    found = [day + timedelta(days=number) for day in near for number in (-1, 0, 1)]
    return sorted({*map(date.isoformat, found), "2020-01-01", "2026-11-29", "2099-12-31"})


@pytest.mark.parametrize("runtime", RUNTIMES.values(), ids=list(RUNTIMES))
def test_a_verdict_lasts_until_the_runtimes_next_step(runtime: Runtime) -> None:
    """Two days have the same note where they have the same findings, and only there."""
    (request,) = find_requests(".", settings_of_call("build", {"runtime": runtime.name}))
    noted: dict[str, list[str]] = {}
    for day in days_of(runtime):
        found = check_files(FILES, runtime=runtime.name, today=day).findings
        inputs = verdict_inputs(request, "abc", day=day)
        noted.setdefault(repr(inputs), []).append(repr(found))

    assert all(1 == len(set(found)) for found in noted.values())
    assert len(noted) == len({found for group in noted.values() for found in group})


@pytest.mark.parametrize(
    "change",
    [
        {"target": Target("nodejs22.x")},
        {"target": Target("nodejs24.x", "arm64")},
        {"max_size_bytes": 1},
        {"max_unzipped_size_bytes": 1},
        {"kind": "edge"},
        {"layers": ("arn:aws:lambda:eu-central-1:123456789012:layer:a:1",)},
        {"downgrade": ("size-budget",)},
        {"provided": ("sharp",)},
        {"timeout_seconds": 1},
        {"node_options": "--experimental-require-module"},
        {"env": ("A",)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_findings_depend_on_is_in_the_note(change: dict[str, object]) -> None:
    """Another answer to what `check` is asked for is another note; so are other bytes."""
    (request,) = find_requests(".", settings_of_call("build", {"runtime": "nodejs24.x"}))
    noted = verdict_inputs(request, "abc", day="2026-11-29")

    assert noted != verdict_inputs(request._replace(**change), "abc", day="2026-11-29")
    assert noted != verdict_inputs(request, "abd", day="2026-11-29")


def test_a_layer_is_known_by_its_bytes_or_its_arn(tmp_path: Path) -> None:
    """The version that an ARN names never changes; a file that cannot be read is an error."""
    layer, arn = tmp_path / "layer.zip", "arn:aws:lambda:eu-central-1:123456789012:layer:a:1"
    layer.write_bytes(b"1")

    assert [arn, sha256(b"1").hexdigest()] == [know_layer(arn), know_layer(str(layer))]
    with pytest.raises(ArchiveError, match="cannot read the layer") as raised:
        know_layer(str(tmp_path))
    assert "EREAD" == raised.value.code
    assert "publish-layer-version" in (raised.value.hint or "")
