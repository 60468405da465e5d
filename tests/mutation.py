"""Change the code one thing at a time, and see whether a test notices.

    python -m tests.mutation                          the modules that differ from `main`
    python -m tests.mutation zipper/tree/select.py    these modules, every change
    python -m tests.mutation --rooms npm,tree --sample 100 --seed 1

A change is one comparison, connective, constant, condition, argument, element or statement. Each
is made in a copy of the repository and tried by the tests that reach its function, those of its own
module first, then by the others of its module, of its room, and by wider ones; the first that fails
kills it. Printed: what survives, and the share of it.

Why not a tool: both were tried on `tree/select.py`, where this makes 87 changes. cosmic-ray 8.7
works. It makes 64, of which 22 put another operator where a signature has a bare `*`, and none
leaves out an argument, an element of a key, a statement or a default; and it runs one command for
each change, which would have to be the widest tests. mutmut 3.8 first runs all chosen tests with a
tracer, to know which reach what: that had not ended after seven minutes on a busy machine.
"""

from __future__ import annotations

import argparse
import compileall
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import TYPE_CHECKING

from tests.support.code_changes import Mutation, apply, compiles, find_mutations
from tests.support.reached import Reach, find_function, read_map
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_COPIED = ("zipper", "tests", "fixtures", "pyproject.toml", "README.md")
_SECONDS_A_TEST = 120
"""An endless loop is a change that was noticed."""

_SECONDS = 900
"""One stage of tests may take so long; on a machine that is busier, nothing is judged."""

_FIRST = 30
"""So many tests are tried at first, in one process."""

_MAP = Path(tempfile.gettempdir()) / "zipper-reached"
_UNJUDGED = "NOT JUDGED"
_NOT_FOUND = 4
"""pytest's status where a test does not exist."""

WIDER = {
    "archive": "tests/unit/checks tests/e2e/test_determinism.py",
    "checks": "tests/e2e/test_cli_check.py tests/e2e/test_check_other_tools.py",
    "lockfile": "tests/unit/tree tests/e2e/test_npm_yarn_lock.py",
    "npm": "tests/conformance tests/unit/project tests/unit/tree tests/e2e/test_npmrc_effects.py",
    "pipeline": "tests/e2e",
    "store": "tests/unit/fetching tests/e2e/test_install.py tests/e2e/test_faults_disk.py"
    " tests/e2e/test_recalled_install.py",
    "tree": "tests/conformance/test_ideal_tree_table.py tests/unit/lockfile tests/unit/layout"
    " tests/unit/resolving",
}
"""What else shows a change in a room, by room."""


def stages_for(module: str) -> Iterator[list[str]]:
    """Yield where the tests of a module are: its own, those of its room, then wider ones."""
    room, _, name = module.removeprefix("zipper/").removesuffix(".py").partition("/")
    dotted = module.removesuffix(".py").replace("/", ".")
    paths = sorted((REPOSITORY / "tests/unit").rglob("test_*.py"))
    own = [p for p in paths if dotted in p.read_text(encoding="utf-8") or p.stem == f"test_{name}"]
    yield [path.relative_to(REPOSITORY).as_posix() for path in own]
    yield [f"tests/unit/{room}"]
    yield WIDER.get(room, "").split()


def batches_for(mutation: Mutation, reaches: Sequence[Reach]) -> Iterator[list[str]]:
    """Yield the tests that may notice a change, those that most likely do first; none twice.

    What reaches the function comes first, then what belongs to the module without reaching it: the
    map sees no other process, and not what an earlier test has left in memory.
    """
    source = (REPOSITORY / mutation.path).read_text(encoding="utf-8")
    function = find_function(source, mutation.path, mutation.line)
    own, *wider = stages_for(mutation.path)
    prefix = f"{mutation.path}:"
    within = [
        reach
        for reach in reaches
        if function in reach.functions
        or (function is None and any(name.startswith(prefix) for name in reach.functions))
    ]
    within.sort(key=lambda reach: (not reach.test.startswith(tuple(own)), len(reach.functions)))
    names = [reach.test for reach in within]
    tried = set(names)
    yield names[:_FIRST]
    for stage in (own, names[_FIRST:], *wider):
        ids = [one for one in stage if "::" in one]
        folders = tuple(one for one in stage if "::" not in one)
        if folders:
            ids += [r.test for r in reaches if r.test.startswith(folders) and r.test not in tried]
            ids += [one for one in folders if one.startswith("tests/e2e")]
            tried.update(ids)
        yield ids


