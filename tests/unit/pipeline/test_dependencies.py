"""What a function is made of: its packages, and the store that machines share."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

import zipper
from zipper.errors import UsageError
from zipper.pipeline.dependencies import find_shared_store
from zipper.pipeline.session import Circumstances
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings
from zipper.sharing.signing import make_key

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene

RUNNER = {
    "GITHUB_REPOSITORY": "acme/other",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_WORKFLOW_REF": "acme/other/.github/workflows/x.yml@refs/heads/main",
}


def counts(folder: Path, **changes: object) -> bool:
    """Return whether a shared store counts for a request."""
    request = request_from(Settings(), folder=str(folder))
    request = request._replace(cache_dir=str(folder / "cache"), **changes)
    with ExitStack() as end:
        io = Circumstances.of(request, None)
        end.push(io.after)
        return find_shared_store(request, io, io.open_store()) is not None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"store_url": "s3://b/f"}, True),
        ({"store_url": "s3://b/f", "offline": True}, False),
        ({"store_url": "file:///shared", "offline": True}, True),
        ({"store_url": "file:///shared", "vendor": "vendor"}, False),
    ],
)
def test_when_a_shared_store_counts(tmp_path: Path, changes: dict, expected: bool) -> None:
    """No connection is opened offline, and a vendored folder has everything."""
    assert expected == counts(tmp_path, **changes)


def test_the_runner_says_what_is_signed_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key without a scope needs the variables of the CI runner."""
    given = {"store_url": "file:///shared", "store_key": make_key().secret}
    for name, value in RUNNER.items():
        monkeypatch.setenv(name, value)

    assert counts(tmp_path, **given)
    for name in RUNNER:
        monkeypatch.delenv(name)
    with pytest.raises(UsageError, match="nothing says what it signs for"):
        counts(tmp_path, **given)


PNPM = """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: {specifier: '1', version: 1.0.0}
    devDependencies:
      b: {specifier: '2', version: 2.0.0}
packages:
  a@1.0.0: {resolution: {integrity: SRI-a-1.0.0}}
  b@1.0.0: {resolution: {integrity: SRI-b-1.0.0}}
  b@2.0.0: {resolution: {integrity: SRI-b-2.0.0}}
snapshots:
  a@1.0.0:
    dependencies: {b: 1.0.0}
  b@1.0.0: {}
  b@2.0.0: {}
"""


def test_what_is_left_out_takes_no_place(called_scene: Scene) -> None:
    """Of another tool's lockfile what is packed is laid out, as if there were nothing else."""
    text = PNPM
    for name, version in (("a", "1.0.0"), ("b", "1.0.0"), ("b", "2.0.0")):
        manifest = called_scene.publish(name, version)
        text = text.replace(f"SRI-{name}-{version}", manifest["dist"]["integrity"])
    dependencies = {"dependencies": {"a": "1"}, "devDependencies": {"b": "2"}}
    called_scene.write({"package.json": {"name": "fn", **dependencies}, "pnpm-lock.yaml": text})

    planned = zipper.plan(called_scene.project)

    versions = {place: node.version for place, node in planned.tree.nodes.items() if place}
    assert {"node_modules/a": "1.0.0", "node_modules/b": "1.0.0"} == versions
