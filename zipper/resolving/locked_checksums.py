"""yarn's checksums that cannot be verified, and packages that have none: what is said of them.

In: a locked graph. Out: the same with the checksums that are verified when tarballs are fetched.
What a lockfile does not pin is pinned by the registry's own integrity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.tree.locked_graph import Instance, LockedGraph

__all__ = ["drop_checksums"]

_VERIFIABLE: Final = "10c0/"
"""As `zipper.store.yarn_checksum` has it."""

_SHOWN_MAX: Final = 5


def drop_checksums(graph: LockedGraph) -> tuple[LockedGraph, tuple[Finding, ...]]:
    """Return `graph` with verifiable checksums alone, and what a person should know of others."""
    instances = dict(graph.instances)
    others: list[Instance] = []
    bare: list[Instance] = []
    for key, own in _list_tarballs(graph):
        if own.checksum.startswith(_VERIFIABLE):
            continue
        (others if own.checksum else bare).append(own)
        instances[key] = own._replace(checksum="")
    findings = []
    if others:
        text = f"yarn's checksums of {_join(others)} cannot be verified: they are of zips that "
        text += f"follow from yarn's own deflate; {_say_what_counts(others)}"
        hint = "`compressionLevel: 0` in .yarnrc.yml, and yarn 4, record what can be verified"
        findings.append(Finding("lockfile-checksum", "info", "yarn.lock", text, hint))
    if bare:
        text = f"yarn.lock has no checksum of {_join(bare)}; {_say_what_counts(bare)}"
        findings.append(Finding("lockfile-checksum", "info", "yarn.lock", text, ""))
    return graph._replace(instances=instances), tuple(findings)


def _list_tarballs(graph: LockedGraph) -> Iterator[tuple[str, Instance]]:
    """Yield what comes from a tarball: folders, links and commits have other proofs."""
    for key, own in sorted(graph.instances.items()):
        is_local = own.folder is not None or own.bundled_in is not None
        if not is_local and not (own.resolved or "").startswith("git"):
            yield key, own


def _say_what_counts(found: list[Instance]) -> str:
    """Return what pins them instead; nothing pins a file, or an address that is no registry's."""
    where = ", where a tarball is a registry's" if any(own.resolved for own in found) else ""
    return f"the registry's integrity counts{where}"


def _join(found: list[Instance]) -> str:
    labels = [f"`{own.label}`" for own in found[:_SHOWN_MAX]]
    rest = len(found) - _SHOWN_MAX
    return ", ".join(labels) + (f" and {rest} more" if rest > 0 else "")
