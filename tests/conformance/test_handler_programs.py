"""A handler that a file does not export is an error exactly where a real Node finds none."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from support.checking import check_files
from support.node import node_of
from support.shared import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

TABLE = json.loads((REPOSITORY / "fixtures/loading/exports.json").read_text(encoding="utf-8"))
P = TABLE["files"]
GROUPS = [
    (answer, TABLE[answer][start : start + 60])
    for answer in ("fails", "loads")
    for start in range(0, len(TABLE[answer]), 60)
]
RUN = """
const found = [];
for (const name of process.argv.slice(2)) {
  try { found.push(typeof require(name).handler === "function"); } catch { found.push(false); }
}
console.log(JSON.stringify(found));
process.exit(0);
"""


@pytest.mark.parametrize(("answer", "texts"), GROUPS)
def test_errors_are_nodes(answer: str, texts: list[str]) -> None:
    """What a file exports is followed as far as an error needs."""
    wrong = []
    for text in texts:
        report = check_files({"index.js": text, **P}, runtime="nodejs22.x")
        has_error = any(found.severity == "error" for found in report.findings)
        wrong += [text] if has_error != (answer == "fails") else []

    assert [] == wrong


@pytest.mark.node
@pytest.mark.slow
@pytest.mark.parametrize("major", [20, 22, 24])
def test_the_table_is_nodes(tmp_path: Path, major: int) -> None:
    """A real Node finds a function in the same programs."""
    texts = [*TABLE["fails"], *TABLE["loads"]]
    for name, text in {**P, "run.cjs": RUN}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for number, text in enumerate(texts):
        (tmp_path / f"p{number}.js").write_text(text, encoding="utf-8")
    names = [str(tmp_path / f"p{number}.js") for number in range(len(texts))]

    words = [str(node_of(major).executable), str(tmp_path / "run.cjs"), *names]
    done = subprocess.run(words, capture_output=True, text=True, check=True)

    found = json.loads(done.stdout)
    assert TABLE["loads"] == [text for text, has in zip(texts, found, strict=True) if has]
