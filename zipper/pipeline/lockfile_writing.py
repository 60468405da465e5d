"""`resolve`: from package.json (and a lockfile, if there is one) to a lockfile, as npm writes it.

In: a project's folder and options. Out: the lockfile on disk, and what changed in it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.as_json import json_text
from zipper.errors import UsageError
from zipper.files import write_file
from zipper.named_tuple import NamedTuple
from zipper.pipeline.event_log import listener
from zipper.project.read_project import read_project
from zipper.resolving.resolution_note import Recalled, find_earlier
from zipper.settings.cache_folder import find_cache_dir
from zipper.settings.call import settings_of_call
from zipper.settings.read_settings import read_request
from zipper.store.ownership import Ownership

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Unpack

    from zipper.events import OnEvent
    from zipper.project.read_project import Project
    from zipper.registry.lazy_client import LazyClient
    from zipper.resolving.resolution_note import Earlier
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.option_types import ResolveOptions

__all__ = ["LockChange", "Resolved", "resolve", "resolve_requested"]

PathLike = str | os.PathLike[str]


class LockChange(NamedTuple):
    """One location at which the lockfile has another version than before; None: nothing."""

    location: str
    before: str | None
    after: str | None


class Resolved(NamedTuple):
    """What `resolve` wrote. The fields are those of `resolve --json`."""

    path: str
    packages: int
    """Entries below node_modules, links included, as the lockfile counts."""
    node_version: str
    changes: tuple[LockChange, ...]
    """Against the lockfile that was there, sorted; everything is added where there was none."""
    warnings: tuple[dict[str, object], ...]
    """What does not stop anybody, such as EBADENGINE or EPUBLISHER: code, message, facts, hint."""

    def to_json(self) -> str:
        """Return the document that `resolve --json` prints."""
        return json_text(self)

    def __repr__(self) -> str:
        """Return one line."""
        counts = f"{len(self.changes):,} changes, {len(self.warnings):,} warnings"
        return f"<Resolved {self.path!r}: {self.packages:,} packages, {counts}>"


def resolve(project: PathLike = ".", **options: Unpack[ResolveOptions]) -> Resolved:
    """Resolve the project's dependencies as `npm install --package-lock-only` does.

    What the lockfile holds and package.json still allows stays; the rest is chosen anew. Every
    platform's variants are recorded, whatever the machine or the target. An option that is not
    given comes from the settings, as for `build`.

    Args:
        project: the folder that holds package.json, or the settings that name it.
        **options: see below. `update=True` chooses every version anew; `check_lockfile=True` writes
            nothing, and raises where the lockfile, npm's or another, is not in step.

    Raises:
        ResolutionError, RegistryError, IntegrityError, ProjectError, LockfileError, OutputError,
        UsageError: with code, facts and hint; the lockfile is as it was.
    """
    update = options.get("update")
    if isinstance(update, bool):
        options["update"] = None
    typed = settings_of_call("resolve", options)
    request = read_request(project, typed, function=options.get("function"))
    if options.get("check_lockfile"):
        from zipper.pipeline.lockfile_use import check_lockfile  # noqa: PLC0415  (on demand only)

        used, packages = check_lockfile(request, on_event=listener(options.get("on_event")))
        return Resolved(used.path, packages, request.target.node_version, (), ())
    everything = request.update_all if update is None else update is True
    return resolve_requested(
        request,
        output=options.get("output"),
        node_version=request.node_version,
        update=everything or request.update,
        on_event=listener(options.get("on_event")),
    )


def resolve_requested(
    request: BuildRequest,
    *,
    output: PathLike | None = None,
    node_version: str | None = None,
    update: bool | Iterable[str] = False,
    on_event: OnEvent | None = None,
) -> Resolved:
    """Resolve what `request` asks for; see `resolve`."""
    target = request.target
    version = _parse_node_version(node_version) if node_version else target.node_version
    chosen = update if isinstance(update, bool) else frozenset(update)
    read = read_project(
        Path(request.project),
        npm_options=request.npm_options,
        workspace=not request.no_workspace,
        lockfile=request.lockfile,
    )
    folder, offline = find_cache_dir(request.cache_dir), request.offline
    earlier = _find_earlier(
        read, request, version=version, update=chosen, offline=offline, cache_dir=folder
    )
    found = None if earlier is None else earlier.recall()
    if found is None:
        from zipper.registry.lazy_client import LazyClient  # noqa: PLC0415  (as in _resolve_anew)

        with LazyClient(
            read,
            cache_dir=folder,
            offline=offline,
            on_event=on_event,
            vendor=request.vendor,
        ) as client:
            found = _resolve_anew(
                read, request, version=version, update=chosen, earlier=earlier, client=client
            )
    path = _find_lockfile(read, output)
    write_file(path, [[found.text]])
    told = found.told
    return Resolved(
        path=str(path),
        packages=told["packages"],
        node_version=version,
        changes=tuple(LockChange(*change) for change in told["changes"]),
        warnings=tuple(told["warnings"]),
    )


def _find_earlier(
    project: Project,
    request: BuildRequest,
    *,
    version: str,
    update: bool | frozenset[str],
    offline: bool,
    cache_dir: Path,
) -> Earlier | None:
    """Return where it is noted what this came to before; None where it may come to something else.

    What signatures say is asked of the registry each time.
    """
    if request.verify_signatures != "off":
        return None
    strangers = Ownership(cache_dir).look_around()
    asked = (
        version,
        tuple(request.target),
        update if isinstance(update, bool) else tuple(sorted(update)),
        request.allow_scripts,
        request.unknown_variables,
        request.require_integrity,
        strangers and (strangers, str(cache_dir)),
    )
    return find_earlier(project, request, cache_dir=cache_dir, offline=offline, asked=asked)


def _resolve_anew(
    project: Project,
    request: BuildRequest,
    *,
    version: str,
    update: bool | frozenset[str],
    earlier: Earlier | None,
    client: LazyClient,
) -> Recalled:
    """Return what resolving comes to, and note it."""
    # The resolver, and what it reads packuments with: most of the time of a resolve.
    from zipper.pipeline.lockfile_changes import lock  # noqa: PLC0415
    from zipper.resolving.driver import UsedInputs  # noqa: PLC0415
    from zipper.store.store_zips import Store  # noqa: PLC0415

    basis = UsedInputs()
    locked = lock(
        project,
        request,
        node_version=version,
        update=update,
        store=Store(client.cache_dir, recalls=not request.no_recall),
        client=client,
        basis=basis,
    )
    told = {
        "packages": locked.packages,
        "changes": locked.changes,
        "warnings": locked.warnings,
    }
    made = Recalled(locked.text, told)
    if earlier is not None:
        earlier.remember(made, locked.tree, basis=basis, client=client)
    return made


def _find_lockfile(project: Project, output: PathLike | None) -> Path:
    if output is not None:
        path = Path(output)
        return path / "package-lock.json" if path.is_dir() else path
    if project.lockfile is not None:
        return Path(project.lockfile.path)
    return project.root / "package-lock.json"


def _parse_node_version(version: str) -> str:
    from zipper.npm import semver  # noqa: PLC0415  (where a version is given)

    parsed = semver.valid(version)
    if parsed is None:
        raise UsageError(
            "EUSAGE",
            f"`{version}` is not a version of Node.js",
            hint="give all three numbers, such as `--node-version 22.23.3`",
        )
    return parsed
