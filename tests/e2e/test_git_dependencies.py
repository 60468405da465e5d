"""Dependencies from git repositories, from package.json to the zip, with the system's git."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_zipper
from tests.support.git_repository import GitRepository, require_git
from tests.support.scene import listing

if TYPE_CHECKING:
    from tests.support.command import CommandResult
    from tests.support.scene import Scene


@pytest.fixture
def repository(scene: Scene) -> GitRepository:
    """Return a repository with the branches `main` and `dev`, which are of one version."""
    require_git()
    repository = GitRepository(scene.folder / "repository")
    repository.commit({"package.json": {"name": "tool", "version": "1.0.0"}, "tool.js": "main"})
    repository.run("checkout", "--quiet", "-b", "dev")
    repository.commit({"tool.js": "dev"})
    repository.run("checkout", "--quiet", "main")
    return repository


def depend(scene: Scene, spec: str) -> None:
    scene.write({"package.json": {"name": "fn", "dependencies": {"tool": spec}}})


def resolve(scene: Scene) -> CommandResult:
    arguments = ("resolve", scene.project, "--cache-dir", scene.cache)
    return run_zipper(*arguments, env=scene.environment)


def locked_commit(scene: Scene) -> str:
    lockfile = json.loads((scene.project / "package-lock.json").read_text())
    return lockfile["packages"]["node_modules/tool"]["resolved"].rpartition("#")[2]


def test_another_branch_in_package_json_is_resolved_anew(
    scene: Scene, repository: GitRepository
) -> None:
    """A commit does not tell its branch; the lockfile's copy of package.json does."""
    depend(scene, f"{repository.url}#main")
    resolve(scene)
    assert repository.run("rev-parse", "main") == locked_commit(scene)

    depend(scene, f"{repository.url}#dev")
    resolve(scene)

    assert repository.run("rev-parse", "dev") == locked_commit(scene)


def test_a_branch_that_moves_stays_where_the_lockfile_has_it(
    scene: Scene, repository: GitRepository
) -> None:
    """Only another name in package.json, or `--update`, leaves the commit."""
    depend(scene, f"{repository.url}#main")
    resolve(scene)
    locked = locked_commit(scene)
    repository.commit({"tool.js": "later"})

    resolve(scene)

    assert locked == locked_commit(scene)


def test_build_takes_the_other_branch_where_the_version_is_the_same(
    scene: Scene, repository: GitRepository
) -> None:
    """As `npm ci`, which finds nothing to refuse; and so again when the answer is remembered."""
    depend(scene, f"{repository.url}#main")
    resolve(scene)
    depend(scene, f"{repository.url}#dev")

    for _ in range(2):
        assert 0 == scene.build().status
        assert b"dev" == listing(scene.output)["node_modules/tool/tool.js"]


def test_build_refuses_another_branch_with_another_version(
    scene: Scene, repository: GitRepository
) -> None:
    """The lockfile's version is not that of the branch: EUSAGE, as `npm ci`."""
    depend(scene, f"{repository.url}#main")
    resolve(scene)
    repository.run("checkout", "--quiet", "dev")
    repository.commit({"package.json": {"name": "tool", "version": "2.0.0"}})
    depend(scene, f"{repository.url}#dev")

    built = scene.build()

    assert "EUSAGE" == built.code
    assert "lock file's tool@1.0.0 does not satisfy tool@2.0.0" in built.stderr


def test_a_prepare_script_that_did_not_run_is_told(scene: Scene, repository: GitRepository) -> None:
    """Npm would run it and pack what it makes; every build says that zipper does not."""
    scripts = {"prepare": "tsc"}
    repository.commit({"package.json": {"name": "tool", "version": "1.0.0", "scripts": scripts}})
    depend(scene, repository.url)

    for _ in range(2):
        findings = scene.build("--json").document["findings"]
        told = [finding for finding in findings if finding["code"] == "git-prepare"]
        assert [("warning", "node_modules/tool")] == [(f["severity"], f["path"]) for f in told]


def test_without_git_on_the_path(scene: Scene, repository: GitRepository) -> None:
    """What is missing and what to do are told, with the chain that asks."""
    depend(scene, repository.url)

    built = scene.build(env={"PATH": str(scene.home)})

    assert "ENOGIT" == built.code
    assert "fn > tool" in built.stderr
    assert "install git" in built.stderr
