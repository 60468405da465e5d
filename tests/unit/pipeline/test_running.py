"""What a run is asked for reaches the function's process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.checking import zip_files
from zipper.pipeline.running import settings_of
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

ARN = "arn:aws:lambda:eu-west-1:123456789012:layer:deps:1"

CASES = [
    ("memory_mb", 512, "memory_mb", 512),
    ("timeout_seconds", 7, "timeout_seconds", 7),
    ("network", False, "network", False),
    ("concurrency", 3, "concurrency", 3),
    ("runtime_modules", "/runtime", "runtime_modules", Path("/runtime")),
    ("layers", ("/a.zip", ARN), "layers", (Path("/a.zip"),)),
    ("layers", ("/a.zip", ARN), "unknown_layers", (ARN,)),
    ("handler", "other.run", "handler", "other.run"),
]
"""A field of the request and its value, and a field of the run's settings and its value."""


@pytest.mark.parametrize(("name", "value", "field", "expected"), CASES)
def test_each_setting_is_passed_on(
    tmp_path: Path, name: str, value: object, field: str, expected: object
) -> None:
    """What is asked for is what the process is started with; by default it is something else."""
    path = tmp_path / "fn.zip"
    path.write_bytes(zip_files({"index.js": "exports.handler = async () => 1"}))
    request = request_from(Settings(handler="index.handler"), folder=str(tmp_path))

    given = settings_of(path, request._replace(**{name: value}), {})

    assert expected == getattr(given, field)
    assert expected != getattr(settings_of(path, request, {}), field)


def test_variables_and_traces_are_passed_on(tmp_path: Path) -> None:
    """The caller's variables win over those of the request."""
    path = tmp_path / "fn.zip"
    path.write_bytes(zip_files({"index.js": "exports.handler = async () => 1"}))
    request = request_from(Settings(handler="index.handler"), folder=str(tmp_path))
    request = request._replace(env=("A=1", "B=2"))

    given = settings_of(path, request, {"B": "3"}, traces=True)

    assert ({"A": "1", "B": "3"}, True) == (dict(given.environment), given.traces)
    assert not settings_of(path, request, {}).traces
