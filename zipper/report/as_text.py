"""Results as lines of text, for a terminal or a log."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from zipper.kinds import DEFAULT_KIND, KINDS
from zipper.npm.folder_path import find_package
from zipper.report.units import format_bytes, format_count, format_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zipper.archive.plan import Plan
    from zipper.checks.results import Report
    from zipper.findings import Closure, Finding
    from zipper.package import BundleUse, LockfileUse, Package, Workspace

__all__ = [
    "describe_bundle",
    "describe_findings",
    "describe_lockfile",
    "describe_many",
    "describe_package",
    "describe_plan",
    "describe_report",
    "describe_scripts",
]

_PACKAGES_MAX: Final = 5
"""Packages that are named of what is left out."""

QUOTA_BYTES: Final = 262_144_000
"""Unzipped bytes of function and layers together. Source: AWS Lambda quotas, 2026-11."""


def describe_package(
    package: Package, *, dry_run: bool = False, verbose: bool = False
) -> Iterator[str]:
    """Yield the lines that end a build: what, whether it is sound, how big, and where it is."""
    quota = KINDS[package.kind].unzipped_max_bytes
    share = 100 * package.unzipped_size_bytes / quota
    what = "planned" if dry_run else name_outcome(package)
    start = package.handler or package.entry or package.kind
    yield (
        f"{what} {start} for {package.runtime} {package.architecture}: "
        f"{format_count(package.packages, 'package')}, {format_count(package.files, 'file')}"
    )
    if package.workspace is not None:
        yield _describe_workspace(package.workspace)
    if package.lockfile is not None and package.lockfile.edges is not None:
        yield describe_lockfile(package.lockfile)
    if package.bundle is not None:
        yield from describe_bundle(package.bundle, every=verbose)
    yield from describe_scripts(package.findings)
    yield from _describe_layers(package)
    if package.closure is not None:
        yield describe_closure(package.closure, package.findings, ok=package.ok, kind=package.kind)
    zipped = "" if dry_run else f"{format_bytes(package.size_bytes)} zipped, "
    yield (
        f"{zipped}{format_bytes(package.unzipped_size_bytes)} unzipped, "
        f"{share:.1f} % of Lambda's {quota:,} bytes"
    )
    if package.pruning is not None:
        from zipper.report.pruned import describe_pruning  # noqa: PLC0415  (where something went)

        yield from describe_pruning(package.pruning, package.unzipped_size_bytes, verbose=verbose)
    if KINDS[package.kind].direct_max_bytes is None:
        yield "a web function is uploaded to a versioned bucket of S3"
    yield _describe_place(package, dry_run=dry_run)
    if verbose:
        stages = (f"{stage} {took:.3f} s" for stage, took in package.timings_seconds.items())
        yield f"stages: {', '.join(stages)}"


def describe_bundle(bundle: BundleUse, *, every: bool) -> Iterator[str]:
    """Yield what is in a bundle, and what stays outside with the fact that decided.

    With `every` also what stays because something else does.
    """
    yield (
        f"bundle {bundle.path}: {format_bytes(bundle.size_bytes)} of "
        f"{format_count(bundle.inputs, 'file')}, {format_count(bundle.packages, 'package')}"
    )
    decided = [one for one in bundle.outside if every or one.kind != "dependency"]
    for one in sorted(decided):
        name = one.location.rpartition("node_modules/")[2]
        place = f" ({one.path}{f':{one.line}' if one.line else ''})" if one.path else ""
        yield f"  outside: {name}@{one.version} {one.reason}{place}"
    others = len(bundle.outside) - len(decided)
    if others:
        yield f"  outside with them: {format_count(others, 'package')} that they depend on"


def _describe_layers(package: Package) -> Iterator[str]:
    """Yield what is left to each layer."""
    for layer in package.layers:
        if layer.path is None:
            yield f"layer {layer.arn}: its content is not known here"
        else:
            yield f"layer {layer.path}: {format_count(layer.packages, 'package')} left to it"


def name_outcome(package: Package) -> str:
    """Return in a word how a build came out."""
    return "failed" if not package.ok else "unchanged" if package.is_unchanged else "built"


def _describe_place(package: Package, *, dry_run: bool) -> str:
    """Return where the zip is, or why it is nowhere."""
    place = package.path or "standard output"
    if dry_run:
        verb = "write" if package.ok else "not write"
        return f"nothing was written; a build would {verb} {place}"
    if not package.written:
        return f"{place} was not written, because the check failed; `--keep-failed` writes it"
    where = package.path or "written to standard output"
    seconds = format_seconds(package.timings_seconds["total"])
    return f"{where} in {seconds}" + ("" if package.ok else ", although the check failed")


def describe_scripts(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield which packages are what their install scripts made of them: foreign code ran."""
    ran = [f.path.rpartition("node_modules/")[2] for f in findings if f.code == "script-ran"]
    if ran:
        yield f"install scripts ran in {', '.join(ran)}; packed as the scripts left it"


