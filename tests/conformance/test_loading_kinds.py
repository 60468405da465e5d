"""As what a file is loaded, by its extension, its text, its package and who asks, is as in Node."""

from __future__ import annotations

import json

import pytest
from support.checking import check_files
from support.lambda_loader import TaskFolder
from support.node import node_of
from support.shared import REPOSITORY

TABLE = json.loads((REPOSITORY / "fixtures/loading/kinds.json").read_text(encoding="utf-8"))
ROWS = [
    ({int(major) for major in key.split() if major != "none"}, row)
    for key, rows in TABLE.items()
    if key not in ("source", "what")
    for row in rows
]
SIZE = 120
MAJORS = (20, 22, 24)


def files_of(row: list[str], folder: str = "") -> dict[str, str]:
    """Return a handler that asks for one file, in a folder."""
    asks, kind, extension, text = row
    index = {
        "require": ("index.cjs", f"require('./a{extension}'); exports.handler = async () => 1;"),
        "import": ("index.mjs", f"import './a{extension}'; export const handler = async () => 1;"),
    }[asks]
    manifest = {} if kind is None else {"package.json": json.dumps({"type": kind})}
    files = {index[0]: index[1], f"a{extension}": text, **manifest}
    return {f"{folder}{name}": content for name, content in files.items()}


@pytest.mark.parametrize("start", range(0, len(ROWS), SIZE))
def test_errors_are_nodes(start: int) -> None:
    """An error is found where Node does not load the file, and nowhere else."""
    wrong = [
        (major, row)
        for majors, row in ROWS[start : start + SIZE]
        for major in MAJORS
        if check_files(files_of(row), runtime=f"nodejs{major}.x").ok is not (major in majors)
    ]

    assert [] == wrong


@pytest.mark.node
@pytest.mark.slow
@pytest.mark.parametrize("major", MAJORS)
def test_the_table_is_nodes(major: int) -> None:
    """A real Node loads the same files; one that ends the process is asked for alone."""
    texts = [files_of(row, f"c{number}/") for number, (_, row) in enumerate(ROWS)]
    handlers = [f"c{number}/index.handler" for number in range(len(ROWS))]
    with TaskFolder() as task:
        task.show({name: (t.encode(), 0o644) for one in texts for name, t in one.items()})
        loaded = task.load_each(str(node_of(major).executable), major, handlers)

    assert [major in majors for majors, _ in ROWS] == loaded
