"""Where things are in a registry: addresses of packuments and tarballs.

Input: settings, names, versions, `resolved` of a lockfile. Output: URLs. Nothing is fetched.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from zipper.npm.web_url import WebUrl, parse_url

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

    It is in no file of ours: the package URL specification's library knows it.
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

    Without the public registry's, which is not needed unless something is fetched.
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


def rewrite_resolved(settings: NpmSettings, resolved: str) -> str:
    """Return the address from which npm would fetch a `resolved` of a lockfile.

    With `replace-registry-host` at its default, what was locked at the public registry is fetched
    from the configured one; a scope's registry does not count, whatever the package's name.

    Source: @npmcli/arborist 9 lib/arborist/reify.js `#registryResolved`, then pacote 21
    lib/remote.js, which compares the host with its port and takes the path as it is.
    Deviation: what is no http address stays as it is, where `always` gives git another host.
    """
    wanted = settings.replace_registry_host or "npmjs"
    if settings.registry is None and wanted == "npmjs" and _is_plain(resolved):
        return resolved
    registry = parse_url(settings.registry or default_registry())
    found = parse_url(resolved)
    if registry is None or found is None or found.protocol not in {"http:", "https:"}:
        return resolved
    if wanted == "npmjs":
        wanted = _public_host()
    moved = _replace_host(found, registry, wanted)
    if wanted in ("always", (moved or found).host):
        return registry.origin + (moved or found).pathname
    return resolved if moved is None else moved.href


def _replace_host(found: WebUrl, registry: WebUrl, wanted: str) -> WebUrl | None:
    """Return the address in the registry; None for one that `wanted` does not mean."""
    match = None if wanted == "always" else parse_url(wanted)
    host = wanted if match is None else match.hostname or ""
    old = "" if match is None else match.pathname.removesuffix("/")
    if wanted != "always" and (
        host != found.hostname or (old and not _lies_below(found.pathname, old))
    ):
        return None
    base = registry.pathname.removesuffix("/")
    path = found.pathname
    if old:
        path = base + path[len(old) :]
    elif base and not _lies_below(path, base):
        path = base + path
    return found._replace(
        protocol=registry.protocol,
        hostname=registry.hostname,
        port=registry.port,
        pathname=path or "/",
    )


def _is_plain(resolved: str) -> bool:
    """Return whether the public registry would be asked for this as it is, whatever its host."""
    address = resolved.removeprefix("https://")
    host = address.partition("/")[0]
    return (
        address != resolved
        and host == host.lower()
        and ":" not in host
        and not any(mark in address for mark in "?#@\\ ")
    )


@cache
def _public_host() -> str:
    return (urlsplit(default_registry()).hostname) or ""


def _escape(name: str) -> str:
    return quote(name, safe="@!'()*~").replace("%2F", "%2f")


def _lies_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")
