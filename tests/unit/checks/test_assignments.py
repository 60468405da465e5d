"""Where names are assigned to: one by one as for all at once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from zipper.checks.source_text import find_assignments
from zipper.checks.syntax import Source

PARTS = st.sampled_from(
    (
        *(
            "a",
            "b1",
            "$c",
            " ",
            "\n",
            "=",
            "==",
            "=>",
            "+=",
            "&&=",
            ".",
            ";function ",
            ";function* ",
        ),
        *("(", ";", "[", "]", "{", "}", ",", " of ", " in ", "for (", "for await(", "var "),
    )
)
NAMES = (b"a", b"b1", b"$c", b"ab1")
MANY = 20
"""More names than are looked for one by one."""


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS, max_size=40).map("".join))
def test_one_by_one_as_for_all(text: str) -> None:
    """A dozen names and more are found in one pass, to the same places."""
    source = Source(text.encode())
    for _ in range(MANY):
        source.assignments(b"none")
    for name in NAMES:
        assert find_assignments(source.content, name) == sorted(set(source.assignments(name)))
