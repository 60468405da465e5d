"""Whether a node is what a spec asks for.

In: a node, a spec as text and the edge that holds it. Out: a verdict, nothing else: arborist's
namesake also writes down what it could not read.

Source: @npmcli/arborist 9, lib/dep-valid.js, lib/from-path.js.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from zipper.errors import ZipperError
from zipper.npm import semver
from zipper.npm.spec import Spec, parse_spec, resolve_spec

if TYPE_CHECKING:
    from zipper.tree.draft import DraftNode
    from zipper.tree.draft_edge import DraftEdge

__all__ = ["from_path", "is_valid", "resolve_edge_spec"]

_COMMIT: Final = re.compile(r"[0-9a-fA-F]{40,64}")


def is_valid(node: DraftNode, wanted: str, edge: DraftEdge) -> bool:
    """Say whether `node` is a `wanted`, or what the edge's `acceptDependencies` allows instead.

    A spec that npm cannot read is satisfied by nothing.
    """
    if _is_one(node, wanted, edge):
        return True
    return edge.accept is not None and _is_one(node, edge.accept, edge)


def resolve_edge_spec(name: str, spec: str, where: str, *, home: str = "/") -> Spec:
    """Return the parsed spec; only local ones depend on `where` and `home`, so all others are kept.

    Raises:
        ResolutionError: EUNSUPPORTEDPROTOCOL, EINVALIDTAGNAME, EINVALIDPACKAGENAME.
    """
    parsed = _resolve(name, spec, "/")
    if parsed.type not in ("file", "directory"):
        return parsed
    return _resolve_local(name, spec, where, home)


def _resolve_local(name: str, spec: str, where: str, home: str) -> Spec:
    """Return the parsed spec of a folder or a tarball on this disk.

    Deviation: a backslash is a separator on every machine, as for npm on Windows, where such a
    spec was written. On others npm links a folder that is not there, and says nothing.
    """
    return resolve_spec(name, spec.replace("\\", "/"), where=where, home=home)


def from_path(node: DraftNode, edge: DraftEdge | None = None) -> str:
    """Return the folder from which a local spec of `node` is read.

    That of a package from a tarball begins where the tarball lies; that of an override, at the
    project, where it was written.
    """
    if edge is not None and edge.is_overridden:
        origin = node.source or node
        return origin.real_path if origin.draft is None else origin.draft.root.real_path
    if node.resolved and node.resolved.startswith("file:"):
        spec = parse_spec(node.resolved, where="/")
        if spec.type == "file" and spec.fetch_spec:
            return posixpath.dirname(spec.fetch_spec)
    return node.real_path


def _is_one(node: DraftNode, wanted: str, edge: DraftEdge) -> bool:
    try:
        spec = _resolve(node.name, wanted or "*", "/")
        if spec.type in ("file", "directory"):
            where = from_path(edge.source, edge.source.edges_out.get(edge.name))
            spec = _resolve_local(node.name, wanted, where, edge.source.home)
    except ZipperError:
        return False
    return _answers(node, spec.sub_spec or spec, edge.source)


def _answers(node: DraftNode, spec: Spec, source: DraftNode) -> bool:  # noqa: PLR0911 - one a type
    if spec.type in ("range", "version"):
        wanted = spec.fetch_spec
        return (spec.type == "range" and wanted == "*") or _satisfies(node.version, wanted)
    if spec.type == "tag":
        # Which version a tag meant is not recorded: that it came from a registry must do.
        return bool(node.resolved) and _is_remote(node.resolved or "")
    if spec.type == "remote":
        return node.resolved == spec.fetch_spec
    if spec.type == "directory":
        if source.install_links and not node.is_workspace:
            return not node.is_link
        return node.is_link and node.real_path == posixpath.normpath(spec.fetch_spec or "")
    if spec.type == "file":
        return not node.is_link and node.resolved == f"file:{spec.fetch_spec}"
    return spec.type == "git" and _is_commit_of(node, spec, source)


def _is_commit_of(node: DraftNode, spec: Spec, source: DraftNode) -> bool:
    """Say whether `node` was taken from the repository of `spec`, at a commit that it allows."""
    try:
        found = parse_spec(node.resolved or "", where="/")
    except ZipperError:
        return False
    exact = _COMMIT.fullmatch(spec.git_committish or "") is not None
    if _repository(found, commit=exact) != _repository(spec, commit=exact):
        return False
    if not spec.git_range:
        return exact or _locked_committish(node, source) in (None, spec.git_committish or "")
    return semver.satisfies(node.manifest.version, spec.git_range, loose=True)


def _locked_committish(node: DraftNode, source: DraftNode) -> str | None:
    """Return the branch or tag that `source` asked for when the lockfile was written.

    A commit does not tell which branch it was taken from. None where the lockfile has no such
    dependency, or one that is not git's.
    """
    draft = source.draft
    manifest = None if draft is None else draft.locked.get(source.location)
    if manifest is None:
        return None
    spec = (
        manifest.dependencies.get(node.name)
        or manifest.optional_dependencies.get(node.name)
        or manifest.dev_dependencies.get(node.name)
        or manifest.peer_dependencies.get(node.name)
    )
    try:
        parsed = _resolve(node.name, spec, "/") if spec else None
    except ZipperError:
        return None
    return parsed.git_committish or "" if parsed is not None and parsed.type == "git" else None


def _repository(spec: Spec, *, commit: bool) -> str:
    """Return what tells repositories apart, with the commit where one is asked for."""
    if spec.hosted is None:
        return spec.fetch_spec or ""
    url = spec.hosted.ssh
    return f"{url}#{spec.git_committish}" if commit else url


@lru_cache(maxsize=65_536)
def _resolve(name: str, spec: str, where: str) -> Spec:
    return resolve_spec(name, spec, where=where)


@lru_cache(maxsize=65_536)
def _satisfies(version: str, wanted: str | None) -> bool:
    return semver.satisfies(version, wanted, loose=True)


@lru_cache(maxsize=4_096)
def _is_remote(resolved: str) -> bool:
    try:
        return parse_spec(resolved, where="/").type == "remote"
    except ZipperError:
        return False
