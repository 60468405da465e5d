"""What workers compare before they build: all that makes other bytes of the same files."""

from __future__ import annotations

import deflate
import pytest

import zipper
from zipper.pipeline.building_batches import describe_version


@pytest.mark.parametrize(
    ("epoch", "date"),
    [
        (None, ""),
        ("", ""),
        ("0", ", SOURCE_DATE_EPOCH 0"),
        ("1700000000", ", SOURCE_DATE_EPOCH 1700000000"),
    ],
)
def test_versions_and_the_date_of_members(
    epoch: str | None, date: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The date is said where one is set, as where the zip is written."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    if epoch is not None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)

    versions = f"zipper {zipper.__version__}, libdeflate {deflate.__version__}"
    assert f"{versions}{date}" == describe_version()
