"""Names in a finding's text: the first of them, and how many more there are."""

from __future__ import annotations

import pytest

from zipper.findings import count_more, name_some


@pytest.mark.parametrize(
    ("count", "most", "expected"),
    [
        (0, 1, ""),
        (1, 1, "`0`"),
        (2, 1, "`0` and 1 more"),
        (3, 3, "`0`, `1`, `2`"),
        (5, 3, "`0`, `1`, `2` and 2 more"),
        (1_003, 1, "`0` and 1,002 more"),
    ],
)
def test_the_first_names_and_a_count(count: int, most: int, expected: str) -> None:
    """As many as fit are named, and none is counted that is."""
    names = list(map(str, range(count)))

    assert expected == name_some(names, most)
    assert expected.endswith(count_more(names, most))
