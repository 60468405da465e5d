"""`audit`: which known faults the packages of a project or of a zip have.

In: a path, and where advisories are to be had: the packages' registries, or a database file. Out:
an `Audit`. The rules are in `zipper.supply.advisories`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from zipper.as_json import json_text
from zipper.errors import RegistryError
from zipper.fetching.needed_tarballs import has_tarball
from zipper.findings import Finding, check_error, count_findings, decide_verdict
from zipper.named_tuple import NamedTuple
from zipper.npm.credentials import redact_url
from zipper.npm.git_resolved import is_git
from zipper.npm.lockfile_formats import FORMATS
from zipper.pipeline.dependencies import find_project_tree
from zipper.pipeline.event_log import listener
from zipper.pipeline.session import Circumstances
from zipper.project.npmrc_files import read_npm_settings
from zipper.registry.address import registry_url
from zipper.resolving.selected_tree import select_tree
from zipper.settings.build_request import request_from
from zipper.settings.call import settings_of_call
from zipper.settings.read_settings import read_settings, read_variables
from zipper.settings.values import merge
from zipper.supply.advisories import (
    Advisory,
    Ignored,
    InstalledPackage,
    Level,
    judge_advisories,
    match_advisories,
    parse_bulk,
    parse_ignored,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from zipper.events import OnEvent
    from zipper.findings import Verdict
    from zipper.npm.npm_settings import NpmSettings
    from zipper.project.read_project import Project
    from zipper.registry.client import RegistryClient
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.option_types import AuditOptions
    from zipper.tree.model import Node

__all__ = ["Audit", "audit", "audit_requested"]

PathLike = str | os.PathLike[str]

_BULK: Final = "-/npm/v1/security/advisories/bulk"
_NO_ENDPOINT: Final = frozenset({"E400", "E404", "E405", "E501"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What is known against the packages. The fields are those of `audit --json`."""

    path: str
    packages: int
    """Packages that were asked about."""
    sources: tuple[str, ...]
    """The registries or the file that answered."""
    verdict: Verdict
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether no advisory of the level or above counts."""
        return self.verdict == "pass"

    def to_json(self) -> str:
        """Return the document that `audit --json` prints."""
        return json_text(self)

    def __repr__(self) -> str:
        """Return one line."""
        found = count_findings(self.findings)
        return f"<Audit {self.path!r}: {self.verdict}, {self.packages:,} packages, {found}>"


def audit(path: PathLike = ".", **options: Unpack[AuditOptions]) -> Audit:
    """Return what is known against the packages of a project, or of a zip made by any tool.

    Each name is sent only to the registry that serves it, so that no other one learns the names
    of private packages. With `osv` no registry is asked. An option that is not given comes from the
    settings of the project, as for `build`; for a zip from the ZIPPER_ variables alone.

    Deviation: npm asks one registry about everything.

    Args:
        path: a project's folder, or a zip.
        **options: see below.

    Raises:
        ProjectError, LockfileError, ResolutionError, ArchiveError: no list of packages.
        RegistryError: ENOAUDIT where no registry knows advisories; as `fetch_document`.
        UsageError: EUSAGE for an entry of `ignore`; EOSV for a database that cannot be read.
    """
    typed = settings_of_call("audit", options)
    is_project = Path(path).is_dir()
    here = (
        read_settings(Path(path), environ=os.environ, typed=typed)
        if is_project
        else read_variables(os.environ)
    )
    request = request_from(merge(here, typed), folder=os.fspath(path))
    found = audit_requested(
        path, request, today=options.get("today"), on_event=listener(options.get("on_event"))
    )
    if options.get("raise_on_error") and not found.ok:
        raise check_error(found.path, found.findings)
    return found


def audit_requested(
    path: PathLike,
    request: BuildRequest,
    *,
    on_event: OnEvent | None = None,
    today: date | None = None,
) -> Audit:
    """Return what is known against the packages at `path`; see `audit`."""
    accepted = parse_ignored(request.audit_ignore)
    place, offline, osv = Path(path), request.offline, request.osv
    listed = _list_project(request, on_event) if place.is_dir() else _list_zip(place, request)
    installed = listed.installed
    if osv is not None:
        from zipper.pipeline.osv_files import read_osv  # noqa: PLC0415  (for this option only)

        names = {item.name for item in installed}
        answers = _Advisories(read_osv(Path(osv), names), (str(osv),))
    else:
        answers = _ask_registries(listed, offline=offline, on_event=on_event)
    day = today or datetime.now(UTC).date()
    level = cast("Level", request.audit_level)
    return _judge(path, listed, answers, threshold=level, ignored=accepted, today=day)


class _Listed(NamedTuple):
    """The packages, and npm's settings, which say what registry is asked about each."""

    installed: tuple[InstalledPackage, ...]
    npm: NpmSettings
    folder: Path
    tool: str = ""
    """The package manager that wrote the lockfile, where it is not npm."""


