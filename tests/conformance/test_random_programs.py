"""An absent module is an error only in programs that a real Node refuses to load."""

from __future__ import annotations

import json
import subprocess
from random import Random
from typing import TYPE_CHECKING

import pytest
from support.checking import check_files
from support.node import node_of
from support.random_programs import make_program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.node, pytest.mark.slow]

PROGRAMS = 100
RUN = r"""
const { readdirSync, writeFileSync } = require("node:fs"), vm = require("node:vm");
const failed = {};
process.on("unhandledRejection", (error) => {
  const name = /p\d+\.js/.exec(String(error?.stack));
  if (name) failed[name[0]] = true;
});
process.on("uncaughtException", () => 0);
for (const name of readdirSync(__dirname).filter((one) => /^p\d+\.js$/.test(one))) {
  globalThis.load = () => require("./" + name);
  try { vm.runInThisContext("load()", { timeout: 300 }); } catch (error) {
    failed[name] = error?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT" ? null : true;
  }
}
setTimeout(() => { console.log(JSON.stringify(failed)); process.exit(0); }, 300);
"""


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("major", [22, 24])
def test_no_false_error(tmp_path: Path, seed: int, major: int) -> None:
    """Where `check` finds an error, Node throws while it loads the program, or rejects."""
    random = Random(seed)
    programs = {f"p{number}.js": make_program(random) for number in range(PROGRAMS)}
    for name, text in programs.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "run.cjs").write_text(RUN, encoding="utf-8")
    command = [str(node_of(major).executable), str(tmp_path / "run.cjs")]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    failed = json.loads(done.stdout)

    wrong = [
        text
        for name, text in programs.items()
        if name not in failed and not check_files({"index.js": text}).ok
    ]
    assert wrong == []
    assert any(failed.values())
