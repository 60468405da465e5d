"""Where the packages of a tree come from, and whether they are what they seem to be.

In: a selected tree and npm's settings. Out: findings, or the error for a source that is forbidden.
What tarballs hold is not looked at; see `zipper.store` and `zipper.checks`.

Source: npm 11 `allow-git`, `allow-remote`, `allow-file` and `allow-directory`: `all`, `none`, or
`root`, which means the project and its workspaces.
Deviation: where the setting is not made, npm takes all in silence; here what packages in depth
bring from elsewhere is reported.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.errors import ResolutionError, ZipperError
from zipper.findings import Finding, count_more
from zipper.named_tuple import NamedTuple
from zipper.tree.model import ROOT, is_top

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from zipper.npm.npm_settings import NpmSettings
    from zipper.npm.spec import Spec
    from zipper.tree.model import Edge, Node, Tree

__all__ = ["find_odd_sources", "list_install_scripts", "odd_origins", "refuse_source"]

_SETTINGS: Final = {
    "git": ("allow-git", "EALLOWGIT", "a git repository"),
    "remote": ("allow-remote", "EALLOWREMOTE", "an address of its own"),
    "file": ("allow-file", "EALLOWFILE", "a tarball on this disk"),
    "directory": ("allow-directory", "EALLOWDIRECTORY", "a folder on this disk"),
}
_LOCAL: Final = ("file", "directory")
_PLAIN: Final = re.compile(r"[\^~<>=v\s]*[\d*xX][^:/]*|")
"""Versions, ranges and their like, which nearly all specs are; parsing them costs a warm build."""
_PLACES: Final = r"file:|git|\.{1,2}/|~/|\.tgz|\.tar"
"""What an override may have that gives a package a place of its own."""
_MAX_NAMED: Final = 12


class _Origin(NamedTuple):
    """One dependency that no registry answers, or that an alias hides."""

    edge: Edge
    spec: Spec
    is_deep: bool


def find_odd_sources(
    tree: Tree,
    settings: NpmSettings,
    *,
    members: Collection[str] = (),
    replacements: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Return a finding for each git, remote and disguised dependency in depth.

    `members` are the folders of the workspace, which need no spec to be meant; `replacements` those
    that the project puts in place of packages.

    Raises:
        ResolutionError: EALLOWGIT, EALLOWREMOTE, EALLOWFILE or EALLOWDIRECTORY, naming all
            dependencies that the settings forbid; the last one also for a published package that
            wants a folder of this disk;
            EUNASKED for a lockfile that takes a package from this disk or from git by itself.
    """
    origins = list(odd_origins(tree, members))
    _refuse_local_in_depth(tree, origins, replacements)
    _refuse_unasked_places(tree, origins, {*members, *replacements})
    _refuse_forbidden(tree, origins, settings)
    return tuple(
        finding
        for origin in origins
        if origin.is_deep
        and origin.spec.type not in _LOCAL
        and (finding := _judge(tree, origin, settings)) is not None
    )


def refuse_source(spec: Spec, *, settings: NpmSettings, own: frozenset[str]) -> None:
    """Return if a spec of a kind that may be forbidden may be opened.

    Args:
        spec: what is to be opened, before anybody has asked for it.
        settings: npm's.
        own: the specs of the project and its workspaces, as `name@spec`.

    Raises:
        ResolutionError: EALLOWGIT, EALLOWREMOTE, EALLOWFILE, EALLOWDIRECTORY.

    Source: pacote 21 lib/fetcher.js `canUse`, as npm 11.19.1 ships it.
    Deviation: with `root`, npm also opens what a yarn.lock gives for a dependency of the project.
    Here the address has to be in package.json, where people look.
    """
    if spec.type not in _SETTINGS:
        return
    key, code, what = _SETTINGS[spec.type]
    allowed = getattr(settings, key.replace("-", "_"))
    if allowed == "all" or (allowed == "root" and spec.raw in own):
        return
    forbidden, hint = _tell_setting(key, settings)
    raise ResolutionError(
        code,
        f"dependencies from {what} are not allowed: `{spec.name}`",
        facts=(("address", _redact(spec.fetch_spec or spec.raw_spec)), forbidden),
        hint=hint,
    )