def describe_lockfile(lockfile: LockfileUse) -> str:
    """Return which lockfile counts, of which version of which tool, and what was verified."""
    name = lockfile.path.replace("\\", "/").rpartition("/")[2]
    tool = f"{lockfile.tool} {lockfile.tool_version or ''}".rstrip()
    edges = lockfile.edges
    proof = (
        "" if edges is None else f", {format_count(edges, 'dependency', 'dependencies')} verified"
    )
    return f"{name} of {tool} (version {lockfile.version}){proof}"


def _describe_workspace(workspace: Workspace) -> str:
    name = (workspace.lockfile or "no lockfile").rpartition("/")[2]
    siblings = format_count(workspace.siblings, "sibling")
    return f"member {workspace.member} of {workspace.root} ({name}), {siblings} packed"


def describe_many(packages: Sequence[tuple[str, Package | None]]) -> Iterator[str]:
    """Yield a line for each function that has a package, and one for all of them."""
    made = [(name, package) for name, package in packages if package is not None]
    width = max((len(name) for name, _ in made), default=0)
    for name, package in made:
        place = package.path if package.written else "not written"
        yield (
            f"{name:<{width}}  {name_outcome(package):<9}  "
            f"{format_bytes(package.size_bytes):>7} zipped  "
            f"{format_bytes(package.unzipped_size_bytes):>7} unzipped  {place}"
        )
    outcomes = [name_outcome(package) for _, package in made]
    failed = len(packages) - len(made) + outcomes.count("failed")
    rest = f", {failed} failed" if failed else ""
    built = format_count(outcomes.count("built"), "function")
    yield f"{built} built, {outcomes.count('unchanged')} unchanged{rest}"


def describe_report(report: Report, *, quiet: bool = False, verbose: bool = False) -> Iterator[str]:
    """Yield the findings of a check and the verdict; infos are counted unless `verbose`."""
    shown = ("error",) if quiet else ("error", "warning", *(("info",) if verbose else ()))
    lines = list(describe_findings(report.findings, severities=shown, most=None if verbose else 10))
    yield from lines
    if quiet and report.verdict == "pass":
        return
    if lines:
        yield ""
    yield (
        f"{report.verdict}: {report.path} has {format_count(report.files, 'file')}, "
        f"{format_bytes(report.size_bytes)} zipped, "
        f"{format_bytes(report.unzipped_size_bytes)} unzipped"
    )
    counts = count_severities(report.findings)
    if counts:
        hidden = "; `--verbose` shows the infos" if "info" in counts and not verbose else ""
        yield f"{counts}{hidden}"
    if report.closure is not None:
        yield describe_closure(report.closure, report.findings, ok=report.ok, kind=report.kind)


