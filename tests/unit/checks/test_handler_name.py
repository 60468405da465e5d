"""A handler's name is taken apart as Lambda's loaders take it apart."""

from __future__ import annotations

import pytest

from zipper.checks.handler_name import HandlerName, parse_handler


@pytest.mark.parametrize(
    ("text", "parts", "path"),
    [
        ("index.handler", ("", "index", ("handler",)), "index"),
        ("src/app.main", ("src/", "app", ("main",)), "src/app"),
        ("a.b/index.handler", ("a.b/", "index", ("handler",)), "a.b/index"),
        ("index.api.users.handler", ("", "index", ("api", "users", "handler")), "index"),
        ("./src//./app.handler", ("./src//./", "app", ("handler",)), "src/app"),
        ("/var/task/index.handler", ("/var/task/", "index", ("handler",)), "/var/task/index"),
        ("//opt/a.b", ("//opt/", "a", ("b",)), "/opt/a"),
        ("src/index.handler/", ("src/", "index", ("handler",)), "src/index"),
        ("index.", ("", "index", ("",)), "index"),
        (".handler", ("", "", ("handler",)), ""),
        (f"{'a' * 126}.b", ("", "a" * 126, ("b",)), "a" * 126),
    ],
)
def test_parts(text: str, parts: tuple, path: str) -> None:
    """The file's name ends at its first dot, the folder at the last slash.

    Source: aws-lambda-ric 3.3.0, `_moduleRootAndHandler` and `_splitHandlerString`.
    """
    found = parse_handler(text)

    assert HandlerName(*parts) == found
    assert path == found.module_path


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("index", "no dot"),
        ("a.b/index", "no dot"),
        ("../index.handler", "`..`"),
        ("index..handler", "`..`"),
        ("my index.handler", "white space"),
        ("index.handler\n", "white space"),
        ("index.\u00a0handler", "white space"),
        (f"{'a' * 127}.b", "129 characters; the API allows 128"),
    ],
)
def test_what_is_refused(text: str, why: str) -> None:
    """Lambda's API or its loader does not take it."""
    found = parse_handler(text)

    assert isinstance(found, str)
    assert why in found
