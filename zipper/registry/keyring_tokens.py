"""Credentials of registries from the system's keyring, where the .npmrc has none.

In: a registry's address. Out: a credential, or None. The package `keyring` is an extra
(`pip install zipper-nodejs[keyring]`) and imported only when a configured registry has no
credential.

The names are those of .npmrc:

    keyring set https://registry.example/npm/ _authToken     a token
    keyring set https://registry.example/npm/ _auth          base64 of user:password

The address may be written without its last slash, or be the host alone. The public registry is
looked up only where it is configured by its address: most people need no credential there, and a
keyring may ask them for its password.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from zipper.npm.credentials import Credential, Secret, registry_key

if TYPE_CHECKING:
    from zipper.npm.npm_settings import NpmSettings

__all__ = ["GetPassword", "KeyringTokens", "find_keyring"]

GetPassword = Callable[[str, str], str | None]
"""Service and user name to the secret, as `keyring.get_password`."""


def find_keyring() -> GetPassword | None:
    """Return the keyring's way to get a password; None where the extra is not installed."""
    try:
        import keyring  # noqa: PLC0415  (an extra, and 0.1 s)
    except ImportError:
        return None
    return keyring.get_password


class KeyringTokens:
    """The keyring's credentials for the registries that are configured; safe for many threads.

    Args:
        settings: npm's, which say what is configured.
        open_keyring: called once, when a registry has no other credential.
    """

    def __init__(
        self, settings: NpmSettings, open_keyring: Callable[[], GetPassword | None] = find_keyring
    ) -> None:
        addresses = (settings.registry, *settings.scoped_registries.values())
        self._configured = {address.rstrip("/") + "/" for address in addresses if address}
        self._open_keyring = open_keyring
        self._found: dict[str, Credential | None] = {}
        self._lock = threading.Lock()

    def find(self, registry: str) -> Credential | None:
        """Return the credential for a registry's address; looked up once."""
        if registry not in self._configured:
            return None
        with self._lock:
            if registry not in self._found:
                get_password = self._open_keyring()
                found = None if get_password is None else _look_up(registry, get_password)
                self._found[registry] = found
            return self._found[registry]


def _look_up(registry: str, get_password: GetPassword) -> Credential | None:
    for service in (registry, registry.rstrip("/"), urlsplit(registry).netloc):
        for kind in ("_authToken", "_auth"):
            try:
                text = get_password(service, kind)
            except Exception:  # noqa: BLE001  (a backend is anybody's; without it there is no token)
                return None
            if text:
                secret = Secret(text)
                return Credential(
                    key=registry_key(registry) or "",
                    token=secret if kind == "_authToken" else None,
                    basic=secret if kind == "_auth" else None,
                    source=f"the keyring ({service})",
                )
    return None