def count_severities(findings: Sequence[Finding]) -> str:
    """Return `2 errors, 1 warning`; empty where there is nothing."""
    numbers = {
        severity: sum(finding.severity == severity for finding in findings)
        for severity in ("error", "warning", "info")
    }
    return ", ".join(format_count(number, noun) for noun, number in numbers.items() if number)


def describe_closure(
    closure: Closure, findings: Sequence[Finding], *, ok: bool, kind: str = DEFAULT_KIND
) -> str:
    """Return what following the modules from the handler has shown: for what passes, all it means.

    A warning may be about a module that is missing: for later, for a `try`, or because the user
    takes errors for warnings.
    """
    files = format_count(closure.proven, "file")
    assumed = format_count(len(closure.assumed), "module")
    unknown = format_count(len(closure.unknown), "request")
    rest = f", {assumed} left to the runtime or a layer" if closure.assumed else ""
    rest += f"; not followed: {unknown} computed at run time" if closure.unknown else ""
    if not ok:
        return f"modules: all requests of {files} resolve{rest}"
    warnings = sum(one.severity == "warning" for one in findings)
    start = "the entry file" if KINDS[kind].starts == "entry" else "the handler's file"
    return (
        f"checked: {start} and every module that it requests while it loads are there"
        + (f", but for what {format_count(warnings, 'warning')} may say" if warnings else "")
        + f": all requests of {files} resolve{rest}"
    )


def describe_findings(
    findings: Sequence[Finding],
    *,
    severities: Sequence[str] = ("error", "warning", "info"),
    most: int | None = None,
) -> Iterator[str]:
    """Yield each finding of the given severities, errors first, with its hint below it.

    Args:
        findings: in the order in which those of one severity are reported.
        severities: in the order in which they are reported.
        most: findings of one code that are reported; the others are counted. None for no end.
    """
    told: dict[str, int] = {}
    left_out: dict[str, Counter[str]] = {}
    for severity in severities:
        for finding in _by_package(findings, severity):
            told[finding.code] = told.get(finding.code, 0) + 1
            if most is None or told[finding.code] <= most:
                is_named = (
                    not finding.path or finding.source or f"`{finding.path}`" in finding.message
                )
                where = "" if is_named else f" {finding.path}:"
                yield f"{severity}[{finding.code}]:{where} {finding.message}"
                yield f"  hint: {finding.hint}"
            else:
                package = find_package(finding.path) or "the project's own files"
                left_out.setdefault(finding.code, Counter())[package] += 1
    for code, packages in left_out.items():
        shown = ", ".join(
            f"{count:,} in {package}" for package, count in packages.most_common(_PACKAGES_MAX)
        )
        rest = "" if len(packages) <= _PACKAGES_MAX else f", {len(packages) - _PACKAGES_MAX:,} more"
        total = packages.total()
        yield f"{total:,} more of {code} ({shown}{rest}); `--verbose` shows them"


def _by_package(findings: Sequence[Finding], severity: str) -> list[Finding]:
    """Return the findings of a severity; those of one code and package are together."""
    chosen = [finding for finding in findings if finding.severity == severity]
    codes = {code: n for n, code in enumerate(dict.fromkeys(one.code for one in chosen))}
    return sorted(chosen, key=lambda one: (codes[one.code], find_package(one.path)))


def describe_plan(contents: Plan, *, every_file: bool) -> Iterator[str]:
    """Yield what a dry run prints: a line for each package, or for each file."""
    if every_file:
        for name, size, _, executable in contents.describe():
            yield f"{size:>12,}  {'x' if executable else '-'}  {name}"
        return
    folders: dict[str, list[int]] = {}
    for name, size, packed, _ in contents.describe():
        sums = folders.setdefault(find_package(name) or "the project's own files", [0, 0, 0])
        for index, number in enumerate((1, size, packed)):
            sums[index] += number
    yield f"{'files':>8}  {'unzipped':>12}  {'zipped':>12}"
    for folder, (files, size, packed) in folders.items():
        yield f"{files:>8,}  {size:>12,}  {packed:>12,}  {folder}"
