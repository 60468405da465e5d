"""The tree that zipper resolves is the tree that npm resolves, on real projects.

ZIPPER_PROJECT=PATH runs it for that project alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.compare_lockfiles import compare_lockfiles, resolve_like_npm
from tests.support.npm import ask_for_lockfile, require_npm, run_npm
from tests.support.projects import (
    Project,
    all_projects,
    copy_project,
    parametrized,
    remove_lockfiles,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.network, pytest.mark.node, pytest.mark.slow]

each_project = pytest.mark.parametrize("project", parametrized(all_projects()))


@each_project
def test_packages_are_those_of_npm(project: Project, tmp_path: Path) -> None:
    """The `packages` map equals npm's, or both fail with the same code."""
    require_npm()
    output = tmp_path / "package-lock.json"

    result = resolve_like_npm(project, output)

    npm = ask_for_lockfile(project)
    if npm.code != result.code or _differences(npm.lockfile, output):
        # What either of them kept may be older than a release of this hour: both ask anew.
        npm = ask_for_lockfile(project, fresh=True)
        result = resolve_like_npm(project, output, options=("--cache-dir", tmp_path / "cache"))
    assert npm.code == result.code, result.stderr
    assert [] == _differences(npm.lockfile, output)


@each_project
def test_npm_leaves_the_lockfile_as_it_is(project: Project, tmp_path: Path) -> None:
    """`npm ci` accepts zipper's lockfile, and `npm install --package-lock-only` keeps its bytes.

    What npm does with its own lockfile is the measure: it drops extraneous entries the second
    time, and its `ci` refuses a lockfile out of which an unobtainable optional dependency was left.
    """
    require_npm()
    output = tmp_path / "package-lock.json"
    result = resolve_like_npm(project, output)
    if result.code is not None:
        pytest.skip(f"no lockfile: {result.code}")
    ours = output.read_text(encoding="utf-8")

    found = _hand_to_npm(project, ours, tmp_path / "ours")

    if found != (None, ours):
        own = ask_for_lockfile(project, fresh=True).lockfile
        assert own is not None
        assert own == ours
        assert _hand_to_npm(project, own, tmp_path / "own") == found


def _hand_to_npm(project: Project, lockfile: str, scratch: Path) -> tuple[str | None, str]:
    """Return with what code `npm ci` refuses a lockfile, and what `npm install` makes of it."""
    # npm calls a project without a name after its folder.
    folder = copy_project(project, scratch / project.name)
    remove_lockfiles(folder)
    path = folder / "package-lock.json"
    path.write_text(lockfile, encoding="utf-8")
    accepted = run_npm("ci", "--dry-run", "--ignore-scripts", folder=folder)
    run = run_npm("install", "--package-lock-only", "--ignore-scripts", folder=folder)
    assert run.code is None, run.output
    return accepted.code, path.read_text(encoding="utf-8")


def _differences(npm: str | None, output: Path) -> list[str]:
    if npm is None or not output.exists():
        return []
    return compare_lockfiles(npm, output.read_text(encoding="utf-8"))
