"""Named classes of globs hold the characters that they hold in minimatch."""

from __future__ import annotations

from typing import Final

import pytest

from zipper.npm.glob_class import parse_class

CHARACTERS: Final = (
    "afgzAFGZéÉⅧǅ中509٣²_‿-!«+$^~ \t\n\u000b\f\r\u00a0\u2028\u0007\u007f\u200d\ue000"
)
CLASSES: Final = {
    "alnum": "afgzAFGZéÉⅧǅ中509٣",
    "alpha": "afgzAFGZéÉⅧǅ中",
    "ascii": "afgzAFGZ509_-!+$^~ \t\n\u000b\f\r\u0007\u007f",
    "blank": " \t\u00a0",
    "cntrl": "\t\n\u000b\f\r\u0007\u007f",
    "digit": "509٣",
    "graph": "afgzAFGZéÉⅧǅ中509٣²_‿-!«+$^~",
    "lower": "afgzé",
    "print": "\t\n\u000b\f\r\u0007\u007f\u200d\ue000",
    "punct": "_‿-!«",
    "space": " \t\n\u000b\f\r\u00a0\u2028",
    "upper": "AFGZÉ",
    "word": "afgzAFGZéÉⅧǅ中509٣_‿",
    "xdigit": "afAF509",
}
"""What minimatch 10 finds of them in `[[:name:]]`; control characters in `print`, too."""


@pytest.mark.parametrize(("name", "expected"), CLASSES.items(), ids=CLASSES)
def test_a_named_class_has_its_characters(name: str, expected: str) -> None:
    """Case counts; behind `^` it is all others."""
    text = f"[[:{name}:]]"
    found = parse_class(text, 0, ignores_case=False)
    others = parse_class(f"[^{text[1:]}", 0, ignores_case=False)

    assert found is not None
    assert others is not None
    assert len(text) == found[1]
    assert expected == "".join(filter(found[0], CHARACTERS))
    assert set(CHARACTERS) - set(expected) == set(filter(others[0], CHARACTERS))


@pytest.mark.parametrize("text", ["[[:digits:]x]", "[[:digit]x]", "[[:]x]"])
def test_any_other_name_is_characters(text: str) -> None:
    """A bracket, a colon, and the letters of the word."""
    found = parse_class(text, 0)

    assert found is not None
    assert found[0]("[")
    assert not found[0]("5")
