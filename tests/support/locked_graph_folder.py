"""A locked graph as a folder of packages with links: what it means without a layout.

In: an installed project and one of its importers. Out: a folder with one package for each instance
that zipper reads from the lockfile, which links to what it depends on.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from zipper.project.read_project import read_project
from zipper.resolving.files_beside import FilesBeside
from zipper.resolving.locked_closure import take_locked_closure
from zipper.target import Target

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_manifests", "write_graph"]


def write_graph(installed: Path, importer: str, folder: Path) -> str:
    """Write the graph of an importer into `folder`; return the name of the importer's folder.

    The manifests are those that are installed, by name and version; a package that is not has
    none.
    """
    foreign = read_project(installed / importer).foreign
    assert foreign is not None
    member = "" if importer == "." else importer
    target = Target()
    omit = frozenset({"dev"})
    graph = take_locked_closure(
        foreign, FilesBeside(foreign), member, target=target, omit=omit
    ).graph
    manifests = read_manifests(installed)
    places = {key: f"g{number}" for number, key in enumerate(graph.instances)}
    for key, own in graph.instances.items():
        place = folder / places[key]
        place.mkdir(parents=True)
        if own.folder is not None:
            content = (installed / own.folder / "package.json").read_bytes()
        else:
            content = manifests.get((own.manifest.name, own.manifest.version), b"{}")
        (place / "package.json").write_bytes(content)
        for name, to in own.targets.items():
            link = place / "node_modules" / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(folder / places[to])
    return places[graph.importers[member]]


def read_manifests(installed: Path) -> dict[tuple[str, str], bytes]:
    """Return each package.json that is installed, by name and version."""
    found = {}
    for at, _, names in os.walk(installed / "node_modules"):
        if "package.json" in names:
            with open(f"{at}/package.json", "rb") as file:  # noqa: PTH123  (thousands of them)
                content = file.read()
            manifest = json.loads(content)
            found[manifest.get("name", ""), manifest.get("version", "")] = content
    return found
