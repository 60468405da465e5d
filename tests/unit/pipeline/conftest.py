"""A scene for calls from Python, whose variables are those of this process."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

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
