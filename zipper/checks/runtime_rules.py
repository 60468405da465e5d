"""Whether the runtime can be used, and whether the packages are made for it.

In: a subject. Out: findings `runtime-unknown`, `runtime-preview`, `runtime-deprecated` and
`engine-mismatch`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.checks.parts import find_in_parts
from zipper.checks.subject import read_manifests
from zipper.findings import Finding
from zipper.npm.json_text import find_object
from zipper.target import AS_OF, DEFAULT_RUNTIME, RUNTIMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.archive.listing import Listing
    from zipper.checks.subject import Subject

__all__ = ["check_deprecated", "check_engines", "check_known", "check_preview"]


def check_known(subject: Subject) -> Iterator[Finding]:
    """Yield one finding for a runtime that the table does not have."""
    if subject.unknown_runtime is not None:
        message = (
            f"Lambda has no runtime `{subject.unknown_runtime}` that zipper knows of ({AS_OF}); "
            f"all else is judged for `{subject.target.runtime}`"
        )
        yield Finding("runtime-unknown", "error", "", message, f"use one of {', '.join(RUNTIMES)}")


def check_preview(subject: Subject) -> Iterator[Finding]:
    """Yield one finding for a runtime that AWS offers as a preview."""
    details = subject.target.details
    if details.preview_since is not None:
        message = (
            f"`{details.name}` is a preview since {details.preview_since} (as of {AS_OF}): AWS may "
            "still change it"
        )
        hint = f"use `{DEFAULT_RUNTIME}` for production"
        yield Finding("runtime-preview", "info", "", message, hint)


def check_deprecated(subject: Subject) -> Iterator[Finding]:
    """Yield one finding for a runtime that AWS supports no longer, with its dates."""
    details = subject.target.details
    day = subject.today or AS_OF
    if details.deprecated is None or details.deprecated > day:
        return
    blocks = [
        f"{verb} are refused since {date}" if date <= day else f"{verb} will be refused from {date}"
        for verb, date in (
            ("new functions", details.block_create),
            ("updates", details.block_update),
        )
        if date is not None
    ]
    dates = f"; {', '.join(blocks)}" if blocks else ""
    if details.other_blocks is not None:
        created, updated = details.other_blocks
        dates += (
            f". AWS's pages disagree: the one on Node.js functions says {created} for new "
            f"functions and {updated} for updates"
        )
    message = (
        f"`{details.name}` is deprecated since {details.deprecated}{dates} (dates as of {AS_OF})"
    )
    yield Finding("runtime-deprecated", "warning", "", message, f"move to `{DEFAULT_RUNTIME}`")


def check_engines(subject: Subject) -> Iterator[Finding]:
    """Yield the packages whose `engines.node` excludes the runtime's Node."""
    from zipper.npm.semver import satisfies  # noqa: PLC0415 - the tables of versions are not small

    version = subject.target.node_version
    known: dict[str, bool] = {}
    for package, wanted, name in sorted(find_in_parts(subject, "engines", _find_engines)):
        if wanted not in known:
            known[wanted] = satisfies(version, wanted, include_prerelease=True)
        if not known[wanted]:
            path = f"{package}/package.json" if package else "package.json"
            message = f"`{name}` wants Node.js `{wanted}`; `{subject.target.runtime}` has {version}"
            hint = "choose another runtime, or a version of the package for this one"
            yield Finding("engine-mismatch", "warning", path, message, hint)


def _find_engines(listing: Listing) -> Iterator[list[str]]:
    """Yield folder, `engines.node`, and name with version, of each package that has them."""
    for package, text in read_manifests(listing):
        manifest = find_object(text) if b'"engines"' in text else {}
        engines = manifest.get("engines")
        wanted = engines.get("node") if isinstance(engines, dict) else None
        if isinstance(wanted, str) and wanted:
            name = f"{manifest.get('name', package)}@{manifest.get('version', '')}".rstrip("@")
            yield [package, wanted, name]
