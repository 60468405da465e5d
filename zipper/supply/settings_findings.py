"""What is odd about the settings of npm and about the cache, as findings of a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.findings import Finding
from zipper.npm.workspaces import find_lost_patterns, parse_workspaces

if TYPE_CHECKING:
    from zipper.npm.npm_settings import NpmSettings
    from zipper.project.read_project import Project
    from zipper.tree.model import Tree

__all__ = ["find_lost_workspaces", "find_notes", "refuse_unusable_registries", "tell_strangers"]


def find_notes(settings: NpmSettings) -> tuple[Finding, ...]:
    """Return a finding `npmrc-ignored` for each setting that cannot be used as it is written."""
    return tuple(
        Finding(
            "npmrc-ignored",
            "warning",
            note.source.place.rpartition("/")[2] if note.source.line is not None else "",
            f"{note.message} ({note.source})",
            note.hint or "correct it, or remove it",
        )
        for note in settings.notes
    )


def refuse_unusable_registries(tree: Tree, settings: NpmSettings) -> None:
    """Raise for a package of a scope whose registry cannot be used.

    It is no matter whether the store has the package already: a build says the same on every
    machine.

    Raises:
        ProjectError: ERR_INVALID_URL.
    """
    if not settings.unusable:
        return
    for node in tree.nodes.values():
        is_package = node.location and node.link_target is None and not node.in_bundle
        if is_package and (node.resolved or "http").startswith("http"):
            settings.registry_of(node.package_name)


def find_lost_workspaces(project: Project) -> tuple[Finding, ...]:
    """Return a finding `workspaces-lost` for each pattern with backslashes that does nothing."""
    patterns = parse_workspaces(project.manifest.raw.get("workspaces"))
    if not any("\\" in pattern for pattern in patterns):
        return ()
    return tuple(
        Finding(
            "workspaces-lost",
            "warning",
            "package.json",
            f"`{pattern}` in `workspaces` is not read as the path that it looks like",
            f"write it with `/`: `{pattern.replace(chr(92), '/')}`",
        )
        for pattern in find_lost_patterns(patterns, project.workspaces.values())
    )


def tell_strangers(cache_dir: str, who: str) -> Finding:
    """Return the finding `cache-shared`: somebody else may change what is packed from the cache."""
    return Finding(
        "cache-shared",
        "warning",
        "",
        f"{who} may write to the cache `{cache_dir}`, and what is put there would be packed",
        f"`chmod go-w {cache_dir}`, or name a cache of your own with `--cache-dir`",
    )
