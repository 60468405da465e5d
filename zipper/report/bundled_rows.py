"""The packages in a bundle, as esbuild's metafile says with what zipper adds to it.

In: the metafile beside a zip, or of a plan. Out: the inventory of the zip with them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zipper.npm.integrity import parse_integrity
from zipper.npm.package_json import parse_manifest
from zipper.report.inventory import BundledRow
from zipper.report.source_map import split_by_metafile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.report.inventory import Inventory

__all__ = ["add_bundle", "is_about"]


def is_about(document: object, code_sha256: str) -> bool:
    """Tell whether a metafile is about the zip with this hash."""
    zip_ = document.get("zip") if isinstance(document, dict) else None
    return isinstance(zip_, dict) and zip_.get("code_sha256") == code_sha256


def add_bundle(inventory: Inventory, document: Mapping[str, Any]) -> Inventory:
    """Return the inventory with what the metafile says is in its bundles.

    Raises:
        ValueError: for what is no metafile.
    """
    sizes = {file.name: file.size_bytes for file in inventory.files}
    parts = {**inventory.parts, **split_by_metafile(document, sizes)}
    packages = document.get("packages")
    rows = dict(_read_rows(packages if isinstance(packages, dict) else {}))
    manifests = dict(inventory.manifests)
    own = rows.pop("", None)
    if own is not None:
        manifests.setdefault("", own.manifest)
    return replace(inventory, parts=parts, bundled=rows, manifests=manifests)


def _read_rows(packages: Mapping[str, object]) -> Iterator[tuple[str, BundledRow]]:
    for folder, row in packages.items():
        if isinstance(row, dict):
            size, integrity = row.get("bytesInOutput"), row.get("integrity")
            yield (
                folder,
                BundledRow(
                    parse_manifest(row),
                    size if isinstance(size, int) else 0,
                    parse_integrity(integrity) if isinstance(integrity, str) else None,
                ),
            )
