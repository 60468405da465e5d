"""Tarballs from the registry: their bytes, and their integrity where the lockfile has none.

In: a client and what is wanted. Out: verified bytes. Where a tarball lies is known from `resolved`,
else by npm's standard address, else by the packument (private registries keep them elsewhere).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from zipper.errors import RegistryError
from zipper.npm.integrity import parse_integrity

if TYPE_CHECKING:
    from zipper.fetching.needed_tarballs import Wanted
    from zipper.registry.client import RegistryClient
    from zipper.tree.model import Node

__all__ = ["fetch_from_registry", "find_integrity", "open_tarball"]


def fetch_from_registry(client: RegistryClient, wanted: Wanted) -> bytes:
    """Return the tarball, verified.

    Raises:
        RegistryError, IntegrityError: as `RegistryClient.fetch_tarball`.
    """
    name, version = wanted.package_name, wanted.version
    try:
        return open_tarball(client, name, version, wanted.resolved, wanted.integrity)
    except RegistryError as error:
        if error.code != "E404" or wanted.resolved is not None:
            raise
        address = _find_dist(client, name, version).get("tarball")
        if not isinstance(address, str):
            raise
        return open_tarball(client, name, version, address, wanted.integrity)


def open_tarball(
    client: RegistryClient, name: str, version: str, resolved: str | None, integrity: str | None
) -> bytes:
    """Return the tarball at `resolved`, or at npm's standard address; verified where possible."""
    from zipper.registry.vendor_folder import TarballPlace  # noqa: PLC0415  (with the client itself)

    parsed = parse_integrity(integrity)
    return client.fetch_tarball(TarballPlace(name, version, resolved, parsed))


def find_integrity(client: RegistryClient, node: Node) -> tuple[str, bytes | None]:
    """Return the integrity of a tarball whose lockfile entry has none; the tarball, if fetched.

    The packument's `integrity`, else its `shasum`. A tarball at an address of its own
    (`resolved` outside of any registry) is fetched and hashed.
    """
    from zipper.npm.integrity import from_data, from_hex  # noqa: PLC0415  (rare)

    dist = {} if node.resolved else _find_dist(client, node.package_name, node.version)
    integrity = dist.get("integrity")
    if isinstance(integrity, str) and parse_integrity(integrity) is not None:
        return integrity, None
    shasum = dist.get("shasum")
    if isinstance(shasum, str) and (weak := from_hex(shasum, algorithm="sha1")) is not None:
        return str(weak), None
    tarball = open_tarball(client, node.package_name, node.version, node.resolved, None)
    return str(from_data(tarball)), tarball


def _find_dist(client: RegistryClient, name: str, version: str) -> Mapping[str, object]:
    """Return `dist` of a version's manifest; empty where the packument does not have it."""
    packument = client.open_packument(name)
    manifest = packument.find_manifest(version)
    dist = None if manifest is None else manifest.raw.get("dist")
    return dist if isinstance(dist, Mapping) else {}
