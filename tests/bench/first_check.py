"""The first check of many functions that share their dependencies, beside that of their union.

    python -m tests.bench.first_check PROJECT --functions 50 --folder DIR

Each function has the lockfile of PROJECT and a handler of its own, which imports two of the
dependencies; the union imports them all. The store is filled, nothing is noted. Each is built with
its check and without, in turns; the figures are processor time, the medians of all runs.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOCKFILES = ("package.json", "package-lock.json")


def describe(root: Path, project: Path, handlers: Sequence[Sequence[str]]) -> None:
    """Write one function for each list of packages that its handler imports."""
    rows = ""
    for number, names in enumerate(handlers):
        function = root / "fns" / f"f{number:03}"
        function.mkdir(parents=True)
        for name in _LOCKFILES:
            shutil.copyfile(project / name, function / name)
        lines = [f'import * as m{place} from "{name}";\n' for place, name in enumerate(names)]
        code = f"export const handler = async () => [{number}, m0];\n"
        (function / "index.mjs").write_text("".join(lines) + code)
        rows += f'[[tool.zipper.functions]]\nname = "f{number:03}"\nproject = "{function}"\n'
    settings = '[tool.zipper]\noutput = "dist/"\nhandler = "index.handler"\n'
    (root / "pyproject.toml").write_text(settings + rows)


def build(root: Path, cache: Path, *options: str) -> float:
    """Build all functions of a folder, nothing noted; return the processor time."""
    shutil.rmtree(cache / "notes", ignore_errors=True)
    shutil.rmtree(root / "dist", ignore_errors=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "zipper", "build", f"{root}/", "--cache-dir", str(cache)]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([*command, "--json", *options], env=env, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(done.stderr.decode() or done.stdout.decode()[-2000:])
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("--functions", type=int, default=50)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, required=True)
    asked = parser.parse_args()
    names = list(json.loads((asked.project / "package.json").read_text())["dependencies"])
    count = len(names)
    pairs = [
        [names[n % count], names[(n + 1 + n // count) % count]] for n in range(asked.functions)
    ]
    roots = {"many": asked.folder.absolute() / "many", "union": asked.folder.absolute() / "union"}
    for name, handlers in (("many", pairs), ("union", [names])):
        shutil.rmtree(roots[name], ignore_errors=True)
        describe(roots[name], asked.project, handlers)
    cache = asked.folder.absolute() / "cache"
    build(roots["union"], cache)
    taken: dict[tuple[str, str], list[float]] = {}
    for _ in range(asked.runs):
        for name, root in roots.items():
            for option in ("--check", "--no-check"):
                options = () if option == "--check" else (option,)
                taken.setdefault((name, option), []).append(build(root, cache, *options))
    seconds = {case: statistics.median(runs) for case, runs in taken.items()}
    for (name, option), value in seconds.items():
        print(f"{name:6} {option:10} {value:6.2f} s of CPU")
    checks = [seconds[name, "--check"] - seconds[name, "--no-check"] for name in roots]
    print(f"the check: {checks[0]:.2f} s for {asked.functions}, {checks[1]:.2f} s for the union: "
          f"{checks[0] / checks[1]:.2f} times")  # fmt: skip


if __name__ == "__main__":
    main()
