"""What an earlier install of the same lockfile put where, recalled.

In: a project and what was asked. Out: which store zip is in which folder, the commands' links,
and what was told. Only what packages and lockfile decide is noted: no links to folders, nothing
from git, no install scripts.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from zipper.as_json import as_json
from zipper.errors import StoreError
from zipper.findings import Finding
from zipper.layout.install_layout import Layout
from zipper.named_tuple import NamedTuple
from zipper.pipeline.running_scripts import read_project_consent
from zipper.store.notes import INSTALL
from zipper.store.store_zip import StoreZip
from zipper.tree.bins import BinLink
from zipper.tree.model import ROOT, is_bundled

if TYPE_CHECKING:
    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest
    from zipper.store.notes import Value
    from zipper.store.store_zips import Store
    from zipper.tree.model import Tree

__all__ = ["LaidOut", "Note", "find_note"]


class LaidOut(NamedTuple):
    """What an install makes, and what it tells."""

    layout: Layout
    packages: int
    findings: tuple[Finding, ...]


def find_note(
    project: Project, request: BuildRequest, *, omit: frozenset[str], store: Store
) -> Note | None:
    """Return where it is noted what installing `project` comes to; None where nothing may be.

    Args:
        project: with all that was read of its folder.
        request: what was asked for.
        omit: dependency types to leave out besides those of npm's settings.
        store: where the packages are, and the note.
    """
    if (
        project.lockfile is None
        or project.workspaces
        or project.npm.notes
        or request.verify_signatures != "off"
        or read_project_consent(project, request.allow_scripts) is not None
        or store.ownership.look_around()
    ):
        return None
    asked = request.of_package._replace(
        project="", output=None, unknown_variables=request.unknown_variables
    )
    inputs = (
        *asked._asdict().values(),
        project.fingerprint,
        tuple(sorted(omit)),
        project.npm.digest(),
    )
    return Note(store, inputs)


class Note:
    """What is remembered of one install; losing it costs time, no more."""

    def __init__(self, store: Store, inputs: Value) -> None:
        self._store = store
        self._inputs = inputs

    def recall(self) -> LaidOut | None:
        """Return what was noted; of the packages the ends alone are read."""
        noted = self._store.notebook.recall(INSTALL, self._inputs)
        if noted is None:
            return None
        row: dict[str, Any] = json.loads(noted)
        root = str(self._store.root)
        groups = [
            [(StoreZip(f"{root}/{path}"), home) for path, home, _ in group]
            for group in row["groups"]
        ]
        if not all(self._store.may_link(zipped.place) for group in groups for zipped, _ in group):
            return None
        sums = [mark for group in row["groups"] for _, _, mark in group]
        try:
            # One that has taken another's place is sound in itself.
            if sums != [zipped.sums.hex() for group in groups for zipped, _ in group]:
                return None
        except StoreError:
            return None
        layout = Layout(groups, [BinLink(*link) for link in row["bins"]])
        findings = tuple(Finding(**finding) for finding in row["findings"])
        return LaidOut(layout, row["packages"], findings)

    def remember(self, laid_out: LaidOut, tree: Tree) -> None:
        """Note what was made of `tree`, if it is made of tarballs that the lockfile vouches for."""
        for location, node in tree.nodes.items():
            if location == ROOT or is_bundled(node):
                continue
            if node.link_target is not None or not node.integrity:
                return
        root = self._store.root
        row = {
            "groups": [
                [
                    (zipped.path.relative_to(root).as_posix(), home, zipped.sums.hex())
                    for zipped, home in group
                ]
                for group in laid_out.layout.groups
            ],
            "bins": laid_out.layout.bins,
            "packages": laid_out.packages,
            "findings": as_json(laid_out.findings),
        }
        body = json.dumps(row).encode("ascii")
        self._store.notebook.remember(INSTALL, self._inputs, body)
