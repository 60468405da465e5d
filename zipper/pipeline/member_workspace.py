"""The workspace around a member that was built: what its code may mean that the zip lacks.

In: the member's plan. Out: facts for the check.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.folders import list_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.nearby import Nearby, Sibling
    from zipper.pipeline.planning import PackagePlan
    from zipper.project.read_project import Project
    from zipper.tree.model import Tree

__all__ = ["describe_workspace"]

_MAKING_SCRIPTS: Final = ("build", "prepare", "prepack", "compile", "prepublishOnly")
"""Scripts of package.json that usually make the files that `main` names, the likeliest first."""


def describe_workspace(planned: PackagePlan) -> Nearby:
    """Return what the plan's project, a member of a workspace, could find in it."""
    from zipper.checks.nearby import Nearby  # noqa: PLC0415  (for members)

    project = planned.project
    undeclared = _find_undeclared(project, planned.whole, planned.tree)
    return Nearby(project.member, undeclared, dict(_list_siblings(planned)))


def _list_siblings(planned: PackagePlan) -> Iterator[tuple[str, Sibling]]:
    """Yield each packed sibling with its folder in the zip."""
    from zipper.checks.nearby import Sibling  # noqa: PLC0415  (for members)
    from zipper.project.read_manifest import read_manifest  # noqa: PLC0415  (a lockfile has less)

    project = planned.project
    folders = frozenset(project.workspaces.values())
    for location, node in planned.tree.nodes.items():
        folder = (node.resolved or "").removeprefix("file:")
        if node.resolved is None or folder not in folders or not location:
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
    askers: dict[str, list[str]] = {}
    for location, node in whole.nodes.items():
        for edge in whole.edges_out(location):
            if edge.target in wanted:
                is_top = "node_modules/" not in location
                text = (
                    f"`{location or '.'}/package.json` declares it"
                    if is_top
                    else f"`{node.package_name}` needs it"
                )
                askers.setdefault(edge.target or "", []).append(text)
    return {
        name: min(askers.get(location, ["it lies in the root's node_modules"]), key=_by_kind)
        for name, location in found.items()
    }


def _by_kind(text: str) -> tuple[bool, str]:
    """Sort what people write before what packages need."""
    return not text.endswith("declares it"), text
