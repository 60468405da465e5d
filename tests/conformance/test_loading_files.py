"""A file that is not there, or cannot be written, is an error where loading fails for it."""

from __future__ import annotations

import json

import pytest
from support.checking import check_files
from support.lambda_loader import TaskFolder
from support.node import node_of
from support.shared import REPOSITORY

TABLE = json.loads((REPOSITORY / "fixtures/loading/files.json").read_text(encoding="utf-8"))
SIZE = 120
GROUPS = [
    (answer, TABLE[answer][start : start + SIZE])
    for answer in ("fails", "loads")
    for start in range(0, len(TABLE[answer]), SIZE)
]


@pytest.mark.parametrize(("answer", "texts"), GROUPS)
def test_errors_are_nodes(answer: str, texts: list[str]) -> None:
    """The function that is called decides, what its path is, and whether the call is sure."""
    wrong = [
        text
        for text in texts
        if check_files({**TABLE["files"], "index.js": TABLE["before"] + text}).ok
        is (answer == "fails")
    ]

    assert [] == wrong


@pytest.mark.node
@pytest.mark.slow
@pytest.mark.parametrize("major", [20, 22, 24])
def test_the_table_is_nodes(major: int) -> None:
    """A real Node fails to load the same handlers."""
    rows = [*TABLE["fails"], *TABLE["loads"]]
    texts = {f"f{number}.js": TABLE["before"] + row for number, row in enumerate(rows)}
    handlers = [f"f{number}.handler" for number in range(len(rows))]
    with TaskFolder() as task:
        task.show({name: (t.encode(), 0o644) for name, t in {**TABLE["files"], **texts}.items()})
        loaded = task.load_each(str(node_of(major).executable), major, handlers)

    assert TABLE["fails"] == [row for row, one in zip(rows, loaded, strict=True) if not one]
