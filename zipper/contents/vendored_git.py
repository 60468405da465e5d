"""Git dependencies by way of a vendored folder: from it where it is read, into it while it is made.

In: a git spec, or an URL with a commit. Out: what `zipper.contents.git` would give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.contents.git import pack_commit, resolve_commit
from zipper.npm.credentials import redact_url
from zipper.registry import failures

if TYPE_CHECKING:
    from zipper.npm.spec import Spec
    from zipper.registry.client import RegistryClient

__all__ = ["find_commit_of", "read_commit"]


def find_commit_of(client: RegistryClient, spec: Spec) -> str:
    """Return the URL and the commit that a git spec means.

    Raises:
        RegistryError: EOFFLINE where git may not be asked.
        ZipperError: as `zipper.contents.git.resolve_commit`.
    """
    vendor = client.vendor
    known = None if vendor is None else vendor.find_git(spec.raw_spec)
    if known is not None:
        return known.decode("utf-8", "replace")
    if client.is_offline:
        raise failures.offline(f"the commit of `{spec.name}`", redact_url(spec.fetch_spec or ""))
    resolved = resolve_commit(spec)
    if vendor is not None:
        vendor.keep_git(spec.raw_spec, resolved.encode())
    return resolved


def read_commit(client: RegistryClient, resolved: str) -> bytes:
    """Return the package at a commit as a tar.

    Raises:
        RegistryError: EOFFLINE where git may not be asked.
        ZipperError: as `zipper.contents.git.pack_commit`.
    """
    vendor = client.vendor
    known = None if vendor is None else vendor.find_git(resolved)
    if known is not None:
        return known
    if client.is_offline:
        raise failures.offline(f"the commit {resolved.rpartition('#')[2]}", resolved)
    data = pack_commit(resolved)
    if vendor is not None:
        vendor.keep_git(resolved, data)
    return data
