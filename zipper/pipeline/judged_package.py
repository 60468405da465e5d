"""A plan and the bytes that it makes become a `Package`: sizes, and all that is found in the zip.

In: a plan; the finished zip, under whatever name it has, or in memory. Out: the package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.findings import decide_verdict, leave_out
from zipper.kinds import KINDS
from zipper.package import BundleUse, OutsidePackage, Package, Workspace
from zipper.pipeline.checking_output import judge
from zipper.pipeline.dependencies import count_packages
from zipper.pipeline.lockfile_use import describe_lockfile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from zipper.archive.listing import ZipSource
    from zipper.findings import Closure, Finding
    from zipper.pipeline.planning import PackagePlan
    from zipper.pipeline.session import Clock
    from zipper.store.store_zips import Store

__all__ = ["judge_package", "package_of"]


def package_of(planned: PackagePlan) -> Package:
    """Return the package that `planned` would become: no zip yet, so neither its size nor hash."""
    is_program = KINDS[planned.request.kind].starts == "entry"
    return Package(
        path=str(planned.output),
        size_bytes=0,
        unzipped_size_bytes=planned.contents.unzipped_size_bytes,
        code_sha256="",
        files=planned.contents.files,
        packages=count_packages(planned.tree) - sum(one.packages for one in planned.layers),
        runtime=planned.target.runtime,
        architecture=planned.target.architecture,
        handler="" if is_program else planned.handler,
        timings_seconds=planned.timings_seconds,
        findings=planned.findings,
        verdict=decide_verdict(planned.findings, strict=planned.request.strict),
        lockfile=describe_lockfile(planned.project, planned.locked),
        workspace=_describe_workspace(planned),
        pruning=None if planned.pruning is None else planned.pruning.result,
        bundle=_describe_bundle(planned),
        kind=planned.request.kind,
        entry=planned.handler if is_program else "",
        layers=planned.layers,
    )


def judge_package(
    planned: PackagePlan,
    store: Store,
    clock: Clock,
    *,
    path: Path,
    code_sha256: str,
    source: ZipSource | None,
) -> Package:
    """Return the package with what the rules find in its zip; it is `written` nowhere yet.

    Args:
        planned: what the zip was made of.
        store: what remembers verdicts.
        clock: measures the check.
        path: where the zip is now.
        code_sha256: its hash.
        source: its bytes, where another build may put another zip at `path`; None reads `path`.

    Raises:
        ArchiveError: EREAD if a layer cannot be read.
    """
    clock.start("check")
    request = planned.request
    around = None
    if planned.project.member:
        from zipper.pipeline.member_workspace import WorkspaceAround  # noqa: PLC0415  (for members)

        around = WorkspaceAround(planned)
    # The rule reads the lockfile in the zip, and knows less than what was fetched.
    told = {finding.code for finding in planned.findings} & {"integrity-weak"}
    judged = judge(
        path,
        code_sha256,
        request,
        handler=planned.handler,
        store=store,
        around=around,
        source=source,
    )
    unproven: tuple[Finding, ...] = ()
    if planned.pruning is not None:
        from zipper.pipeline.pruned_proof import prove  # noqa: PLC0415  (where something went)

        unproven = prove(
            planned,
            planned.pruning,
            store,
            judged.findings,
            path=path,
            code_sha256=code_sha256,
            source=source,
        )
    findings = (
        *unproven,
        *(one for one in _name_sources(planned, judged.findings) if one.code not in told),
        *leave_out(planned.findings, request.ignore),
    )
    return package_of(planned)._replace(
        timings_seconds=clock.timings(),
        findings=findings,
        closure=_name_unknown(planned, judged.closure),
        verdict=decide_verdict(findings, strict=request.strict),
    )


def _name_sources(planned: PackagePlan, found: tuple[Finding, ...]) -> Iterable[Finding]:
    """Return the findings, with the lines of sources where they name lines of what these became."""
    if not planned.source_lines or not any("line " in finding.message for finding in found):
        return found
    from zipper.bundling.source_lines import name_sources  # noqa: PLC0415  (for few)

    return name_sources(found, planned.source_lines)


def _name_unknown(planned: PackagePlan, closure: Closure | None) -> Closure | None:
    """Return the closure, with places in sources for what it could not follow in outputs."""
    if closure is None or not closure.unknown or not planned.source_lines:
        return closure
    from zipper.bundling.source_lines import name_unknown  # noqa: PLC0415  (for few)

    return closure._replace(unknown=tuple(name_unknown(closure.unknown, planned.source_lines)))


def _describe_bundle(planned: PackagePlan) -> BundleUse | None:
    bundle = planned.bundle
    if bundle is None:
        return None
    sizes = {entry.name: entry.size_bytes for entry in bundle.entries}
    nodes = planned.tree.nodes
    outside = tuple(
        OutsidePackage(
            one.location, nodes[one.location].version, one.kind, one.reason, one.path, one.line
        )
        for one in bundle.kept.values()
    )
    place = f"{planned.project.member}/" if planned.keeps_folders else ""
    return BundleUse(
        path=f"{place}{bundle.output}",
        size_bytes=sizes[bundle.output.encode("utf-8", "surrogateescape")],
        inputs=bundle.inputs,
        packages=len(bundle.bundled),
        outside=outside,
        metafile="",
    )


def _describe_workspace(planned: PackagePlan) -> Workspace | None:
    project = planned.project
    if not project.member:
        return None
    local = {node.resolved or "" for node in planned.tree.nodes.values()}
    folders = {one.removeprefix("file:") for one in local if one.startswith("file:")}
    packed = [folder for folder in folders if project.has_member(folder)]
    return Workspace(str(project.root), project.lockfile_path, project.member, len(packed))