class _Advisories(NamedTuple):
    """The advisories, who has answered, and a finding for each registry that knows none."""

    advisories: tuple[Advisory, ...]
    sources: tuple[str, ...]
    unknown: tuple[Finding, ...] = ()


def _judge(
    path: PathLike,
    listed: _Listed,
    answers: _Advisories,
    *,
    threshold: Level,
    ignored: Sequence[Ignored],
    today: date,
) -> Audit:
    pairs = match_advisories(answers.advisories, listed.installed)
    judged = judge_advisories(
        pairs, threshold=threshold, ignored=ignored, today=today, tool=listed.tool
    )
    findings = (*judged, *answers.unknown)
    return Audit(
        path=os.fspath(path),
        packages=len({(item.name, item.version) for item in listed.installed}),
        sources=answers.sources,
        verdict=decide_verdict(findings),
        findings=findings,
    )


def _list_project(request: BuildRequest, on_event: OnEvent | None) -> _Listed:
    """Return the packages of the project that come from a registry.

    The settings are those of its root, as for a build: they say whose names are private.
    """
    io = Circumstances.of(request, on_event)
    project = io.read_project(request)
    with io.open_client(project, request) as client:
        whole = find_project_tree(project, request, io, client)
    omit = project.npm.omit if request.include_dev else project.npm.omit | {"dev"}
    # What a package is for does not matter to what is known against it.
    tree, _ = select_tree(
        project,
        whole,
        target=request.target,
        omit=omit,
        force=True,
        with_root=request.include_root_dependencies,
    )
    installed = tuple(
        InstalledPackage(node.package_name, node.version, location)
        for location, node in tree.nodes.items()
        if _is_published(project, node)
    )
    tool = FORMATS[project.foreign.name].tool if project.foreign is not None else ""
    return _Listed(installed, project.npm, project.root, tool)


def _is_published(project: Project, node: Node) -> bool:
    resolved = node.resolved or ""
    is_elsewhere = is_git(resolved) or resolved.startswith("file:")
    return (has_tarball(project, node) or node.in_bundle) and not is_elsewhere


def _list_zip(path: Path, request: BuildRequest) -> _Listed:
    """Return the packages in a zip, by their package.json; the project's own is none of them."""
    from zipper.pipeline.explaining import read_inventory  # noqa: PLC0415  (for zips only)

    installed = tuple(
        InstalledPackage(row.name, row.version, row.folder)
        for row in read_inventory(path).packages
        if row.folder and row.name and row.version
    )
    return _Listed(installed, read_npm_settings(Path(), options=request.npm_options), Path())


def _ask_registries(listed: _Listed, *, offline: bool, on_event: OnEvent | None) -> _Advisories:
    """Return what the registries know, each asked about its own packages.

    Raises:
        RegistryError: ENOAUDIT where none of them answers such questions.
    """
    from zipper.registry.client import RegistryClient  # noqa: PLC0415  (0.1 s)

    asked: dict[str, dict[str, set[str]]] = {}
    for item in listed.installed:
        names = asked.setdefault(registry_url(listed.npm, item.name), {})
        names.setdefault(item.name, set()).add(item.version)
    advisories: list[Advisory] = []
    sources, unknown = [], []
    with RegistryClient(
        listed.npm, environ=os.environ, folder=listed.folder, offline=offline, on_event=on_event
    ) as client:
        for registry, names in asked.items():
            found = _ask_registry(client, registry, names)
            if found is None:
                unknown.append(_tell_unknown(registry, len(names)))
            else:
                sources.append(redact_url(registry))
                advisories += found
    if unknown and not sources:
        raise RegistryError(
            "ENOAUDIT",
            "no registry of these packages answers questions about advisories",
            facts=tuple(("registry", redact_url(registry)) for registry in asked),
            hint="give a database file in the OSV format instead: `--osv FILE`",
        )
    return _Advisories(tuple(advisories), tuple(sources), tuple(unknown))


def _ask_registry(
    client: RegistryClient, registry: str, names: Mapping[str, set[str]]
) -> tuple[Advisory, ...] | None:
    """Return what one registry knows; None where it answers no such questions."""
    body = {name: sorted(versions) for name, versions in sorted(names.items())}
    try:
        return parse_bulk(client.fetch_document(_BULK, registry=registry, body=body))
    except RegistryError as error:
        if error.code == "EOFFLINE":
            error.hint = "give a database file in the OSV format: `--osv FILE`"
        if error.code not in _NO_ENDPOINT:
            raise
        return None


def _tell_unknown(registry: str, count: int) -> Finding:
    return Finding(
        "advisories-unknown",
        "warning",
        "",
        f"{redact_url(registry)} has no advisories: {count} names were not checked",
        "give a database file in the OSV format too: `--osv FILE`",
    )
