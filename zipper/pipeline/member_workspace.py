"""The workspace around a member that was built: what its code may mean that the zip lacks.

In: the member's plan. Out: facts for the check.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from zipper.fetching.local_packages import is_local_tarball
from zipper.folders import list_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.nearby import Nearby, Sibling
    from zipper.pipeline.planning import PackagePlan
    from zipper.project.read_project import Project
    from zipper.store.notes import Value
    from zipper.tree.model import Tree

__all__ = ["WorkspaceAround"]

_MAKING_SCRIPTS: Final = ("build", "prepare", "prepack", "compile", "prepublishOnly")
"""Scripts of package.json that usually make the files that `main` names, the likeliest first."""


class WorkspaceAround:
    """The workspace around a member's plan; it notes which of its files it was asked about."""

    def __init__(self, planned: PackagePlan) -> None:
        self._planned = planned
        self._asked: dict[str, bool] = {}

    @property
    def key(self) -> tuple[str, ...]:
        """Which member of which workspace it is about, and where its siblings come from."""
        project = self._planned.project
        nodes = self._planned.tree.nodes.items()
        local = (f"{at} {node.resolved}" for at, node in nodes if is_local_tarball(node.resolved))
        return str(project.root), project.member, *sorted(local)

    @property
    def witnesses(self) -> tuple[tuple[str, bool], ...]:
        """Each file that was asked about, and whether it is there."""
        return tuple(sorted(self._asked.items()))

    def still_holds(self, witnesses: Value) -> bool:
        """Say whether the files that were asked about are there, or absent, as they were."""
        rows = cast("tuple[tuple[str, bool], ...]", witnesses)
        return all(self._is_file(path) == is_there for path, is_there in rows)

    def describe(self) -> Nearby:
        """Return what the member's code could find in the workspace."""
        from zipper.checks.nearby import Nearby  # noqa: PLC0415  (for new bytes only)

        planned = self._planned
        project = planned.project
        return Nearby(
            project.member,
            _find_undeclared(project, planned.whole, planned.tree),
            dict(_list_siblings(planned)),
            self._ask,
            keeps_folders=planned.keeps_folders,
        )

    def _ask(self, path: str) -> bool:
        self._asked[path] = self._is_file(path)
        return self._asked[path]

    def _is_file(self, path: str) -> bool:
        return os.path.isfile(self._planned.project.root / path)  # noqa: PTH113  (a Path raises where it is too long)


def _list_siblings(planned: PackagePlan) -> Iterator[tuple[str, Sibling]]:
    """Yield each packed sibling with its folder in the zip."""
    from zipper.checks.nearby import Sibling  # noqa: PLC0415  (for members)
    from zipper.project.read_manifest import read_manifest  # noqa: PLC0415  (a lockfile has less)

    project = planned.project
    for location, node in planned.tree.nodes.items():
        folder = (node.resolved or "").removeprefix("file:")
        if not is_local_tarball(node.resolved) or not project.has_member(folder):
            continue
        top = project.root / folder
        raw = read_manifest(top).raw
        scripts, main = raw.get("scripts"), raw.get("main")
        named = scripts if isinstance(scripts, dict) else {}
        yield (
            location,
            Sibling(
                name=node.package_name,
                folder=folder,
                main=main.removeprefix("./") if isinstance(main, str) and main else "index.js",
                files=frozenset(_list_own_files(top)),
                scripts=tuple(name for name in _MAKING_SCRIPTS if name in named),
            ),
        )


def _list_own_files(folder: Path) -> Iterator[str]:
    for path in map(Path, list_files(folder)):
        place = path.relative_to(folder).as_posix()
        if "node_modules/" not in place:
            yield place


def _find_undeclared(project: Project, whole: Tree, packed: Tree) -> dict[str, str]:
    """Return what Node finds from the member's folder and the zip lacks, with who brings it in."""
    names = {
        node.name
        for location, node in whole.nodes.items()
        if location.startswith(("node_modules/", f"{project.member}/node_modules/"))
    }
    missing = {name for name in names if packed.find("", name) is None}
    found = {name: node.location for name in missing if (node := whole.find(project.member, name))}
    wanted = set(found.values())
    askers: dict[str | None, list[str]] = {}
    for location, node in whole.nodes.items():
        for edge in whole.edges_out(location):
            if edge.target in wanted:
                is_top = "node_modules/" not in location
                text = (
                    f"`{location or '.'}/package.json` declares it"
                    if is_top
                    else f"`{node.package_name}` needs it"
                )
                askers.setdefault(edge.target, []).append(text)
    return {
        name: min(askers.get(location, ["it lies in the root's node_modules"]), key=_by_kind)
        for name, location in found.items()
    }


def _by_kind(text: str) -> tuple[bool, str]:
    """Sort what people write before what packages need."""
    return not text.endswith("declares it"), text
