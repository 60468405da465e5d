"""The registry's `node-*` packages: a verified tarball by name and version.

In: a registry client. Out: the .tgz. The binary ends in an environment of its own, which is kept;
so the tarball itself is kept nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.errors import ResolutionError
from zipper.npm.integrity import parse_integrity

if TYPE_CHECKING:
    from collections.abc import Callable

    from zipper.npm.integrity import Integrity
    from zipper.registry.client import RegistryClient, TarballAsk

__all__ = ["RegistryPackages"]

_SHOWN: Final = 5


class RegistryPackages:
    """Packages of the registry that a client asks; `client` makes it when it is first needed."""

    def __init__(self, client: Callable[[], RegistryClient]) -> None:
        self._client = client

    def fetch(self, name: str, version: str) -> bytes:
        """Return the .tgz of `name@version`, verified by the packument's integrity.

        Raises:
            ResolutionError: ETARGET if the registry has no such version, or none with an integrity.
            RegistryError: as the client's.
            IntegrityError: EINTEGRITY.
        """
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
        return self._client().fetch_tarball(_ask(name, version, dist))


def _ask(name: str, version: str, dist: dict[str, object]) -> TarballAsk:
    """Return how the tarball is fetched; one that cannot be verified is not."""
    from zipper.registry.client import TarballAsk  # noqa: PLC0415 - imports much, rarely needed

    integrity: Integrity | None = parse_integrity(dist.get("integrity"))
    if integrity is None:
        raise ResolutionError("ETARGET", f"{name}@{version} has no integrity")
    resolved = dist.get("tarball")
    return TarballAsk(name, version, resolved if isinstance(resolved, str) else None, integrity)
