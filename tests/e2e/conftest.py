"""What the end-to-end tests stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.registry_server import RegistryServer
from tests.support.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def registry() -> Iterator[RegistryServer]:
    with RegistryServer() as server:
        yield server


@pytest.fixture
def scene(tmp_path: Path, registry: RegistryServer) -> Scene:
    return Scene(tmp_path / "scene", registry)
