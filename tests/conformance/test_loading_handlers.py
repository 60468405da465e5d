"""A handler that AWS's loaders do not take, for what it is or lacks, is an error, and no other."""

from __future__ import annotations

import json

import pytest
from support.checking import check_files
from support.lambda_loader import TaskFolder
from support.node import node_of
from support.shared import REPOSITORY

TABLE = json.loads((REPOSITORY / "fixtures/loading/handlers.json").read_text(encoding="utf-8"))
TAKES = {
    "all": {20: True, 22: True, 24: True},
    "before 24": {20: True, 22: True, 24: False},
    "from 24": {20: False, 22: False, 24: True},
    "none": {20: False, 22: False, 24: False},
}
SIZE = 120
GROUPS = [
    (answer, TABLE[answer][start : start + SIZE])
    for answer in TAKES
    for start in range(0, len(TABLE[answer]), SIZE)
]


def files_of(text: str) -> dict[str, str]:
    """Return the files beside a handler that it may ask for, or that these ask for."""
    return {name: code for name, code in TABLE["files"].items() if f"./{name[:2]}" in text}


@pytest.mark.parametrize(("answer", "rows"), GROUPS)
def test_errors_are_the_loaders(answer: str, rows: list[list[str]]) -> None:
    """The two loaders differ in how they look for the function, and in what they allow it."""
    wrong = [
        (major, row)
        for row in rows
        for major in (22, 24)
        if check_files(
            {**files_of(row[2]), row[0]: row[2]},
            handler=f"index.{row[1]}",
            runtime=f"nodejs{major}.x",
        ).ok
        is not TAKES[answer][major]
    ]

    assert [] == wrong


@pytest.mark.node
@pytest.mark.slow
@pytest.mark.parametrize("major", [20, 22, 24])
def test_the_table_is_the_loaders(major: int) -> None:
    """They take the same handlers in a real Node."""
    rows = [(answer, row) for answer in TAKES for row in TABLE[answer]]
    texts = {f"f{n}{row[0][5:]}": row[2] for n, (_, row) in enumerate(rows)}
    handlers = [f"f{n}.{row[1]}" for n, (_, row) in enumerate(rows)]
    with TaskFolder() as task:
        task.show({name: (t.encode(), 0o644) for name, t in {**TABLE["files"], **texts}.items()})
        taken = task.load_each(str(node_of(major).executable), major, handlers)

    assert [TAKES[answer][major] for answer, _ in rows] == taken
