"""What a web function is sent: request lines, documents, and refusals that say what is wrong."""

from __future__ import annotations

import json

import pytest

from zipper.errors import UsageError
from zipper.node.web_requests import is_request_line, make_request, parse_request


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET /", ("GET", "/", {}, None)),
        ("/a?b=c", ("GET", "/a?b=c", {}, None)),
        (" DELETE  /x ", ("DELETE", "/x", {}, None)),
        (b'{"path": "/p", "body": "text"}', ("GET", "/p", {}, "text")),
        (
            '{"method": "post", "path": "/p", "body": {"a": 1}}',
            ("POST", "/p", {"content-type": "application/json"}, '{"a": 1}'),
        ),
        (
            '{"headers": {"Content-Type": "x/y"}, "body": [1]}',
            ("GET", "/", {"Content-Type": "x/y"}, "[1]"),
        ),
    ],
)
def test_lines_and_documents(text: str | bytes, expected: tuple[object, ...]) -> None:
    """A line names method and path; a document may have headers and a body too."""
    request = json.loads(parse_request(text))

    assert expected == tuple(request[key] for key in ("method", "path", "headers", "body"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("get", "neither a request line nor JSON"),
        ("[]", "no object"),
        ('{"url": "/"}', "the key `url`"),
        ('{"path": "a"}', "does not begin with `/`"),
        ('{"path": "/a\\r\\nX: y"}', "does not begin"),
        ('{"method": "G T"}', "its method"),
        ('{"headers": []}', "its headers"),
    ],
)
def test_what_is_no_request(text: str, problem: str) -> None:
    """The error names what is wrong."""
    with pytest.raises(UsageError, match=problem):
        parse_request(text)


def test_files_are_no_lines() -> None:
    """A path of a file is told from a path of the server by its ending."""
    lines = [
        is_request_line(text)
        for text in ("/a", "GET /", '{"path": "/"}', "/tmp/a.json", "a.json", "-")
    ]

    assert [True, True, True, False, False, False] == lines


def test_only_mappings_are_documents() -> None:
    """A list or a number is refused."""
    with pytest.raises(UsageError):
        make_request(1)
