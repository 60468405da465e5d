"""Judging a zip made by any tool: the file and its layers become listings, the rules a report.

In: paths and options. Out: a `Report`. The zip is mapped and read member by member, never
extracted; the rules themselves are `zipper.checks`'.
"""

from __future__ import annotations

import base64
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.archive.listing import read_listing
from zipper.build_request import default_handler
from zipper.checks.check import check_listing
from zipper.checks.findings import Report, decide_verdict
from zipper.checks.subject import Subject
from zipper.errors import ArchiveError
from zipper.files import map_file
from zipper.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zipper.archive.listing import Listing
    from zipper.checks.subject import Kind

__all__ = ["check", "open_zip"]

PathLike = str | os.PathLike[str]


def check(
    path: PathLike,
    *,
    target: Target | None = None,
    handler: str | None = None,
    layers: Sequence[PathLike] = (),
    kind: Kind = "function",
    ignore: Iterable[str] = (),
    strict: bool = False,
) -> Report:
    """Judge the zip at `path`: whether Lambda accepts it, and whether its handler loads.

    Args:
        path: a zip made by any tool.
        target: runtime and architecture of the function; by default the newest runtime, x86_64.
        handler: such as `index.handler`; by default what package.json in the zip says by `main`.
        layers: zips of the function's layers, in the order of its configuration.
        kind: `layer` for the zip of a layer, which has no handler.
        ignore: codes whose warnings and infos are left out; errors are never left out.
        strict: whether a warning makes the verdict `fail`.

    Returns:
        The report. A file that is no zip has a report too, with the finding `zip-unreadable`.

    Raises:
        ArchiveError: EREAD where there is no such file, or it cannot be read.
        UsageError: EUSAGE for a target that does not exist.
    """
    data, listing = open_zip(path)
    target = target or Target()
    with ThreadPoolExecutor(max_workers=1) as pool:
        digest = pool.submit(lambda: hashlib.sha256(data).digest())
        findings = check_listing(
            listing,
            target=target,
            handler=None if kind == "layer" else handler or _handler_in(listing, target),
            size_bytes=len(data),
            layers=tuple(open_zip(layer)[1] for layer in layers),
            kind=kind,
            ignore=frozenset(ignore),
        )
        code_sha256 = base64.b64encode(digest.result()).decode("ascii")
    files = [entry for entry in listing.entries if not entry.is_dir]
    return Report(
        path=os.fspath(path),
        size_bytes=len(data),
        unzipped_size_bytes=sum(entry.size for entry in files),
        code_sha256=code_sha256,
        files=len(files),
        verdict=decide_verdict(findings, strict=strict),
        findings=findings,
    )


def open_zip(path: PathLike) -> tuple[memoryview, Listing]:
    """Return the bytes of the zip at `path`, mapped, and its listing.

    Raises:
        ArchiveError: EREAD where there is no such file, or it cannot be read.
    """
    try:
        data = map_file(Path(path))
    except OSError as cause:
        raise ArchiveError("EREAD", f"cannot read `{path}`: {cause.strerror or cause}") from cause
    if data is None:
        raise ArchiveError(
            "EREAD", f"there is no file `{path}`", hint="make it: `python -m zipper build`"
        )
    return data, read_listing(data)


def _handler_in(listing: Listing, target: Target) -> str:
    return default_handler(Subject(listing=listing, target=target).package_json)
