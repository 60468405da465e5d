"""Settings -> the TLS context of a connection: whom we trust, and who we say we are.

Input: npm's TLS settings and a credential's certificate. Output: an `ssl.SSLContext`.
"""

from __future__ import annotations

import contextlib
import ssl
import sys
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from zipper.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.npm.credentials import Credential
    from zipper.npm.npm_settings import NpmSettings

__all__ = ["TlsContexts"]

_VERIFIES_IN_OPENSSL: Final = sys.platform not in {"darwin", "win32"}


class TlsContexts:
    """Makes the contexts of all sessions; where the system allows, they share one.

    Where OpenSSL itself verifies (Linux, BSD), one context serves all threads: loading some 140
    certificates takes 35 ms, and `truststore` would do it under a lock for each connection. On
    macOS and Windows the system verifies, through `truststore`, which handshakes under a lock of
    the context: there each session gets its own.
    """

    def __init__(self, settings: NpmSettings, *, environ: Mapping[str, str], folder: Path) -> None:
        self._settings = settings
        self._environ = environ
        self._folder = folder
        self._lock = Lock()
        self._shared: dict[Credential | None, ssl.SSLContext] = {}

    def context_for(self, credential: Credential | None) -> ssl.SSLContext:
        """Return a context for one session; the credential counts if it has a certificate.

        Raises:
            RegistryError: ECERT if a file that the settings name cannot be read or is no PEM.
        """
        key = credential if credential is not None and credential.certfile else None
        if not _VERIFIES_IN_OPENSSL:
            return self._build(key)
        with self._lock:
            if key not in self._shared:
                self._shared[key] = self._build(key)
            return self._shared[key]

    def _build(self, credential: Credential | None) -> ssl.SSLContext:
        context = self._trusting()
        settings = self._settings
        if credential is not None and credential.certfile and credential.keyfile:
            self._load_chain(context, credential.certfile, credential.keyfile, credential.source)
        elif settings.cert and settings.key:
            _load_chain_text(
                context, settings.cert, settings.key.reveal(), str(settings.source_of("cert"))
            )
        return context

    def _trusting(self) -> ssl.SSLContext:
        """Return a context that trusts what the settings say, else the system's store.

        `ca` and `cafile` replace the store, NODE_EXTRA_CA_CERTS adds to it, as in Node.
        """
        settings = self._settings
        if not settings.strict_ssl:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        if settings.cafile or settings.ca:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._load_configured(context)
            return context
        context = _system_context()
        for variable in ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"):
            path = self._environ.get(variable)
            if path and path not in _default_files():
                # What cannot be read is left out, as Node leaves it out; the hint of ECERT names
                # the variable.
                with contextlib.suppress(OSError):
                    context.load_verify_locations(cafile=str(self._folder / path))
        return context

    def _load_configured(self, context: ssl.SSLContext) -> None:
        settings = self._settings
        if settings.cafile:
            self._load_file(context, settings.cafile, str(settings.source_of("cafile")))
            return
        try:
            context.load_verify_locations(cadata="\n".join(settings.ca))
        except (ssl.SSLError, ValueError) as error:
            raise _unusable("ca", "its text", str(settings.source_of("ca")), error) from error

    def _load_file(self, context: ssl.SSLContext, path: str, source: str) -> None:
        try:
            context.load_verify_locations(cafile=str(self._folder / path))
        except (OSError, ssl.SSLError) as error:
            raise _unusable("certificates", path, source, error) from error

    def _load_chain(self, context: ssl.SSLContext, certificate: str, key: str, source: str) -> None:
        try:
            # A password callback keeps OpenSSL from asking on the terminal.
            context.load_cert_chain(
                self._folder / certificate, self._folder / key, password=lambda: b""
            )
        except (OSError, ssl.SSLError) as error:
            raise _unusable(
                "client certificate", f"{certificate} with {key}", source, error
            ) from error


def _system_context() -> ssl.SSLContext:
    paths = ssl.get_default_verify_paths()
    if _VERIFIES_IN_OPENSSL and (paths.cafile or paths.capath):
        # Not `create_default_context`: from Python 3.13 on it also refuses what RFC 5280 forbids,
        # such as many companies' authorities, which Node and every browser accept.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_default_certs()
        return context
    # Also knows where distributions keep certificates that OpenSSL was not built for.
    import truststore  # noqa: PLC0415 - not needed where OpenSSL finds the store itself

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _default_files() -> frozenset[str | None]:
    return (
        frozenset({ssl.get_default_verify_paths().cafile}) if _VERIFIES_IN_OPENSSL else frozenset()
    )


def _load_chain_text(context: ssl.SSLContext, certificate: str, key: str, source: str) -> None:
    """Load npm's deprecated `cert` and `key`, whose values are the PEM texts themselves.

    OpenSSL takes files only, so they pass through a private one that is removed at once.
    """
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - a rare setting

    with TemporaryDirectory(prefix="zipper-") as folder:
        pem = Path(folder, "client.pem")
        pem.touch(mode=0o600)
        pem.write_text(
            f"{certificate}\n{key}\n".replace("\\n", "\n"), encoding="ascii", errors="replace"
        )
        try:
            context.load_cert_chain(pem, password=lambda: b"")
        except (OSError, ssl.SSLError) as error:
            raise _unusable("client certificate", "`cert` and `key`", source, error) from error


def _unusable(what: str, place: str, source: str, error: Exception) -> RegistryError:
    return RegistryError(
        "ECERT",
        f"the {what} in {place} cannot be used",
        facts=(("set in", source), ("because", type(error).__name__)),
        hint="the file must be readable and hold PEM text (`-----BEGIN CERTIFICATE-----`)",
    )
