"""The benchmark: zipper and its peers, side by side.

    python -m tests.bench [--projects small,big] [--cases warm,cold] [--runs 5] [--json FILE]

Whole processes in alternating turns, the disk at rest before each; medians. The last line says
which promises of the speed table hold; on a busy machine the processors' time tells more.

The projects are those of the shared folder (ZIPPER_SHARED), its corpus among them, or project
folders named by path.
Everything is written to one temporary folder, which is removed at the end. Peers that are not
installed are skipped, and it is said.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.cases import (
    CASES,
    GENERATED,
    WITHOUT_PROJECT,
    Result,
    measure_case,
    measure_sizes,
)
from tests.bench.functions import OF_FUNCTIONS
from tests.bench.table import comparisons, format_table, promises_of
from tests.bench.tools import Tool, all_tools
from tests.support.projects import (
    Project,
    bench_projects,
    corpus_projects,
    fixture_projects,
    project_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def main(arguments: Sequence[str]) -> int:
    """Measure what `arguments` ask for and print it; return the exit status."""
    asked = _parse(arguments)
    tools = all_tools(asked.bun, asked.sam, asked.esbuild)
    if asked.tools:
        tools = [tool for tool in tools if tool.name.split()[0] in asked.tools.split(",")]
    for tool in tools:
        if tool.missing:
            print(f"skipped: {tool.name}: {tool.missing}", file=sys.stderr)
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="zipper-bench-", dir=asked.scratch) as scratch:
        for result in _measure(asked, tools, Path(scratch)):
            results.append(result)
            _tell(result)
    print(format_table(results))
    if asked.json:
        document = {"runs": asked.runs, **_surroundings(tools), **_as_document(results)}
        asked.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return int(any(result.failure for result in results if result.tool == "zipper"))


def _measure(asked: argparse.Namespace, tools: list[Tool], scratch: Path) -> Iterator[Result]:
    cases = [case for case in CASES if case in asked.cases.split(",")]
    projects = _projects(asked.projects)
    for project in projects:
        for case in cases:
            if case == "size":
                yield from measure_sizes(project, scratch)
            elif case not in (*WITHOUT_PROJECT, *OF_FUNCTIONS):
                yield from measure_case(case, project, tools, runs=asked.runs, scratch=scratch)
    for case in cases:
        if case in OF_FUNCTIONS:
            yield from _measure_functions(case, asked, tools, scratch)
    for case in cases:
        if case in WITHOUT_PROJECT:
            (project, *_) = fixture_projects()
            runs = asked.runs if case in GENERATED else asked.runs * 3
            yield from measure_case(case, project, tools, runs=runs, scratch=scratch)


def _measure_functions(
    case: str, asked: argparse.Namespace, tools: list[Tool], scratch: Path
) -> Iterator[Result]:
    """Measure the functions of `aws`, or of the projects that were asked for by name."""
    for project in _projects(asked.functions_of):
        yield from measure_case(
            case, project, tools, runs=asked.runs, scratch=scratch, functions=asked.functions
        )


def _projects(names: str) -> list[Project]:
    all_known = (*corpus_projects(), *bench_projects(), *fixture_projects())
    known = {project.name: project for project in all_known}
    chosen = [known.get(name) or project_at(Path(name)) for name in names.split(",")]
    absent = [project.name for project in chosen if not project.folder.is_dir()]
    if absent:
        sys.exit(f"no such project: {', '.join(absent)}; set ZIPPER_SHARED, or name a folder")
    return chosen


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--projects", default="small,big", help="names or folders, by comma")
    parser.add_argument("--cases", default=",".join(CASES), help=f"of {', '.join(CASES)}")
    parser.add_argument(
        "--tools", help="of zipper, npm, bun, esbuild, sam, cp, python; all if left out"
    )
    parser.add_argument("--runs", type=int, default=5, help="measured runs a tool and case")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there too")
    parser.add_argument("--bun", metavar="PATH", help="bun, where it is not on the PATH")
    parser.add_argument("--sam", metavar="PATH", help="sam, where it is not on the PATH")
    parser.add_argument("--esbuild", metavar="PATH", help="esbuild, where it is not on the PATH")
    parser.add_argument("--functions", type=int, default=50, help="how many, in their cases")
    parser.add_argument("--functions-of", default="aws", help="projects of which they are made")
    parser.add_argument("--scratch", help="where the temporary folder is made")
    return parser.parse_args(arguments)


def _tell(result: Result) -> None:
    outcome = result.failure or f"{result.median_seconds:.3f} s"
    if result.case == "size":
        outcome = f"{result.size_bytes:,} bytes"
    print(f"{result.case} {result.project} {result.tool}: {outcome}", file=sys.stderr, flush=True)


def _surroundings(tools: Sequence[Tool]) -> dict:
    return {
        "machine": {
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            "processors": os.cpu_count(),
            "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            "load_average": os.getloadavg(),
        },
        "versions": {tool.name: tool.missing or tool.version for tool in tools},
    }


def _as_document(results: Sequence[Result]) -> dict:
    return {
        "results": [
            {**asdict(r), "median_seconds": r.median_seconds if r.seconds else None}
            for r in results
        ],
        "comparisons": [asdict(comparison) for comparison in comparisons(results)],
        "promises": [asdict(made) for result in results for made in promises_of(result, results)],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
