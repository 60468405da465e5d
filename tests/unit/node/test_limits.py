"""Settings outside of Lambda's quotas are refused."""

from __future__ import annotations

import pytest

from zipper.errors import UsageError
from zipper.node.limits import PREVIEW, STANDARD, check_limits

GOOD = {"memory_mb": 128, "timeout_seconds": 3, "layers": 0, "concurrency": 1}


@pytest.mark.parametrize(
    ("limits", "change"),
    [
        (STANDARD, {"memory_mb": 127}),
        (STANDARD, {"memory_mb": 10_241}),
        (STANDARD, {"timeout_seconds": 0}),
        (STANDARD, {"timeout_seconds": 1801}),
        (STANDARD, {"layers": 6}),
        (STANDARD, {"concurrency": 0}),
        (PREVIEW, {"memory_mb": 1025}),
        (PREVIEW, {"timeout_seconds": 60.5}),
    ],
)
def test_outside(limits, change):
    """Each setting has its bounds."""
    with pytest.raises(UsageError) as caught:
        check_limits(limits, **{**GOOD, **change})

    assert "EUSAGE" == caught.value.code


@pytest.mark.parametrize(
    ("limits", "change"),
    [
        (STANDARD, {"memory_mb": 10_240, "timeout_seconds": 1800, "layers": 5}),
        (PREVIEW, {"memory_mb": 1024, "timeout_seconds": 60}),
    ],
)
def test_bounds_are_inside(limits, change):
    """The bounds themselves are accepted."""
    check_limits(limits, **{**GOOD, **change})