def run_tests(folder: Path, tests: Sequence[str], workers: int) -> tuple[str, list[str]]:
    """Return how all of them end in `folder` (passed, failed or unjudged), and those that fail."""
    words = "-m pytest -q -x -rfE --tb=no -p no:cacheprovider -o faulthandler_exit_on_timeout=true"
    words += f" -o faulthandler_timeout={_SECONDS_A_TEST} @{folder}/tests.txt"
    words += f" -n{workers if len(tests) > _FIRST else 0}"
    (folder / "tests.txt").write_text("\n".join(tests), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, *words.split()],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        output = process.communicate(timeout=_SECONDS)[0]
    except subprocess.TimeoutExpired:
        return _UNJUDGED, []
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    failed = [test for test in tests if f" {test} - " in output or f" {test}\n" in output]
    if process.returncode == _NOT_FOUND:  # tests may be named after what the code has
        files = sorted({test.partition("::")[0] for test in tests})
        return run_tests(folder, files, workers) if files != sorted(tests) else ("failed", files)
    return ("failed" if process.returncode else "passed"), failed


def judge(folder: Path, mutation: Mutation, reaches: Sequence[Reach], workers: int) -> str:
    """Make the change in the copy, run the tests, undo it; return what killed it, or nothing.

    What fails without the change too has killed nothing.
    """
    path = folder / mutation.path
    source = path.read_text(encoding="utf-8")
    useless: set[str] = set()
    for batch in batches_for(mutation, reaches):
        while tests := [test for test in batch if test not in useless]:
            began = time.monotonic()
            path.write_text(apply(source, mutation), encoding="utf-8")
            try:
                end, failed = run_tests(folder, tests, workers)
            finally:
                path.write_text(source, encoding="utf-8")
            if end == "passed":
                break
            if end == _UNJUDGED:
                return end
            end, anyway = run_tests(folder, failed, 0) if failed else ("passed", [])
            if end == "passed":
                first = failed[0] if failed else tests[0].partition("::")[0]
                return f"{first} in {time.monotonic() - began:.0f} s"
            print(f"fails without a change: {anyway or failed}", flush=True)
            useless.update(anyway or failed)
    return ""


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


def main() -> int:
    """Try the changes; status 1 where more than a tenth survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("modules", nargs="*", help="paths such as zipper/tree/select.py")
    parser.add_argument("--rooms", default="", help="folders of zipper, with commas")
    parser.add_argument("--sample", type=int, help="so many, at random; else all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=0, help="of pytest-xdist")
    parser.add_argument("--map", type=Path, default=_MAP, help="where what tests reach is kept")
    parser.add_argument("--list", action="store_true", help="print the changes, try none")
    arguments = parser.parse_args()
    mutations = choose(arguments)
    if arguments.list:
        print(*mutations, sep="\n")
        return 0
    reaches = read_map(arguments.map, workers=arguments.workers)
    survivors = []
    judged = 0
    with tempfile.TemporaryDirectory(prefix="zipper-mutation-") as name:
        folder = Path(name)
        for copied in _COPIED:
            source = REPOSITORY / copied
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, folder / copied)
        # By their hashes: a changed file may have the size and the second of the unchanged one.
        by_hash = PycInvalidationMode.CHECKED_HASH
        compileall.compile_dir(folder / "zipper", quiet=1, invalidation_mode=by_hash)
        for number, mutation in enumerate(mutations, 1):
            killer = judge(folder, mutation, reaches, arguments.workers)
            print(f"{number}/{len(mutations)} {killer or 'SURVIVED'}: {mutation}", flush=True)
            judged += killer != _UNJUDGED
            if not killer:
                survivors.append(mutation)
    share = len(survivors) / max(judged, 1)
    print(f"{len(survivors)} of {judged} survived: {100 * share:.0f} %")
    print(*survivors, sep="\n")
    return int(share > 0.1)


if __name__ == "__main__":
    sys.exit(main())
