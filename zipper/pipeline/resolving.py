"""`resolve`: from package.json (and a lockfile, if there is one) to a lockfile, as npm writes it.

In: a project's folder and options. Out: the lockfile on disk, and what changed in it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zipper.contents.client import LazyClient
from zipper.contents.publishers import tell_publishers
from zipper.contents.resolution import resolve_tree
from zipper.errors import UsageError, describe_error
from zipper.files import write_file
from zipper.lockfile.write import infer_text_format, write_lockfile
from zipper.npm import semver
from zipper.pipeline.vouching import vouch
from zipper.project import read_project
from zipper.settings.files import find_requests
from zipper.settings.values import Settings
from zipper.store.files import Store
from zipper.store.place import find_cache_dir
from zipper.tree.model import ROOT, Tree
from zipper.tree.request import Platform

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zipper.checks.findings import Finding
    from zipper.errors import ZipperError
    from zipper.events import OnEvent
    from zipper.project import Project
    from zipper.settings.build_request import BuildRequest
    from zipper.target import Target

__all__ = ["Change", "Resolved", "resolve", "resolve_requested"]

PathLike = str | os.PathLike[str]


class Change(NamedTuple):
    """One location at which the lockfile has another version than before; None: nothing."""

    location: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What `resolve` wrote. The fields are those of `resolve --json`."""

    path: str
    packages: int
    """Entries below node_modules, links included, as the lockfile counts."""
    node_version: str
    changes: tuple[Change, ...]
    """Against the lockfile that was there, sorted; everything is added where there was none."""
    warnings: tuple[dict[str, object], ...]
    """What does not stop anybody, such as EBADENGINE or EPUBLISHER: code, message, facts, hint."""


def resolve(  # noqa: PLR0913  (keyword-only options of a public function)
    project: PathLike = ".",
    *,
    output: PathLike | None = None,
    node_version: str | None = None,
    target: Target | None = None,
    update: bool | Iterable[str] = False,
    min_release_age_days: float | None = None,
    registry: str | None = None,
    vendor: str | None = None,
    prefer_offline: bool | None = None,
    no_git: bool | None = None,
    offline: bool = False,
    cache_dir: PathLike | None = None,
    on_event: OnEvent | None = None,
) -> Resolved:
    """Resolve the project's dependencies as `npm install --package-lock-only` does.

    What the lockfile holds and package.json still allows stays; the rest is chosen anew. Every
    platform's variants are recorded, whatever the machine or the target. What is None here, and
    who has to vouch for the packages, comes from the settings that `build` heeds.

    Args:
        project: the folder that holds package.json, or the settings that name it.
        output: the lockfile; by default npm-shrinkwrap.json where there is one, else
            package-lock.json, in the project's folder.
        node_version: whose engines decide; by default the newest known release of the runtime.
        target: a required package must fit its operating system and processor.
        update: True to choose every version anew, or the names of packages to choose anew.
        min_release_age_days: how old a version must be that is chosen; None for what the settings,
            npm's settings and other tools' files ask for.
        registry: the registry's address instead of the configured one.
        vendor: a folder that `zipper vendor` has made, which is looked into first.
        prefer_offline: True to use packuments that are at hand, however old they are.
        no_git: True to refuse dependencies from git; git is never started.
        offline: answer from what was fetched before, and fail rather than open a connection.
        cache_dir: where the store is, instead of ZIPPER_CACHE_DIR or the system's place.
        on_event: told of progress, from any thread.

    Raises:
        ResolutionError, RegistryError, IntegrityError, ProjectError, LockfileError, OutputError,
        UsageError: with code, facts and hint; the lockfile is as it was.
    """
    options = Settings(
        runtime=target.runtime if target else None,
        architecture=target.architecture if target else None,
        min_release_age=min_release_age_days,
        registry=registry,
        vendor=vendor,
        prefer_offline=prefer_offline,
        no_git=no_git,
    )
    return resolve_requested(
        find_requests(os.path.join(project, ""), options)[0],  # noqa: PTH118  (the last slash)
        output=output,
        node_version=node_version,
        update=update,
        offline=offline,
        cache_dir=cache_dir,
        on_event=on_event,
    )


