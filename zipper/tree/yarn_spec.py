"""What a yarn.lock makes of a spec: the version that yarn chose, an alias, or an address.

In: a spec and the entries of a yarn.lock. Out: the spec to fetch, and the integrity to expect.

Source: @npmcli/arborist 9, lib/shrinkwrap.js `checkYarnLock`, lib/version-from-tgz.js; pacote 21,
lib/registry.js and lib/fetcher.js for the integrity.
"""

from __future__ import annotations

from copy import copy
from types import MappingProxyType
from typing import TYPE_CHECKING

from zipper.errors import IntegrityError, ZipperError
from zipper.npm.integrity import Integrity, parse_integrity
from zipper.npm.spec import resolve_spec
from zipper.npm.tarball_address import read_tarball_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.lockfile.yarn_classic import YarnEntry
    from zipper.npm.spec import Spec
    from zipper.tree.resolver_requests import FetchedManifest

__all__ = ["check_yarn_lock", "expect_integrity", "tell_yarn_lock"]


def check_yarn_lock(
    spec: Spec, entries: Mapping[str, YarnEntry], *, where: str
) -> tuple[Spec, str | None]:
    """Return the spec that `entries` give for `spec`, or itself, and the integrity yarn noted.

    Deviation: npm knows two registries by their host and downloads from the address that yarn
    noted where it has another. No host is known here: every address of the form
    `.../name/-/name-1.0.0.tgz` stands for that version, which the configured registry is asked for.

    Raises:
        ResolutionError: what is noted is no spec; see `resolve_spec`.
    """
    entry = entries.get(spec.raw)
    if entry is None or not entry.resolved:
        return spec, None
    wanted = entry.resolved
    published = read_tarball_address(entry.resolved) if spec.registry else None
    if published == (spec.name, entry.version):
        wanted = entry.version
    elif published is not None:
        wanted = "npm:{}@{}".format(*published)
    return resolve_spec(spec.name, wanted, where=where), entry.integrity


def expect_integrity(spec: Spec, fetched: FetchedManifest, noted: str | None) -> FetchedManifest:
    """Return what was fetched for `spec` with the hashes that yarn noted.

    A registry's are added to them. Of any other tarball only yarn's count, so that its bytes are
    compared with them wherever it is unpacked.

    Raises:
        IntegrityError: EINTEGRITY, the two have an algorithm in common and differ.
    """
    expected = parse_integrity(noted)
    if expected is None or spec.type == "git":
        return fetched
    found = parse_integrity(fetched.integrity)
    if found is None:
        return fetched._replace(integrity=str(expected))
    if any(_differ(expected, found, name) for name in expected.hashes.keys() & found.hashes):
        raise IntegrityError(
            "EINTEGRITY",
            f"`{spec}` has another integrity than yarn.lock says",
            facts=(("wanted", str(expected)), ("found", str(found))),
            hint="the tarball changed after yarn.lock was written, or yarn.lock was tampered with; "
            "compare with the registry's `dist.integrity` before you trust it",
        )
    if not spec.registry:
        return fetched._replace(integrity=str(expected))
    merged = MappingProxyType({**expected.hashes, **found.hashes, **expected.hashes})
    return fetched._replace(integrity=str(Integrity(merged)))


def tell_yarn_lock(error: ZipperError, asked: Spec) -> ZipperError:
    """Return the error of fetching what a yarn.lock gave for `asked`, which says so too."""
    told = copy(error)  # another spec may have met the same error
    told.facts = (*error.facts, ("chosen by", f"yarn.lock, for `{asked.raw}`"))
    if error.code in ("ETARGET", "ENOVERSIONS"):
        told.hint = (
            f"remove the entry `{asked.raw}` from yarn.lock, or choose everything anew, without "
            "yarn.lock: `python -m zipper resolve --update-all`"
        )
    return told


def _differ(one: Integrity, other: Integrity, algorithm: str) -> bool:
    digests = {item.digest for item in one.hashes[algorithm]}
    return digests.isdisjoint(item.digest for item in other.hashes[algorithm])
