"""Resolving anew: the worklist, and what there is to tell of the tree that it comes to.

In: a project and what was asked for. Out: the lockfile's text, and what changed in it. A resolution
that is recalled imports none of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import UsageError, describe_error
from zipper.lockfile.npm_write import infer_text_format, write_lockfile
from zipper.named_tuple import NamedTuple
from zipper.pipeline.running_scripts import find_allowed_scripts, read_project_consent
from zipper.resolving.resolve_tree import resolve_tree
from zipper.supply.policy import vouch
from zipper.supply.publishers import tell_publishers
from zipper.tree.model import ROOT, Tree
from zipper.tree.resolver_options import Platform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.errors import ZipperError
    from zipper.findings import Finding
    from zipper.project.read_project import Project
    from zipper.registry.lazy_client import LazyClient
    from zipper.resolving.driver import UsedInputs
    from zipper.settings.build_request import BuildRequest
    from zipper.store.store_zips import Store

__all__ = ["Locked", "lock"]


class Locked(NamedTuple):
    """A new lockfile; what is printed of it comes from the fields that the JSON has."""

    tree: Tree
    text: bytes
    packages: int
    """Entries below node_modules, links included."""
    changes: tuple[tuple[str, str | None, str | None], ...]
    """Location, version before and after; None where there was or is nothing."""
    warnings: tuple[dict[str, object], ...]


def lock(
    project: Project,
    request: BuildRequest,
    *,
    node_version: str,
    update: bool | frozenset[str],
    store: Store,
    client: LazyClient,
    basis: UsedInputs,
) -> Locked:
    """Return the lockfile of `project` as `npm install --package-lock-only` would write it.

    `basis` notes what it rests on.

    Raises:
        ZipperError: see `zipper.resolve`.
    """
    target = request.target
    ideal = resolve_tree(
        project,
        node_version=node_version,
        platform=Platform(os=target.os, cpu=target.cpu, libc=target.libc),
        store=store,
        client=client,
        update=update,
        min_release_age_days=request.min_release_age_days,
        basis=basis,
    )
    before = project.lockfile.tree if project.lockfile else Tree()
    told = (
        *ideal.warnings,
        *_tell_unknown(before, update=update),
        *tell_publishers(before, ideal.tree, client),
    )
    tree = _without_dev(ideal.tree)
    consent = read_project_consent(project, request.allow_scripts)
    allowed = find_allowed_scripts(tree, consent)
    vouched = vouch(
        project, tree, request, whole=ideal.tree, allowed=allowed, store=store, client=client
    )
    # As bytes: reading a text would lose how its lines end, which npm keeps.
    manifest = (project.root / "package.json").read_bytes().decode("utf-8-sig")
    text = write_lockfile(
        ideal.tree,
        folder=project.root.as_posix(),
        layout=infer_text_format(manifest)._replace(is_compact=not project.npm.format_package_lock),
        version=_choose_version(project),
        overridden=ideal.overridden,
        omit_registry_resolved=project.npm.omit_lockfile_registry_resolved,
        legacy_peer_deps=project.npm.legacy_peer_deps,
    )
    return Locked(
        tree=ideal.tree,
        text=text.encode(),  # lone surrogates are escaped in it
        packages=sum("node_modules/" in location for location in ideal.tree.nodes),
        changes=_find_changes(before, ideal.tree),
        warnings=(
            *(describe_error(warning) for warning in told),
            *(_describe_finding(finding) for finding in vouched if finding.severity != "info"),
        ),
    )


def _choose_version(project: Project) -> int:
    """Return the version to write: the setting's, else the lockfile's own, but 3 for 1.

    Source: @npmcli/arborist 9 lib/shrinkwrap.js `load`.
    """
    if project.npm.lockfile_version is not None:
        return int(project.npm.lockfile_version)
    locked = project.lockfile
    return 3 if locked is None or locked.version == 1 else locked.version


def _tell_unknown(before: Tree, *, update: bool | frozenset[str]) -> Iterator[ZipperError]:
    """Yield a warning for each name that the lockfile lacks: nothing of it can be chosen anew."""
    if isinstance(update, bool) or not before.nodes:
        return
    known = {node.name for node in before.nodes.values()}
    for name in sorted(update - known):
        yield UsageError(
            "EUSAGE",
            f"nothing in the lockfile is called `{name}`, so there is nothing to update",
            hint="check the name; a new dependency is written into package.json",
        )


def _without_dev(tree: Tree) -> Tree:
    """Return what builds may pack, on any platform; the rest needs no check."""
    return Tree({location: node for location, node in tree.nodes.items() if not node.dev})


def _describe_finding(finding: Finding) -> dict[str, object]:
    """Return a finding as an error is described."""
    return {
        "code": finding.code,
        "message": finding.message,
        "facts": [{"label": "at", "text": finding.path}] if finding.path else [],
        "hint": finding.hint or None,
    }


def _find_changes(before: Tree, after: Tree) -> tuple[tuple[str, str | None, str | None], ...]:
    locations = sorted((before.nodes.keys() | after.nodes.keys()) - {ROOT})
    changes = (
        (location, _version(before, location), _version(after, location)) for location in locations
    )
    return tuple(change for change in changes if change[1] != change[2])


def _version(tree: Tree, location: str) -> str | None:
    node = tree.nodes.get(location)
    if node is None:
        return None
    return node.version if node.link_target is None else f"link to {node.link_target}"
