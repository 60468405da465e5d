"""Which commit a git spec means, given what `git ls-remote` says.

In: the output of `git ls-remote` and a spec. Out: a commit. Running git is `zipper.fetching.git`'s
work.

Source: @npmcli/git 7 lib/lines-to-revs.js; pacote 21 lib/git.js `#resolvedFromRepo`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.npm import semver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.npm.spec import Spec

__all__ = ["find_commit", "is_commit", "parse_refs"]

_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_TAGGED_VERSION: Final = re.compile(r"v?(\d+\.\d+\.\d+(?:[-+].+)?)$")
_PEELED: Final = "^{}"


def parse_refs(output: str) -> dict[str, str]:
    """Return ref to commit; short names beside the full ones, annotated tags by what they tag."""
    refs: dict[str, str] = {}
    for line in output.splitlines():
        commit, _, ref = line.strip().partition("\t")
        if not _COMMIT.fullmatch(commit) or not ref:
            continue
        # A peeled tag follows its tag, and is the commit that the tag stands for.
        ref = ref.removesuffix(_PEELED)
        refs[ref] = commit
        for kind in ("refs/tags/", "refs/heads/"):
            if ref.startswith(kind):
                refs[ref.removeprefix(kind)] = commit
        if ref.startswith("refs/pull/"):
            refs[ref.removeprefix("refs/").removesuffix("/head")] = commit
    return refs


def is_commit(committish: str | None) -> bool:
    """Return whether what follows the `#` names a commit, which is the same tomorrow."""
    return committish is not None and _COMMIT.fullmatch(committish) is not None


def find_commit(spec: Spec, refs: Mapping[str, str]) -> str | None:
    """Return the commit that `spec` means; None where the refs do not tell.

    `#semver:` takes the latest version where that satisfies, else the highest tag that does; no
    committish means the default branch.
    """
    if spec.git_range:
        versions = _tagged_versions(refs)
        latest = _find_latest(versions, refs)
        if latest is not None and semver.satisfies(latest, spec.git_range, loose=True):
            return versions[latest]
        best = semver.max_satisfying(list(versions), spec.git_range, loose=True)
        return None if best is None else versions[best]
    if not spec.git_committish:
        return refs.get("HEAD")
    found = refs.get(spec.git_committish)
    if found is None and _COMMIT.fullmatch(spec.git_committish):
        return spec.git_committish
    return found


def _find_latest(versions: Mapping[str, str], refs: Mapping[str, str]) -> str | None:
    """Return the version that the branch or tag `latest` is at, or else the default branch."""
    commit = refs.get("latest", refs.get("HEAD"))
    standing = [version for version, tagged in versions.items() if tagged == commit]
    return standing[-1] if standing else None


def _tagged_versions(refs: Mapping[str, str]) -> dict[str, str]:
    """Return version to commit for tags such as `v1.2.3` and `release-1.2.3`."""
    versions = {}
    for ref, commit in refs.items():
        if not ref.startswith("refs/tags/"):
            continue
        match = _TAGGED_VERSION.search(ref)
        version = semver.clean(match[1], loose=True) if match else None
        if version is not None:
            versions[version] = commit
    return versions
