"""What a worker does: it says what it is, and builds a batch of functions.

In: batches of `zipper.pipeline.distributing`. Out: results, or why it is the wrong worker. A worker
that sees the projects builds where they are; one that does not builds what a shared store has of
them.
"""

from __future__ import annotations

import hashlib
import os
import platform
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.errors import ZipperError
from zipper.named_tuple import NamedTuple
from zipper.pipeline.building import build_requested
from zipper.pipeline.session import Once

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zipper.package import Package
    from zipper.pipeline.received_sources import ElsewhereResult
    from zipper.settings.build_request import BuildRequest

__all__ = [
    "Batch",
    "Greeting",
    "LostSources",
    "Result",
    "WorkerConditions",
    "build_batch",
    "describe_version",
    "hash_manifest",
    "introduce",
]

Result = tuple["Package | None", "ZipperError | None"]


class Greeting(NamedTuple):
    """What a worker says of itself."""

    version: str
    """zipper's, and what its packages are compressed with."""
    missing: tuple[str, ...]
    """Folders that it does not see, or sees otherwise."""
    place: str

    def fits(self, version: str) -> bool:
        """Return whether it makes the same of the same files."""
        return not self.missing and self.version == version


class Batch(NamedTuple):
    """What one task builds."""

    requests: tuple[BuildRequest, ...]
    manifests: tuple[str | None, ...]
    """The hash of each one's package.json."""
    sources: str | None = None
    """Digest of the pack of all that they read; None as long as workers see it themselves."""
    errors: tuple[ZipperError | None, ...] = ()
    """Of each, what has stopped it before it was sent; with `sources`."""
    as_bytes: bool = False
    """What is written comes back by the executor: the shared store has lost it."""


class WorkerConditions(NamedTuple):
    """What each worker has to have, and how it builds."""

    version: str
    tokens: tuple[str, ...]
    incremental: bool


class LostSources(NamedTuple):
    """What the shared store does not give a worker, though it was put there."""

    digest: str


def build_batch(
    batch: Batch, how: WorkerConditions
) -> list[Result] | list[ElsewhereResult] | Greeting | LostSources:
    """Build a batch in a worker; one that is not fit says so, and builds nothing.

    Raises:
        UsageError, StoreError: as `zipper.pipeline.received_sources`.
    """
    greeting = introduce(how.tokens)
    for request, digest in zip(batch.requests, batch.manifests, strict=True):
        if hash_manifest(request) != digest:
            greeting = greeting._replace(missing=(*greeting.missing, request.project))
    if greeting.fits(how.version):
        return _build_here(batch, incremental=how.incremental)
    if batch.sources is None or greeting.version != how.version:
        return greeting
    # For workers without the disk.
    from zipper.pipeline.received_sources import build_received  # noqa: PLC0415
    from zipper.pipeline.sending_sources import open_blobs  # noqa: PLC0415
    from zipper.sharing.blobs import UnfoundError  # noqa: PLC0415

    blobs = open_blobs(batch.requests[0].store_url or "")
    try:
        return build_received(
            batch.requests, batch.errors, batch.sources, blobs, as_bytes=batch.as_bytes
        )
    except UnfoundError as cause:
        return LostSources(cause.digest)


def _build_here(batch: Batch, *, incremental: bool) -> list[Result]:
    results: list[Result] = []
    with ExitStack() as end:
        shared = Once(end)
        for request in batch.requests:
            try:
                package = build_requested(request, shared=shared, incremental=incremental)
                results.append((package, None))
            except ZipperError as error:
                results.append((None, error))
    return results


def introduce(tokens: Iterable[str]) -> Greeting:
    """Say, in a worker, which zipper it has, and which folders it does not see."""
    missing = tuple(str(Path(token).parent) for token in tokens if not Path(token).is_file())
    return Greeting(describe_version(), missing, f"{platform.node()}, process {os.getpid()}")


def describe_version() -> str:
    """Return all that makes other bytes of the same files."""
    import deflate  # noqa: PLC0415  (with several functions)

    import zipper  # noqa: PLC0415  (the same)

    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    date = f", SOURCE_DATE_EPOCH {epoch}" if epoch else ""
    return f"zipper {zipper.__version__}, libdeflate {deflate.__version__}{date}"


def hash_manifest(request: BuildRequest) -> str | None:
    """Return the hash of a project's package.json; None where there is none."""
    try:
        data = Path(request.project, "package.json").read_bytes()
    except OSError:
        return None
    return hashlib.sha256(data).hexdigest()
