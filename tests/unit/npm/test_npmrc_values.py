"""The types of npm's settings: what a raw value of each becomes, and what it cannot be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from zipper.npm.npmrc_values import INVALID, KINDS, Places, find_unset, parse_setting

if TYPE_CHECKING:
    from zipper.npm.ini import IniValue

TYPES: Final = {
    "boolean": "bin-links dev engine-strict force format-package-lock global-style ignore-scripts "
    "install-links legacy-bundling legacy-peer-deps offline omit-lockfile-registry-resolved "
    "package-lock prefer-dedupe prefer-offline prefer-online shrinkwrap strict-peer-deps "
    "strict-ssl",
    "boolean or null": "optional production",
    "number": "cache-max cache-min fetch-retries fetch-retry-factor fetch-retry-maxtimeout "
    "fetch-retry-mintimeout fetch-timeout maxsockets",
    "number or null": "min-release-age",
    "text": "replace-registry-host tag user-agent",
    "text or null": "cert key node-version",
    "path": "cafile globalconfig prefix userconfig",
    "address": "https-proxy proxy",
    "registry": "registry",
    "date": "before",
    "texts": "allow-scripts min-release-age-exclude noproxy insecure-hosts ca",
    "who may": "allow-directory allow-file allow-git allow-remote",
    "also": "also",
    "only": "only",
    "include": "include",
    "omit": "omit",
    "strategy": "install-strategy",
    "lockfile": "lockfile-version",
}
"""As lib/definitions/definitions.js of @npmcli/config 10 has them; `insecure-hosts` is ours."""

VALUES: Final[list[tuple[str, IniValue, object]]] = [
    ("boolean", "false", False), ("boolean", False, False), ("boolean", None, False),
    ("boolean", "0", False), ("boolean", "0.0", False), ("boolean", "yes", True),
    ("boolean", "", True), ("boolean", "undefined", False), ("boolean", "null", False),
    ("boolean", ("true",), INVALID), ("boolean", "7", True),
    ("boolean or null", "null", None), ("boolean or null", None, None),
    ("boolean or null", "false", False),
    ("number", "7", 7), ("number", "many", INVALID), ("number", True, 1), ("number", None, 0),
    ("number", "1.5", 1.5), ("number", "Infinity", float("inf")), ("number", "0b11", 3),
    ("number", "-Infinity", float("-inf")), ("number", "+Infinity", float("inf")),
    ("number", "0b12", INVALID), ("number", "null", INVALID),
    ("number or null", "7", 7), ("number or null", "null", None),
    ("number or null", "many", INVALID),
    ("text", "word", "word"), ("text", None, "null"), ("text", True, "true"),
    ("text", "null", "null"), ("text", ("word",), INVALID),
    ("text or null", "word", "word"), ("text or null", "null", None),
    ("path", "a/b", "/here/a/b"), ("path", "~/a", "/home/a"), ("path", "~\\a", "/home/a"),
    ("path", "/a", "/a"), ("path", "\\a", "\\a"), ("path", "C:\\a", "C:\\a"),
    ("path", "c:/a", "c:/a"), ("path", "null", None), ("path", True, INVALID),
    ("path", "~a", "/here/~a"),
    ("address", "http://h.example", "http://h.example/"), ("address", "null", None),
    ("address", False, None), ("address", "h.example", INVALID), ("address", "", INVALID),
    ("address", "socks5://h.example:1/a", "socks5://h.example:1/a"),
    ("address", "https://${A}/", INVALID), ("address", "http://h.example:0/", INVALID),
    ("address", "http://h.example:x/", INVALID), ("address", "http:///a", INVALID),
    ("registry", "https://h.example/a", "https://h.example/a"), ("registry", "null", INVALID),
    ("registry", "socks5://h.example", INVALID), ("registry", "HTTP://h.example",
     "http://h.example/"), ("registry", False, INVALID),
    ("date", "2020-01-02", datetime(2020, 1, 2, tzinfo=UTC)), ("date", "null", None),
    ("date", "2020-01-02T03:00:00+02:00", datetime(2020, 1, 2, 1, tzinfo=UTC)),
    ("date", "soon", INVALID), ("date", True, INVALID),
    ("texts", "word", ("word",)), ("texts", ("a", "b"), ("a", "b")),
    ("texts", "a\n\nb", ("a", "b")), ("texts", True, ("true",)),
    *(("who may", word, word) for word in ("all", "none", "root")),
    ("who may", "some", INVALID), ("who may", "null", INVALID),
    ("also", "dev", "dev"), ("also", "development", "development"), ("also", "null", None),
    ("also", "prod", INVALID),
    ("only", "prod", "prod"), ("only", "production", "production"), ("only", "null", None),
    ("only", "dev", INVALID),
    ("include", ("prod", "dev", "optional", "peer", "x"), ("prod", "dev", "optional", "peer")),
    ("include", "dev", ("dev",)),
    ("omit", ("prod", "dev", "optional", "peer"), ("dev", "optional", "peer")),
    ("omit", "dev", ("dev",)), ("omit", None, ()),
    *(("strategy", word, word) for word in ("hoisted", "nested", "shallow", "linked")),
    ("strategy", "flat", INVALID), ("strategy", "null", INVALID),
    *(("lockfile", word, word) for word in "123"), ("lockfile", "null", None),
    ("lockfile", "4", INVALID),
]  # fmt: skip
"""A type, what the ini file says, and what npm makes of it."""


@pytest.mark.parametrize(("kind", "raw", "expected"), VALUES)
def test_a_value_has_the_settings_type(kind: str, raw: IniValue, expected: object) -> None:
    """All settings of a type read it alike."""
    places = Places({}, "/home", "/here")
    names = TYPES[kind].split()

    found = [parse_setting(raw, KINDS[name], places) for name in names]

    assert [expected] * len(names) == found
    assert {type(expected)} == set(map(type, found))


def test_no_other_settings_are_read() -> None:
    """Each has a row above."""
    assert sorted(KINDS) == sorted(" ".join(TYPES.values()).split())


def test_null_is_no_certificate() -> None:
    """Of the lists it is `ca` alone that can be null; the others have it as a word."""
    found = {name: parse_setting(None, KINDS[name], Places({})) for name in TYPES["texts"].split()}

    assert {name: () if name == "ca" else ("null",) for name in found} == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [("${A}${B}", "B"), ("a", None), ("\\${B}", None), ("\\\\${B}", "B"), ("${B-x}${C}", "C")],
)
def test_the_first_variable_that_is_not_set(text: str, expected: str | None) -> None:
    """One that a backslash protects is none, nor one with a word in its place."""
    assert expected == find_unset(text, {"A": "1"})


def test_a_relative_path_stays_where_no_folder_is_known() -> None:
    """As does `~` without a home."""
    kind = KINDS["cafile"]

    assert ["a", "~/a"] == [parse_setting(path, kind, Places({})) for path in ("a", "~/a")]
