"""Exceptions of `requests` and `urllib3` -> faults.

Input: what an exchange raised. Output: a `TransportFault` with a reason that a person understands
and that shows no address. No waiting happens here.
"""

from __future__ import annotations

import socket
import ssl
from typing import Final

import requests
import urllib3.exceptions

from zipper.registry.faults import TransportFault

__all__ = ["fault_from_exception", "late_fault", "timeout_fault"]

_CERTIFICATE_HINT: Final = (
    "if a company's proxy or registry uses a certificate of its own, name its authority's file with"
    " `cafile=` in .npmrc or in the variable NODE_EXTRA_CA_CERTS"
)

_CLIENT_REASONS: Final = {
    "CERTIFICATE_REQUIRED": "the registry wants a certificate of the client",
    "HANDSHAKE_FAILURE": "the registry and the client have no way to encrypt in common, or it wants"
    " a certificate of the client",
    "UNKNOWN_CA": "the registry does not trust the client's certificate",
    "BAD_CERTIFICATE": "the registry does not take the client's certificate",
    "CERTIFICATE_UNKNOWN": "the registry does not take the client's certificate",
    "CERTIFICATE_EXPIRED": "the registry says that the client's certificate has expired",
}
"""What a server says in TLS alerts, the ends of OpenSSL's names; RFC 8446, section 6.2."""

_CLIENT_HINT: Final = (
    "`//host/path/:certfile=` and `//host/path/:keyfile=` in .npmrc name the client's certificate "
    "and its key for the registry at that address"
)

_NETWORK_HINT: Final = "is the network there? `--offline` builds from what is in the cache already"

_SILENCE: Final = (requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError)

_PROXY: Final = (
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidProxyURL,
    requests.exceptions.InvalidSchema,  # SOCKS, which needs a package of its own
    urllib3.exceptions.ProxyError,
    urllib3.exceptions.ProxySchemeUnknown,
)

_Row = tuple[tuple[type[Exception], ...], str, str, int | None, str | None]

_REASONS: Final[tuple[_Row, ...]] = (
    (
        (socket.gaierror, urllib3.exceptions.NameResolutionError),
        "ENETWORK",
        "the host's name cannot be resolved",
        2,
        _NETWORK_HINT,
    ),
    ((ConnectionRefusedError,), "ENETWORK", "the connection was refused", 2, _NETWORK_HINT),
    (
        (requests.ConnectTimeout, TimeoutError),
        "ETIMEDOUT",
        "no connection could be made in time",
        2,
        _NETWORK_HINT,
    ),
    (
        (urllib3.exceptions.NewConnectionError,),
        "ENETWORK",
        "no connection could be made",
        2,
        _NETWORK_HINT,
    ),
    ((ssl.SSLError,), "ENETWORK", "the encrypted connection broke", 2, None),
    (
        (requests.exceptions.InvalidURL, urllib3.exceptions.LocationParseError),
        "EINVALIDURL",
        "the address cannot be used",
        0,
        None,
    ),
    (
        (urllib3.exceptions.IncompleteRead,),
        "ENETWORK",
        "the connection ended in the middle of the body",
        None,
        None,
    ),
)
"""What one of the causes is, first match first: code, reason, most retries, hint."""


def fault_from_exception(
    error: Exception, *, expired: bool, limit_seconds: float
) -> TransportFault:
    """Return the fault that an exception of an exchange means.

    Args:
        error: of requests, urllib3, ssl or the socket.
        expired: the watchdog ended the exchange; whatever was raised follows from that.
        limit_seconds: for the message.
    """
    causes = _chain(error)
    if expired or any(isinstance(cause, _SILENCE) for cause in causes):
        return timeout_fault(limit_seconds)
    certificate = next((c for c in causes if isinstance(c, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        reason = certificate.verify_message or "it does not verify"
        return TransportFault(
            "ECERT",
            f"the certificate is not trusted: {reason}",
            most_retries=0,
            hint=_CERTIFICATE_HINT,
        )
    if refusal := _find_client_refusal(causes):
        return TransportFault("ECERT", refusal, most_retries=0, hint=_CLIENT_HINT)
    if any(isinstance(cause, _PROXY) for cause in causes):
        return _proxy_fault(causes)
    for kinds, code, reason, most_retries, hint in _REASONS:
        if any(isinstance(cause, kinds) for cause in causes):
            return TransportFault(code, reason, most_retries=most_retries, hint=hint)
    return TransportFault("ENETWORK", f"the connection broke ({type(causes[-1]).__name__})")


def _find_client_refusal(causes: list[BaseException]) -> str | None:
    """Return what a server says about the client's certificate, in the alert that ended it all."""
    alerts = [cause.reason or "" for cause in causes if isinstance(cause, ssl.SSLError)]
    return next(
        (
            reason
            for alert in alerts
            for name, reason in _CLIENT_REASONS.items()
            if alert.endswith(f"_ALERT_{name}")
        ),
        None,
    )


def timeout_fault(limit_seconds: float) -> TransportFault:
    """Return the fault of an exchange that stood still."""
    return TransportFault(
        "ETIMEDOUT",
        f"almost nothing was received for {limit_seconds:g} seconds",
        most_retries=3,
        hint="a slow registry needs a larger `fetch-timeout` (milliseconds, in .npmrc)",
    )


def late_fault(received_bytes: int, seconds: float) -> TransportFault:
    """Return the fault of a thing that took too long in all; nothing is tried again."""
    return TransportFault(
        "ETIMEDOUT",
        f"it is not whole after {seconds:.0f} seconds, in which {received_bytes:,} bytes came",
        most_retries=0,
        hint="a registry that is so slow needs a larger `fetch-timeout` (milliseconds, in .npmrc), "
        "ten of which one thing may take",
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


def _proxy_fault(causes: list[BaseException]) -> TransportFault:
    text = " ".join(str(cause) for cause in causes)
    refused = "407" in text
    return TransportFault(
        "ENETWORK",
        "the proxy requires a password" if refused else "the proxy cannot be used",
        most_retries=0 if refused else 2,
        hint="look at `proxy`, `https-proxy` and `noproxy` in .npmrc, and at the variables"
        " HTTP_PROXY, HTTPS_PROXY and NO_PROXY",
    )
