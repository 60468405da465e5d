"""The store that machines share: when it counts, and for whom its key signs."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from zipper.errors import UsageError
from zipper.pipeline.dependencies import find_shared_store
from zipper.pipeline.session import Circumstances
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings
from zipper.sharing.signing import make_key

if TYPE_CHECKING:
    from pathlib import Path

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
