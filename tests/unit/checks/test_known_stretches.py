"""What is known of stretches of a file gives the same layout as reading all of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zipper.checks.brackets import find_layout
from zipper.checks.known_stretches import KnownStretches

PIECES = (
    *(b"'}'", b"`}${ {a: `${'{'}`} }{`", b"/[/}]{/.test(a)", b"a / b / c", b"(a) / b"),
    *(b"x = /'/", b"/* ) */", b"// it's {", b'u("http://a"); /re{/.test(b)', b"a++ / b"),
    *(b'f(")"); if (a == ")") /\\{/.exec(b)', b"}", b"{", b"`", b"'", b")", b"/*", b"/", b""),
)
"""Statements that are read by what precedes them, and what leaves the rest unbalanced."""
FILLER = b"a = b([c, (d / e)]);\n" * 60
BLOCK = b"function f() {" + b"if (x) { y(); }\n" * 200 + b"}\n"
LARGE = st.sampled_from((FILLER, FILLER * 2, BLOCK, b"var f = () => {" + BLOCK * 2 + b"};\n"))
STATEMENTS = LARGE | st.sampled_from(PIECES)
TEXTS = st.lists(STATEMENTS, max_size=14)


def _learn(text: bytes) -> bytes:
    known = KnownStretches()
    find_layout(text, known)
    return known.encode()


@settings(max_examples=40, deadline=None)
@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_same_layout_as_of_the_whole(
    start: list[bytes], middle: list[bytes], other: list[bytes], end: list[bytes]
) -> None:
    """Whatever is put in the place of a part, and whatever precedes the parts that are known."""
    noted = _learn(b";\n".join([*start, *middle, *end]))
    for text in (
        b";\n".join([*start, *other, *end]),
        b"\n".join([*other, *end]),
        b";".join([*end, *start]),
    ):
        assert find_layout(text) == find_layout(text, KnownStretches(noted))


def test_only_what_changed_is_read() -> None:
    """Of a text with one changed statement all other stretches are known, and noted again."""
    text = (FILLER * 2 + BLOCK) * 10
    noted = _learn(text)
    changed = KnownStretches(noted)
    middle = text.index(BLOCK, len(text) // 2)
    other = text[:middle] + b"more();\n" + text[middle:]
    assert find_layout(other) == find_layout(other, changed)
    before, after = ({row[2] for row in json.loads(note)} for note in (noted, changed.encode()))
    assert 2 >= len(after - before)
    assert len(before) - 2 <= len(after & before)
    assert b"" == _again(text, noted)
    assert b"" == _again(other, changed.encode())


LONG = b"x = [" + b"1, " * 700


@pytest.mark.parametrize(
    ("start", "other", "end"),
    [
        *((BLOCK, BLOCK, word) for word in (b"function g() {}", b"(g)", b"/[/]{/.test(a)")),
        (LONG + b"2];", LONG + b"'//'];", b"\n/[/]{/.test(a);" + LONG + b"];"),
        (LONG + b"'//'];", LONG + b"2];", b"\n/[/]{/.test(a);" + LONG + b"];"),
        (LONG + b"2];", LONG + b"'//'];", b"\n/* b */\n/[/]{/.test(a);" + LONG + b"];"),
        (b"b(((1))\n" + b"+ 1" * 700 + b");", b"b(((1));\n" + b"+ 1" * 700 + b")", b"var c;"),
    ],
)
@pytest.mark.parametrize("following", [b"function g() {}", b"(g)", b"/[/]{/.test(a)", b"var a;"])
def test_what_ends_or_begins_by_what_is_around_it(
    start: bytes, other: bytes, end: bytes, following: bytes
) -> None:
    """A brace ends a statement before another one; a slash is read by what precedes it."""
    last = BLOCK + following
    for one, two in ((start + end + last, other + end + last), (start + BLOCK, start + last)):
        for first, second in ((one, two), (two, one)):
            assert find_layout(second) == find_layout(second, KnownStretches(_learn(first)))


def test_what_is_known_is_not_read() -> None:
    """What a note says of a stretch counts, from the first on."""
    text = (FILLER * 2 + BLOCK + b"function g() {((a));" + b"a();\n" * 900 + b"}\n") * 3 + b"var a;"
    rows = json.loads(_learn(text))
    noted = [
        [*row[:4], [[a, b - 1] for a, b in row[4]], [[a, [b + 1 for b in c]] for a, c in row[5]]]
        for row in rows
    ]
    plain, taken = find_layout(text), find_layout(text, KnownStretches(json.dumps(noted).encode()))
    assert plain is not None
    assert taken is not None
    outer = plain.borders.pop(-1)
    assert 3 == len(plain.borders)
    assert [(a, b - 1) for a, b in plain.blocks] == taken.blocks
    assert {-1: outer, **{a: [b + 1 for b in c] for a, c in plain.borders.items()}} == taken.borders


def _again(text: bytes, noted: bytes) -> bytes:
    known = KnownStretches(noted)
    find_layout(text, known)
    return known.encode()


@pytest.mark.parametrize("noted", [b"[", b"{}", b"[[1]]", b'[["a",1,"b",true,[],3]]', b"7"])
def test_a_damaged_note_is_none(noted: bytes) -> None:
    """What cannot be read says nothing."""
    text = (FILLER * 2 + BLOCK) * 3
    assert find_layout(text) == find_layout(text, KnownStretches(noted))


class CountedBytes(bytes):
    """Bytes that count what is sliced out of them."""

    taken = 0

    def __getitem__(self, part: object) -> object:  # type: ignore[override]
        """Return a slice."""
        found = super().__getitem__(part)  # type: ignore[index]
        self.taken += len(found) if isinstance(found, bytes) else 0
        return found


def test_stretches_that_begin_alike_take_no_longer_the_more_there_are() -> None:
    """A bundle may be full of them, of one size or of many."""
    for step in (0, 1):
        lines = [b"register('%b', %d%b);\n" % (b"a" * 200, n, b", 1" * (700 + n * step))
                 for n in range(100, 500)]  # fmt: skip
        content = b"".join(lines)
        first = KnownStretches()
        layout = find_layout(content, first)
        counted, second = CountedBytes(content), KnownStretches(first.encode())

        assert layout == find_layout(counted, second)
        assert b"" == second.encode() or step
        assert counted.taken < 30 * len(content)