def resolve_requested(
    request: BuildRequest,
    *,
    output: PathLike | None = None,
    node_version: str | None = None,
    update: bool | Iterable[str] = False,
    offline: bool = False,
    cache_dir: PathLike | None = None,
    on_event: OnEvent | None = None,
) -> Resolved:
    """Resolve what `request` asks for; see `resolve`."""
    target = request.target
    version = _parse_node_version(node_version or target.node_version)
    chosen = update if isinstance(update, bool) else frozenset(update)
    read = read_project(Path(request.project), npm_options=request.npm_options)
    store = Store(find_cache_dir(cache_dir))
    with LazyClient(
        read,
        cache_dir=store.cache_dir,
        offline=offline,
        on_event=on_event,
        vendor=request.vendor,
    ) as client:
        ideal = resolve_tree(
            read,
            node_version=version,
            platform=Platform(os=target.os, cpu=target.cpu, libc=target.libc),
            store=store,
            client=client,
            update=chosen,
            min_release_age_days=request.min_release_age_days,
        )
        before = read.lockfile.tree if read.lockfile else Tree()
        told = (
            *ideal.warnings,
            *_tell_unknown(before, update=chosen),
            *tell_publishers(before, ideal.tree, client),
        )
        vouched = vouch(read, _without_dev(ideal.tree), request, store=store, client=client)
    path = _find_lockfile(read, output)
    text = write_lockfile(
        ideal.tree,
        folder=read.root.as_posix(),
        layout=infer_text_format((read.root / "package.json").read_text("utf-8-sig")),
        omit_registry_resolved=read.npm.omit_lockfile_registry_resolved,
    )
    write_file(path, [[text.encode("utf-8", "surrogatepass")]])
    return Resolved(
        path=str(path),
        packages=sum("node_modules/" in location for location in ideal.tree.nodes),
        node_version=version,
        changes=_find_changes(before, ideal.tree),
        warnings=(
            *(describe_error(warning) for warning in told),
            *(_describe_finding(finding) for finding in vouched if finding.severity != "info"),
        ),
    )


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
    """Return what builds may pack, on any platform; who vouches for the rest is nobody's matter."""
    return Tree({location: node for location, node in tree.nodes.items() if not node.dev})


def _describe_finding(finding: Finding) -> dict[str, object]:
    """Return a finding as an error is described."""
    return {
        "code": finding.code,
        "message": finding.message,
        "facts": [{"label": "at", "text": finding.path}] if finding.path else [],
        "hint": finding.hint or None,
    }


def _find_lockfile(project: Project, output: PathLike | None) -> Path:
    if output is not None:
        path = Path(output)
        return path / "package-lock.json" if path.is_dir() else path
    if project.lockfile is not None:
        return Path(project.lockfile.path)
    return project.root / "package-lock.json"


def _parse_node_version(version: str) -> str:
    parsed = semver.valid(version)
    if parsed is None:
        raise UsageError(
            "EUSAGE",
            f"`{version}` is no version of Node.js",
            hint="give all three numbers, such as `--node-version 22.23.3`",
        )
    return parsed


def _find_changes(before: Tree, after: Tree) -> tuple[Change, ...]:
    locations = sorted((before.nodes.keys() | after.nodes.keys()) - {ROOT})
    changes = (
        Change(location, _version(before, location), _version(after, location))
        for location in locations
    )
    return tuple(change for change in changes if change.before != change.after)


def _version(tree: Tree, location: str) -> str | None:
    node = tree.nodes.get(location)
    if node is None:
        return None
    return node.version if node.link_target is None else f"link to {node.link_target}"
