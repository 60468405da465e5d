"""The check of zips, first and again: processor time and memory.

    python -m tests.bench.check_zips ZIP... [--handler H] [--other FOLDER] [--runs 3]

Each zip is checked in a process of its own with an empty cache, and then once more with the filled
one. With `--other` the code in another folder does the same in turns.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.measure import Sample, run_measured


def check(zip_path: Path, handler: str, code: Path, cache: Path) -> Sample:
    """Check a zip with the code in a folder; exit where the command itself fails."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-P", "-m", "zipper", "check", str(zip_path), "--json"]
    command += ["--handler", handler, "--cache-dir", str(cache)]
    sample = run_measured(command, cwd=code, env={**env, "PYTHONPATH": str(code)})
    if sample.status not in {0, 1}:
        sys.exit(sample.stderr)
    return sample


def describe(samples: list[Sample]) -> str:
    """Return the median of the processor time and the largest memory."""
    seconds = statistics.median([sample.processor_seconds for sample in samples])
    memory = max(sample.peak_memory_bytes for sample in samples)
    return f"{seconds:6.2f} s of CPU, {memory / 1e6:4.0f} MB"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("zips", type=Path, nargs="+")
    parser.add_argument("--handler", default="index.handler")
    parser.add_argument("--other", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    here = Path(subprocess.check_output(["git", "rev-parse", "--show-toplevel"], text=True).strip())
    codes = [here, *([asked.other.absolute()] if asked.other else [])]
    for zip_path in asked.zips:
        samples: dict[tuple[str, Path], list[Sample]] = {}
        for _ in range(asked.runs):
            for code in codes:
                with tempfile.TemporaryDirectory() as cache:
                    for turn in ("first", "again"):
                        sample = check(zip_path.absolute(), asked.handler, code, Path(cache))
                        samples.setdefault((turn, code), []).append(sample)
        for (turn, code), rows in samples.items():
            print(f"{zip_path.name:20} {turn:6} {code.name:12} {describe(rows)}")


if __name__ == "__main__":
    main()
