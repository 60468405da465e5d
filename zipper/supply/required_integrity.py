"""Required integrity: every tarball of a tree has a hash that cannot be forged.

In: nodes with a tarball of their own. Out: nothing, or one error that names all that lack it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.errors import IntegrityError
from zipper.npm.integrity import parse_integrity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zipper.tree.model import Node

__all__ = ["require_integrity"]

_STRONG: Final = frozenset({"sha256", "sha384", "sha512"})


def require_integrity(nodes: Iterable[Node]) -> None:
    """Return if every node has a sha256, sha384 or sha512.

    Raises:
        IntegrityError: ENOINTEGRITY, naming all that have none, or a weak one only. A git
            dependency has none: its commit is a sha1.
    """
    facts = []
    for node in nodes:
        parsed = parse_integrity(node.integrity)
        if parsed is None or parsed.strongest not in _STRONG:
            told = "none" if parsed is None else f"{parsed.strongest} only"
            facts.append((f"{node.package_name}@{node.version}", f"{told}, at {node.location}"))
    if facts:
        raise IntegrityError(
            "ENOINTEGRITY",
            "every tarball needs an integrity that cannot be forged, and "
            + ("one has not" if len(facts) == 1 else f"{len(facts)} have not"),
            facts=tuple(facts),
            hint="write a new lockfile with `python -m zipper resolve`, which records sha512 where "
            "the registry has it; or take `require_integrity` back",
        )
