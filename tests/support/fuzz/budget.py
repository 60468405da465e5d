"""One budget of coverage-guided fuzzing, shared by all targets in turn; it stops by itself.

    pip install atheris
    nice python -m tests.support.fuzz.budget FOLDER --seconds 3600 --slice 90

Each target gets slices of `--slice` seconds, round after round, until the budget is spent; where
the budget is too small for a round, slices become shorter, so that no target goes without one. A
finding ends its slice, is kept as `FOLDER/TARGET-findings/...` and told; the others go on. At the
end: executions and findings of every target, and status 1 where there were any, or where a target
was never played.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.support.fuzz.targets import TARGETS

__all__ = ["choose", "main"]

_DONE = re.compile(rb"stat::number_of_executed_units:\s*(\d+)")
_SLACK_SECONDS = 120
"""What a slice may take beyond its time: importing, seeds, and one input of 25 s."""


def main(arguments: list[str]) -> int:
    """Return 0 where nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--slice", type=int, default=90)
    asked = parser.parse_args(arguments)
    executions: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    end = time.monotonic() + asked.seconds
    while chosen := choose(spent, end - time.monotonic(), longest_seconds=asked.slice):
        target, seconds = chosen
        began = time.monotonic()
        executions[target] += play_slice(target, asked.folder, seconds)
        spent[target] += time.monotonic() - began
        _tell(asked.folder, target, executions, spent)
    for target in TARGETS:
        _tell(asked.folder, target, executions, spent)
    findings = sum(_count_findings(asked.folder, target) for target in TARGETS)
    print(f"all: {executions.total():,} executions, {findings} findings")
    return int(findings > 0 or not all(executions[target] for target in TARGETS))


def choose(
    spent: Counter[str], left_seconds: float, *, longest_seconds: int
) -> tuple[str, int] | None:
    """Return who is played next and for how many seconds; None when the budget is spent.

    Who had the least is next. While some have had nothing, each takes no more than leaves as much
    for the others; where even a second each is too much, they get it all the same.
    """
    waiting = sum(1 for target in TARGETS if not spent[target])
    if left_seconds <= 1 and not waiting:
        return None
    fair = left_seconds / max(1, waiting)
    target = min(TARGETS, key=lambda name: spent[name])
    return target, max(1, int(min(fair, longest_seconds)))


def play_slice(target: str, folder: Path, seconds: int) -> int:
    """Fuzz one target for a while; return how many inputs were played."""
    (folder / f"{target}-findings").mkdir(parents=True, exist_ok=True)
    with (folder / f"{target}.log").open("ab") as log:
        log.write(b"\n== slice\n")
        begin = log.tell()
        command = [
            *(sys.executable, "-m", "tests.support.fuzz.with_atheris"),
            *(target, str(folder / target)),
            *(f"-max_total_time={max(1, seconds)}", "-print_final_stats=1", "-verbosity=1"),
            f"-artifact_prefix={folder}/{target}-findings/",
        ]
        try:
            subprocess.run(
                command, stdout=log, stderr=log, timeout=seconds + _SLACK_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            print(f"{target}: ended by force; a busy machine, or an input without an end")
    text = (folder / f"{target}.log").read_bytes()[begin:]
    return sum(map(int, _DONE.findall(text)))


def _tell(folder: Path, target: str, executions: Counter[str], spent: Counter[str]) -> None:
    print(
        f"{target}: {executions[target]:,} executions in {spent[target]:.0f} s, "
        f"{_count_findings(folder, target)} findings",
        flush=True,
    )


def _count_findings(folder: Path, target: str) -> int:
    return sum(1 for _ in (folder / f"{target}-findings").glob("*"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
