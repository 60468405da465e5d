"""Compare the lockfile that zipper writes with npm's, entry by entry.

    python -m tests.support.compare_lockfiles [PROJECT...] [--cache-dir DIR] [--fresh]

resolves each PROJECT without its lockfile with both and prints where they differ.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.command import CommandResult, run_zipper
from tests.support.npm import ask_for_lockfile, node_version
from tests.support.projects import Project, all_projects, copy_project, project_at, remove_lockfiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["compare_lockfiles", "resolve_like_npm"]

_FLAGS = ("dev", "devOptional", "optional", "peer", "extraneous", "inBundle", "link")


def compare_lockfiles(npm: str, zipper: str) -> list[str]:
    """Return how the `packages` of two lockfiles differ, a line a location; empty where equal."""
    theirs, ours = (json.loads(text)["packages"] for text in (npm, zipper))
    only_npm = [
        f"only in npm: {_entry(where, theirs)}" for where in sorted(theirs.keys() - ours.keys())
    ]
    only_ours = [
        f"only in zipper: {_entry(where, ours)}" for where in sorted(ours.keys() - theirs.keys())
    ]
    shared = sorted(theirs.keys() & ours.keys())
    differing = [
        f"{kind} {where or 'the root'}: {text}"
        for where in shared
        for kind, text in _entry_differences(theirs[where], ours[where])
    ]
    return [*only_npm, *only_ours, *differing]


def resolve_like_npm(
    project: Project, output: Path, *, options: Iterable[str | Path] = ()
) -> CommandResult:
    """Resolve a copy of `project` without its lockfile, for the Node that npm runs on."""
    with tempfile.TemporaryDirectory(prefix="zipper-resolve-") as scratch:
        folder = copy_project(project, Path(scratch) / project.name)
        remove_lockfiles(folder)
        node = ("--node-version", node_version())
        return run_zipper("resolve", folder, "-o", output, *node, *options)


def _entry(where: str, packages: Mapping[str, dict]) -> str:
    entry = packages[where]
    flags = [flag for flag in _FLAGS if entry.get(flag)]
    return " ".join([where, entry.get("version", "(no version)"), *flags])


def _entry_differences(npm: dict, zipper: dict) -> list[tuple[str, str]]:
    if npm.get("version") != zipper.get("version"):
        return [("version", f"npm {npm.get('version')}, zipper {zipper.get('version')}")]
    keys = sorted(key for key in npm.keys() | zipper.keys() if npm.get(key) != zipper.get(key))
    return [
        (
            "flags" if key in _FLAGS else "value",
            f"{key}: npm {_told(npm, key)}, zipper {_told(zipper, key)}",
        )
        for key in keys
    ]


def _told(entry: dict, key: str) -> str:
    return json.dumps(entry[key], ensure_ascii=False)[:200] if key in entry else "(absent)"


def _compare_one(project: Project, options: list[str], *, fresh: bool) -> bool:
    """Resolve one project with both, tell the outcome, and return whether it is npm's."""
    npm = ask_for_lockfile(project, fresh=fresh)
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "package-lock.json"
        result = resolve_like_npm(project, output, options=options)
        if npm.lockfile is None or not output.exists():
            print(f"{project.name}: npm says {npm.code}, zipper {result.code}")
            if npm.code is None or npm.code != result.code:
                print(result.stderr, end="")
            return npm.code is not None and npm.code == result.code
        text = output.read_text(encoding="utf-8")
    differences = compare_lockfiles(npm.lockfile, text)
    count = len(json.loads(npm.lockfile)["packages"])
    same_text = "same text" if text == npm.lockfile else "text differs"
    title = f"{project.name}: {count} entries, {len(differences)} differences, {same_text}"
    print(title, *differences, sep="\n  ", flush=True)
    return not differences


def _main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.support.compare_lockfiles")
    parser.add_argument("projects", nargs="*", type=Path, help="every known one where left out")
    parser.add_argument("--cache-dir", help="zipper's store; its default one where left out")
    parser.add_argument("--fresh", action="store_true", help="ask npm again, whatever was kept")
    asked = parser.parse_args(arguments)
    projects = [project_at(folder) for folder in asked.projects] or all_projects()
    options = ["--cache-dir", asked.cache_dir] if asked.cache_dir else []
    equal = [_compare_one(project, options, fresh=asked.fresh) for project in projects]
    print(f"{sum(equal)} of {len(equal)} projects as npm has them")
    return int(not all(equal))


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
