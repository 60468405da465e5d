"""Which tarballs the store lacks, and the error that names them all when offline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.errors import RegistryError
from zipper.fetching.local_packages import is_local_tarball
from zipper.npm.credentials import redact_url
from zipper.npm.git_resolved import is_git
from zipper.npm.integrity import parse_integrity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zipper.fetching.needed_tarballs import Wanted
    from zipper.registry.client import RegistryClient
    from zipper.store.store_zips import Store

__all__ = ["describe_missing", "is_vendored", "list_missing"]


def list_missing(
    wanted: Mapping[str, Wanted], store: Store, client: RegistryClient
) -> list[tuple[str, str]]:
    """Return label and address of each tarball that is neither in the store nor vendored."""
    return [
        (item.label, redact_url(_address(item, client)))
        for item in {item.key: item for item in wanted.values()}.values()
        if not is_local_tarball(item.resolved)
        and not store.path_of(item.key).exists()
        and not is_vendored(item, client)
    ]


def _address(item: Wanted, client: RegistryClient) -> str:
    return item.resolved or client.tarball_url(item.package_name, item.version)


_HINT: Final = (
    "build once without `--offline`, or have all of it in a folder with "
    "`python -m zipper vendor --into DIR` and build with `--vendor DIR`"
)


def describe_missing(missing: Sequence[tuple[str, str]], cause: RegistryError) -> RegistryError:
    """Return the error that names all that is missing, as label and address.

    The cause itself is returned where it has named the only one.
    """
    if len(missing) <= 1:
        return cause
    count = len(missing)
    return RegistryError(
        "EOFFLINE",
        f"{count} things are not in the cache, and `--offline` forbids downloading",
        facts=tuple(missing),
        hint=_HINT,
    )


def is_vendored(wanted: Wanted, client: RegistryClient) -> bool:
    """Return whether the vendored folder has what is wanted."""
    from zipper.registry.vendor_folder import TarballPlace  # noqa: PLC0415  (with the client)

    vendor = client.vendor
    if vendor is None:
        return False
    if is_git(wanted.resolved):
        return vendor.find_git(wanted.resolved or "") is not None
    integrity = parse_integrity(wanted.integrity)
    place = TarballPlace(wanted.package_name, wanted.version, wanted.resolved, integrity)
    return vendor.find_tarball(place) is not None
