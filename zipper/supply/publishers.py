"""What has changed about who made a package, between a locked version and the one after it.

In: two manifests of one packument. Out: warnings: another publisher, provenance that is no longer
there, an install script that was not there. Each was the mark of a stolen account more than once.

Source: npm's packuments: `_npmUser`, `dist.attestations`, `hasInstallScript`; pnpm 10 ranks trust
in the same order: a trusted publisher, provenance, nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from zipper.errors import RegistryError, ResolutionError, ZipperError
from zipper.tree.model import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zipper.npm.package_json import Manifest
    from zipper.registry.client import RegistryClient
    from zipper.tree.model import Tree

__all__ = ["compare_publishers", "tell_publishers"]


def tell_publishers(
    before: Tree, after: Tree, client: Callable[[], RegistryClient]
) -> Iterator[ZipperError]:
    """Yield a warning for each change of trust; each pair of versions once, by location.

    A packument that cannot be had says nothing: resolving itself has had all that it needs.
    """
    seen: set[tuple[str, str, str]] = set()
    for name, old, new in _changes(before, after):
        if (name, old, new) in seen:
            continue
        seen.add((name, old, new))
        try:
            packument = client().open_packument(name, full=True)
        except RegistryError:
            continue
        one, other = packument.find_manifest(old), packument.find_manifest(new)
        if one is not None and other is not None:
            yield from compare_publishers(one, other)


def _changes(before: Tree, after: Tree) -> Iterator[tuple[str, str, str]]:
    """Yield name, locked version and new version of each registry package that has changed."""
    for location in sorted(before.nodes.keys() & after.nodes.keys() - {ROOT}):
        old, new = before.nodes[location], after.nodes[location]
        is_same = (
            old.package_name == new.package_name and old.link_target is new.link_target is None
        )
        if is_same and old.version != new.version and (new.resolved or "").startswith("http"):
            yield new.package_name, old.version, new.version


_TRUST: Final = ("no provenance", "provenance", "a trusted publisher")

_HINT: Final = "find out why before you accept it: read its changes, ask its maintainers"


def compare_publishers(locked: Manifest, new: Manifest) -> Iterator[ZipperError]:
    """Yield a warning for each change of trust from `locked` to `new`.

    A registry that tells no publishers gives none.
    """
    before, after = _publisher(locked), _publisher(new)
    if before and after and before != after:
        yield _warn("EPUBLISHER", locked, new, f"by `{after}`", f"by `{before}`")
    trusted, trusts = _trust(locked), _trust(new)
    if trusts < trusted:
        yield _warn("EPROVENANCE", locked, new, f"with {_TRUST[trusts]}", f"with {_TRUST[trusted]}")
    if new.has_install_script and not locked.has_install_script:
        yield _warn("EINSTALLSCRIPT", locked, new, "with install scripts", "without any")


def _warn(code: str, locked: Manifest, new: Manifest, now: str, then: str) -> ZipperError:
    message = f"`{new.name}@{new.version}` was published {now}, `{locked.version}` {then}"
    return ResolutionError(code, message, hint=_HINT)


def _publisher(manifest: Manifest) -> str:
    user = manifest.raw.get("_npmUser")
    name = user.get("name") if isinstance(user, Mapping) else None
    return name if isinstance(name, str) else ""


def _trust(manifest: Manifest) -> int:
    user, dist = manifest.raw.get("_npmUser"), manifest.raw.get("dist")
    if isinstance(user, Mapping) and user.get("trustedPublisher"):
        return 2
    attestations = dist.get("attestations") if isinstance(dist, Mapping) else None
    return int(isinstance(attestations, Mapping) and bool(attestations.get("provenance")))
