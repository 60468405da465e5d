"""Which tarball each node of the tree wants, and under which key the store has it.

In: nodes of a selected tree. Out: `Wanted` values, and findings about integrity that is weak or
missing. Pure: whoever has to ask the registry for an integrity is `zipper.contents.obtain`.
"""

from __future__ import annotations

import hashlib
import re
from binascii import a2b_base64
from typing import TYPE_CHECKING, Final

from zipper.checks.findings import Finding
from zipper.errors import LockfileError
from zipper.npm.integrity import Integrity, parse_integrity
from zipper.store.files import StoreKey
from zipper.store.fill import Wanted

if TYPE_CHECKING:
    from zipper.tree.model import Node

__all__ = ["find_weak_integrity", "git_key", "is_git", "key_of", "parse_key", "want"]

_WEAK: Final = frozenset({"sha1", "md5"})
_USUAL: Final = re.compile(r"sha512-([A-Za-z0-9+/]{86}==)")
"""What nearly every entry of a lockfile has: read as any integrity it takes six times as long."""
_DIGITS_MAX: Final = 128
"""Of a sha512; what is longer is no digest, nothing has it, and no file can be called so."""


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
    )


def key_of(integrity: Integrity) -> StoreKey:
    """Return the store's key: the strongest hash; for several of one strength, a hash of them all.

    Bytes that agree with one of two hashes must not be found under the other one alone.
    """
    algorithm = integrity.strongest
    digests = sorted({item.hex_digest for item in integrity.hashes[algorithm]})
    if len(digests) == 1 and len(digests[0]) <= _DIGITS_MAX:
        return StoreKey(algorithm, digests[0])
    joined = hashlib.sha256("".join(digests).encode()).hexdigest()
    return StoreKey(f"{algorithm}-any", joined)


def is_git(resolved: str | None) -> bool:
    """Tell whether `resolved` names a commit of a git repository."""
    return resolved is not None and resolved.startswith(("git+", "git://"))


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


def git_key(resolved: str) -> StoreKey:
    """Return the store's key for a commit, whose name vouches for what is in it."""
    return StoreKey("git", hashlib.sha256(resolved.encode("utf-8", "surrogateescape")).hexdigest())


def parse_key(text: str, *, what: str) -> StoreKey:
    """Return the store's key for an integrity string.

    Raises:
        LockfileError: ELOCKFILE, naming `what`, for a text that npm cannot read either.
    """
    usual = _USUAL.fullmatch(text)
    if usual is not None:
        return StoreKey("sha512", a2b_base64(usual[1]).hex())
    parsed = parse_integrity(text)
    if parsed is None:
        raise LockfileError(
            "ELOCKFILE",
            f"`{what}` has an integrity that cannot be read: {text[:100]!r}",
            hint="write a new lockfile: `python -m zipper resolve`",
        )
    return key_of(parsed)


def find_weak_integrity(wanted: Wanted, location: str) -> Finding | None:
    """Return the finding for a tarball that only a broken algorithm vouches for, or None."""
    algorithm = wanted.key.algorithm.removesuffix("-any")
    if algorithm not in _WEAK:
        return None
    return Finding(
        "integrity-weak",
        "warning",
        location,
        f"only {algorithm} vouches for {wanted.label}; collisions of it can be made",
        "write a new lockfile: `python -m zipper resolve` records sha512 where the registry has it",
    )
