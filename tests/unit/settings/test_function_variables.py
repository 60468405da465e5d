"""The variables of a function, as options give them."""

from __future__ import annotations

import pytest

from zipper.errors import UsageError
from zipper.settings.function_variables import find_variables


def test_values_may_have_signs_of_equality() -> None:
    """The first sign of equality divides, the last of two values counts, NODE_OPTIONS wins."""
    found = find_variables(["A=1=2", "B=", "B=3", "NODE_OPTIONS=x"], "--enable-source-maps")

    assert {"A": "1=2", "B": "3", "NODE_OPTIONS": "--enable-source-maps"} == found


@pytest.mark.parametrize("text", ["A", "=1", ""])
def test_a_text_without_a_name_or_a_value(text: str) -> None:
    """What has no name or no value is refused."""
    with pytest.raises(UsageError, match="has no value"):
        find_variables([text])
