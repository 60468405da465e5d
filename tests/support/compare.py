"""Compare a deployment package with what npm installs, file by file.

    python -m tests.support.compare [PROJECT...] [--arch arm64] [--zip FILE] [--cache-dir DIR]

builds each PROJECT with zipper (or takes the zip that FILE names) and prints how many files equal
npm's, and each one that does not.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.command import CommandResult, run_zipper
from tests.support.npm import Answer, File, ask_for_install, node_version, npm_cpu
from tests.support.projects import Project, all_projects, copy_project, project_at, remove_lockfiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Comparison", "build_like", "compare_files", "files_in_zip"]

_SHOWN = 12
"""Differences of one kind that are told one by one; the rest are only counted."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Where a package's files differ from npm's: paths, sorted; and how many are equal."""

    equal_count: int
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    bytes_differ: tuple[str, ...]
    mode_differs: tuple[str, ...]

    @property
    def differences(self) -> list[str]:
        """What differs, in lines for a person; empty where nothing does."""
        kinds = (
            ("missing, npm has it", self.missing),
            ("extra, npm does not have it", self.extra),
            ("bytes differ", self.bytes_differ),
            ("executable bit differs", self.mode_differs),
        )
        return [line for kind, paths in kinds for line in _told(kind, paths)]


def compare_files(expected: Mapping[str, File], actual: Mapping[str, File]) -> Comparison:
    """Compare two sets of files by path, bytes and executable bit."""
    common = sorted(expected.keys() & actual.keys())
    bytes_differ = [path for path in common if expected[path].sha256 != actual[path].sha256]
    mode_differs = [path for path in common if expected[path].executable != actual[path].executable]
    return Comparison(
        equal_count=len(common) - len({*bytes_differ, *mode_differs}),
        missing=tuple(sorted(expected.keys() - actual.keys())),
        extra=tuple(sorted(actual.keys() - expected.keys())),
        bytes_differ=tuple(bytes_differ),
        mode_differs=tuple(mode_differs),
    )


def files_in_zip(path: Path) -> dict[str, File]:
    """Return the files under node_modules of a zip, npm's own bookkeeping aside."""
    with zipfile.ZipFile(path) as archive:
        return {
            entry.filename: File(
                hashlib.sha256(archive.read(entry)).hexdigest(),
                executable=bool(entry.external_attr >> 16 & 0o111),
            )
            for entry in archive.infolist()
            if not entry.is_dir() and _is_compared(entry.filename)
        }


def build_like(
    answer: Answer,
    project: Project,
    output: Path,
    *,
    architecture: str,
    options: Iterable[str] = (),
) -> CommandResult:
    """Build a copy of `project` for npm's own Node, with the lockfile that npm installed from."""
    with tempfile.TemporaryDirectory(prefix="zipper-compare-") as scratch:
        folder = copy_project(project, Path(scratch) / project.name)
        if answer.refused or answer.lockfile is None or not _has_lockfile(folder):
            remove_lockfiles(folder)
            if answer.lockfile is not None:
                (folder / "package-lock.json").write_text(answer.lockfile, encoding="utf-8")
        runtime = f"nodejs{node_version().partition('.')[0]}.x"
        target = ("--runtime", runtime, "--arch", architecture)
        handler = ("--handler", project.handler) if project.handler else ()
        return run_zipper("build", folder, *target, *handler, "-o", output, "--json", *options)


def _has_lockfile(folder: Path) -> bool:
    return any((folder / name).exists() for name in ("npm-shrinkwrap.json", "package-lock.json"))


def _is_compared(name: str) -> bool:
    folders = name.split("/")
    is_bin = any(pair == ("node_modules", ".bin") for pair in pairwise(folders))
    own = name == "node_modules/.package-lock.json"
    return folders[0] == "node_modules" and not is_bin and not own


def _told(kind: str, paths: tuple[str, ...]) -> list[str]:
    lines = [f"{kind}: {path}" for path in paths[:_SHOWN]]
    return lines + ([f"{kind}: and {len(paths) - _SHOWN} more"] if len(paths) > _SHOWN else [])


def _compare_one(
    project: Project, architecture: str, options: list[str], given: Path | None
) -> bool:
    """Compare one project, tell the outcome, and return whether it is npm's."""
    answer = ask_for_install(project, cpu=npm_cpu(architecture))
    title = f"{project.name} {architecture}"
    with tempfile.TemporaryDirectory() as scratch:
        output = given or Path(scratch) / "package.zip"
        if given is None:
            built = build_like(answer, project, output, architecture=architecture, options=options)
            if answer.code or not output.exists():
                print(f"{title}: npm says {answer.code}, zipper {built.code}")
                if answer.code is None or answer.code != built.code:
                    print(built.stderr, end="")
                return answer.code is not None and answer.code == built.code
        found = compare_files(answer.files, files_in_zip(output))
    print(f"{title}: {found.equal_count} files equal", *found.differences, sep="\n  ", flush=True)
    return not found.differences


def _main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.support.compare")
    parser.add_argument("projects", nargs="*", type=Path, help="every known one where left out")
    parser.add_argument("--arch", default="x86_64", choices=["x86_64", "arm64"])
    parser.add_argument("--zip", type=Path, help="compare this zip instead of building one")
    parser.add_argument("--cache-dir", help="zipper's store; its default one where left out")
    asked = parser.parse_args(arguments)
    projects = [project_at(folder) for folder in asked.projects] or all_projects()
    options = ["--cache-dir", asked.cache_dir] if asked.cache_dir else []
    equal = [_compare_one(project, asked.arch, options, asked.zip) for project in projects]
    print(f"{sum(equal)} of {len(equal)} projects as npm has them")
    return int(not all(equal))


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
