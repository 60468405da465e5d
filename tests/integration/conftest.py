"""What several tests of bundles share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.bundling_project import BundlingProject, fill_cache

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def esbuild_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache that has esbuild and nothing else."""
    return fill_cache(tmp_path_factory.mktemp("esbuild"))


@pytest.fixture
def project(tmp_path: Path, esbuild_cache: Path) -> BundlingProject:
    """Return a project to be bundled; a file of tests may have another."""
    return BundlingProject(tmp_path, esbuild_cache)
