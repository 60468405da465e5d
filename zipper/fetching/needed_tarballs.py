"""Which tarball each node of the tree wants, and under which key the store has it.

In: nodes of a selected tree. Out: `Wanted` values, and findings about integrity that is weak or
missing. Pure: `zipper.fetching.fetch_packages` gets a missing integrity from the registry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from zipper.errors import LockfileError
from zipper.fetching.local_packages import (
    is_local_folder,
)
from zipper.findings import Finding, count_more
from zipper.named_tuple import NamedTuple
from zipper.npm.git_resolved import is_git
from zipper.store.keys import StoreKey, git_key, parse_key
from zipper.tree.model import is_bundled, split_location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.project.read_project import Project
    from zipper.tree.model import Node

__all__ = ["Fetch", "Wanted", "find_weak_integrity", "has_tarball", "want"]


def has_tarball(project: Project, node: Node) -> bool:
    """Return whether the node's files come from a tarball of its own.

    Not so for the project, links, folders on this disk, and bundled packages.
    """
    if node.link_target is not None or not split_location(node.location)[1] or is_bundled(node):
        return False
    return not is_local_folder(project.root, node.resolved)


_WEAK: Final = frozenset({"sha1", "md5"})

_MAX_NAMED: Final = 5


def want(node: Node, integrity: str | None = None) -> Wanted | None:
    """Return what `node` wants of the store; None where its integrity is not known.

    Args:
        node: a node with a tarball of its own.
        integrity: what the registry says, for a lockfile that does not.

    Raises:
        LockfileError: ELOCKFILE for an integrity that npm cannot read either, and for a repository
            without a commit.
    """
    if is_git(node.resolved):
        _require_commit(node)
        return Wanted(
            label=f"{node.package_name}@{node.version}",
            key=git_key(node.resolved or ""),
            package_name=node.package_name,
            version=node.version,
            resolved=node.resolved,
            integrity="",
        )
    text = node.integrity or integrity
    if text is None:
        return None
    return Wanted(
        label=f"{node.package_name}@{node.version}",
        key=parse_key(text, what=node.location),
        package_name=node.package_name,
        version=node.version,
        resolved=node.resolved,
        integrity=text,
        checksum=node.checksum,
    )


def _require_commit(node: Node) -> None:
    """Raise for a branch or tag in a lockfile, which may mean something else tomorrow.

    Deviation: npm takes whatever it means today. It never writes one itself.
    """
    address = node.resolved or ""
    committish = address.partition("#")[2].partition("::")[0]
    if len(committish) not in (40, 64) or committish.strip("0123456789abcdefABCDEF"):
        from zipper.npm.credentials import redact_url  # noqa: PLC0415  (for this error only)

        raise LockfileError(
            "ELOCKFILE",
            f"the lockfile names no commit of `{node.package_name}`: {redact_url(address)[:200]}",
            hint=f"choose one: `python -m zipper resolve --update {node.name}`",
        )


def find_weak_integrity(wanted: Mapping[str, Wanted]) -> Finding | None:
    """Return one finding for all tarballs that only a broken algorithm vouches for, or None."""
    weak = {
        location: item
        for location, item in wanted.items()
        if item.key.algorithm.removesuffix("-any") in _WEAK
    }
    if not weak:
        return None
    labels = sorted({item.label for item in weak.values()})
    names = sorted({location.rpartition("node_modules/")[2] for location in weak})
    more = count_more(labels, _MAX_NAMED)
    update = "--update-all"
    if len(names) <= _MAX_NAMED:
        update = " ".join(f"--update {name}" for name in names)
    return Finding(
        "integrity-weak",
        "warning",
        next(iter(weak)) if len(weak) == 1 else "",
        f"only sha1 or md5 verifies {', '.join(labels[:_MAX_NAMED])}{more}; "
        "collisions of them can be made",
        f"`python -m zipper resolve {update}` chooses anew within package.json's ranges, and "
        "records sha512 where the registry has it",
    )


class Wanted(NamedTuple):
    """A tarball that the package needs."""

    label: str
    """`name@version`, for messages."""
    key: StoreKey
    package_name: str
    version: str
    resolved: str | None
    integrity: str
    checksum: str = ""
    """yarn's own, to be verified, too."""


class Fetch(Protocol):
    """Gets tarballs whose bytes agree with their integrity, or raises a ZipperError."""

    def fetch(self, wanted: Wanted, /) -> bytes:
        """Return the tarball; called from many threads."""

    def close(self) -> None:
        """End what is under way, in every thread, so that none waits for it."""
