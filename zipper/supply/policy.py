"""Who vouches for what a build packs: where packages come from, and whether that is allowed.

In: a project and its selected tree, before anything is fetched. Out: findings, or the error for
what the settings forbid. The rules are in `zipper.supply`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.supply.disguises import find_disguises
from zipper.supply.settings_findings import (
    find_left_out,
    find_lost_workspaces,
    find_notes,
    find_unheeded,
    find_unknown_words,
    refuse_unusable_registries,
    tell_strangers,
)
from zipper.supply.sources import find_odd_sources, list_install_scripts

if TYPE_CHECKING:
    from zipper.findings import Finding
    from zipper.project.read_project import Project
    from zipper.registry.lazy_client import LazyClient
    from zipper.settings.build_request import BuildRequest
    from zipper.store.store_zips import Store
    from zipper.tree.model import Node, Tree

__all__ = ["vouch"]


def vouch(
    project: Project,
    tree: Tree,
    request: BuildRequest,
    *,
    whole: Tree,
    allowed: frozenset[str],
    store: Store,
    client: LazyClient,
) -> tuple[Finding, ...]:
    """Return what a person should know about the origin of the packages.

    `whole` is the project's tree before anything was selected; `allowed` are the locations of the
    packages whose install scripts may run.

    Raises:
        ResolutionError: EALLOWGIT, EALLOWREMOTE.
        ProjectError: ERR_INVALID_URL, EBADDEVENGINES.
        IntegrityError: ENOINTEGRITY; with `verify_signatures` those of `check_signatures`.
    """
    refuse_unusable_registries(tree, project.npm)
    members = frozenset(project.workspaces.values())
    findings = [*find_unknown_words(request, whole), *find_notes(project.npm)]
    findings += find_left_out(whole, project.npm)
    if "devEngines" in project.manifest.raw:
        from zipper.supply.development_engines import judge_development_engines  # noqa: PLC0415  (rare)

        findings += judge_development_engines(project, request.target)
    findings += find_unheeded(project.npm, is_locked=project.lockfile is not None)
    replaced: frozenset[str] = frozenset()
    if project.foreign is not None or project.yarn_lock is not None:
        from zipper.supply.replacements import find_replacements  # noqa: PLC0415  (on demand only)

        foreign = project.foreign
        is_pnpm = foreign is not None and foreign.name == "pnpm-lock.yaml"
        settings = foreign.settings[1] if foreign is not None and is_pnpm else b""
        replaced = find_replacements(project.manifest.raw, settings)
    findings += find_odd_sources(tree, project.npm, members=members, replacements=replaced)
    findings += (*find_disguises(tree), *find_lost_workspaces(project))
    if group := store.ownership.look_around():
        findings.append(tell_strangers(str(store.cache_dir), group))
    if project.unread_lockfiles:
        from zipper.supply.lockfile_findings import find_unread  # noqa: PLC0415  (on demand only)

        findings += find_unread(project.unread_lockfiles)
    if project.lockfile is not None and project.lockfile.was_in_conflict:
        from zipper.supply.lockfile_findings import tell_conflict  # noqa: PLC0415  (on demand only)

        findings.append(tell_conflict(project.lockfile.path.rpartition("/")[2]))
    if "scripts" in project.manifest.raw:
        from zipper.supply.patch_findings import find_unapplied_patches  # noqa: PLC0415  (on demand only)

        findings += find_unapplied_patches(project.manifest.raw)
    if project.workspace_root is not None:
        from zipper.supply.lockfile_findings import tell_workspace  # noqa: PLC0415  (on demand only)

        findings.append(tell_workspace(str(project.workspace_root)))
    if request.require_integrity:
        from zipper.supply.required_integrity import require_integrity  # noqa: PLC0415  (on demand only)

        require_integrity(_with_tarballs(project, tree))
    if request.verify_signatures != "off":
        from zipper.supply.signature_check import check_signatures  # noqa: PLC0415  (on demand only)

        is_required = request.verify_signatures == "error"
        nodes = _with_tarballs(project, tree)
        findings += check_signatures(nodes, store=store, client=client, is_required=is_required)
    scripts = list_install_scripts(tree, allowed=allowed)
    return (*findings, *([scripts] if scripts is not None else ()))


def _with_tarballs(project: Project, tree: Tree) -> list[Node]:
    from zipper.fetching.needed_tarballs import has_tarball  # noqa: PLC0415  (on demand only)

    return [node for node in tree.nodes.values() if has_tarball(project, node)]
