"""The tree of a project that pnpm, bun or yarn has locked.

In: a project whose foreign lockfile counts, a target, what is left out. Out: the importer's closure
laid out in node_modules, every edge proven. What it came to is noted with all that it depends on,
so that a warm build reads one file instead.
"""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING, Any, Final

from zipper.findings import Finding
from zipper.named_tuple import NamedTuple
from zipper.resolving.files_beside import FilesBeside, hash_file
from zipper.resolving.noted_tree import read_noted_tree, write_noted_tree
from zipper.store.notes import LOCKFILE_PROOF
from zipper.tree.model import Patch, Tree

if TYPE_CHECKING:
    from zipper.lockfile.foreign import ForeignLockfile
    from zipper.project.foreign_lockfile import ForeignText
    from zipper.project.read_project import Project
    from zipper.store.notes import Value
    from zipper.store.store_zips import Store
    from zipper.target import Target

__all__ = ["LockedTree", "find_locked_tree"]

_DOUBLED_MAX: Final = 20

_HINT_ISOLATED: Final = (
    'have bun install one node_modules: `linker = "hoisted"` under `[install]` in bunfig.toml'
)
"""The isolated linker makes a package once for each set of its peers, the hoisted one does not."""


class LockedTree(NamedTuple):
    """The tree, and what a person should know about it."""

    tree: Tree
    findings: tuple[Finding, ...]
    edges: int
    """Walked, each to the instance that is locked."""
    version: str
    """Of the lockfile's format."""


def find_locked_tree(
    project: Project, *, target: Target, store: Store, omit: frozenset[str] | None
) -> LockedTree:
    """Return the tree of a project with a foreign lockfile.

    Args:
        project: one that has `foreign`.
        target: its os, cpu, libc and Node decide which optional packages are there.
        store: has the notes.
        omit: dependency types to leave out; None for the whole tree, every platform's packages
            included.

    Raises:
        LockfileError: what cannot be read or laid out; a lockfile out of step, or a patch that is
            not there, under the tool's own code.
        ProjectError: EJSONPARSE, EINVALIDPACKAGE, EREAD for a member's package.json.
    """
    foreign = project.foreign
    assert foreign is not None
    inputs = (
        project.fingerprint,
        foreign.name,
        project.member,
        target.node_version,
        (target.os, target.cpu, target.libc),
        None if omit is None else tuple(sorted(omit)),
    )
    noted = store.notebook.recall(LOCKFILE_PROOF, inputs, lambda known: _hold(foreign, known))
    if noted is not None:
        told, _, text = noted.partition(b"\n")
        return _read_made(json.loads(told), text, project)
    made, witnesses = _make(foreign, project.member, target, omit)
    text = write_noted_tree(made.tree, project)
    beyond = {
        node.location: (node.patches, node.checksum)
        for node in made.tree.nodes.values()
        if node.patches or node.checksum
    }
    head = json.dumps((made.findings, made.edges, made.version, beyond))
    body = head.encode("ascii") + b"\n" + text
    store.notebook.remember(LOCKFILE_PROOF, inputs, body, witnesses)
    # What was written is read, so that the first build packs what all later ones do.
    return _read_made(json.loads(head), text, project)


def _read_made(told: Any, text: bytes, project: Project) -> LockedTree:  # noqa: ANN401  (JSON)
    """Return what is noted."""
    rows, edges, version, beyond = told
    tree = read_noted_tree(text, project)
    if beyond:  # what npm's lockfiles cannot say
        nodes = dict(tree.nodes)
        for location, (diffs, checksum) in beyond.items():
            patches = tuple(Patch(*diff) for diff in diffs)
            nodes[location] = nodes[location]._replace(patches=patches, checksum=checksum)
        tree = Tree(nodes)
    return LockedTree(tree, tuple(Finding(*row) for row in rows), edges, version)


def _hold(foreign: ForeignText, witnesses: Value) -> bool:
    """Say whether the files that were read are what they were."""
    assert isinstance(witnesses, tuple)
    return all(
        isinstance(row, tuple) and hash_file(foreign, str(row[0])) == row[1] for row in witnesses
    )


def _make(
    foreign: ForeignText, member: str, target: Target, omit: frozenset[str] | None
) -> tuple[LockedTree, tuple[Value, ...]]:
    """Return the tree, and the files that it was made of."""
    # All that reads and lays out a lockfile: a warm build needs none of it.
    from zipper.layout.edge_proof import prove_edges  # noqa: PLC0415
    from zipper.resolving.locked_closure import take_locked_closure  # noqa: PLC0415
    from zipper.resolving.member_layout import tell_doubled  # noqa: PLC0415
    from zipper.tree.hoist import hoist  # noqa: PLC0415

    beside = FilesBeside(foreign)
    taken = take_locked_closure(foreign, beside, member, target=target, omit=omit)
    closure, lockfile = taken.graph, taken.lockfile
    hint = _HINT_ISOLATED if lockfile.peers == "ancestors" else None
    hoisted = hoist(closure, member, hint=hint)
    proof = prove_edges(hoisted.tree, closure, member)
    assert not proof.wrong, proof.wrong
    findings = [_tell(lockfile, member, proof.edges), *taken.doubts]
    findings += _tell_builtins(taken.builtins)
    findings += taken.unverified
    findings += [tell_doubled(doubled) for doubled in hoisted.doubled[:_DOUBLED_MAX]]
    nodes = {
        location: node._replace(patches=taken.patches.get(hoisted.instances[location], ()))
        for location, node in hoisted.tree.nodes.items()
    }
    made = LockedTree(Tree(nodes), tuple(findings), proof.edges, lockfile.version)
    return made, beside.list_witnesses()


def _tell_builtins(names: tuple[str, ...]) -> tuple[Finding, ...]:
    if not names:
        return ()
    return (
        Finding(
            "lockfile-builtin-patch",
            "info",
            "yarn.lock",
            f"yarn's own patches of {', '.join(names)} are not applied: they are for its loader, "
            "which the package does not have",
            "",
        ),
    )


def _tell(lockfile: ForeignLockfile, member: str, edges: int) -> Finding:
    whose = f", for its member `{member}`" if member else ""
    return Finding(
        "lockfile-read",
        "info",
        posixpath.basename(lockfile.path.replace("\\", "/")),
        f"`{lockfile.path}` counts ({lockfile.tool}, version {lockfile.version}){whose}: "
        f"{edges:,} edges were walked, and each reaches what is locked",
        "",
    )
