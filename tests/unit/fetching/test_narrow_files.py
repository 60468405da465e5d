"""Files of a linked package that its code names and that are not packed."""

from __future__ import annotations

import pytest

from zipper.fetching.narrow_files import find_named

LEFT_OUT = ("templates/a.html", "data.json", "lib/gone.js", "src/x.ts")

ROWS = {
    "parent": ('fs.readFileSync("../templates/a.html")', ["templates/a.html"]),
    "joined": ("join(__dirname, '..', 'templates', 'a.html')", ["templates/a.html"]),
    "joined folder": ("join(__dirname, '../templates', name)", ["templates"]),
    "template": ("read(`../templates/${name}.html`)", ["templates"]),
    "module": ("new URL('../data.json', import.meta.url)", ["data.json"]),
    "its folder": ("join(import.meta.dirname, '..', 'data.json')", ["data.json"]),
    "appended": ("read(__dirname + '/../data.json')", ["data.json"]),
    "put in": ("read(`${__dirname}/../templates/${name}`)", ["templates"]),
    "packed": ("require('../lib/there')", []),
    "a name alone": ("console.log('data.json', 'templates')", []),
    "elsewhere": ("read('../other/a.html')", []),
    "twice": ("a('../data.json'); b('../data.json')", ["data.json"]),
}


@pytest.mark.parametrize(("code", "expected"), ROWS.values(), ids=ROWS)
def test_named(code: str, expected: list[str]) -> None:
    """A path that begins at the file that names it, written out or joined."""
    packed = {"dist/index.js": code.encode(), "lib/there.js": b"", "README.md": b"../data.json"}
    found = list(find_named(LEFT_OUT, packed, packed.__getitem__))

    assert [(path, "dist/index.js") for path in expected] == found
