"""Lockfiles of pnpm, bun and yarn against what these tools install: the graphs are equal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.isolated_answers import TABLE
from tests.support.lock_projects import fits_linux, list_differences, read_folders, read_lock
from tests.support.shared import REPOSITORY, SHARED
from zipper.layout.edge_proof import prove_edges
from zipper.tree.bind_peers import bind_peers
from zipper.tree.graph_closure import take_closure
from zipper.tree.graph_folders import know_folders
from zipper.tree.hoist import hoist
from zipper.tree.merge_instances import merge_instances

if TYPE_CHECKING:
    from pathlib import Path

WRONG_CONTEXTS = frozenset({"pnpm-9.0-hoisted-peers"})
"""pnpm's hoisted linker gives a package another importer's peer; here the lockfile counts."""


def list_projects() -> list[Path]:
    own = REPOSITORY / "fixtures" / "locked"
    shared = SHARED / "locks" / "projects"
    found = [*own.iterdir(), *(shared.iterdir() if shared.is_dir() else ())]
    return sorted(
        project
        for project in found
        if (project / "expected.json").is_file()
        and "yarn 1" not in (project / "expected.json").read_text("utf-8")[:1_000]
        and not (project.parent == shared and project.name in WRONG_CONTEXTS)
    )


@pytest.mark.parametrize(
    "project", list_projects(), ids=lambda project: "/".join(project.parts[-2:])
)
def test_the_graph_is_what_the_tool_installs(project: Path) -> None:
    """From each importer every name reaches the same package, and the layout proves it."""
    expected = json.loads((project / "expected.json").read_text("utf-8"))

    lockfile = read_lock(project, expected["lockfile"])

    assert expected["lockfile_version"] == lockfile.version
    assert [] == list_differences(lockfile, project, expected)
    graph = know_folders(lockfile.graph, read_folders(project, lockfile.graph))
    for folder in graph.importers:
        bound = graph if lockfile.peers is None else bind_peers(graph, folder, lockfile.peers)
        closure = merge_instances(take_closure(bound, folder, fits=fits_linux))
        proof = prove_edges(hoist(closure, folder).tree, closure, folder)
        assert ((), ()) == (proof.wrong, proof.unreached)


ISOLATED = json.loads(TABLE.read_text("utf-8"))


@pytest.mark.parametrize("number", range(len(ISOLATED)))
def test_peers_are_bound_as_buns_isolated_linker_binds_them(number: int, tmp_path: Path) -> None:
    """In random projects whose packages have many peers, some in rings."""
    for place, text in ISOLATED[number]["files"].items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text, encoding="utf-8")

    lockfile = read_lock(tmp_path, "bun.lock")

    assert "ancestors" == lockfile.peers
    assert [] == list_differences(lockfile, tmp_path, ISOLATED[number]["expected"])
