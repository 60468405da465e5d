"""An absent module is an error exactly where a real Node fails to load the file that needs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from support.checking import check_files
from support.node import node_of
from support.shared import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

TABLE = json.loads((REPOSITORY / "fixtures/loading/programs.json").read_text(encoding="utf-8"))
SIZE = 240
GROUPS = [
    (answer, TABLE[answer][start : start + SIZE])
    for answer in ("fails", "loads")
    for start in range(0, len(TABLE[answer]), SIZE)
]
LEAVES_TRACES = re.compile(
    r"globalThis\.\w+ =|process\.\w+ =|process\.exit|process\.on|eval"
    r"|(?:SWITCH|AWS_\w+)['\"]?\]? (?:\|\|)?= |SWITCH: |delete process"
)
"""Programs that change what the next one finds."""
LAMBDA = {
    "AWS_LAMBDA_FUNCTION_NAME": "f",
    "AWS_LAMBDA_FUNCTION_VERSION": "1",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "LAMBDA_TASK_ROOT": "/var/task",
    "TZ": ":UTC",
}
RUN = r"""
const failed = new Set(), names = process.argv.slice(2);
process.on("unhandledRejection", (error) => {
  const name = /p\d+\.js/.exec(String(error?.stack) + error?.requireStack);
  if (name) failed.add(name[0]);
});
process.on("uncaughtException", () => 0);
for (const name of names) {
  try { require("./" + name); } catch { failed.add(name); }
}
setTimeout(() => { console.error("\n" + JSON.stringify([...failed])); process.exit(0); }, 300);
"""


@pytest.mark.parametrize(("answer", "texts"), GROUPS)
def test_errors_are_nodes(answer: str, texts: list[str]) -> None:
    """Each file of a package is judged as if it was alone."""
    names = [f"p{number}.js" for number in range(len(texts))]
    handler = "".join(f"require('./{name}');" for name in names)
    files = {"index.js": f"{handler} exports.handler = async () => 1;", "p.js": ""}

    report = check_files({**files, **dict(zip(names, texts, strict=True))})

    errors = {found.path for found in report.findings if found.severity == "error"}
    wrong = [t for n, t in zip(names, texts, strict=True) if (n in errors) != (answer == "fails")]
    assert [] == wrong


@pytest.mark.node
@pytest.mark.slow
@pytest.mark.parametrize("major", [20, 22, 24])
def test_the_table_is_nodes(tmp_path: Path, major: int) -> None:
    """A real Node fails to load the same programs."""
    texts = {f"p{n}.js": text for n, text in enumerate([*TABLE["fails"], *TABLE["loads"]])}
    for name, text in {**texts, "p.js": "", "run.cjs": RUN}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    alone = [name for name, text in texts.items() if LEAVES_TRACES.search(text)]

    failed: set[str] = set()
    for names in ([name for name in texts if name not in alone], *([name] for name in alone)):
        done = subprocess.run(
            [str(node_of(major).executable), str(tmp_path / "run.cjs"), *names],
            capture_output=True, text=True, check=True, env={**os.environ, **LAMBDA}, cwd=tmp_path,
        )  # fmt: skip
        failed.update(json.loads(done.stderr.splitlines()[-1]))

    assert TABLE["fails"] == [text for name, text in texts.items() if name in failed]