def list_install_scripts(tree: Tree, *, allowed: frozenset[str] = frozenset()) -> Finding | None:
    """Return one finding that names the packages with install scripts; None where there are none.

    `allowed` holds the locations of those that may run, which need no telling.
    """
    names = sorted(
        {
            f"{node.package_name}@{node.version}"
            for location, node in tree.nodes.items()
            if location != ROOT
            and location not in allowed
            and node.link_target is None
            and node.manifest.has_install_script
        }
    )
    if not names:
        return None
    more = count_more(names, _MAX_NAMED)
    return Finding(
        "install-scripts",
        "info",
        "",
        f"install scripts that do not run: {', '.join(names[:_MAX_NAMED])}{more}",
        "a package that needs its script is named in `allow_scripts`; read the script first",
    )


def _tell_setting(key: str, settings: NpmSettings) -> tuple[tuple[str, str], str]:
    """Return the fact that says who forbids, and the hint."""
    instead = "depend on a published version instead, or"
    if key == "allow-git" and settings.source_of(key).place == "--allow-git":
        return (
            "forbidden by",
            "`--no-git` (or ZIPPER_NO_GIT, `no_git`)",
        ), f"{instead} leave it out"
    allowed = getattr(settings, key.replace("-", "_"))
    fact = ("set in", f"`{key}={allowed}` in {settings.source_of(key)}")
    return fact, f"{instead} set `{key}=all` in .npmrc"


def odd_origins(tree: Tree, members: Collection[str] = ()) -> Iterator[_Origin]:
    """Yield each dependency that is no plain one of the registry's."""
    for location, node in tree.nodes.items():
        if node.link_target is not None or node.in_bundle or not _asks_oddly(node):
            continue
        for edge in tree.edges_out(location):
            if edge.target is None or _PLAIN.fullmatch(edge.spec):
                continue
            spec = _parse(edge)
            if spec is not None and spec.type in ("git", "remote", "alias", *_LOCAL):
                is_own = (node.resolved or "").removeprefix("file:") in members
                yield _Origin(edge, spec, is_deep=not is_top(location) and not is_own)


def _asks_oddly(node: Node) -> bool:
    """Tell, without looking for what answers them, whether some spec is no plain one."""
    manifest = node.manifest
    kinds = (
        manifest.dependencies,
        manifest.optional_dependencies,
        manifest.peer_dependencies,
        manifest.dev_dependencies if is_top(node.location) else {},
    )
    return any(not _PLAIN.fullmatch(spec) for kind in kinds for spec in kind.values())


def _parse(edge: Edge) -> Spec | None:
    from zipper.npm.spec import resolve_spec  # noqa: PLC0415  (0.01 s, for odd specs only)

    try:
        return resolve_spec(edge.name, edge.spec, where="/")
    except ZipperError:
        return None  # an override has given it another spec, or resolving would have failed


def _refuse_forbidden(tree: Tree, origins: list[_Origin], settings: NpmSettings) -> None:
    """Raise where a dependency is of a kind that the settings forbid.

    Deviation: npm lets links pass that the lockfile has.
    """
    if settings.allow_directory == "none":
        origins = [*origins, *_workspace_origins(tree)]
    for kind, (key, code, what) in _SETTINGS.items():
        allowed = getattr(settings, key.replace("-", "_"))
        forbidden = [
            origin
            for origin in origins
            if origin.spec.type == kind
            and (allowed == "none" or (allowed == "root" and origin.is_deep))
        ]
        if forbidden:
            fact, hint = _tell_setting(key, settings)
            raise ResolutionError(
                code,
                f"dependencies from {what} are not allowed: `{forbidden[0].edge.name}`",
                facts=(*(("dependency", _describe(tree, one)) for one in forbidden), fact),
                hint=hint,
            )


def _workspace_origins(tree: Tree) -> Iterator[_Origin]:
    """Yield the workspaces, which are folders that no package names by a spec of their own."""
    for edge in tree.edges_out(ROOT):
        if edge.type == "workspace" and (spec := _parse(edge)) is not None:
            yield _Origin(edge, spec, is_deep=False)


