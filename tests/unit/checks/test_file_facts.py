"""Which early error counts for a file, by how it is loaded and by which Node."""

from __future__ import annotations

import pytest

from zipper.checks.file_facts import (
    Facts,
    Flaw,
    Names,
    Request,
    Unfollowed,
    Use,
    decode_facts,
    decode_names,
    encode,
    find_flaw,
    takes_wrapper,
    weaken,
)
from zipper.checks.module_reader import NO_FACTS

FLAWS = {
    "always": Flaw(1, "always"),
    "module": Flaw(2, "module", "module"),
    "commonjs": Flaw(3, "commonjs", "commonjs"),
    "required": Flaw(4, "required", "required"),
    "since 24": Flaw(5, "since 24", since=24),
    "until 22": Flaw(6, "until 22", until=22),
    "unsure": Flaw(7, "unsure", is_sure=False),
}

CASES = [
    ("always", "module", 20, False, "always"),
    ("always", "commonjs", 24, True, "always"),
    ("module", "module", 22, False, "module"),
    ("module", "commonjs", 22, False, None),
    ("commonjs", "commonjs", 22, False, "commonjs"),
    ("commonjs", "module", 22, True, None),
    ("required", "commonjs", 22, True, "required"),
    ("required", "module", 22, True, "required"),
    ("required", "commonjs", 22, False, None),
    ("required", "module", 20, False, None),
    ("required", "commonjs", 20, False, "required"),
    ("since 24", "module", 22, False, "since 24"),
    ("since 24", "module", 24, False, None),
    ("until 22", "module", 20, False, None),
    ("until 22", "module", 22, False, "until 22"),
    ("unsure", "module", 22, False, "unsure"),
    ("unsure, always", "module", 22, False, "always"),
    ("always, unsure", "module", 22, False, "always"),
    ("commonjs, unsure", "module", 22, False, "unsure"),
]
"""Flaws, kind, major version, whether `require` reads the file, and the flaw that counts."""


@pytest.mark.parametrize(("flaws", "kind", "major", "required", "expected"), CASES)
def test_flaw_that_counts(
    flaws: str, kind: str, major: int, required: bool, expected: str | None
) -> None:
    """A flaw counts for its goal and its versions, and what is sure comes first."""
    facts = NO_FACTS._replace(flaws=tuple(FLAWS[name] for name in flaws.split(", ")))

    found = find_flaw(facts, kind, major, required=required)

    assert expected == (None if found is None else found.message)


FACTS = Facts(
    syntax_error_line=0, is_module=True, awaits=False, uses_commonjs=3,
    requests=(Request("a", "require", 0, 1, ("x",)), Request("b", "import", 2, 5, (), "json", "c")),
    unfollowed=(Unfollowed(4, 0, "require(x)"), Unfollowed(5, 3, "y")),
    exports=("e",), stars=("s",), flaws=(Flaw(1, "f", "module", 20, 22, is_sure=False),),
    uses=(Use("read", 1, 2, "p"),),
)  # fmt: skip


def test_facts_are_read_as_they_were_written() -> None:
    """Lists are tuples again, and each row has its type."""
    assert FACTS == decode_facts(encode(FACTS))
    assert NO_FACTS == decode_facts(encode(NO_FACTS))
    names = Names(("a",), ("b",), ("c",), is_complete=True)
    assert names == decode_names(encode(names))


@pytest.mark.parametrize(
    "text", [b"", b"{", b"1", b"[]", b"[1, 2]", b"null", encode(FACTS)[:-1], b'["a", 1, 2, 3]']
)
def test_what_is_no_row_is_none(text: bytes) -> None:
    """An old form, or a damaged one, is as if nothing had been noted."""
    assert decode_facts(text) is None
    assert decode_names(text) is None


def test_what_is_sure_of_a_file_that_was_read_in_part() -> None:
    """Nothing: requests run in a branch at the earliest, and what is used is not known."""
    found = weaken(FACTS)

    assert (True, 0, ()) == (found.is_partial, found.uses_commonjs, found.uses)
    assert [("a", 1, ()), ("b", 2, ())] == [
        (one.specifier, one.level, one.names) for one in found.requests
    ]
    assert [1, 3] == [one.level for one in found.unfollowed]
    assert (FACTS.exports, FACTS.stars, FACTS.flaws) == (found.exports, found.stars, found.flaws)


@pytest.mark.parametrize(
    ("flaws", "expected"),
    [
        *(
            ([Flaw(1, f"a second declaration of `{name}`", "commonjs")], True)
            for name in ("exports", "require", "module", "__filename", "__dirname")
        ),
        ([Flaw(1, "a second declaration of `process`", "commonjs")], False),
        ([Flaw(1, "a second declaration of `require`", "module")], False),
        ([Flaw(1, "a second declaration of `require`")], False),
        (
            [
                Flaw(1, "a second declaration of `require`", "commonjs"),
                Flaw(2, "`with` in strict code", "module"),
            ],
            False,
        ),
        (
            [
                Flaw(2, "something else", "commonjs"),
                Flaw(1, "a second declaration of `module`", "commonjs"),
            ],
            True,
        ),
        ([], False),
    ],
)
def test_names_of_commonjs_s_wrapper(flaws: list[Flaw], expected: bool) -> None:
    """A file that declares one is an ES module, if it can be. Source: Node.js, ShouldRetryAsESM."""
    assert expected == takes_wrapper(NO_FACTS._replace(flaws=tuple(flaws)))
