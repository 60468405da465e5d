"""Which Node runs functions and scripts: what the request says of sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zipper.errors import NodeError
from zipper.pipeline.nodejs import find_node
from zipper.project.read_project import read_project
from zipper.target import Target

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene


def test_offline_asks_no_network(
    called_scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the registry nor a mirror: the error says of both why."""
    monkeypatch.setenv("PATH", str(tmp_path))
    project = read_project(called_scene.project)

    with pytest.raises(NodeError) as raised:
        find_node(
            project,
            Target("nodejs22.x"),
            cache_dir=called_scene.cache,
            choice=None,
            mirror="https://mirror.example/",
            offline=True,
        )

    facts = dict(raised.value.facts)
    assert ("ENODE", "skipped: offline") == (raised.value.code, facts["download"])
    assert "is not in the cache" in facts["registry"]
    assert [] == called_scene.registry.requests
