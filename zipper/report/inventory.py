"""What is in a package: files, npm packages, their sizes, and who asks for whom.

In: any zip's listing, or the plan of one that is not written yet. Out: an
`Inventory`, which explain, its page, the SBOM and the licences are drawn from. Judging is not this
module's work; see `zipper.checks`.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from zipper.errors import ArchiveError
from zipper.npm.folder_path import find_installed
from zipper.npm.package_json import Manifest, parse_manifest
from zipper.report.locked_hashes import find_hashes
from zipper.tree.connections import connect
from zipper.tree.model import Node, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zipper.archive.listing import Listing
    from zipper.npm.integrity import Integrity

__all__ = [
    "BundledRow",
    "File",
    "Inventory",
    "PackageRow",
    "fingerprint",
    "from_listing",
    "from_plan",
    "licence_of",
    "list_dependencies_of",
]

_VERSION_LETTERS: Final = 256
"""No longer text is a version. Source: semver 7, MAX_LENGTH."""
_HEADERS: Final = 30 + 46
"""Bytes of a member's local header and central record, without its name and extra fields."""
_END: Final = 22
"""Bytes of the record that ends a zip."""
_LIMIT_BYTES: Final = 16 * 1024 * 1024
"""The largest package.json that is read."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of the package; `crc` is 0 where only a plan is known."""

    name: str
    size_bytes: int
    zipped_size_bytes: int
    """All that it takes in the zip: its data, and what is said of it in two places."""
    crc: int = 0


@dataclass(frozen=True, slots=True)
class PackageRow:
    """One npm package in the zip: its folder, see `find_installed`, or `""`, the project itself."""

    folder: str
    name: str
    version: str
    licence: str
    files: int
    size_bytes: int
    zipped_size_bytes: int
    manifest: Manifest
    hashes: Integrity | None = None
    """Of its tarball, where the lockfile says them."""


@dataclass(frozen=True, slots=True)
class BundledRow:
    """One npm package of which a bundle has files: no folder of the zip has it."""

    manifest: Manifest
    size_bytes: int
    """In the bundle."""
    hashes: Integrity | None = None


@dataclass(frozen=True)
class Inventory:
    """The contents of one package. Without slots, so that shared answers can be remembered."""

    path: str
    size_bytes: int
    """Of the zip, also of one that is not written yet."""
    files: tuple[File, ...]
    manifests: Mapping[str, Manifest] = field(repr=False)
    """By folder, where there is a package.json that can be read."""
    hashes: Mapping[str, Integrity] = field(default_factory=dict, repr=False)
    """Of the packages' tarballs, by folder, where a lockfile says them."""
    gone: tuple[File, ...] = field(default=(), repr=False)
    """What pruning took out: not in the package, and in none of the sums."""
    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict, repr=False)
    """Of bundles, by file: bytes by source; see `zipper.report.bundle_parts`."""
    bundled: Mapping[str, BundledRow] = field(default_factory=dict, repr=False)
    """By the folder that a package had where it was bundled."""

    @property
    def unzipped_size_bytes(self) -> int:
        """The sum of all files."""
        return sum(file.size_bytes for file in self.files)

    @cached_property
    def packages(self) -> tuple[PackageRow, ...]:
        """The project first, then the npm packages by folder."""
        sums: dict[str, list[int]] = {"": [0, 0, 0]}
        for file in self.files:
            row = sums.setdefault(find_installed(file.name), [0, 0, 0])
            row[0] += 1
            row[1] += file.size_bytes
            row[2] += file.zipped_size_bytes
        for folder, bundled in self.bundled.items():
            if folder not in sums:
                sums[folder] = [0, bundled.size_bytes, 0]
                sums[""][1] = max(0, sums[""][1] - bundled.size_bytes)
        return tuple(self._describe(folder, sums[folder]) for folder in sorted(sums))

    @cached_property
    def tree(self) -> Tree:
        """The tree that the package.json files make, for asking who needs what."""
        nodes = {
            row.folder: Node(
                location=row.folder,
                name=row.folder.rpartition("node_modules/")[2] or row.name,
                manifest=row.manifest,
                version=row.version,
            )
            for row in self.packages
        }
        return Tree(nodes)

    def _describe(self, folder: str, sums: list[int]) -> PackageRow:
        bundled = self.bundled.get(folder)
        manifest = self.manifests.get(folder, bundled.manifest if bundled else Manifest())
        hashes = self.hashes.get(folder, bundled.hashes if bundled else None)
        name = _clean(manifest.name)
        return PackageRow(
            folder=folder,
            # A name that ends in a slash names nothing; the folder's is as good.
            name=folder.rpartition("node_modules/")[2] if name.endswith("/") or not name else name,
            version=_clean(manifest.version)[:_VERSION_LETTERS],
            licence=_clean(licence_of(manifest)),
            files=sums[0],
            size_bytes=sums[1],
            zipped_size_bytes=sums[2],
            manifest=manifest,
            hashes=hashes,
        )


