"""Files of variables, as yarn reads them."""

from __future__ import annotations

import pytest

from zipper.npm.env_file import parse_env_file


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A=1\nB = two words  # said\n", {"A": "1", "B": "two words"}),
        ("export A='x # y'\r\nB=\"a\\nb\"\rC=`q`", {"A": "x # y", "B": "a\nb", "C": "q"}),
        ("# A=1\n\nnot a line\nA=\nA.b-c: 2\n", {"A": "", "A.b-c": "2"}),
        ("A=\"a\\rb\"\nB='a\\rb\\n'\nC=`a\\n`\n", {"A": "a\rb", "B": "a\\rb\\n", "C": "a\\n"}),
        ("A=1\nA='two\nlines'\n", {"A": "two\nlines"}),
        ("A='open\nB=2\nC=\"\\n\n", {"A": "'open", "B": "2", "C": '"\n'}),
    ],
)
def test_lines_are_read_as_dotenv_reads_them(text: str, found: dict[str, str]) -> None:
    """With quotes, comments and values of several lines; what is no such line is passed over."""
    assert found == parse_env_file(text)
