"""The part of a whole tree that a build packs: the root's own, or a member's closure laid out anew.

In: a project and its whole tree. Out: the tree with the folder that is built at the top, and which
packages are in it more than once. The root keeps npm's locations; a member gets a layout of its
own, in which every name reaches what the lockfile says it reaches for the member.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.named_tuple import NamedTuple
from zipper.tree.model import has_names_twice
from zipper.tree.select import select

if TYPE_CHECKING:
    from zipper.findings import Finding
    from zipper.project.read_project import Project
    from zipper.store.notes import Notebook
    from zipper.target import Target
    from zipper.tree.model import Tree

__all__ = ["Selected", "select_tree"]


class Selected(NamedTuple):
    """What a build packs."""

    tree: Tree
    findings: tuple[Finding, ...] = ()


def select_tree(
    project: Project,
    whole: Tree,
    *,
    target: Target,
    omit: frozenset[str],
    force: bool = False,
    with_root: bool = False,
    notebook: Notebook | None = None,
) -> Selected:
    """Return what is packed of `whole` for `target`.

    Args:
        project: says which folder is built, and npm's settings.
        whole: the root's tree, from its lockfile or resolved.
        target: the runtime and architecture of the function.
        omit: dependency types to leave out.
        force: take packages whatever platform they are for, as npm's own setting says too.
        with_root: pack the dependencies of the workspace's root with a member, too.
        notebook: has how members were laid out before.

    Raises:
        ResolutionError: EBADPLATFORM, EBADENGINE.
        LockfileError: ELOCKPLATFORM; for a member ELAYOUT, EUSAGE where the lockfile lacks it.
    """
    npm = project.npm
    findings: tuple[Finding, ...] = ()
    # A yarn.lock's tree may be laid out for the member already.
    is_laid_out = project.yarn_lock is not None and project.member not in whole.nodes
    if project.member and project.foreign is None and not is_laid_out:
        from zipper.resolving.member_layout import lay_out_member  # noqa: PLC0415  (for members)

        whole, findings = lay_out_member(
            project, whole, omit=omit, with_root=with_root, notebook=notebook
        )
    elif project.foreign is None and project.yarn_lock is None and has_names_twice(whole):
        from zipper.tree.named_twice import find_left_out, tell_left_out  # noqa: PLC0415  (few have any)

        left_out = find_left_out(whole, omit=omit, legacy_peer_deps=npm.legacy_peer_deps)
        findings = tuple(tell_left_out(whole, left_out))
    tree = select(
        whole,
        target=target,
        omit=omit,
        legacy_peer_deps=npm.legacy_peer_deps,
        force=force or npm.force,
        engine_strict=npm.engine_strict,
    )
    return Selected(tree, findings)
