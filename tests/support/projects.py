"""The projects that the oracles are asked about: the corpus, the bench, and any the caller names.

`ZIPPER_PROJECT` holds further project folders, separated as in PATH. A test never works in a
project's own folder: it copies it first.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.shared import REPOSITORY, SHARED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _pytest.mark import ParameterSet

__all__ = [
    "FOREIGN_LOCKFILES",
    "NPM_LOCKFILES",
    "Project",
    "all_projects",
    "bench_projects",
    "copy_project",
    "corpus_projects",
    "fixture_projects",
    "parametrized",
    "project_at",
    "remove_lockfiles",
]

NPM_LOCKFILES = ("npm-shrinkwrap.json", "package-lock.json")
"""In npm's order of preference."""

FOREIGN_LOCKFILES = ("yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb")
"""npm takes hints from yarn.lock where it finds no lockfile of its own; a comparison wants none."""

_LEFT_BEHIND = ("node_modules", ".git", "origin.json")


@dataclass(frozen=True, slots=True)
class Project:
    """A Node.js project on disk.

    Attributes:
        folder: everything that belongs to it, with the folders its `file:` dependencies name.
        project_dir: where its package.json is, relative to `folder`.
        handler: such as `src/app.handler`; None where the project has none.
        handler_env: variables that the handler wants when it is loaded.
        handler_loads: whether plain Node can import the handler; None where nobody knows.
        event: what the handler can be called with, without a network; None where it cannot.
    """

    name: str
    folder: Path
    project_dir: str = "."
    handler: str | None = None
    handler_env: dict[str, str] = field(default_factory=dict)
    handler_loads: bool | None = None
    event: dict | None = None


def corpus_projects() -> list[Project]:
    """Return the real projects of the shared corpus; none where it is absent."""
    return [_corpus_project(origin) for origin in sorted((SHARED / "corpus").glob("*/origin.json"))]


def bench_projects() -> list[Project]:
    """Return the four projects of the speed table; none where they are absent."""
    names = ("small", "aws", "native", "big")
    folders = [SHARED / "bench" / name for name in names]
    return [_loadable(folder) for folder in folders if folder.is_dir()]


def fixture_projects() -> list[Project]:
    """Return the projects that ship with this repository."""
    folders = (REPOSITORY / "fixtures" / "projects").glob("*/package.json")
    return [_loadable(manifest.parent) for manifest in sorted(folders)]


def all_projects() -> list[Project]:
    """Return the projects of ZIPPER_PROJECT where it is set, else every project there is."""
    named = os.environ.get("ZIPPER_PROJECT")
    if named:
        return [project_at(Path(folder)) for folder in named.split(os.pathsep)]
    return [*fixture_projects(), *corpus_projects(), *bench_projects()]


def parametrized(projects: Iterable[Project]) -> list[ParameterSet]:
    """Return projects as a test's parameters; every landing tries those of this repository."""
    ours = {project.name for project in fixture_projects()}
    return [
        pytest.param(one, id=one.name, marks=[pytest.mark.ci] if one.name in ours else [])
        for one in projects
    ]


def project_at(folder: Path) -> Project:
    """Return the project in `folder`, with what its origin.json says where it has one."""
    folder = folder.resolve()
    origin = folder / "origin.json"
    return _corpus_project(origin) if origin.is_file() else Project(folder.name, folder)


def copy_project(project: Project, destination: Path) -> Path:
    """Copy `project` into `destination` and return the folder of its package.json there.

    The copy is writable whatever the original's modes are; installed modules stay behind.
    """
    shutil.copytree(
        project.folder,
        destination,
        symlinks=True,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns(*_LEFT_BEHIND),
    )
    for path in (destination, *destination.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | 0o200)
    return (destination / project.project_dir).resolve()


def remove_lockfiles(folder: Path) -> None:
    """Remove every package manager's lockfile from `folder`."""
    for name in (*NPM_LOCKFILES, *FOREIGN_LOCKFILES):
        (folder / name).unlink(missing_ok=True)


def _corpus_project(origin: Path) -> Project:
    document = json.loads(origin.read_text(encoding="utf-8"))
    loads = document.get("handler_load") or {}
    return Project(
        name=document["name"],
        folder=origin.parent,
        project_dir=document["project_dir"],
        handler=document["handler"],
        handler_env=loads.get("env", {}),
        handler_loads=loads.get("ok"),
    )


def _loadable(folder: Path) -> Project:
    event = folder / "event.json"
    text = event.read_text(encoding="utf-8") if event.exists() else "{}"
    return Project(
        folder.name, folder, handler="index.handler", handler_loads=True, event=json.loads(text)
    )
