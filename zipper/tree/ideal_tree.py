"""From a project to its ideal tree: the resolver's front door.

In: an `IdealTreeRequest`. Out: a generator that asks (see `asks`) and returns an `IdealTree`.

    steps = build_ideal_tree(request)
    answer = None
    while True:
        try:
            ask = steps.send(answer)     # or steps.throw(error)
        except StopIteration as stop:
            return stop.value
        answer = ...

Source: @npmcli/arborist 9, build-ideal-tree `buildIdealTree`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import ResolutionError, UsageError
from zipper.npm.package_json import Manifest
from zipper.npm.package_name import is_valid_name
from zipper.tree.draft import Draft, DraftNode
from zipper.tree.freeze import find_overridden, freeze
from zipper.tree.load_virtual import (
    inflate_lockfile,
    load_virtual,
    load_workspaces,
    queue_named_updates,
    queue_problems,
)
from zipper.tree.manifests import Manifests
from zipper.tree.model import ROOT
from zipper.tree.overrides import parse_overrides
from zipper.tree.resolver_options import IdealTree, IdealTreeRequest
from zipper.tree.resolver_state import Resolution
from zipper.tree.trampoline import Step, run_flat
from zipper.tree.worklist import Worklist, build_dependencies

if TYPE_CHECKING:
    from collections.abc import Generator

    from zipper.tree.resolver_requests import Answer, ResolverRequest

__all__ = ["build_ideal_tree"]


def build_ideal_tree(request: IdealTreeRequest) -> Generator[ResolverRequest, Answer, IdealTree]:
    """Resolve a project as `npm install --package-lock-only` does.

    Yields:
        What has to be known next. Send the answer; throw the `ZipperError` where there is none.

    Returns:
        The tree and what npm would have warned about.

    Raises:
        ResolutionError: ERESOLVE, ETARGET, EOVERRIDE, EBADPLATFORM, EBADENGINE and others.
        ZipperError: whatever was thrown in for a package that is required.
        UsageError: EUPDATEARGS for a name to update that is none.
    """
    return run_flat(_build(request))


def _build(request: IdealTreeRequest) -> Step[IdealTree]:
    resolution = _begin(request)
    worklist = Worklist()
    root = resolution.draft.root
    if request.update is not True:
        if request.lockfile is None:
            yield from load_workspaces(resolution)
        else:
            yield from load_virtual(resolution, request.lockfile)
    queue_problems(resolution, worklist)
    if request.lockfile_version < 2 and request.update is not True:
        yield from inflate_lockfile(resolution)
    queue_named_updates(resolution, worklist)
    _refuse_overridden_root(root)
    worklist.push(root)
    yield from build_dependencies(resolution, worklist)
    tree = freeze(resolution, had_lockfile=request.lockfile is not None)
    return IdealTree(tree, tuple(resolution.warnings), find_overridden(resolution))


def _begin(request: IdealTreeRequest) -> Resolution:
    for name in sorted(_names_to_update(request)):
        if not is_valid_name(name):
            raise UsageError(
                "EUPDATEARGS",
                f"`{name}` is not a package name",
                hint="name packages to update without a version: `--update NAME`",
            )
    options = request.options
    manifest = request.manifest
    folder = request.path.rpartition("/")[2]
    root = DraftNode(
        folder or manifest.name,
        manifest,
        overrides=parse_overrides(manifest.raw.get("overrides")),
    )
    root.install_links = options.install_links
    root.home = request.home
    root.path = request.path
    root.load_dependencies(
        legacy_peer_deps=options.legacy_peer_deps,
        workspaces={
            name: f"file:{request.path}/{directory}"
            for name, directory in request.workspaces.items()
        },
    )
    draft = Draft(root, request.path)
    draft.locked = _locked_manifests(request)
    root.all_edges()
    manifests = Manifests(
        request.pick_options,
        yarn_lock=request.yarn_lock if request.update is not True else {},
        path=request.path,
    )
    resolution = Resolution(request, draft, manifests)
    resolution.expect(manifest, is_placed=True, dev=True)
    return resolution


def _locked_manifests(request: IdealTreeRequest) -> dict[str, Manifest]:
    """Return what the lockfile recorded; version 1 records no manifests."""
    if request.lockfile is None or request.lockfile_version < 2:
        return {}
    locked = {location: node.manifest for location, node in request.lockfile.nodes.items()}
    return locked | {ROOT: request.locked_manifest or Manifest()}


def _names_to_update(request: IdealTreeRequest) -> frozenset[str]:
    """Return the names that the request wants to be chosen anew."""
    return frozenset() if isinstance(request.update, bool) else request.update


def _refuse_overridden_root(root: DraftNode) -> None:
    """Refuse an override that contradicts what the project itself asks for.

    Raises:
        ResolutionError: EOVERRIDE.
    """
    if root.overrides is None:
        return
    for edge in root.all_edges():
        spec = edge.spec
        if spec != edge.raw_spec and not spec.startswith("$"):
            raise ResolutionError(
                "EOVERRIDE",
                f"the override of `{edge.name}` contradicts the project's own dependency",
                facts=(("dependency", edge.raw_spec), ("override", spec)),
                hint=f'write the wanted version as the dependency, and `"${edge.name}"` as the '
                "override",
            )
