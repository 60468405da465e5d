"""Exceptions of `requests` and `urllib3` -> faults.

Input: what an exchange raised. Output: a `Fault` with a reason that a person understands and that
shows no address. No waiting happens here.
"""

from __future__ import annotations

import socket
import ssl
from typing import Final

import requests
import urllib3.exceptions

from zipper.registry.faults import Fault

__all__ = ["fault_from_exception", "timeout_fault"]

_CERTIFICATE_HINT: Final = (
    "if a company's proxy or registry uses a certificate of its own, name its authority's file with"
    " `cafile=` in .npmrc or in the variable NODE_EXTRA_CA_CERTS"
)


def fault_from_exception(error: Exception, *, expired: bool, limit_seconds: float) -> Fault:
    """Return the fault that an exception of an exchange means.

    Args:
        error: of requests, urllib3, ssl or the socket.
        expired: the watchdog ended the exchange; whatever was raised follows from that.
        limit_seconds: for the message.
    """
    causes = list(_chain(error))
    kinds = tuple(type(cause) for cause in causes)
    if expired or _has(kinds, requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError):
        return timeout_fault(limit_seconds)
    certificate = next((c for c in causes if isinstance(c, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        return Fault("ECERT", _describe(certificate), most_retries=0, hint=_CERTIFICATE_HINT)
    if _has(kinds, requests.exceptions.ProxyError, urllib3.exceptions.ProxyError):
        return _proxy_fault(causes)
    if _has(kinds, requests.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError):
        return Fault("ETIMEDOUT", "no connection could be made in time", most_retries=2)
    if _has(kinds, socket.gaierror, urllib3.exceptions.NameResolutionError):
        return Fault(
            "ENETWORK", "the host's name cannot be resolved", most_retries=2, hint=_offline_hint()
        )
    if _has(kinds, ConnectionRefusedError):
        return Fault("ENETWORK", "the connection was refused", most_retries=2, hint=_offline_hint())
    if _has(kinds, ssl.SSLError):
        return Fault("ENETWORK", "the encrypted connection broke", most_retries=2)
    if _has(kinds, requests.exceptions.InvalidURL, urllib3.exceptions.LocationParseError):
        return Fault("EINVALIDURL", "the address cannot be used", most_retries=0)
    if _has(kinds, urllib3.exceptions.IncompleteRead):
        return Fault("ENETWORK", "the connection ended in the middle of the body")
    return Fault("ENETWORK", f"the connection broke ({type(causes[-1]).__name__})")


def timeout_fault(limit_seconds: float) -> Fault:
    """Return the fault of an exchange that stood still."""
    return Fault(
        "ETIMEDOUT",
        f"next to nothing came for {limit_seconds:g} seconds",
        hint="a slow registry needs a larger `fetch-timeout` (milliseconds, in .npmrc)",
    )


def _chain(error: BaseException) -> list[BaseException]:
    """Return the error and what it was made from, in requests' and urllib3's ways of nesting."""
    found: list[BaseException] = []
    pending: list[object] = [error]
    while pending:
        current = pending.pop(0)
        if not isinstance(current, BaseException) or current in found:
            continue
        found.append(current)
        pending += [current.__cause__, current.__context__, getattr(current, "reason", None)]
        pending += list(current.args)
    return found


def _has(kinds: tuple[type[BaseException], ...], *wanted: type[BaseException]) -> bool:
    return any(issubclass(kind, wanted) for kind in kinds)


def _describe(error: ssl.SSLCertVerificationError) -> str:
    return f"the certificate is not trusted: {error.verify_message or 'it does not verify'}"


def _proxy_fault(causes: list[BaseException]) -> Fault:
    text = " ".join(str(cause) for cause in causes)
    refused = "407" in text
    return Fault(
        "ENETWORK",
        "the proxy asks for a password" if refused else "the proxy cannot be used",
        most_retries=0 if refused else 2,
        hint="look at `proxy`, `https-proxy` and `noproxy` in .npmrc, and at HTTP_PROXY, HTTPS_PROXY and NO_PROXY",
    )


def _offline_hint() -> str:
    return "look at the network; what is in the cache already can be built with `--offline`"
