"""What the settings of pnpm, yarn and bun have in common when they become npm's.

In: values that a tool's own module has read. Out: entries of a `Layer` under npm's names, so that
registries and credentials are held to the same rules, wherever they were written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from zipper.errors import ProjectError
from zipper.named_tuple import NamedTuple
from zipper.npm.credentials import encode_basic, registry_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.npm.npm_settings import NpmSource

__all__ = ["Access", "Said", "list_entries", "read_secret", "refuse_value", "require_one_secret"]

_ADDRESS: Final = re.compile(r"https?://[^\s\x00-\x1f]+")


class Said(NamedTuple):
    """A value, and where it was written."""

    value: str
    source: NpmSource


class Access(NamedTuple):
    """How a tool reaches one registry."""

    registry: Said | None = None
    token: Said | None = None
    basic: Said | None = None
    """base64 of `user:password`, or that pair itself."""


def list_entries(access: Access, scope: str = "") -> Iterator[tuple[str, str, NpmSource]]:
    """Yield npm's entries for a registry: of a scope (`@name`), or the one for all others.

    Raises:
        ProjectError: ESETTINGS for an address that is none, and for a credential of no address.
    """
    registry = access.registry
    if registry is not None:
        address = registry.value
        if not _is_address(address):
            raise refuse_value(registry.source, "a registry is no address")
        name = f"{scope}:registry" if scope else "registry"
        yield name, address, registry.source
    for field, said in (("_authToken", access.token), ("_auth", access.basic)):
        if said is None:
            continue
        key = None if registry is None else registry_key(_without_user(registry.value))
        if key is None:
            raise refuse_value(said.source, "a credential belongs to no registry's address")
        value = said.value
        if field == "_auth" and ":" in value:
            value = encode_basic(value)
        yield f"{key}:{field}", value, said.source


def read_secret(access: Access) -> dict[str, str]:
    """Return the credential, by the registry that it is sent to; nothing where there is none."""
    said = access.token or access.basic
    key = None if access.registry is None else registry_key(_without_user(access.registry.value))
    return {} if said is None or key is None else {key: said.value}


def require_one_secret(known: Mapping[str, str], access: Access, owner: str) -> None:
    """Raise where the registry has another credential, too.

    npm knows one for each address, whatever the package's name.

    Args:
        known: what `read_secret` returns, of all that came before.
        access: how a scope's registry is reached.
        owner: the name of the setting.

    Raises:
        ProjectError: ESETTINGS.
    """
    said = access.token or access.basic
    if said is not None and any(known.get(k, v) != v for k, v in read_secret(access).items()):
        raise refuse_value(
            said.source,
            f"`{owner}` has another credential than other packages of the same registry",
            hint="give both one credential: it is sent to the registry, for every name",
        )


def _is_address(text: str) -> bool:
    try:
        return _ADDRESS.fullmatch(text) is not None and bool(urlsplit(text).hostname)
    except ValueError:  # such as half an address of IPv6
        return False


def _without_user(address: str) -> str:
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def refuse_value(source: NpmSource, message: str, hint: str | None = None) -> ProjectError:
    """Return the error for a setting that cannot be used, and may not be ignored."""
    return ProjectError("ESETTINGS", message, facts=(("set in", str(source)),), hint=hint)
