"""An ES module that a real Node fails to load, and no other, is an error."""

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

TABLE = json.loads((REPOSITORY / "fixtures/loading/modules.json").read_text(encoding="utf-8"))
SIZE = 120
GROUPS = [
    (answer, TABLE[answer][start : start + SIZE])
    for answer in ("fails", "loads")
    for start in range(0, len(TABLE[answer]), SIZE)
]
RUN = r"""
const failed = [], names = process.argv.slice(2);
let current;
process.on("unhandledRejection", () => { failed.push(current); });
for (current of names) {
  try {
    await import(`./${current}`);
    await new Promise((done) => setTimeout(done, 20));
  } catch { failed.push(current); }
}
console.error("\n" + JSON.stringify(failed));
"""


@pytest.mark.parametrize(("answer", "texts"), GROUPS)
def test_errors_are_nodes(answer: str, texts: list[str]) -> None:
    """What an import finds, and what of it the module needs, decides."""
    index = "import './m.mjs'; export const handler = async () => 1;"
    wrong = [
        text
        for text in texts
        if check_files({**TABLE["files"], "index.mjs": index, "m.mjs": text}).ok
        is (answer == "fails")
    ]

    assert [] == wrong


@pytest.mark.node
@pytest.mark.slow
@pytest.mark.parametrize("major", [20, 22, 24])
def test_the_table_is_nodes(tmp_path: Path, major: int) -> None:
    """A real Node fails to load the same modules."""
    texts = {f"m{n}.mjs": text for n, text in enumerate([*TABLE["fails"], *TABLE["loads"]])}
    for name, text in {**TABLE["files"], **texts, "run.mjs": RUN}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [str(node_of(major).executable), str(tmp_path / "run.mjs"), *texts],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    failed = json.loads(done.stderr.splitlines()[-1])

    assert TABLE["fails"] == [text for name, text in texts.items() if name in failed]
