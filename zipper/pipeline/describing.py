"""What is in a package, for Python code: sizes and reasons, its SBOM, its licences.

In: a zip of any tool, or a project. Out: values, or the text of an SBOM.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, overload

from zipper.errors import UsageError
from zipper.named_tuple import NamedTuple
from zipper.pipeline.explaining import (
    add_bundle_beside,
    explain_package,
    read_inventory,
    take_inventory,
)
from zipper.pipeline.reading_zips import open_sound_listing
from zipper.report.inventory import from_listing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Unpack

    from zipper.archive.listing import Listing
    from zipper.events import OnEvent
    from zipper.pipeline.planning import PackagePlan
    from zipper.report.inventory import Inventory
    from zipper.report.licences import LicenceRow
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.option_types import ExplainOptions, LicensesOptions, SbomOptions
    from zipper.tree.model import Node
    from zipper.tree.why import Explanation

__all__ = ["ZipContents", "explain", "licenses", "make_sbom", "open_contents", "sbom"]

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


def licenses(path: PathLike = ".", **options: Unpack[LicensesOptions]) -> tuple[LicenceRow, ...]:
    """Return the npm packages in a zip, with the licences that they name.

    Args:
        path: a zip made by any tool, or a project's folder, of which the zip is made and forgotten.
        **options: see below; they are about a project.

    Raises:
        ArchiveError: EREAD where there is no such file; EZIP where it is no zip.
        ZipperError: what `build` raises, for a project.
    """
    from zipper.report.licences import list_licences  # noqa: PLC0415  (with its question)

    with open_contents(_source_of("licenses", path, options)) as contents:
        return list_licences(contents.inventory)


def sbom(
    path: PathLike = ".",
    *,
    format: str = "cyclonedx",  # noqa: A002  (the command's word)
    **options: Unpack[SbomOptions],
) -> str:
    """Return the software bill of materials of a zip, as JSON text.

    Packages have the hashes of their tarballs: of a project all of them; of a zip those that the
    lockfile in it says, which is there if the folder that was built had one.

    Args:
        path: a zip made by any tool, or a project's folder, of which the zip is made and forgotten.
        format: `cyclonedx` for CycloneDX 1.6, `spdx` for SPDX 2.3.
        **options: see below; they are about a project.

    Raises:
        ArchiveError: EREAD where there is no such file; EZIP where it is no zip.
        UsageError: EUSAGE for another format, a SOURCE_DATE_EPOCH that is no number, or where the
            format's library is not installed: `pip install 'zipper-nodejs[sbom]'`.
        ZipperError: what `build` raises, for a project.
    """
    if format not in ("cyclonedx", "spdx"):
        known = (("known", "cyclonedx, spdx"),)
        raise UsageError("EUSAGE", f"unknown format `{format}` of an SBOM", facts=known)
    with open_contents(_source_of("sbom", path, options)) as contents:
        return make_sbom(format, contents.inventory)


class ZipContents(NamedTuple):
    """What is in a zip, and the zip to read more from."""

    inventory: Inventory
    listing: Listing


@contextlib.contextmanager
def open_contents(
    source: str | BuildRequest, *, on_event: OnEvent | None = None
) -> Iterator[ZipContents]:
    """Open a zip, or the one that a build of a project would write; see `sbom`.

    A project's zip is not judged: what is in it is the question.
    """
    if isinstance(source, str):
        listing = open_sound_listing(source)
        found = add_bundle_beside(from_listing(source, listing, with_hashes=True), source)
        yield ZipContents(found, listing)
        return
    from zipper.pipeline.building import build_requested, plan_requested  # noqa: PLC0415
    from zipper.report.locked_hashes import hashes_of_nodes  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="zipper-build-") as folder:
        elsewhere = source._replace(output=f"{folder}/function.zip", check=False)
        package = build_requested(elsewhere, on_event=on_event)
        planned = plan_requested(source)
        listing = open_sound_listing(package.path)
        found = from_listing(planned.output.name, listing)
        found = add_bundle_beside(found, package.path)
        hashes = hashes_of_nodes(_with_hashes(planned), found.packages)
        yield ZipContents(replace(found, hashes=hashes), listing)


def _with_hashes(planned: PackagePlan) -> dict[str, Node]:
    """Return the nodes, with the hash of the store's tarball where the lockfile has none.

    It was compared with what the registry says when it was fetched.
    """
    from zipper.npm.integrity import from_hex  # noqa: PLC0415  (for projects)

    nodes = dict(planned.tree.nodes)
    for location, zipped in planned.zips.items():
        path = zipped.path
        found = from_hex(path.stem, algorithm=path.parent.parent.name)
        if found is not None and location in nodes and nodes[location].integrity is None:
            nodes[location] = nodes[location]._replace(integrity=str(found))
    return nodes


def _source_of(
    function: str, path: PathLike, options: LicensesOptions | SbomOptions
) -> str | BuildRequest:
    from zipper.settings.call import settings_of_call  # noqa: PLC0415  (for Python alone)
    from zipper.settings.read_settings import read_request  # noqa: PLC0415  (for projects)

    typed = settings_of_call(function, options)
    if not Path(path).is_dir():
        return os.fspath(path)
    return read_request(path, typed, function=options.get("function"))


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
