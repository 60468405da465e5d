"""What a resolved tree rests on outside of its project: packuments, folders, a place.

In: what the resolver asked for. Out: a value to note with the tree, and later whether each of these
things would still be answered as it was, and unasked.
"""

from __future__ import annotations

import contextlib
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zipper.errors import ZipperError
from zipper.project.read_manifest import find_manifest, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zipper.project.read_project import Project
    from zipper.registry.lazy_client import LazyClient
    from zipper.resolving.driver import UsedInputs
    from zipper.store.notes import Value
    from zipper.tree.model import Tree

__all__ = ["Grounds"]


class Grounds:
    """Takes and judges what the trees of one project rest on.

    Args:
        project: whose packages are resolved.
        cache_dir: where the packuments are.
        offline: whether the cache may answer whatever the age of its entries.
    """

    def __init__(self, project: Project, cache_dir: Path, *, offline: bool) -> None:
        self._project = project
        self._packuments = cache_dir / "packuments"
        self._offline = offline or project.npm.offline

    def take(
        self,
        tree: Tree,
        *,
        basis: UsedInputs,
        client: LazyClient,
        locked: frozenset[str] = frozenset(),
    ) -> Value:
        """Return what `tree` rests on; None where it may be another the next time.

        Of a name in `locked` one version is asked for, which never changes.
        """
        stamps = client.stamps(but=locked)
        if stamps is None or not basis.is_lasting or (basis.is_dated and stamps):
            return None
        place = str(self._project.root) if self._depends_on_place(tree, basis) else None
        return (place, tuple(map(tuple, stamps)), tuple(basis.folders.items()))

    def hold(self, grounds: Any) -> bool:  # noqa: ANN401  (what `take` returned)
        """Return whether each thing that was asked for would be answered as it was, and unasked."""
        place, stamps, folders = grounds
        if place not in (None, str(self._project.root)):
            return False
        if stamps and not self._would_be_answered(stamps):
            return False
        return all(_look_at(Path(folder)) == known for folder, known in folders)

    def _would_be_answered(self, stamps: Iterable[tuple[Any, ...]]) -> bool:
        # A lockfile that is in step asks for none.
        from zipper.registry.cache_stamps import Stamp  # noqa: PLC0415
        from zipper.registry.freshness import may_use  # noqa: PLC0415

        now = time.time()
        npm = self._project.npm
        usable = partial(may_use, settings=npm, offline=self._offline, began=now, now=now)
        return all(Stamp(*stamp).holds(self._packuments, usable) for stamp in stamps)

    def _depends_on_place(self, tree: Tree, basis: UsedInputs) -> bool:
        """Return whether the project's path may be in the answer, or leads to part of it."""
        project = self._project
        return bool(
            basis.folders
            or project.yarn_lock
            or not project.manifest.name
            or any(node.link_target is not None for node in tree.nodes.values())
        )


def _look_at(folder: Path) -> str:
    """Return the hash of what decides about the manifest in a folder."""
    seen: list[bytes] = []
    with contextlib.suppress(ZipperError):
        find_manifest(folder, seen=seen)
    return fingerprint(seen)
