"""Tarballs from the registry: their bytes, and their integrity where the lockfile has none.

In: a client and what is wanted. Out: verified bytes. Where a tarball lies is told by `resolved`,
else by npm's standard address, else by the packument (private registries keep them elsewhere).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from zipper.errors import RegistryError
from zipper.npm.integrity import parse_integrity

if TYPE_CHECKING:
    from zipper.registry.client import RegistryClient
    from zipper.store.fill import Wanted
    from zipper.tree.model import Node

__all__ = ["fetch_from_registry", "find_integrity"]


def fetch_from_registry(client: RegistryClient, wanted: Wanted) -> bytes:
    """Return the tarball, verified.

    Raises:
        RegistryError, IntegrityError: as `RegistryClient.fetch_tarball`.
    """
    from zipper.registry.client import TarballAsk  # noqa: PLC0415  (with the client itself)

    integrity = parse_integrity(wanted.integrity)
    ask = TarballAsk(wanted.package_name, wanted.version, wanted.resolved, integrity)
    try:
        return client.fetch_tarball(ask)
    except RegistryError as error:
        if error.code != "E404" or wanted.resolved is not None:
            raise
        address = _find_dist(client, wanted.package_name, wanted.version).get("tarball")
        if not isinstance(address, str):
            raise
        return client.fetch_tarball(TarballAsk(ask.name, ask.version, address, integrity))


def find_integrity(client: RegistryClient, node: Node) -> str:
    """Return the integrity of a tarball whose lockfile entry has none.

    The packument's `integrity`, else its `shasum`. A tarball at an address of its own
    (`resolved` outside of any registry) is fetched and hashed.
    """
    from zipper.npm.integrity import from_data, from_hex  # noqa: PLC0415  (rare)
    from zipper.registry.client import TarballAsk  # noqa: PLC0415  (with the client itself)

    dist = {} if node.resolved else _find_dist(client, node.package_name, node.version)
    integrity = dist.get("integrity")
    if isinstance(integrity, str) and parse_integrity(integrity) is not None:
        return integrity
    shasum = dist.get("shasum")
    if isinstance(shasum, str) and (weak := from_hex(shasum, algorithm="sha1")) is not None:
        return str(weak)
    ask = TarballAsk(node.package_name, node.version, node.resolved)
    return str(from_data(client.fetch_tarball(ask)))


def _find_dist(client: RegistryClient, name: str, version: str) -> Mapping[str, object]:
    """Return `dist` of a version's manifest; empty where the packument does not have it."""
    from zipper.npm.packument import parse_packument  # noqa: PLC0415  (needs msgspec)

    packument = parse_packument(client.fetch_packument(name), name)
    if version not in packument.versions:
        return {}
    dist = packument.manifest(version).raw.get("dist")
    return dist if isinstance(dist, Mapping) else {}
