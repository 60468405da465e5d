"""What reading sources in TypeScript needs, gathered with a project's packages.

In: a project, its whole tree, a client. Out: tarballs to fetch: esbuild for this machine, packages
that a tsconfig.json extends, and the project's TypeScript where it transforms decorators.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.bundling.esbuild_binary import want_esbuild
from zipper.bundling.esbuild_choice import choose_esbuild, find_direct
from zipper.bundling.source_names import TYPED, is_declaration
from zipper.checks.package_maps import split_name
from zipper.fetching.fetch_packages import list_wanted
from zipper.project.own_files import choose_files
from zipper.tree.model import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.fetching.needed_tarballs import Wanted
    from zipper.project.read_project import Project
    from zipper.registry.lazy_client import LazyClient
    from zipper.settings.build_request import BuildRequest
    from zipper.store.store_zips import Store
    from zipper.tree.model import Node

__all__ = ["want_tools"]

_EXTENDS: Final = re.compile(r'"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")')
_TEXT: Final = re.compile(r'"([^"\n]+)"')


def want_tools(
    project: Project, request: BuildRequest, whole: Tree, *, store: Store, client: LazyClient
) -> list[Wanted]:
    """Return what a build of the project's TypeScript, or of its bundle, would fetch.

    Nothing where it has neither.

    Raises:
        RegistryError, IntegrityError, ResolutionError, ArchiveError, StoreError, ProjectError.
    """
    names = choose_files(project.folder, include=request.include, exclude=request.exclude).files
    has_types = any(name.endswith(TYPED) and not is_declaration(name) for name in names)
    if not has_types and not request.bundle:
        return []
    esbuild = want_esbuild(choose_esbuild(project, whole), store=store, client=client)
    nodes = {node.location: node for node in _find_packages(project, request, whole)}
    others = list_wanted(project, Tree(nodes), store=store, client=client)
    return [esbuild, *others.values()]


def _find_packages(project: Project, request: BuildRequest, whole: Tree) -> Iterator[Node]:
    if request.decorators == "tsc":
        yield from filter(None, [find_direct(project, whole, "typescript")])
    for folder in dict.fromkeys((project.root, project.folder)):
        for path in sorted(folder.glob("tsconfig*.json")):
            text = path.read_text(encoding="utf-8", errors="replace")
            for extended in _EXTENDS.finditer(text):
                for name in _TEXT.findall(extended[1]):
                    parts = split_name(name)
                    node = None if parts is None else whole.find(project.member, parts[0])
                    if node is not None and node.link_target is None:
                        yield node
