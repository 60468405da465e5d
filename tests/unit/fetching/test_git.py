"""Packages from git: which commit is meant, what is packed of it, and what is refused."""

from __future__ import annotations

import io
import os
import tarfile
from typing import TYPE_CHECKING

import pytest

from tests.support import adversary
from tests.support.adversary import Adversary
from tests.support.git_repository import GitRepository, require_git
from zipper.errors import ResolutionError
from zipper.fetching.git import pack_commit, resolve_commit
from zipper.npm.spec import parse_spec

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    require_git()
    return GitRepository(tmp_path / "repository")


def commit_of(repository: GitRepository, committish: str) -> str:
    spec = parse_spec(f"fn@{repository.url}{committish}", where="/")
    return resolve_commit(spec).rpartition("#")[2]


def packed(resolved: str) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(pack_commit(resolved))) as tar:
        return sorted(member.name.removeprefix("package/") for member in tar)


def test_names_and_commits_of_every_kind(repository: GitRepository) -> None:
    """No committish, a branch, a tag, a short commit and a place in the history are all found."""
    first = repository.commit({"package.json": {"name": "fn"}}, tag="v1.0.0")
    second = repository.commit({"index.js": "1"})
    repository.run("branch", "dev", first)

    found = {
        committish: commit_of(repository, committish)
        for committish in ("", "#dev", "#v1.0.0", f"#{first[:8]}", "#main~1", f"#{second}")
    }

    assert {
        "": second,
        "#dev": first,
        "#v1.0.0": first,
        f"#{first[:8]}": first,
        "#main~1": first,
        f"#{second}": second,
    } == found


def test_a_range_prefers_the_version_of_the_default_branch(repository: GitRepository) -> None:
    """As for a registry's `latest`, a higher tag elsewhere is not taken where it satisfies."""
    first = repository.commit({"package.json": {"name": "fn"}}, tag="v1.0.0")
    repository.run("checkout", "--quiet", "-b", "next")
    higher = repository.commit({"index.js": "1"}, tag="v1.1.0")
    repository.run("checkout", "--quiet", "main")

    assert first == commit_of(repository, "#semver:^1.0.0")
    assert higher == commit_of(repository, "#semver:>1.0.0")


@pytest.mark.parametrize(
    "committish", ["#nowhere", "#semver:^9", "#--upload-pack=touch", "#0000000"]
)
def test_what_a_repository_does_not_have(repository: GitRepository, committish: str) -> None:
    """A name that it has not is told, with what there is; one that looks like an option too."""
    repository.commit({"package.json": {"name": "fn"}}, tag="v1.0.0")

    with pytest.raises(ResolutionError) as raised:
        commit_of(repository, committish)

    assert "ETARGET" == raised.value.code
    assert "v1.0.0" in dict(raised.value.facts)["available"]


def test_a_commit_is_packed_as_npm_packs(repository: GitRepository) -> None:
    """`files` decides, and a folder may be named."""
    first = repository.commit(
        {
            "package.json": {"name": "fn", "files": ["lib"]},
            "lib/a.js": "1",
            "test.js": "1",
            "packages/b/package.json": {"name": "b"},
            "packages/b/b.js": "1",
        }
    )

    assert ["lib/a.js", "package.json"] == packed(f"{repository.url}#{first}")
    assert ["b.js", "package.json"] == packed(f"{repository.url}#{first}::path:packages/b")


def test_a_repository_without_package_json(repository: GitRepository) -> None:
    """Npm's ENOENT."""
    first = repository.commit({"README": "1"})

    with pytest.raises(ResolutionError) as raised:
        pack_commit(f"{repository.url}#{first}")

    assert "ENOENT" == raised.value.code


def test_a_submodule_may_not_be_of_this_disk(repository: GitRepository, tmp_path: Path) -> None:
    """Whoever wrote the repository cannot have what lies beside it on this machine packed."""
    secret = GitRepository(tmp_path / "secret")
    secret.commit({"secret.txt": "1"})
    repository.commit({"package.json": {"name": "fn"}})
    repository.run("submodule", "--quiet", "add", f"file://{secret.folder.as_posix()}", "stolen")
    last = repository.commit({})

    with pytest.raises(ResolutionError) as raised:
        pack_commit(f"{repository.url}#{last}")

    assert "EGIT" == raised.value.code
    assert "not allowed" in str(raised.value.facts)


def test_the_repository_around_changes_nothing(
    repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings of the one that the user stands in, or whose hook this is, are not git's."""
    commit = repository.commit({"package.json": {"name": "fn"}, "a.js": ""})
    other = GitRepository(tmp_path / "other")
    other.commit({"package.json": {"name": "other"}})
    around = GitRepository(tmp_path / "around")
    around.run("config", f"url.file://{other.folder}.insteadOf", f"file://{repository.folder}")
    monkeypatch.chdir(around.folder)
    # As git sets them for a hook; without a change they would lead into `around`.
    monkeypatch.setenv("GIT_DIR", str(around.folder / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(around.folder))
    monkeypatch.setenv("GIT_INDEX_FILE", str(around.folder / ".git" / "index"))

    assert commit == commit_of(repository, "")
    assert commit == commit_of(repository, f"#{commit[:9]}")
    assert ["a.js", "package.json"] == packed(f"{repository.url}#{commit}")
    assert ["main"] == around.run("symbolic-ref", "--short", "HEAD").split()
    assert not (around.folder / "a.js").exists()


@pytest.mark.skipif(os.name != "posix", reason="the program is a script of sh")
def test_git_prompts_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a host wants a password, no window opens; the error has git's own words."""
    require_git()
    opened = tmp_path / "opened"
    program = tmp_path / "askpass"
    program.write_text(f"#!/bin/sh\ntouch '{opened}'\n")
    program.chmod(0o755)
    monkeypatch.delenv("GIT_ASKPASS", raising=False)
    monkeypatch.setenv("SSH_ASKPASS", str(program))
    monkeypatch.setenv("no_proxy", "*")
    with Adversary() as host:
        host.fallback = adversary.status(401, **{"WWW-Authenticate": 'Basic realm="x"'})
        with pytest.raises(ResolutionError) as raised:
            resolve_commit(parse_spec(f"fn@git+{host.url}fn.git", where="/"))

    assert "EGIT" == raised.value.code
    assert "Authentication failed" in str(raised.value.facts)
    assert not opened.exists()
