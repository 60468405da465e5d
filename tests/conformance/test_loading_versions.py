"""What code needs of Node's own modules is an error for those Nodes that lack it, and no other."""

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

TABLE = json.loads((REPOSITORY / "fixtures/loading/versions.json").read_text(encoding="utf-8"))
MAJORS = (20, 22, 24)
RUN = r"""
const failed = [];
for (const name of process.argv.slice(2)) {
  try { require("./" + name); } catch { failed.push(name); }
}
console.error("\n" + JSON.stringify(failed));
process.exit(0);
"""


@pytest.mark.parametrize("major", MAJORS)
def test_errors_are_nodes(major: int) -> None:
    """Each file of a package is judged as if it was alone."""
    texts = {f"p{n}.js": text for n, text in enumerate(TABLE["cases"])}
    index = "".join(f"require('./{name}');" for name in texts)
    files = {"index.js": f"{index} exports.handler = async () => 1;", **texts}
    report = check_files(files, runtime=f"nodejs{major}.x")

    errors = {found.path for found in report.findings if found.severity == "error"}
    failing = {name for name, text in texts.items() if major not in TABLE["cases"][text]}
    assert {texts[name] for name in failing} == {texts[name] for name in errors}


@pytest.mark.node
@pytest.mark.slow
@pytest.mark.parametrize("major", MAJORS)
def test_the_table_is_nodes(tmp_path: Path, major: int) -> None:
    """A real Node fails to load the same files."""
    failed = ask(tmp_path, major, list(TABLE["cases"]))

    assert [text for text, majors in TABLE["cases"].items() if major not in majors] == failed


def ask(folder: Path, major: int, texts: list[str]) -> list[str]:
    """Return the texts that a real Node fails to load."""
    names = {f"p{n}.js": text for n, text in enumerate(texts)}
    for name, text in {**names, "run.cjs": RUN}.items():
        (folder / name).write_text(text, encoding="utf-8")
    # Each alone: some of them change the module.
    failed: list[str] = []
    for name, text in names.items():
        done = subprocess.run(
            [str(node_of(major).executable), "--no-warnings", str(folder / "run.cjs"), name],
            capture_output=True, text=True, check=True, cwd=folder,
        )  # fmt: skip
        failed += [text] if json.loads(done.stderr.splitlines()[-1]) else []
    return failed
