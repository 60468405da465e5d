"""That a lockfile is in step with its project, noted after it was proven once.

In: a project with a lockfile, a target. Out: the tree that a build packs. Proving means to build
the ideal tree from the lockfile, as `npm ci` does; what it came to holds for the same manifests,
settings, Node and platform, and as long as what had to be asked besides is answered as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.lockfile.npm_read import read_lockfile
from zipper.resolving.grounds import Grounds
from zipper.store.notes import LOCKFILE_PROOF

if TYPE_CHECKING:
    from zipper.lockfile.npm_read import Lockfile
    from zipper.project.read_project import Project
    from zipper.registry.lazy_client import LazyClient
    from zipper.resolving.driver import UsedInputs
    from zipper.store.store_zips import Store
    from zipper.target import Target
    from zipper.tree.model import Tree

__all__ = ["LockfileProof"]


class LockfileProof:
    """The note about one lockfile; losing it costs time, no more."""

    def __init__(
        self,
        project: Project,
        lockfile: Lockfile,
        target: Target,
        *,
        store: Store,
        client: LazyClient,
    ) -> None:
        self._project = project
        self._lockfile = lockfile
        self._notebook = store.notebook
        self._client = client
        self._grounds = Grounds(project, client.cache_dir, offline=client.offline)
        self._inputs = (
            project.fingerprint,
            tuple(sorted(project.workspaces.items())),
            project.npm.digest(),
            target.node_version,
            (target.os, target.cpu, target.libc),
        )

    def recall(self) -> Tree | None:
        """Return the tree that was proven, where a proof would come to the same."""
        noted = self._notebook.recall(LOCKFILE_PROOF, self._inputs, self._grounds.hold)
        if not noted:
            return None if noted is None else self._lockfile.tree
        path = self._lockfile.path
        return read_lockfile(noted, path=path, manifest=self._project.manifest).tree

    def remember(self, tree: Tree, *, basis: UsedInputs) -> None:
        """Note that the lockfile gives `tree`.

        Where that is not its own, a newer lockfile is noted: version 1 records no manifests, and
        another commit may be asked for since.
        """
        locked = frozenset(node.package_name for node in self._lockfile.tree.nodes.values())
        grounds = self._grounds.take(tree, basis=basis, client=self._client, locked=locked)
        if grounds is None:
            return
        text = b""
        if tree is not self._lockfile.tree:
            from zipper.lockfile.npm_write import write_lockfile  # noqa: PLC0415 - for these only

            folder = self._project.root.as_posix()
            text = write_lockfile(tree, folder=folder).encode("utf-8", "surrogatepass")
        self._notebook.remember(LOCKFILE_PROOF, self._inputs, text, grounds)
