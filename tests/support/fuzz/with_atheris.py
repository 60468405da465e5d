"""Coverage-guided fuzzing of everything that reads other people's bytes, by atheris.

    pip install atheris
    python -m tests.support.fuzz.with_atheris tar FOLDER -max_total_time=3600

`FOLDER` keeps the inputs that reached something new, and begins with the seeds; what follows is
libFuzzer's. All targets in turn, within one budget, is `tests.support.fuzz.budget`. The only
outcomes are a value or a coded `ZipperError`: anything else that is raised is a finding, and so is
more than 2 GiB of memory (libFuzzer's own bound) or 25 s for an input. What is found becomes a
case of `tests.support.hostile` or of a table.
"""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["main"]

_BOUNDS = ("-timeout=25", "-rss_limit_mb=2048")
"""In seconds and MiB; without the first, libFuzzer lets an input take twenty minutes."""


def main(arguments: list[str]) -> None:
    """Fuzz the target named first, from and into the folder named second."""
    import atheris  # noqa: PLC0415  (not among our dependencies)

    target, folder, *rest = arguments
    # Only what is imported in this block tells libFuzzer which branches it took.
    with atheris.instrument_imports(include=["zipper"]):
        from tests.support.fuzz.targets import SEEDS, play  # noqa: PLC0415
    Path(folder).mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[target]):
        Path(folder, f"seed-{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], folder, *_BOUNDS, *rest], lambda data: play(target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
