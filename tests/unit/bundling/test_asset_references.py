"""Files that assets name."""

from __future__ import annotations

import pytest

from zipper.bundling.asset_references import find_references, find_requested


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("v/a.ejs", "<%- include('b') %>", "v/b.ejs"),
        ("v/a.pug", "extends ./layout\nblock x\n  include p/q", "v/layout.pug"),
        ("v/a.pug", "extends ./layout\nblock x\n  include p/q", "v/p/q.pug"),
        ("v/a.hbs", "{{> head}}", "v/head.hbs"),
        ("p/q/a.proto", 'import "common/b.proto";', "p/common/b.proto"),
        ("a.yaml", "$ref: './parts/b.yaml#/x'", "parts/b.yaml"),
        ("a.json", '{"$ref": "b.json"}', "b.json"),
        ("m/a.js", "require('../lib/db')", "lib/db.js"),
        ("m/a.mjs", "export * from './b.mjs'", "m/b.mjs"),
    ],
)
def test_what_an_asset_includes_is_found(path: str, text: str, expected: str) -> None:
    """Templates, schemas and code, each with its own way to name another file."""
    found = [one for names in find_references(path, text.encode()) for one in names]

    assert expected in found


def test_other_files_name_nothing() -> None:
    """A picture is no text."""
    assert [] == list(find_references("a.png", b"include('b')"))


def test_long_gaps_end() -> None:
    """Spaces behind a word are read once."""
    gap = b" " * 400_000

    assert [] == list(find_references("a.ejs", b"include" + gap))
    assert {} == find_requested("a.js", b"import" + gap)


def test_requests_of_copied_code_have_lines() -> None:
    """What it imports, to be kept; texts of other files count for nothing."""
    assert {"ms": 2, "./b": 3} == find_requested("a.js", b"\nimport 'ms'\nrequire('./b')")
    assert {} == find_requested("a.txt", b"import 'ms'")
