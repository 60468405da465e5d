"""What is left of esbuild when a build is over: nothing, or one that waits for the next build."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.bundling_project import BundlingProject
from zipper.bundling.spare_esbuild import SpareEsbuild
from zipper.errors import ProjectError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.network, pytest.mark.ci]


@pytest.fixture
def project(
    tmp_path: Path, esbuild_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> BundlingProject:
    """A project; temporary folders are beside it."""
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    return BundlingProject(tmp_path, esbuild_cache)


def write(project: BundlingProject, code: str) -> None:
    project.write({"package.json": {"name": "fn"}, "index.ts": f"export const handler = {code};\n"})


@pytest.mark.parametrize("code", ["1", "(", "await 1"])
@pytest.mark.parametrize("is_bundled", [True, False])
def test_no_folder_is_left(project: BundlingProject, code: str, *, is_bundled: bool) -> None:
    """Whether esbuild liked the source or not."""
    write(project, code)

    if code == "1":
        project.plan(handler="index.handler", bundle=is_bundled)
    else:
        with pytest.raises(ProjectError):
            project.plan(handler="index.handler", bundle=is_bundled)

    assert [] == list((project.root.parent / "scratch").iterdir())
    assert [] == list(project.cache.glob("bundling/zipper-bundle-*"))


def test_one_esbuild_serves_builds_that_follow_each_other(project: BundlingProject) -> None:
    """The same, and in the end none."""
    spare = SpareEsbuild()
    kept = []
    for code in ("1", "2"):
        write(project, code)
        project.plan(handler="index.handler", spare=spare)
        (executable,) = project.cache.glob("esbuild/*/esbuild*")
        esbuild = spare.take(executable)
        assert esbuild.is_ready
        kept.append(esbuild)
        spare.give_back(esbuild)

    assert kept[0] is kept[1]
    spare.close()
    assert not kept[0].is_ready
    assert [] == list((project.root.parent / "scratch").iterdir())
