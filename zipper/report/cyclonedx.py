"""The contents of a package as a CycloneDX 1.6 SBOM.

In: an inventory and a date. Out: JSON text, by cyclonedx-python-lib, an optional dependency
(`pip install zipper-nodejs[sbom]`). The same package gives the same bytes: the serial number
is made from the contents, and the date is the caller's.
"""

from __future__ import annotations

import uuid
import warnings
from typing import TYPE_CHECKING, Final

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.dependency import Dependency
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from zipper import __version__
from zipper.report.inventory import fingerprint, list_dependencies_of
from zipper.report.locked_hashes import list_digests

if TYPE_CHECKING:
    from datetime import datetime

    from zipper.report.inventory import Inventory, PackageRow

__all__ = ["make_cyclonedx"]

_ALGORITHMS: Final = {
    "md5": HashAlgorithm.MD5,
    "sha1": HashAlgorithm.SHA_1,
    "sha256": HashAlgorithm.SHA_256,
    "sha384": HashAlgorithm.SHA_384,
    "sha512": HashAlgorithm.SHA_512,
}


def make_cyclonedx(inventory: Inventory, *, created: datetime) -> str:
    """Return the SBOM as JSON; components and dependencies are sorted by the library."""
    licences = LicenseFactory()
    components = {row.folder: _describe(row, licences) for row in inventory.packages}
    root = components.pop("")
    root.type = ComponentType.APPLICATION
    bom = Bom(components=components.values(), serial_number=fingerprint(inventory))
    bom.metadata.component = root
    bom.metadata.timestamp = created
    bom.metadata.tools.components.add(
        Component(name="zipper", version=__version__, type=ComponentType.APPLICATION)
    )
    everything = {"": root, **components}
    for folder, targets in list_dependencies_of(inventory).items():
        bom.dependencies.add(
            Dependency(
                everything[folder].bom_ref,
                [Dependency(everything[target].bom_ref) for target in targets],
            )
        )
    with warnings.catch_warnings():
        # It warns of a root without dependencies, which a function may well have.
        warnings.simplefilter("ignore", UserWarning)
        return JsonV1Dot6(bom).output_as_string(indent=2)


def _describe(row: PackageRow, licences: LicenseFactory) -> Component:
    group, _, name = row.name.rpartition("/")
    folder = row.folder or "."
    component = Component(
        type=ComponentType.LIBRARY,
        name=name or "function",
        group=group or None,
        version=row.version or None,
        purl=PackageURL("npm", group or None, name, row.version or None) if row.folder else None,
        bom_ref=str(uuid.uuid5(uuid.NAMESPACE_URL, folder)) if not folder.isascii() else folder,
        properties=[Property(name="zipper:location", value=folder)],
    )
    for algorithm, digest in list_digests(row.hashes):
        if algorithm in _ALGORITHMS:
            component.hashes.add(HashType(alg=_ALGORITHMS[algorithm], content=digest))
    if row.licence:
        component.licenses.add(licences.make_from_string(row.licence))
    return component
