"""Where a git package came from, as lockfiles say it: one form for each known host.

In: a `resolved` of a lockfile, or the `version` of one of version 1. Out: the same, or a git URL.

Source: @npmcli/arborist 9 lib/consistent-resolve.js.
"""

from __future__ import annotations

import re
from typing import Final

from zipper.errors import ZipperError

__all__ = ["is_git", "make_consistent"]


def is_git(resolved: str | None) -> bool:
    """Return whether `resolved` names a commit of a git repository."""
    return resolved is not None and resolved.startswith(("git+", "git://"))


_ON_A_HOST: Final = (
    r"https?://(?:[^/@]*@)?(?:www\.)?"
    r"(?:github\.com|gist\.github\.com|gitlab\.com|bitbucket\.org|git\.sr\.ht)[/:]"
)


def make_consistent(resolved: str) -> str:
    """Return the URL of a repository in npm's one form for it; whatever else, unchanged.

    The known hosts' shortcuts, HTTPS and git URLs all become `git+ssh://`, unless they hold a
    password, which ssh has no use for.
    """
    if resolved.startswith("file:"):
        return resolved
    # Nearly all are a registry's: no pattern is made for them, nor is one compiled.
    written = resolved.lower()
    may_be_on_a_host = "git" in written or "bitbucket.org" in written
    if written.startswith("http") and not (may_be_on_a_host and re.match(_ON_A_HOST, written)):
        return resolved
    from zipper.npm.spec import parse_spec  # noqa: PLC0415  (0.01 s, for odd addresses only)

    try:
        spec = parse_spec(resolved, where="/")
    except ZipperError:
        return resolved
    if spec.type != "git":
        return resolved
    if spec.hosted is None:
        return spec.save_spec or resolved
    url = spec.hosted.https if spec.hosted.auth else spec.hosted.sshurl
    committish = spec.hosted.committish
    return f"git+{url}#{committish}" if committish else f"git+{url}"
