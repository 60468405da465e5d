"""What a module reads of one that has not run is an error where Node fails to load them."""

from __future__ import annotations

import json

import pytest
from support.checking import check_files
from support.lambda_loader import TaskFolder
from support.node import node_of
from support.shared import REPOSITORY

TABLE = json.loads((REPOSITORY / "fixtures/loading/cycles.json").read_text(encoding="utf-8"))
SIZE = 200
GROUPS = [
    (answer, TABLE[answer][start : start + SIZE])
    for answer in ("fails", "loads")
    for start in range(0, len(TABLE[answer]), SIZE)
]


def files_of(row: dict[str, str], folder: str = "") -> dict[str, str]:
    """Return a handler that asks for the first module of a cycle, in a folder."""
    if "a.js" in row:
        files = {"index.js": "require('./a'); exports.handler = async () => 1;", **row}
    else:
        first = "m.mjs" if "m.mjs" in row else "a.mjs"
        index = f"import './{first}'; export const handler = async () => 1;"
        files = {"index.mjs": index, "c.mjs": TABLE["c.mjs"], **row}
    return {f"{folder}{name}": text for name, text in files.items()}


@pytest.mark.parametrize(("answer", "rows"), GROUPS)
def test_errors_are_nodes(answer: str, rows: list[dict[str, str]]) -> None:
    """What the name is bound to decides, and whether it is read at once."""
    wrong = [row for row in rows if check_files(files_of(row)).ok is (answer == "fails")]

    assert [] == wrong


@pytest.mark.node
@pytest.mark.slow
@pytest.mark.parametrize("major", [20, 22, 24])
def test_the_table_is_nodes(major: int) -> None:
    """A real Node loads the same cycles; one that ends the process is asked for alone."""
    rows = [row for answer in ("fails", "loads") for row in TABLE[answer]]
    texts = [files_of(row, f"c{number}/") for number, row in enumerate(rows)]
    handlers = [f"c{number}/index.handler" for number in range(len(rows))]
    with TaskFolder() as task:
        task.show({name: (t.encode(), 0o644) for one in texts for name, t in one.items()})
        loaded = task.load_each(str(node_of(major).executable), major, handlers)

    assert TABLE["fails"] == [row for row, one in zip(rows, loaded, strict=True) if not one]
