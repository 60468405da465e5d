"""The deployment package that a build made, as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.findings import Closure, Finding

__all__ = ["Package"]


class Package(NamedTuple):
    """What `build` made. The fields are those of `build --json`."""

    path: str
    """Where the zip is; where it would be, for a dry run."""
    size_bytes: int
    """Of the zip; 0 for a dry run."""
    unzipped_size_bytes: int
    """The sum of all files, as Lambda counts them."""
    code_sha256: str
    """Base64 of the zip's SHA-256, as Lambda reports it; empty for a dry run."""
    files: int
    packages: int
    """Packages from the tree, the project itself left out."""
    runtime: str
    architecture: str
    handler: str
    timings_seconds: Mapping[str, float]
    """Stage to seconds, in the order of the stages, and `total`."""
    findings: tuple[Finding, ...]
    closure: Closure | None = None
    """What following the modules from the handler has shown; None where they were not followed:
    a dry run, a zip that Lambda would refuse anyhow, or `check=False`."""
    is_unchanged: bool = False
    """Whether an earlier build had written this very zip, so that nothing was done."""
