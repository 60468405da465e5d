"""Registries and credentials of bunfig.toml, under npm's names.

In: a decoded bunfig.toml and the environment. Out: a `Layer`.

Source: bun's documentation of bunfig.toml, `install.registry`, `install.scopes`, `install.cafile`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.npm.npm_settings import NpmSource
from zipper.npm.npmrc import Layer
from zipper.npm.tool_settings import (
    Access,
    Said,
    list_entries,
    read_secret,
    refuse_value,
    require_one_secret,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["layer_from_bunfig"]


def layer_from_bunfig(
    settings: Mapping[str, object],
    text: str,
    *,
    path: str,
    environ: Mapping[str, str],
    public: Callable[[], str],
) -> Layer:
    """Return the layer that a bunfig.toml makes.

    Args:
        settings: the decoded file.
        text: the same, for lines.
        path: for messages.
        environ: for values that are `$NAME`.
        public: returns the address of the public registry, where there is no other.

    Raises:
        ProjectError: ESETTINGS, naming file and line, for an address that is none or whose variable
            is not set, and for two credentials of one registry.
    """
    install = settings.get("install")
    reader = _BunfigReader(text, path, environ, public)
    rows = reader.read(install if isinstance(install, dict) else {})
    return Layer("bun", tuple(rows))


class _BunfigReader:
    """Reads registries, each with where it is written."""

    def __init__(
        self, text: str, path: str, environ: Mapping[str, str], public: Callable[[], str]
    ) -> None:
        self._public = public
        self._lines = text.splitlines()
        self._path = path
        self._environ = environ

    def read(self, install: Mapping[str, object]) -> Iterator[tuple[str, str, NpmSource]]:
        written = self._read_access(install.get("registry"), "registry") or Access()
        own = self._complete(written)
        entries = list_entries(own)
        yield from (one for one in entries if one[0] != "registry" or written.registry is not None)
        known = read_secret(own)
        scopes = install.get("scopes")
        for scope, value in scopes.items() if isinstance(scopes, dict) else ():
            access = self._read_access(value, str(scope))
            if access is not None:
                registry = access.registry or written.registry
                access = self._complete(access._replace(registry=registry))
                yield from list_entries(access, f"@{str(scope).removeprefix('@')}")
                require_one_secret(known, access, f"install.scopes.{scope}")
                known |= read_secret(access)
        for name in ("cafile", "ca"):
            value = install.get(name)
            if isinstance(value, str):
                yield name, value, self._source(name)

    def _complete(self, access: Access) -> Access:
        """Return the access; a credential without a registry is for the public one."""
        said = access.token or access.basic
        if said is None or access.registry is not None:
            return access
        return access._replace(registry=Said(self._public(), said.source))

    def _read_access(self, value: object, name: str) -> Access | None:
        """Return what stands for a registry: its address, or a table with its credential."""
        source = self._source(name)
        fields = {"url": value} if isinstance(value, str) else value
        if not isinstance(fields, dict):
            return None
        texts = {
            field: Said(self._replace(text, field, source), source)
            for field, text in fields.items()
            if isinstance(text, str) and text
        }
        basic = None
        if "username" in texts and "password" in texts:
            basic = Said(f"{texts['username'].value}:{texts['password'].value}", source)
        return Access(texts.get("url"), texts.get("token"), basic)

    def _replace(self, text: str, name: str, source: NpmSource) -> str:
        """Return what `$NAME` is, a whole value, in the environment; bun keeps it if it is unset.

        An address has to be one.
        """
        value = self._environ.get(text[1:]) if text.startswith("$") else text
        if value is None and name == "url":
            raise refuse_value(
                source,
                f"`{name}` needs the variable {text[1:]}, which is not set",
                hint="set it, or take the setting out",
            )
        return text if value is None else value

    def _source(self, name: str) -> NpmSource:
        """Return the line that names a setting; the first where none does."""
        named = (at for at, line in enumerate(self._lines, 1) if name in line.partition("#")[0])
        return NpmSource("bun", self._path, next(named, 1))
