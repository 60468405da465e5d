"""npm's order of names: what the table does not say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.npm.collation import collation_key

NAMES = st.text("aAbB01-_./@~é", max_size=6)


@given(st.text())
def test_every_text_has_a_place(text):
    """Any text has a key that compares with any other."""
    assert collation_key(text) <= collation_key(text + "z")


@given(NAMES)
def test_case_and_accents_count_last(name):
    """A text differs from its lower case only where nothing else differs."""
    assert collation_key(name)[0] == collation_key(name.lower())[0]
    assert collation_key(name.lower()) <= collation_key(name)


def test_words_of_names_are_compared_before_case():
    """`a-B` stands before `ab`, because the hyphen stands before every letter."""
    assert ["a_b", "a-B", "a.b", "a/b", "a1", "ab", "aB"] == sorted(
        ["aB", "ab", "a1", "a/b", "a.b", "a-B", "a_b"], key=collation_key
    )


IN_ORDER = (
    "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789"
    "aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRsStTuUvVwWxXyYzZ"
)
"""ASCII as Node 20 sorts it with `localeCompare(_, "en")`; what is not here it passes over."""


def test_ascii_is_in_icus_order():
    """Each character has its place, and control characters have none."""
    passed_over = [chr(code) for code in range(128) if chr(code) not in IN_ORDER]

    assert IN_ORDER == "".join(sorted(sorted(IN_ORDER), key=collation_key))
    assert len(IN_ORDER) == len({collation_key(one) for one in IN_ORDER})
    assert len(passed_over) == 28
    assert {collation_key("ab")} == {collation_key(f"a{one}b") for one in passed_over}


@pytest.mark.parametrize(
    "texts",
    ["ss SS ß ẞ st", "ae AE æ Æ af", "oe OE œ Œ of", "e E é É f", "ßa ssb", "æa aeb", "Œa oeb"],
)
def test_a_ligature_stands_behind_its_letters(texts):
    """As Node 20 sorts them: only what is behind it in the text counts before that."""
    words = texts.split()

    assert words == sorted(words, key=collation_key)