def _refuse_local_in_depth(
    tree: Tree, origins: list[_Origin], replacements: Collection[str]
) -> None:
    """Raise where a package from elsewhere asks for a folder, tarball or repository of this disk.

    Deviation: npm links whatever such a `file:` spec names; no publisher can mean a place
    on this disk, and it would be packed.
    """
    for origin in origins:
        edge = origin.edge
        source, target = tree.nodes[edge.source], tree.nodes[edge.target or ""]
        place = target.link_target if target.link_target is not None else target.resolved
        if (
            (origin.spec.type in _LOCAL or (origin.spec.fetch_spec or "").startswith("file:"))
            and origin.is_deep
            and not (source.resolved or "").startswith(("file:", "git+file:"))
            and not (place or "").startswith("node_modules/")
            and (place or "").removeprefix("file:") not in replacements
        ):
            raise ResolutionError(
                "EALLOWDIRECTORY",
                f"`{source.name}@{source.version}` refers to a folder on this disk: `{edge.spec}`",
                facts=(("dependency", _describe(tree, origin)),),
                hint="use another version of the package, or put another in its place with "
                "`overrides`",
            )


def _refuse_unasked_places(tree: Tree, origins: list[_Origin], members: Collection[str]) -> None:
    """Raise where the lockfile alone takes a package from a place that no spec names.

    Deviation: npm believes the lockfile. The author of a pull request could have any folder or
    tarball of this disk packed so, or any repository fetched, and few would see it in a review.
    """
    overrides = tree.root.manifest.raw.get("overrides")
    if overrides and re.search(_PLACES, str(overrides)):
        return
    asked = {origin.edge.target for origin in origins if origin.spec.type in ("git", *_LOCAL)}
    for location, node in tree.nodes.items():
        place = _odd_place(node)
        if place is None or location in asked or "node_modules/" not in location:
            continue
        if place.removeprefix("file:") in members:
            continue
        raise ResolutionError(
            "EUNASKED",
            f"the lockfile takes `{node.package_name}` from `{_redact(place)}`, and "
            "nothing requests it from there",
            facts=(("location", location),),
            hint="find out who wrote the lockfile; to write a new one, delete it and run "
            "`python -m zipper resolve`",
        )


def _odd_place(node: Node) -> str | None:
    """Return the place outside the project and its registries that the node comes from."""
    if node.link_target is not None:
        return node.link_target if node.link_target.startswith("..") else None
    if node.in_bundle or node.resolved is None:
        return None
    return node.resolved if node.resolved.startswith(("file:", "git+", "git:")) else None


def _judge(tree: Tree, origin: _Origin, settings: NpmSettings) -> Finding | None:
    edge, spec = origin.edge, origin.spec
    target = edge.target or ""
    if spec.sub_spec is not None:
        real = spec.sub_spec.name or ""
        if _is_honest_alias(edge.name, real):
            return None
        return Finding(
            "alias-disguised",
            "warning",
            target,
            f"{_describe(tree, origin)}: `{edge.name}` is really `{real}`",
            "find out why; `npm:` aliases are meant for several versions of one package",
        )
    key, _, what = _SETTINGS[spec.type]
    if settings.is_set(key):
        return None
    return Finding(
        f"source-{spec.type}",
        "warning",
        target,
        f"{_describe(tree, origin)}: it comes from {what}, which no registry reviews or keeps",
        f"`{key}=root` in .npmrc forbids it, `{key}=all` allows it without this warning",
    )


def _is_honest_alias(name: str, real: str) -> bool:
    """Say whether the alias's name tells what it stands for, as `string-width-cjs` does."""
    own, other = (text.rpartition("/")[2].lower() for text in (name, real))
    return other in own or own in other


def _redact(address: str) -> str:
    from zipper.npm.credentials import redact_url  # noqa: PLC0415  (for messages only)

    return redact_url(address)


def _describe(tree: Tree, origin: _Origin) -> str:
    edge = origin.edge
    node = tree.nodes[edge.source]
    asker = f"{node.package_name}@{node.version}" if origin.is_deep else "the project"
    shown = _redact(edge.spec) if "://" in edge.spec else edge.spec
    return f"{asker} asks for `{edge.name}` as `{shown}`"
