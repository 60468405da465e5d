"""The registry's `node-*` packages: found in the store, or fetched, verified and kept there.

In: a store, and a registry's client for what it lacks. Out: a package's store zip.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.errors import ResolutionError
from zipper.fetching.fill_store import fill
from zipper.fetching.integrity_note import IntegrityNote
from zipper.fetching.needed_tarballs import Wanted
from zipper.npm.integrity import parse_integrity
from zipper.store.keys import parse_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from zipper.npm.npm_settings import NpmSettings
    from zipper.registry.client import RegistryClient
    from zipper.store.store_zip import StoreZip
    from zipper.store.store_zips import Store

__all__ = ["RegistryPackages"]

_SHOWN: Final = 5


class RegistryPackages:
    """Packages of the registry that a client asks; `client` makes it when it is first needed.

    `npm` are the settings that the client goes by.
    """

    def __init__(
        self, store: Store, client: Callable[[], RegistryClient], npm: NpmSettings
    ) -> None:
        self._store = store
        self._npm = npm
        self._client = client

    def obtain(self, name: str, version: str) -> StoreZip:
        """Return the files of `name@version`; the registry is requested for what the store lacks.

        Raises:
            ResolutionError: ETARGET if the registry has no such version, or none with an integrity.
            RegistryError: as the client's.
            IntegrityError: EINTEGRITY.
            ArchiveError: ETARBALL for a tarball that cannot be unpacked.
            StoreError: ESTORE.
        """
        wanted = self.want(name, version)
        found = fill(self._store, [wanted], open_fetch=lambda: _NodeFetch(self._client()))
        return found[wanted.key]

    def want(self, name: str, version: str) -> Wanted:
        """Return what the store is asked for; the registry says the integrity, once.

        Raises:
            ResolutionError: ETARGET as `obtain`.
            RegistryError: as the client's.
        """
        label = f"{name}@{version}"
        noted = IntegrityNote(self._store, self._npm, name, version, resolved=None)
        integrity = noted.recall()
        if integrity is None:
            integrity = self._find_integrity(name, version)
            noted.remember(integrity)
        key = parse_key(integrity, what=label)
        return Wanted(label, key, name, version, resolved=None, integrity=integrity)

    def _find_integrity(self, name: str, version: str) -> str:
        packument = self._client().open_packument(name)
        manifest = packument.find_manifest(version)
        dist = None if manifest is None else manifest.raw.get("dist")
        if not isinstance(dist, dict):
            known = list(packument.versions)[-_SHOWN:]
            raise ResolutionError(
                "ETARGET",
                f"the registry has no {name}@{version}",
                facts=(("newest", ", ".join(known) or "none"),),
            )
        integrity = dist.get("integrity")
        if not isinstance(integrity, str) or parse_integrity(integrity) is None:
            raise ResolutionError("ETARGET", f"{name}@{version} has no integrity")
        return integrity


class _NodeFetch:
    """Gets a tarball from the registry; see `zipper.fetching.fill_store.Fetch`."""

    def __init__(self, client: RegistryClient) -> None:
        self._client = client

    def fetch(self, wanted: Wanted) -> bytes:
        from zipper.fetching.registry_tarballs import fetch_from_registry  # noqa: PLC0415  (rare)

        return fetch_from_registry(self._client, wanted)

    def close(self) -> None:
        self._client.close()
