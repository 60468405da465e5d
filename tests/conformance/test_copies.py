"""The hoister's layouts of npm's lockfiles have no more copies than npm's own locations.

Read where they are: the lockfiles of this repository, and the corpus and the workspaces beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.shared import REPOSITORY, SHARED
from zipper.layout.edge_proof import prove_edges
from zipper.lockfile.npm_read import read_lockfile
from zipper.project.read_manifest import read_manifest
from zipper.tree.graph_closure import take_closure
from zipper.tree.graph_of_tree import graph_of_tree
from zipper.tree.hoist import hoist
from zipper.tree.merge_instances import merge_instances
from zipper.tree.provided_peers import bind_provided_peers

if TYPE_CHECKING:
    from pathlib import Path


def list_lockfiles() -> list[object]:
    """Return this repository's lockfiles, and, as slow ones, those beside it."""
    own = sorted((REPOSITORY / "fixtures").rglob("package-lock.json"))
    folders = (SHARED / name for name in ("workspaces", "corpus", "bench"))
    beside = sorted(path for folder in folders for path in folder.glob("*/package-lock.json"))
    rows = [pytest.param(path, id=f"own {path.parent.name}") for path in own]
    return rows + [
        pytest.param(
            path, id=f"{path.parent.parent.name} {path.parent.name}", marks=pytest.mark.slow
        )
        for path in beside
    ]


@pytest.mark.parametrize("path", list_lockfiles())
def test_no_more_copies_than_npms_locations(path: Path) -> None:
    """For each importer's production closure: every walk is right, and no folder is needless.

    Packages of this disk are not counted: npm links them, and a zip has no links.
    """
    lockfile = read_lockfile(path.read_bytes(), path=str(path), manifest=read_manifest(path.parent))
    graph = graph_of_tree(lockfile.tree)
    for importer in graph.importers:
        closure = take_closure(graph, importer, fits=lambda _: True, omit=frozenset({"dev"}))
        own = graph_of_tree(lockfile.tree, start=[importer])
        assert closure == take_closure(own, importer, fits=lambda _: True)
        merged = merge_instances(bind_provided_peers(closure))
        hoisted = hoist(merged, importer)
        proof = prove_edges(hoisted.tree, merged, importer)
        local = {key for key, own in closure.instances.items() if own.folder is not None}
        copies = [key for at, key in hoisted.instances.items() if key not in local]
        locations = closure.instances.keys() - local

        assert () == proof.wrong
        assert () == proof.unreached
        assert len(copies) <= len(locations)
