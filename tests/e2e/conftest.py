"""What the end-to-end tests stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.registry_server import RegistryServer
from tests.support.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.aws import AwsServer
    from tests.support.aws_account import Account


@pytest.fixture
def registry() -> Iterator[RegistryServer]:
    with RegistryServer() as server:
        yield server


@pytest.fixture
def scene(tmp_path: Path, registry: RegistryServer) -> Scene:
    return Scene(tmp_path / "scene", registry)


@pytest.fixture(scope="module")
def aws_server() -> Iterator[AwsServer]:
    from tests.support.aws import AwsServer  # noqa: PLC0415  (imports moto)

    with AwsServer() as running:
        yield running


@pytest.fixture
def account(aws_server: AwsServer, tmp_path: Path) -> Account:
    from tests.support.aws_account import Account  # noqa: PLC0415  (as above)

    aws_server.reset()
    return Account(aws_server, tmp_path)
