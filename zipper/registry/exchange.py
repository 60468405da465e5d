"""A request to a registry and the head of its answer, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from zipper.npm.credentials import Credential
    from zipper.registry.stall_watch import Watch

__all__ = ["Ask", "Reply"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
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
