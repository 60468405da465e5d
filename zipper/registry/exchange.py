"""A request to a registry and the head of its answer, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import requests

    from zipper.events import OnEvent
    from zipper.npm.credentials import Credential
    from zipper.npm.npm_settings import NpmSettings
    from zipper.registry.keyring_tokens import KeyringTokens
    from zipper.registry.stall_watch import Watch

__all__ = ["RegistryAccess", "RegistryRequest", "Reply"]


class RegistryAccess(NamedTuple):
    """What every request of a client depends on, whatever it is for."""

    settings: NpmSettings
    environ: Mapping[str, str]
    """For proxies and certificates."""
    folder: Path
    """What relative paths in the settings are relative to."""
    on_event: OnEvent
    keyring: KeyringTokens | None
    """Has credentials for registries that have none in the settings; None for the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryRequest:
    """What is wanted from a registry.

    Attributes:
        url: where it is.
        label: how it is called in events and errors, such as `a@1.0.0`.
        registry: the registry on whose behalf it is fetched: its credential also goes to other
            paths of its host, as npm has it.
        max_bytes: a longer body is refused.
        headers: sent with the request, on each hop.
        body: what is posted; None for a GET. It goes to no other origin.
    """

    url: str
    label: str
    registry: str
    max_bytes: int
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The head of an answer; `read_pieces` gives the body, as it was sent, still encoded."""

    status: int
    headers: Mapping[str, str]
    url: str
    credential: Credential | None
    withheld: Credential | None
    """A credential that was not sent because the address is not encrypted."""
    response: requests.Response
    watch: Watch

    @property
    def size_bytes(self) -> int | None:
        """Content-Length, None where it is absent or no number."""
        text = self.headers.get("content-length", "")
        return int(text) if text.isascii() and text.isdigit() else None
