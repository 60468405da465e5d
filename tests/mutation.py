"""Change the code one thing at a time, and see whether a test notices.

    python -m tests.mutation                          the modules that differ from `main`
    python -m tests.mutation zipper/tree/select.py    these modules, every change
    python -m tests.mutation --rooms npm,tree --sample 100 --seed 1

A change is one comparison, connective, constant, condition, argument, element or statement. Each
is made in a copy of the repository and tried by the tests of a landing (`.ci/run`) that run it; the
first that fails kills it, or else mypy: `tests.support.forked_tests`. Which tests run what is
recorded by the first run, or anew with `--record`: `tests.support.reached_lines`. Printed: what
survives, and the share of it.

Why not a tool: both were tried on `tree/select.py`, where this makes 87 changes. cosmic-ray 8.7
works. It makes 64, of which 22 put another operator where a signature has a bare `*`, and none
leaves out an argument, an element of a key, a statement or a default; and it runs one command for
each change, which would have to be the widest tests. mutmut 3.8 first runs all chosen tests with a
tracer, to know which reach what: that had not ended after seven minutes on a busy machine.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import TYPE_CHECKING

from tests.support.code_changes import Mutation, compiles, find_mutations
from tests.support.reached_lines import FOLDER, LANDING, record
from tests.support.shared import REPOSITORY, copy_repository

if TYPE_CHECKING:
    from collections.abc import Sequence


def choose(arguments: argparse.Namespace) -> list[Mutation]:
    """Return the changes that were asked for, a random sample of them where one was."""
    paths = [REPOSITORY / name for name in arguments.modules]
    for room in filter(None, arguments.rooms.split(",")):
        paths += sorted((REPOSITORY / "zipper" / room).rglob("*.py"))
    if not paths:
        words = ["git", "diff", "--name-only", "--diff-filter=d", "main", "--", "zipper/*.py"]
        done = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, check=True)
        paths = [REPOSITORY / name for name in done.stdout.split()]
    found = [mutation for path in paths for mutation in find_mutations(path)]
    if arguments.sample is None:
        return list(filter(compiles, found))
    random.Random(arguments.seed).shuffle(found)
    return list(islice(filter(compiles, found), arguments.sample))


def try_each(
    folder: Path, mutations: Sequence[Mutation], *, tests: Sequence[str], seconds: int
) -> list[str]:
    """Try the changes in a copy of the repository; print and return a line for each."""
    copy_repository(folder)
    # By their hashes: a changed file may have the size and the second of the unchanged one.
    by_hash = PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(folder / "zipper", quiet=1, invalidation_mode=by_hash)
    rows = json.dumps([asdict(mutation) for mutation in mutations])
    (folder / "mutations.json").write_text(rows, encoding="utf-8")
    words = "-m pytest -q -s -p no:cacheprovider -p no:xdist"
    words += " -p tests.support.cpu_limit -p tests.support.forked_tests"
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MUTATIONS": str(folder / "mutations.json"),
        "MUTATION_SECONDS": str(seconds),
    }
    lines = []
    with subprocess.Popen(
        [sys.executable, *words.split(), "-m", LANDING, *tests],
        cwd=folder, env=environment, text=True, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    return lines


def main() -> int:
    """Try the changes; status 1 where more than a tenth survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("modules", nargs="*", help="paths such as zipper/tree/select.py")
    parser.add_argument("--rooms", default="", help="folders of zipper, with commas")
    parser.add_argument("--sample", type=int, help="so many, at random; else all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="*", default=(), help="these files alone; else all")
    parser.add_argument("--seconds", type=int, default=240, help="of CPU for the tests of a change")
    parser.add_argument("--record", action="store_true", help="run all tests first, with a tracer")
    parser.add_argument("--list", action="store_true", help="print the changes, try none")
    arguments = parser.parse_args()
    mutations = choose(arguments)
    if arguments.list:
        print(*mutations, sep="\n")
        return 0
    if arguments.record or not FOLDER.exists():
        record()
    with tempfile.TemporaryDirectory(prefix="zipper-mutation-") as name:
        lines = try_each(
            Path(name).resolve(), mutations, tests=arguments.tests, seconds=arguments.seconds
        )
    survivors = [line for line in lines if line.startswith("SURVIVED")]
    judged = sum(line.startswith("killed by ") for line in lines) + len(survivors)
    share = len(survivors) / max(judged, 1)
    print(f"{len(survivors)} of {judged} survived: {100 * share:.0f} %")
    print(*survivors, sep="")
    return int(share > 0.1)


if __name__ == "__main__":
    sys.exit(main())
