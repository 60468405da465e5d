"""A scene for calls from Python, and a repository whose functions differ from a commit."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.affected_repository import Repository
from tests.support.git_repository import require_git
from tests.support.registry_server import RegistryServer
from tests.support.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def called_scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """A project of one file, a registry, a cache; the working directory is its folder."""
    with RegistryServer() as registry:
        made = Scene(tmp_path / "scene", registry)
        for name in os.environ.keys() - made.environment.keys():
            monkeypatch.delenv(name)
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("ZIPPER_CACHE_DIR", str(made.cache))
        monkeypatch.chdir(made.folder)
        yield made


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository without a change, made once."""
    require_git()
    repository = Repository(tmp_path_factory.mktemp("template") / "repository")
    repository.fill()
    return repository.top


@pytest.fixture
def repository(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A copy of the repository, worked in from its root."""
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    shutil.copytree(template, tmp_path / "repository")
    copy = Repository(tmp_path / "repository")
    monkeypatch.chdir(copy.root)
    return copy
