"""Where things are in a registry: addresses of packuments and tarballs.

Input: settings, names, versions, `resolved` of a lockfile. Output: URLs. Nothing is fetched.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from zipper.npm.npm_settings import NpmSettings

__all__ = [
    "default_registry",
    "packument_key",
    "packument_url",
    "registry_url",
    "rewrite_resolved",
    "tarball_url",
]


@cache
def default_registry() -> str:
    """Return the address of the public npm registry, with its last slash.

    It stands in no file of ours: the package URL specification's library knows it.
    """
    # 24 ms, and only builds that reach the public registry need it.
    from packageurl.contrib.purl2url import get_download_url  # noqa: PLC0415

    address = get_download_url(  # type: ignore[no-untyped-call]
        "pkg:npm/x@1.0.0"
    )
    if not isinstance(address, str):
        raise TypeError("packageurl-python no longer knows where npm packages are downloaded from")
    return address.removesuffix("x/-/x-1.0.0.tgz")


def registry_url(settings: NpmSettings, name: str) -> str:
    """Return the registry that serves `name`, with exactly one last slash."""
    configured = settings.registry_of(name)
    return (configured or default_registry()).rstrip("/") + "/"


def packument_url(settings: NpmSettings, name: str) -> str:
    """Return the address of the packument; the slash of a scope is written `%2f`.

    Source: npm-package-arg 13 `escapedName`; pacote 21 lib/registry.js.
    """
    return registry_url(settings, name) + _escape(name)


def packument_key(settings: NpmSettings, name: str) -> str:
    """Return what a packument is called where it is kept: its address.

    Without the public registry's, which nobody needs to find out unless something is fetched.
    """
    configured = settings.registry_of(name)
    return (configured.rstrip("/") + "/" if configured else "") + _escape(name)


def tarball_url(settings: NpmSettings, name: str, version: str) -> str:
    """Return the standard address `registry/name/-/basename-version.tgz`.

    Build metadata (`+x`) is not part of a published version. Private registries may keep tarballs
    elsewhere; their packument's `dist.tarball` says where.
    """
    basename = name.rpartition("/")[2]
    path = f"{name}/-/{basename}-{version.partition('+')[0]}.tgz"
    return registry_url(settings, name) + quote(path, safe="@/!'()*~")


def rewrite_resolved(settings: NpmSettings, resolved: str, *, name: str = "") -> str:
    """Return the address from which npm would fetch a `resolved` of a lockfile.

    With `replace-registry-host` at its default, what was locked at the public registry is fetched
    from the configured one. The name's scope decides which registry that is.

    Source: @npmcli/arborist 9 lib/arborist/reify.js `#registryResolved`.
    """
    wanted = settings.replace_registry_host
    if wanted == "never" or (wanted == "npmjs" and settings.registry_of(name) is None):
        return resolved
    try:
        found = urlsplit(resolved)
        registry = urlsplit(registry_url(settings, name))
    except ValueError:
        return resolved
    if found.scheme not in {"http", "https"}:
        return resolved
    host, prefix = _split_host(default_registry() if wanted == "npmjs" else wanted)
    if wanted == "npmjs":
        prefix = ""
    if wanted != "always" and host != found.hostname:
        return resolved
    if wanted == "always":
        prefix = ""
    if prefix and not _lies_below(found.path, prefix):
        return resolved
    base = registry.path.rstrip("/")
    path = found.path
    if prefix:
        path = base + path[len(prefix) :]
    elif base and not _lies_below(path, base):
        path = base + path
    return found._replace(scheme=registry.scheme, netloc=registry.netloc, path=path).geturl()


def _escape(name: str) -> str:
    return quote(name, safe="@!'()*~").replace("%2F", "%2f")


def _split_host(address: str) -> tuple[str | None, str]:
    """Return the host and path of a URL, or the text itself as a host."""
    if "://" not in address:
        return address.lower(), ""
    parts = urlsplit(address)
    return parts.hostname, parts.path.rstrip("/")


def _lies_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")
