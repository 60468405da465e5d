"""Settings and variables -> the proxy through which an address is reached.

Source: @npmcli/agent 4 lib/proxy.js, as npm 11.19.1 ships it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from zipper.npm.credentials import redact_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.npm.npm_settings import NpmSettings

__all__ = ["describe_proxy", "find_proxy", "is_exempt", "is_loopback"]


def find_proxy(settings: NpmSettings, environ: Mapping[str, str], url: str) -> str | None:
    """Return the proxy's address for `url`, None where it is reached directly.

    npm's settings win over the variables; `https-proxy` wins over `proxy`. What it returns may
    hold a password: it goes to the connection and into no message.
    """
    found = _find(settings, environ, url)
    return None if found is None else found[0]


def describe_proxy(settings: NpmSettings, environ: Mapping[str, str], url: str) -> str | None:
    """Return the proxy for `url` without a password, and the setting or variable that names it.

    An address that cannot be used has none.
    """
    try:
        found = _find(settings, environ, url)
    except ValueError:
        return None
    return None if found is None else f"{redact_url(found[0])}, set by {found[1]}"


def _find(settings: NpmSettings, environ: Mapping[str, str], url: str) -> tuple[str, str] | None:
    """Return the proxy's address for `url`, and what names it."""
    parts = urlsplit(url)
    variables = {
        key.lower(): (value, key) for key, value in environ.items() if key.lower().endswith("proxy")
    }
    exempt = settings.noproxy or tuple(variables.get("no_proxy", ("", ""))[0].split(","))
    if is_exempt(parts.hostname or "", parts.port, exempt):
        return None
    if configured := settings.https_proxy or settings.proxy:
        key = "https-proxy" if settings.https_proxy else "proxy"
        return configured.reveal(), f"`{key}` in {settings.source_of(key)}"
    if settings.is_set("proxy") and settings.proxy is None:
        return None
    names = ("https_proxy",) if parts.scheme == "https" else ("https_proxy", "http_proxy", "proxy")
    found = (variables[name] for name in names if name in variables)
    return next(((value, f"the variable {key}") for value, key in found if value), None)


def is_exempt(host: str, port: int | None, exempt: tuple[str, ...]) -> bool:
    """Return whether a word of `noproxy` covers the host: a domain and all below it, or `*`.

    Deviation: npm knows domains only; `*`, `host:port` and networks such as `10.0.0.0/8` are what
    people write for other tools in the same variable.
    """
    segments = host.lower().split(".")
    for raw in exempt:
        word, _, wanted_port = (
            raw.strip().lower().partition(":")
            if raw.count(":") == 1
            else (raw.strip().lower(), "", "")
        )
        if wanted_port and wanted_port != str(port):
            continue
        if word == "*" or ("/" in word and _is_in_network(host, word)):
            return True
        wanted = [segment for segment in word.split(".") if segment]
        if wanted and segments[-len(wanted) :] == wanted:
            return True
    return False


def _is_in_network(host: str, network: str) -> bool:
    from ipaddress import ip_address, ip_network  # noqa: PLC0415 - only for such a word

    try:
        return ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False


def is_loopback(host: str | None) -> bool:
    """Return whether a host's name or address is this machine itself."""
    if not host:
        return False
    if host == "localhost" or host.endswith(".localhost") or host == "::1":
        return True
    return re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None