def from_listing(path: str, listing: Listing, *, with_hashes: bool = False) -> Inventory:
    """Return what is in the zip at `path`; a package.json that cannot be read counts as absent.

    With `with_hashes` the lockfile in the zip is read for the hashes of the packages.
    """
    files = tuple(
        File(
            entry.name,
            entry.size,
            entry.compressed_size + _HEADERS + 2 * (len(entry.raw_name) + len(entry.extra)),
            entry.crc,
        )
        for entry in listing.by_name.values()
        if not entry.is_dir
    )
    manifests = {}
    for folder in {find_installed(file.name) for file in files} | {""}:
        text = _read(listing, f"{folder}/package.json" if folder else "package.json")
        if text is not None:
            manifests[folder] = parse_manifest(text)
    found = Inventory(path, len(listing.source), files, manifests)
    return replace(found, hashes=find_hashes(listing, found.packages)) if with_hashes else found


def from_plan(path: str, files: Iterable[File], tree: Tree) -> Inventory:
    """Return what would be in the zip at `path`, the manifests taken from the tree.

    Args:
        path: of the zip.
        files: with the sizes of their data; what a zip says of each is added here.
        tree: what is packed.
    """
    known = tuple(
        replace(
            file,
            zipped_size_bytes=file.zipped_size_bytes
            + _HEADERS
            + 2 * len(file.name.encode("utf-8", "surrogateescape")),
        )
        for file in files
    )
    size = sum(file.zipped_size_bytes for file in known) + _END
    return Inventory(path, size, known, {loc: node.manifest for loc, node in tree.nodes.items()})


def fingerprint(inventory: Inventory) -> uuid.UUID:
    """Return an identifier made from what is in the package: names, sizes and CRCs of its files."""
    digest = hashlib.sha256()
    for file in sorted(inventory.files, key=lambda file: file.name):
        row = f"{file.name}\0{file.size_bytes}\0{file.crc}\n"
        digest.update(row.encode("utf-8", "surrogateescape"))
    return uuid.UUID(bytes=digest.digest()[:16], version=5)


def list_dependencies_of(inventory: Inventory) -> dict[str, tuple[str, ...]]:
    """Return for each folder the folders of the packages that it depends on, sorted."""
    edges = connect(inventory.tree).edges_out
    return {
        row.folder: tuple(
            sorted(
                {
                    edge.target
                    for edge in edges[row.folder]
                    if edge.target is not None and edge.target != row.folder
                }
            )
        )
        for row in inventory.packages
    }


def licence_of(manifest: Manifest) -> str:
    """Return the licence as package.json says it: an SPDX expression as a rule; empty for none.

    The old forms count too: an object with `type`, and the list `licenses`.
    Source: npm's documentation of package.json, `license`.
    """
    value = manifest.raw.get("license") or manifest.raw.get("licenses")
    names = [_licence_name(item) for item in (value if isinstance(value, list) else [value])]
    found = [name for name in names if name]
    return found[0] if len(found) == 1 else f"({' OR '.join(found)})" if found else ""


def _clean(text: str) -> str:
    """Return text that can be encoded: JSON may name half a surrogate pair, which is no letter."""
    return text.strip().encode("utf-8", "replace").decode("utf-8")


def _licence_name(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("type") or value.get("name")
    return value.strip() if isinstance(value, str) else ""


def _read(listing: Listing, name: str) -> dict[str, object] | None:
    entry = listing.find(name)
    if entry is None:
        return None
    try:
        value = json.loads(listing.read(entry, limit_bytes=_LIMIT_BYTES))
    except (ArchiveError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
