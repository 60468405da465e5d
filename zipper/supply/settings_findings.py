"""What is odd about npm's settings, zipper's own and the cache, as findings of a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import suggest
from zipper.findings import Finding
from zipper.npm.workspaces import find_lost_patterns, parse_workspaces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.npm.npm_settings import NpmSettings
    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest
    from zipper.tree.model import Tree

__all__ = [
    "find_left_out",
    "find_lost_workspaces",
    "find_notes",
    "find_unheeded",
    "find_unknown_variables",
    "find_unknown_words",
    "refuse_unusable_registries",
    "tell_strangers",
]


def find_unknown_words(request: BuildRequest, whole: Tree) -> Iterator[Finding]:
    """Yield a finding for each variable that no option has, and each allowed package that is not.

    A package is one of `whole`, the tree before anything is selected. Several functions share the
    settings around them, so that a package need not be in the tree of each: there, only a name
    that is all but one of the tree's is reported.
    """
    yield from find_unknown_variables(request.unknown_variables)
    if not request.allow_scripts:
        return
    known = {name for node in whole.nodes.values() for name in (node.name, node.package_name)}
    for entry in request.allow_scripts:
        name = entry[: entry.find("@", 1)] if "@" in entry[1:] else entry
        if name not in known:
            near = suggest(name, known, cutoff=0.6 if request.name is None else 0.8)
            if near or request.name is None:
                yield Finding(
                    "script-unknown",
                    "warning",
                    "",
                    f"`allow_scripts` names `{name}`, which is no package of this project",
                    near or "leave it out, or see the names: `python -m zipper explain .`",
                )


def find_unknown_variables(names: tuple[str, ...]) -> Iterator[Finding]:
    """Yield a finding for each variable of `names`, which no option has."""
    for name in names:
        from zipper.settings.options import find_variables  # noqa: PLC0415  (for such words only)

        yield Finding(
            "unknown-variable",
            "warning",
            "",
            f"no option has the variable {name}, which is ignored",
            suggest(name, find_variables()) or "unset it; see `python -m zipper help settings`",
        )


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


def find_unheeded(npm: NpmSettings, *, is_locked: bool) -> tuple[Finding, ...]:
    """Return a finding `npmrc-unheeded` for each setting that changes nothing here."""
    told: list[tuple[str, str, str]] = []
    if npm.install_strategy == "linked":
        message = "`install-strategy=linked` is not done: packages are laid out as `hoisted` does"
        told.append(("install-strategy", message, "remove it, or choose another strategy"))
    if not npm.package_lock and is_locked:
        message = "`package-lock=false` does not keep the lockfile from counting, as for `npm ci`"
        told.append(("package-lock", message, "delete the lockfile to choose the versions anew"))
    return tuple(
        Finding("npmrc-unheeded", "warning", "", f"{message} ({npm.source_of(key)})", hint)
        for key, message, hint in told
    )


def refuse_unusable_registries(tree: Tree, settings: NpmSettings) -> None:
    """Raise for a package of a scope whose registry cannot be used.

    It is no matter whether the store has the package already, nor whether it is optional: a build
    says the same on every machine.

    Raises:
        ProjectError: ERR_INVALID_URL.
    """
    if not settings.unusable:
        return
    for node in tree.nodes.values():
        is_package = node.location and node.link_target is None and not node.in_bundle
        if is_package and (node.resolved or "http").startswith("http"):
            settings.registry_of(node.package_name)


def find_left_out(whole: Tree, settings: NpmSettings) -> Iterator[Finding]:
    """Yield a finding for each optional dependency that no registry could answer for.

    As for npm, the tree that is chosen without a lockfile goes without it; npm says nothing.
    """
    if not settings.unusable:
        return
    for location in whole.nodes:
        for edge in whole.edges_out(location):
            name = edge.spec.removeprefix("npm:") if edge.spec.startswith("npm:@") else edge.name
            note = settings.unusable.get(f"{name.partition('/')[0]}:registry")
            if note is not None and edge.type == "optional" and edge.target is None:
                yield Finding(
                    "optional-left-out",
                    "warning",
                    location,
                    f"the optional dependency `{edge.name}` is left out: {note.message} "
                    f"({note.source})",
                    note.hint or "correct it, or remove it",
                )


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
    """Return the finding `cache-shared`: a group can change what is packed from the cache."""
    return Finding(
        "cache-shared",
        "warning",
        "",
        f"{who} can write to the cache `{cache_dir}`; what is packed is hashed each time, but a "
        "whole package that is put there would be packed",
        f"`chmod -R go-w {cache_dir}`, or name a cache of your own with `--cache-dir`",
    )
