"""Packages that a source names in ways which no bundler follows."""

from __future__ import annotations

import pytest

from zipper.bundling.package_mentions import asks_by_name, find_asked, find_texts

ASKED = [
    ("require('a/langs/' + l + '.json')", "a", False),
    ("const x = require(`@s/a/${n}.js`)", "@s/a", False),
    ("await import('a/' + n)", "a", False),
    ("require('@s/client-' + n)", "@s/client-", True),
    ("require(`plugin-${n}`)", "plugin-", True),
    ("fs.readFileSync(new URL(import.meta.resolve('a/x.wasm')))", "a", False),
    ("const r = createRequire(import.meta.url);\nr('a')", "a", False),
    ("const r = m.createRequire(here); r.resolve('@s/a/x')", "@s/a", False),
    ("path.join(process.cwd(), 'node_modules/@s/a/x.json')", "@s/a", False),
    ("path.join(__dirname, 'node_modules', '@s', 'a', 'x.json')", "@s/a", False),
]
NOT_ASKED = [
    "import a from 'a'; const b = require('b'); await import('c')",
    "require('./lib/' + name)",
    "// require('a/' + name)",
    "/*\n * require(`a/${name}`)\n */",
    "other.resolve('a')",
]


@pytest.mark.parametrize(("text", "name", "is_start"), ASKED)
def test_request_that_is_not_followed_names_its_package(
    text: str, name: str, is_start: bool
) -> None:
    """Computed paths, `createRequire`, resolvers and paths into node_modules."""
    (found,) = find_asked(text.encode())

    assert (name, is_start) == (found.name, found.is_start)
    assert found.text in text


@pytest.mark.parametrize("text", NOT_ASKED)
def test_request_that_is_followed_names_none(text: str) -> None:
    """What esbuild takes in, and what only a comment says."""
    assert [] == list(find_asked(text.encode()))


def test_computed_names_are_told_from_others() -> None:
    """A name in a variable, or `require` in other hands; an address is no comment."""
    assert asks_by_name(b"const u = 'http://x'; all.map((n) => require(n))")
    assert asks_by_name(b"load(require, 'a')")
    assert not asks_by_name(b"require('a'); import('./b'); require(`./c`)")
    assert not asks_by_name(b"// require(name)")


def test_texts_that_are_followed_are_left_out() -> None:
    """What stands after `from`, `import` and `require` is imported, or only its types are."""
    source = b"import type { A } from 'a';\nimport 'b';\nrequire('c'); import('d');\nset('e/f')"

    assert [("e", 4)] == [(one.name, one.line) for one in find_texts(source, set("abcde"))]
