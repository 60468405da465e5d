"""Real stacks pruned: how many bytes stay in all, and which packages stay whole, and why.

    python -m tests.bench.pruned_stacks FOLDER [NAME ...]

The stacks are those of `fixtures/pruning/stacks.json`, whose answers before and after
`tests/integration/test_pruned_stacks.py` compares. Needs the public registry. FOLDER keeps projects
and lockfiles, so that a second run measures the same packages. Prints a row for each stack: bytes
of the whole package, shares that stay in `safe` and `reached`; then the packages that stay whole
with the most bytes, each with the line that decided.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections import Counter
from pathlib import Path
from statistics import median

import zipper
from tests.support.shared import REPOSITORY
from zipper.errors import ZipperError
from zipper.npm.folder_path import find_package

__all__ = ["STACKS", "main"]

STACKS = json.loads((REPOSITORY / "fixtures/pruning/stacks.json").read_text(encoding="utf-8"))
_SHOWN = 60


def measure(folder: Path, name: str) -> tuple[dict[str, int], list[tuple[int, str]]]:
    """Return the bytes that stay by mode, and the packages that stay whole with their bytes."""
    stack = STACKS[name]
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": stack["dependencies"]}
    for path, text in {"package.json": json.dumps(manifest), **stack["files"]}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    if not (folder / "package-lock.json").exists():
        zipper.resolve(folder)
    output = folder.with_suffix(".zip")
    sizes, whole = {}, []
    for mode in ("safe", "reached"):
        package = zipper.build(
            folder,
            output=str(output),
            runtime="nodejs24.x",
            prune=mode,
            allow_scripts=stack["scripts"],
            max_unzipped_size_bytes=10**9,
        )
        assert package.pruning is not None
        sizes[mode] = package.unzipped_size_bytes
        sizes["off"] = package.unzipped_size_bytes + package.pruning.size_bytes
        whole = [one for one in package.pruning.packages if one.verdict == "whole"]
    kept: Counter[str] = Counter()
    with zipfile.ZipFile(output) as archive:
        for info in archive.infolist():
            kept[find_package(info.filename)] += info.file_size
    output.unlink()
    told = [f"{name}: {one.folder} {one.path}:{one.line} {one.text}" for one in whole]
    return sizes, [(kept[one.folder], text) for one, text in zip(whole, told, strict=True)]


def main(arguments: list[str]) -> int:
    """Print all rows; return 1 where a stack could not be built."""
    base, names = Path(arguments[0]), arguments[1:] or list(STACKS)
    total: Counter[str] = Counter()
    shares, whole, failed = [], [], 0
    for name in names:
        (base / name).mkdir(parents=True, exist_ok=True)
        try:
            sizes, rows = measure(base / name, name)
        except ZipperError as error:
            failed += 1
            print(f"{name:14} FAILED {error}"[:600], flush=True)
            continue
        total.update(sizes)
        whole += rows
        shares.append(sizes["reached"] / sizes["off"])
        print(
            f"{name:14} {sizes['off']:>13,} safe {sizes['safe'] / sizes['off']:6.1%}"
            f" reached {shares[-1]:6.1%}",
            flush=True,
        )
    for size, text in sorted(whole, reverse=True)[:_SHOWN]:
        print(f"{size:>13,} {text}")
    if shares:
        print(
            f"{len(shares)} stacks, {total['off']:,} bytes: safe {total['safe'] / total['off']:.1%}"
            f", reached {total['reached'] / total['off']:.1%}, median {median(shares):.1%}"
        )
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
