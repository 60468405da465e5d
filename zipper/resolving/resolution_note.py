"""An earlier resolution of the same project, recalled where it would come to the same again.

In: a project and what was asked. Out: the lockfile's text, with what else was told. A project
without a lockfile is resolved again and again; as long as its manifests, its settings and the
packuments that were asked for are what they were, and the cache may answer unasked, so is its tree.

What depends on the time, a git server or an address of its own is never noted; see
`zipper.resolving.driver`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from zipper.named_tuple import NamedTuple
from zipper.project.read_manifest import fingerprint
from zipper.project.release_age_files import AGE_FILES
from zipper.resolving.grounds import Grounds
from zipper.store.notes import RESOLUTION, Notebook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zipper.project.read_project import Project
    from zipper.registry.lazy_client import LazyClient
    from zipper.resolving.driver import UsedInputs
    from zipper.settings.build_request import BuildRequest
    from zipper.store.notes import Value
    from zipper.tree.model import Tree

__all__ = ["Earlier", "Recalled", "find_earlier", "find_earlier_tree"]


class Recalled(NamedTuple):
    """What resolving came to: the lockfile's text, and what JSON has of the rest."""

    text: bytes
    told: Mapping[str, Any] = {}


def find_earlier(
    project: Project,
    request: BuildRequest,
    *,
    cache_dir: Path,
    offline: bool,
    asked: tuple[Value, ...],
) -> Earlier | None:
    """Return where it is noted what resolving `project` came to; None where nothing may be.

    Args:
        project: with all that was read of its folder.
        request: of which only that counts here which forbids a note: an age, or a vendored folder.
        cache_dir: where the notes are, and the packuments.
        offline: whether the cache may answer whatever the age of its entries.
        asked: all that decides besides the project.
    """
    npm = project.npm
    if request.vendor or request.min_release_age_days or npm.before or npm.min_release_age:
        return None
    root = project.workspace_root
    inputs = (
        project.fingerprint,
        tuple(sorted(project.workspaces.items())),
        project.unread_lockfiles,
        None if root is None else (str(root), str(project.root)),
        fingerprint(_read(project.root / name) for name in AGE_FILES),
        npm.digest(),
        *asked,
    )
    notebook = Notebook(cache_dir, recalls=not request.no_recall)
    return Earlier(notebook, inputs, Grounds(project, cache_dir, offline=offline))


def find_earlier_tree(
    project: Project, request: BuildRequest, *, cache_dir: Path, offline: bool
) -> Earlier | None:
    """Return where the tree is noted that a build packs of a project without a lockfile."""
    target = request.target
    asked = (target.node_version, target.os, target.cpu, target.libc)
    return find_earlier(project, request, cache_dir=cache_dir, offline=offline, asked=asked)


class Earlier:
    """The note of one resolution; losing it costs time, no more."""

    def __init__(self, notebook: Notebook, inputs: Value, grounds: Grounds) -> None:
        self._notebook = notebook
        self._inputs = inputs
        self._grounds = grounds

    def recall(self) -> Recalled | None:
        """Return what is noted, where resolving would come to the same."""
        noted = self._notebook.recall(RESOLUTION, self._inputs, self._grounds.hold)
        if noted is None:
            return None
        told, _, text = noted.partition(b"\n")
        return Recalled(text, json.loads(told))

    def remember(
        self, recalled: Recalled, tree: Tree, *, basis: UsedInputs, client: LazyClient
    ) -> bool:
        """Note what resolving came to, if it can be told when it would come to the same again."""
        grounds = None if basis.is_dated else self._grounds.take(tree, basis=basis, client=client)
        if grounds is None:
            return False
        told = json.dumps(recalled.told).encode("ascii")
        self._notebook.remember(RESOLUTION, self._inputs, told + b"\n" + recalled.text, grounds)
        return True


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
