"""What npm's own packages answer to random questions, as tables, so that tests need no npm.

    python -m tests.support.npm_answers [TABLE...]

writes all tables anew, or these: `fixtures/conformance/random/TABLE.json`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.support.npm import node_version
from tests.support.npm_questions import QUESTIONS
from tests.support.shared import CONFORMANCE
from zipper.target import NPM_VERSION

__all__ = ["FOLDER", "load_table"]

FOLDER: Final = CONFORMANCE / "random"
_PROGRAM: Final = Path(__file__).with_suffix(".cjs")


def load_table(name: str) -> list[tuple[Any, Any]]:
    """Return the questions of a table with npm's answers."""
    cases = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return [(question, answer) for question, answer in cases]


def _is_meant(table: str, question: Any, answer: Any) -> bool:
    """Return whether an answer is one that npm means to give."""
    if table in ("ignore-rules", "path-globs", "npmrc"):
        # Patterns that make a regular expression which is none; addresses that are none.
        return not (isinstance(answer, dict) and "error" in answer)
    if table == "picks":  # what leaves `avoid` may be nothing, which is no manifest
        return answer.keys() & {"version", "error"} != set()
    if table in (
        "placements",
        "clashes",
    ):  # where the edge was fine, and where npm goes on in what is gone
        return answer == "ERESOLVE" or (isinstance(answer, list) and answer[0][1] is not None)
    # JavaScript leaves holes in a list that is shortened where it is not.
    return table != "conflicts" or "null" in question or "null" not in json.dumps(answer)


def main() -> None:
    """Write tables anew."""
    asked: dict[str, list[Any]] = {}
    for name in sys.argv[1:] or QUESTIONS:
        ask, count = QUESTIONS[name]
        numbers = range(count) if isinstance(count, int) else count
        found = (ask(Random(f"{name} {number}")) for number in numbers)
        asked[name] = list({json.dumps(one): one for one in found}.values())
    npm = Path(os.path.realpath(shutil.which("npm") or "npm")).parents[1]
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(asked, file)
        file.flush()
        words = ["node", str(_PROGRAM), str(npm), file.name]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    FOLDER.mkdir(exist_ok=True)
    source = f"tests.support.npm_questions; npm {NPM_VERSION}, node {node_version()}"
    for name, answers in json.loads(done.stdout).items():
        pairs = [pair for pair in zip(asked[name], answers, strict=True) if _is_meant(name, *pair)]
        lines = ",\n".join(json.dumps(pair, separators=(",", ":")) for pair in pairs)
        text = f'{{"source": {json.dumps(source)}, "cases": [\n{lines}\n]}}\n'
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
