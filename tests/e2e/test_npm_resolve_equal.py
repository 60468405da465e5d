"""The tree that zipper resolves is the tree that npm resolves, on real projects.

ZIPPER_PROJECT=PATH runs it for that project alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.compare_lockfiles import compare_lockfiles, resolve_like_npm
from tests.support.npm import ask_for_lockfile, require_npm, run_npm
from tests.support.projects import Project, all_projects, copy_project, remove_lockfiles

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.network, pytest.mark.node, pytest.mark.slow]

each_project = pytest.mark.parametrize("project", all_projects(), ids=lambda p: p.name)


@each_project
def test_packages_are_those_of_npm(project: Project, tmp_path: Path) -> None:
    """The `packages` map equals npm's, or both fail with the same code."""
    require_npm()
    output = tmp_path / "package-lock.json"

    result = resolve_like_npm(project, output)

    npm = ask_for_lockfile(project)
    if npm.code != result.code or _differences(npm.lockfile, output):
        # What was kept may be older than a release of this minute; npm has the last word.
        npm = ask_for_lockfile(project, fresh=True)
    assert npm.code == result.code, result.stderr
    assert [] == _differences(npm.lockfile, output)


@each_project
def test_npm_leaves_the_lockfile_as_it_is(project: Project, tmp_path: Path) -> None:
    """`npm install --package-lock-only` finds nothing to change in zipper's lockfile.

    What npm itself writes is the measure: `npm ci` accepts ours wherever it accepts npm's own
    (it refuses both where an optional dependency could not be had).
    """
    require_npm()
    output = tmp_path / "package-lock.json"
    result = resolve_like_npm(project, output)
    if result.code is not None:
        pytest.skip(f"no lockfile: {result.code}")
    folder = copy_project(project, tmp_path / project.name)
    remove_lockfiles(folder)
    lockfile = folder / "package-lock.json"
    lockfile.write_bytes(output.read_bytes())

    accepted = run_npm("ci", "--dry-run", "--ignore-scripts", folder=folder)
    run = run_npm("install", "--package-lock-only", "--ignore-scripts", folder=folder)

    assert run.code is None, run.output
    assert output.read_text(encoding="utf-8") == lockfile.read_text(encoding="utf-8")
    if accepted.code is not None:
        lockfile.write_text(ask_for_lockfile(project).lockfile or "", encoding="utf-8")
        own = run_npm("ci", "--dry-run", "--ignore-scripts", folder=folder)
        assert own.code == accepted.code, accepted.output


def _differences(npm: str | None, output: Path) -> list[str]:
    if npm is None or not output.exists():
        return []
    return compare_lockfiles(npm, output.read_text(encoding="utf-8"))
