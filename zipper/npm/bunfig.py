"""Registries and credentials of bunfig.toml, under npm's names.

In: a decoded bunfig.toml and the environment. Out: a `Layer`.

Source: bun's documentation of bunfig.toml, `install.registry`, `install.scopes`, `install.cafile`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.npm.npm_settings import NpmSource
from zipper.npm.npmrc import Layer
from zipper.npm.tool_settings import Access, Said, list_entries, refuse_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["layer_from_bunfig"]

_VARIABLE: Final = re.compile(r"\$(\w+|\{\w+\})")


def layer_from_bunfig(
    settings: Mapping[str, object], text: str, *, path: str, environ: Mapping[str, str]
) -> Layer:
    """Return the layer that a bunfig.toml makes.

    Args:
        settings: the decoded file.
        text: the same, for lines.
        path: for messages.
        environ: for `$NAME`.

    Raises:
        ProjectError: ESETTINGS, naming file and line, for a variable that is not set, an address
            that is none, and a credential that belongs to none.
    """
    install = settings.get("install")
    rows = _BunfigReader(text, path, environ).read(install if isinstance(install, dict) else {})
    return Layer("bun", tuple(rows))


class _BunfigReader:
    """Reads registries, each with where it is written."""

    def __init__(self, text: str, path: str, environ: Mapping[str, str]) -> None:
        self._lines = text.splitlines()
        self._path = path
        self._environ = environ

    def read(self, install: Mapping[str, object]) -> Iterator[tuple[str, str, NpmSource]]:
        own = self._read_access(install.get("registry"), "registry")
        if own is not None:
            yield from list_entries(own)
        scopes = install.get("scopes")
        for scope, value in scopes.items() if isinstance(scopes, dict) else ():
            access = self._read_access(value, str(scope))
            if access is not None:
                registry = access.registry or (None if own is None else own.registry)
                whole = access._replace(registry=registry)
                yield from list_entries(whole, f"@{str(scope).removeprefix('@')}")
        for name in ("cafile", "ca"):
            value = install.get(name)
            if isinstance(value, str):
                yield name, value, self._source(name)

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
        def find(match: re.Match[str]) -> str:
            variable = match[1].strip("{}")
            value = self._environ.get(variable)
            if value is None:
                raise refuse_value(
                    source,
                    f"`{name}` needs the variable {variable}, which is not set",
                    hint="set it, or take the setting out",
                )
            return value

        return _VARIABLE.sub(find, text)

    def _source(self, name: str) -> NpmSource:
        """Return the line that names a setting; the first where none does."""
        named = (at for at, line in enumerate(self._lines, 1) if name in line.partition("#")[0])
        return NpmSource("bun", self._path, next(named, 1))
