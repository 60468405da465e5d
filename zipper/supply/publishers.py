"""What has changed about who made a package, between a locked version and the one after it.

In: two manifests of one packument. Out: warnings: another publisher, provenance that is no longer
there, an install script that was not there. Each was the mark of a stolen account more than once.

Source: npm's packuments: `_npmUser`, `dist.attestations`, `hasInstallScript`; pnpm 10 ranks trust
in the same order: a trusted publisher, provenance, nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from zipper.errors import ResolutionError, ZipperError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.npm.package_json import Manifest

__all__ = ["compare_publishers"]

_TRUST: Final = ("no provenance", "provenance", "a trusted publisher")
_HINT: Final = "find out why before you take it over: read its changes, ask its maintainers"


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
