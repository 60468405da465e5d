"""npm's order of names: what the table does not say."""

from __future__ import annotations

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
