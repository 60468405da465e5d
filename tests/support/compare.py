"""Compare what zipper makes with what npm installs, file by file.

    python -m tests.support.compare [PROJECT...] [--arch arm64] [--install] [--zip FILE]
        [--cache-dir DIR]

builds the package of each PROJECT with zipper, or installs it, or takes the zip that FILE names,
and prints how many files equal npm's, and each one that does not.
"""

from __future__ import annotations

import argparse
import contextlib
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
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "Comparison",
    "build_like",
    "compare_files",
    "files_in_zip",
    "files_on_disk",
    "install_like",
]

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


def files_on_disk(root: Path) -> dict[str, File]:
    """Return what `files_in_zip` does, of a folder with a node_modules folder."""
    paths = {path.relative_to(root).as_posix(): path for path in root.rglob("*")}
    return {
        name: File(
            hashlib.sha256(path.read_bytes()).hexdigest(),
            executable=bool(path.stat().st_mode & 0o111),
        )
        for name, path in paths.items()
        if path.is_file() and not path.is_symlink() and _is_compared(name)
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
    with _copied(answer, project) as folder:
        handler = ("--handler", project.handler) if project.handler else ()
        target = (*_target(architecture), *handler, "-o", output, "--keep-failed")
        return run_zipper("build", folder, *target, "--json", *options)


def install_like(
    answer: Answer,
    project: Project,
    into: Path,
    *,
    architecture: str,
    options: Iterable[str] = (),
) -> CommandResult:
    """Install a copy of `project` into a folder, as `build_like` builds it."""
    with _copied(answer, project) as folder:
        target = (*_target(architecture), "--omit", "dev", "--into", into)
        return run_zipper("install", folder, *target, "--json", *options)


@contextlib.contextmanager
def _copied(answer: Answer, project: Project) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="zipper-compare-") as scratch:
        folder = copy_project(project, Path(scratch) / project.name)
        if answer.refused or answer.lockfile is None or not _has_lockfile(folder):
            remove_lockfiles(folder)
            if answer.lockfile is not None:
                (folder / "package-lock.json").write_text(answer.lockfile, encoding="utf-8")
        yield folder


def _target(architecture: str) -> tuple[str, ...]:
    runtime = f"nodejs{node_version().partition('.')[0]}.x"
    return ("--runtime", runtime, "--arch", architecture)


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


def _compare_one(project: Project, asked: argparse.Namespace) -> bool:
    """Compare one project, tell the outcome, and return whether it is npm's."""
    answer = ask_for_install(project, cpu=npm_cpu(asked.arch))
    title = f"{project.name} {asked.arch}"
    options = ["--cache-dir", asked.cache_dir] if asked.cache_dir else []
    make = install_like if asked.install else build_like
    with tempfile.TemporaryDirectory() as scratch:
        output = asked.zip or Path(scratch) / ("installed" if asked.install else "package.zip")
        if asked.zip is None:
            made = make(answer, project, output, architecture=asked.arch, options=options)
            if answer.code or not output.exists():
                print(f"{title}: npm says {answer.code}, zipper {made.code}")
                if answer.code is None or answer.code != made.code:
                    print(made.stderr, end="")
                return answer.code is not None and answer.code == made.code
        files = files_on_disk(output) if asked.install else files_in_zip(output)
        found = compare_files(answer.files, files)
    print(f"{title}: {found.equal_count} files equal", *found.differences, sep="\n  ", flush=True)
    return not found.differences


def _main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.support.compare")
    parser.add_argument("projects", nargs="*", type=Path, help="every known one where left out")
    parser.add_argument("--arch", default="x86_64", choices=["x86_64", "arm64"])
    made = parser.add_mutually_exclusive_group()
    made.add_argument("--zip", type=Path, help="compare this zip instead of building one")
    made.add_argument("--install", action="store_true", help="install instead of building a zip")
    parser.add_argument("--cache-dir", help="zipper's store; its default one where left out")
    asked = parser.parse_args(arguments)
    projects = [project_at(folder) for folder in asked.projects] or all_projects()
    equal = [_compare_one(project, asked) for project in projects]
    print(f"{sum(equal)} of {len(equal)} projects as npm has them")
    return int(not all(equal))


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
