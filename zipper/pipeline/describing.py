"""What is in a package, for Python code: sizes and reasons, its SBOM, its licences.

In: a zip of any tool, or a project. Out: values, or the text of an SBOM.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, overload

from zipper.errors import UsageError
from zipper.pipeline.explaining import explain_package, read_inventory, take_inventory

if TYPE_CHECKING:
    from typing import Unpack

    from zipper.report.inventory import Inventory
    from zipper.report.licences import LicenceRow
    from zipper.settings.option_types import ExplainOptions
    from zipper.tree.why import Explanation

__all__ = ["explain", "licenses", "make_sbom", "sbom"]

PathLike = str | os.PathLike[str]

_NO_DATE: Final = 315_532_800
"""1980-01-01, the date of the members of a zip, in seconds since 1970."""


@overload
def explain(
    path: PathLike = ".", package: None = None, **options: Unpack[ExplainOptions]
) -> Inventory: ...


@overload
def explain(path: PathLike, package: str, **options: Unpack[ExplainOptions]) -> Explanation: ...


def explain(
    path: PathLike = ".", package: str | None = None, **options: Unpack[ExplainOptions]
) -> Inventory | Explanation:
    """Return what is in a zip, or what a build of a project would put into one; or why.

    Args:
        path: a zip made by any tool, or a project's folder, which is planned and never written.
        package: the name of a package, to learn why it is there: `copies`, each with the `chains`
            of dependencies that bring it in.
        **options: see below; they are about a project.

    Raises:
        ArchiveError: EREAD where there is no such file; EZIP where it is no zip.
        ZipperError: what `plan` raises, for a project.
    """
    from zipper.pipeline.event_log import listener  # noqa: PLC0415  (zips need none of it)
    from zipper.settings.call import settings_of_call  # noqa: PLC0415
    from zipper.settings.read_settings import read_request  # noqa: PLC0415
    from zipper.tree.why import explain as explain_tree  # noqa: PLC0415

    typed = settings_of_call("explain", options)
    if not Path(path).is_dir():
        inventory = read_inventory(path)
        return inventory if package is None else explain_tree(inventory.tree, package)
    request = read_request(path, typed, function=options.get("function"))
    on_event = listener(options.get("on_event"))
    if package is None:
        return take_inventory(request, on_event=on_event)
    return explain_package(request, package, on_event=on_event)[0]


def licenses(path: PathLike) -> tuple[LicenceRow, ...]:
    """Return the npm packages in a zip made by any tool, with the licences that they name.

    Raises:
        ArchiveError: EREAD where there is no such file; EZIP where it is no zip.
    """
    from zipper.report.licences import list_licences  # noqa: PLC0415  (with its question)

    return list_licences(read_inventory(path))


def sbom(path: PathLike, *, format: str = "cyclonedx") -> str:  # noqa: A002  (the command's word)
    """Return the software bill of materials of a zip made by any tool, as JSON text.

    Args:
        path: the zip.
        format: `cyclonedx` for CycloneDX 1.6, `spdx` for SPDX 2.3.

    Raises:
        ArchiveError: EREAD where there is no such file; EZIP where it is no zip.
        UsageError: EUSAGE for another format, a SOURCE_DATE_EPOCH that is no number, or where the
            format's library is not installed: `pip install 'zipper-nodejs[sbom]'`.
    """
    if format not in ("cyclonedx", "spdx"):
        known = (("known", "cyclonedx, spdx"),)
        raise UsageError("EUSAGE", f"unknown format `{format}` of an SBOM", facts=known)
    return make_sbom(format, read_inventory(path))


def make_sbom(form: str, inventory: Inventory) -> str:
    """Return the document; its date is SOURCE_DATE_EPOCH, else 1980-01-01. See `sbom`."""
    created = datetime.fromtimestamp(_read_epoch(os.environ.get("SOURCE_DATE_EPOCH")), UTC)
    try:
        if form == "spdx":
            from zipper.report.spdx import make_spdx  # noqa: PLC0415  (an optional dependency)

            return make_spdx(inventory, created=created)
        from zipper.report.cyclonedx import make_cyclonedx  # noqa: PLC0415  (the same)

        return make_cyclonedx(inventory, created=created)
    except ModuleNotFoundError as cause:
        raise UsageError(
            "EUSAGE",
            f"`sbom --format {form}` needs the Python package that has `{cause.name}`",
            hint="pip install 'zipper-nodejs[sbom]'",
        ) from cause


def _read_epoch(text: str | None) -> int:
    if not text:
        return _NO_DATE
    if not text.isascii() or not text.isdigit() or len(text) > 11:
        raise UsageError("EUSAGE", f"SOURCE_DATE_EPOCH is not a number of seconds: {text[:40]!r}")
    return int(text)
