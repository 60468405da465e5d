"""What requests for modules find: the table of real Nodes' answers."""

from __future__ import annotations

import json
from functools import cache

import pytest
from support.mutations import pack
from support.shared import CONFORMANCE

from zipper.archive.listing import read_listing
from zipper.checks.filesystem import FileSystem
from zipper.checks.module_resolution import Found, Resolver
from zipper.checks.subject import Subject
from zipper.target import Target

TABLE = json.loads((CONFORMANCE / "module-resolution.json").read_text(encoding="utf-8"))
TOP = "/var/task/"
ROWS = [(file, *row) for file, answers in TABLE["cases"].items() for row in answers.items()]
SIZE = 80


@cache
def resolver_of(runtime: str) -> Resolver:
    """Return what answers requests among the table's files."""
    names = [*TABLE["others"], *(top + name for top in TABLE["full"] for name in TABLE["usual"])]
    files = {
        **dict.fromkeys(names, ""),
        **{f"{folder}package.json": text for folder, text in TABLE["manifests"].items()},
    }
    listing = read_listing(pack({name: (text.encode(), 0o644) for name, text in files.items()}))
    subject = Subject(listing=listing, target=Target(runtime))
    return Resolver(FileSystem.of(subject), subject.target, ())


@pytest.mark.parametrize("runtime", ["nodejs20.x", "nodejs24.x"])
@pytest.mark.parametrize("start", range(0, len(ROWS), SIZE))
def test_answers_are_nodes(start: int, runtime: str) -> None:
    """`require` and `import` find the same file, or nothing for the same reason."""
    resolver, found = resolver_of(runtime), {}
    for file, specifier, _ in ROWS[start : start + SIZE]:
        answers = resolver.require(specifier, TOP + file), resolver.import_(specifier, TOP + file)
        found[file, specifier] = [
            one.path.removeprefix(TOP) if isinstance(one, Found) else f"-{one.kind}"
            for one in answers
        ]

    assert {(file, name): answer for file, name, answer in ROWS[start : start + SIZE]} == found
