"""The contents of a package as an SPDX 2.3 document.

In: an inventory and a date. Out: JSON text, by spdx-tools, SPDX's own library and an optional
dependency (`pip install zipper-nodejs[sbom]`). The same package gives the same bytes.
"""

from __future__ import annotations

import hashlib
from io import StringIO
from typing import TYPE_CHECKING, Final

from license_expression import ExpressionError, get_spdx_licensing
from packageurl import PackageURL
from spdx_tools.spdx.model.actor import Actor, ActorType
from spdx_tools.spdx.model.checksum import Checksum, ChecksumAlgorithm
from spdx_tools.spdx.model.document import CreationInfo, Document
from spdx_tools.spdx.model.package import (
    ExternalPackageRef,
    ExternalPackageRefCategory,
    Package,
    PackagePurpose,
)
from spdx_tools.spdx.model.relationship import Relationship, RelationshipType
from spdx_tools.spdx.model.spdx_no_assertion import SpdxNoAssertion
from spdx_tools.spdx.writer.json.json_writer import write_document_to_stream

from zipper import __version__
from zipper.report.inventory import fingerprint, list_dependencies_of
from zipper.report.locked_hashes import list_digests

if TYPE_CHECKING:
    from datetime import datetime

    from license_expression import LicenseExpression

    from zipper.report.inventory import Inventory, PackageRow

__all__ = ["make_spdx"]

_LICENSING: Final = get_spdx_licensing()


def make_spdx(inventory: Inventory, *, created: datetime) -> str:
    """Return the SBOM as JSON."""
    name = inventory.packages[0].name or "function"
    info = CreationInfo(
        spdx_version="SPDX-2.3",
        spdx_id="SPDXRef-DOCUMENT",
        name=name,
        document_namespace=f"https://spdx.org/spdxdocs/zipper-{fingerprint(inventory)}",
        creators=[Actor(ActorType.TOOL, f"zipper-{__version__}")],
        created=created,
    )
    relationships = [
        Relationship("SPDXRef-DOCUMENT", RelationshipType.DESCRIBES, _reference("")),
        *(
            Relationship(_reference(folder), RelationshipType.DEPENDS_ON, _reference(target))
            for folder, targets in list_dependencies_of(inventory).items()
            for target in targets
        ),
    ]
    packages = [_describe(row) for row in inventory.packages]
    document = Document(info, packages=packages, relationships=relationships)
    stream = StringIO()
    write_document_to_stream(document, stream, validate=False)
    return stream.getvalue()


def _describe(row: PackageRow) -> Package:
    licence = _parse_licence(row.licence)
    package = Package(
        spdx_id=_reference(row.folder),
        name=row.name or "function",
        download_location=SpdxNoAssertion(),
        version=row.version or None,
        files_analyzed=False,
        license_declared=SpdxNoAssertion() if licence is None else licence,
        primary_package_purpose=PackagePurpose.LIBRARY
        if row.folder
        else PackagePurpose.APPLICATION,
        comment=f"location: {row.folder or '.'}",
    )
    for algorithm, digest in list_digests(row.hashes):
        package.checksums.append(Checksum(ChecksumAlgorithm[algorithm.upper()], digest))
    if licence is None and row.licence:
        package.license_comment = f"package.json says: {row.licence}"
    if row.folder:
        group, _, name = row.name.rpartition("/")
        purl = PackageURL("npm", group or None, name, row.version or None).to_string()
        category = ExternalPackageRefCategory.PACKAGE_MANAGER
        package.external_references = [ExternalPackageRef(category, "purl", purl)]
    return package


def _parse_licence(text: str) -> LicenseExpression | None:
    """Return the SPDX expression, or None where package.json says something else."""
    if not text:
        return None
    try:
        return _LICENSING.parse(text, validate=True, strict=True)
    except ExpressionError:
        return None


def _reference(folder: str) -> str:
    """Return an identifier that SPDX admits: letters, digits, dots and dashes."""
    if not folder:
        return "SPDXRef-function"
    return f"SPDXRef-{hashlib.sha256(folder.encode('utf-8', 'replace')).hexdigest()[:24]}"
