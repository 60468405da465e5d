"""What a large file whose brackets do not match asks for, by its text alone."""

from __future__ import annotations

import pytest

from zipper.checks.file_facts import LAZY
from zipper.checks.search import search


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("require('a')", [("a", "require")]),
        ('require(  "a/b.js"  )', [("a/b.js", "require")]),
        ("x=require('a'),y=require('b'),z=require('a')", [("a", "require"), ("b", "require")]),
        ("import('a')", [("a", "dynamic")]),
        ("import x from 'a'", [("a", "dynamic")]),
        ('export * from"a"', [("a", "dynamic")]),
        ("xrequire('a')", []),
        ("$require('a')", []),
        ("x.require('a')", []),
        ("require('a\")", []),
        ("require('a b')", []),
        ("require('')", []),
        ("require(a)", []),
        (f"require('{'a' * 200}')", [("a" * 200, "require")]),
        (f"require('{'a' * 201}')", []),
        ("require(         'a')", [("a", "require")]),
        ("require(          'a')", []),
    ],
)
def test_requests(text: str, expected: list[tuple[str, str]]) -> None:
    """Each once, and none sure to run."""
    facts = search(text.encode())

    assert [(*one, LAZY) for one in expected] == [
        (r.specifier, r.kind, r.level) for r in facts.requests
    ]
    assert facts.is_partial
    assert not facts.syntax_error_line


@pytest.mark.parametrize(
    ("text", "is_module"),
    [
        ("import x from 'a'", True),
        ("1\nimport{x}from'a'", True),
        ("import 'a'", True),
        ("export const a = 1", True),
        ("export{a}", True),
        ("import('a')", False),
        ("a; import x from 'a'", False),
        ("exports.a = 1", False),
        ("important", False),
    ],
)
def test_kinds(text: str, is_module: bool) -> None:
    """An import or export at the begin of a line makes it an ES module."""
    assert is_module == search(text.encode()).is_module


def test_what_is_told() -> None:
    """The file is named as one that cannot be followed, with its bytes."""
    ((line, level, text),) = search(b"(" * 1_234).unfollowed

    assert (1, LAZY) == (line, level)
    assert text.startswith("1,234 bytes, whose brackets do not match")


def test_no_more_requests_than_a_bound() -> None:
    """A hostile file may have any number."""
    text = "".join(f"require('m{number}');" for number in range(5_001))

    assert 5_000 == len(search(text.encode()).requests)
