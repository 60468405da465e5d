"""Registries and credentials of .yarnrc.yml, as yarn (2 and later) reads them, under npm's names.

In: the decoded files, the weakest first, and the environment. Out: a `Layer`. What changes
dependencies is in `zipper.lockfile.yarn_settings`; `supportedArchitectures` decides what yarn
fetches for this machine, where the function's target decides here.

Source: yarn's documentation of .yarnrc.yml; `@yarnpkg/core` miscUtils `replaceEnvVariables`,
plugin-npm npmConfigUtils.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.named_tuple import NamedTuple
from zipper.npm.json_text import map_of
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
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

__all__ = ["YarnrcFile", "layer_from_yarnrc"]

_VARIABLE: Final = re.compile(r"\$\{(\w+)(:)?(?:-([^}]*))?\}")

_PLAIN: Final = {
    "httpProxy": "proxy",
    "httpsProxy": "https-proxy",
    "httpsCaFilePath": "cafile",
    "enableStrictSsl": "strict-ssl",
}
"""yarn's name to npm's, for settings that mean the same."""

_SECRETS: Final = ("npmAuthToken", "npmAuthIdent")
"""The first that is there counts."""

_ACCESS: Final = ("npmRegistryServer", *_SECRETS)


class YarnrcFile(NamedTuple):
    """A .yarnrc.yml, read."""

    path: str
    settings: Mapping[str, object]
    locate: Callable[[tuple[str, ...]], int]
    """Returns the line of an entry."""


def layer_from_yarnrc(
    files: Sequence[YarnrcFile], environ: Mapping[str, str], *, public: Callable[[], str]
) -> Layer:
    """Return the layer that .yarnrc.yml files make.

    Args:
        files: the weakest first: of the home, then from the outermost folder inwards.
        environ: for `${NAME-default}`, and yarn's own variables such as YARN_NPM_AUTH_TOKEN.
        public: returns the address of the public registry, where there is no other.

    Raises:
        ProjectError: ESETTINGS, naming file and line, for a variable that is not set and has no
            default, an address that is none, and two credentials of one registry.
    """
    return Layer("yarn", tuple(_YarnrcReader(files, environ, public).read()))


class _Written:
    """What is said of one registry, a scope, or all names."""

    def __init__(self) -> None:
        self.said: dict[str, Said] = {}
        self.homes: dict[str, Said | None] = {}
        """Credential to the registry that was named where it was written, in that file or a weaker
        one; None where none was."""

    def put(self, name: str, said: Said) -> None:
        self.said[name] = said

    def list_homeless(self) -> tuple[str, ...]:
        """Return the credentials of no registry: the one that a variable names has them, too."""
        return tuple(name for name, home in self.homes.items() if home is None)

    def bind(self, names: Iterable[str]) -> None:
        """Remember which registry is named now, for what was written in the file just read."""
        for name in names:
            if name in _SECRETS:
                self.homes[name] = self.said.get("npmRegistryServer")


class _YarnrcReader:
    """Lays the files over each other, then says what they mean."""

    def __init__(
        self, files: Sequence[YarnrcFile], environ: Mapping[str, str], public: Callable[[], str]
    ) -> None:
        self._environ = environ
        self._public = public
        self._top = _Written()
        self._scopes: dict[str, _Written] = {}
        self._registries: dict[str, _Written] = {}
        self._sources: dict[str, NpmSource] = {}
        """Where each scope, and each of `npmRegistries`, is written."""
        self._secrets: dict[str, str] = {}
        """Registry to the credential that is sent there."""
        for file in files:
            self._take(file)
        for name in (*_ACCESS, *_PLAIN):
            variable = "YARN_" + re.sub("([A-Z])", r"_\1", name).upper()
            if environ.get(variable):
                source = NpmSource("yarn", f"the variable {variable}")
                self._top.put(name, Said(environ[variable], source))
                self._top.bind([name, *self._top.list_homeless()])

    def _take(self, file: YarnrcFile) -> None:
        settings = file.settings
        self._put(self._top, file, settings, (*_ACCESS, *_PLAIN))
        for field, found in (("npmScopes", self._scopes), ("npmRegistries", self._registries)):
            for owner, said in map_of(settings.get(field)).items():
                line = file.locate((field, owner))
                self._sources[owner] = NpmSource("yarn", file.path, line)
                place = found.setdefault(owner, _Written())
                self._put(place, file, map_of(said), _ACCESS, field, owner)

    def _put(
        self,
        place: _Written,
        file: YarnrcFile,
        settings: Mapping[str, object],
        names: Sequence[str],
        *keys: str,
    ) -> None:
        written = []
        for name in names:
            value = settings.get(name)
            if isinstance(value, str) and value not in ("", "null", "~"):
                source = NpmSource("yarn", file.path, file.locate((*keys, name)))
                place.put(name, Said(self._replace(value, name, source), source))
                written.append(name)
        place.bind(written)

    def _replace(self, text: str, name: str, source: NpmSource) -> str:
        def find(match: re.Match[str]) -> str:
            variable, colon, fallback = match.groups()
            value = self._environ.get(variable)
            if value or (value is not None and not colon):
                return value
            if fallback is None:
                raise refuse_value(
                    source,
                    f"`{name}` needs the variable {variable}, which is not set",
                    hint=f"set it, or give it a default: `${{{variable}:-}}`",
                )
            return fallback

        return _VARIABLE.sub(find, text)

    def read(self) -> Iterator[tuple[str, str, NpmSource]]:
        """Yield npm's entries; what is said of a registry wins over what is said for all."""
        for name, npm_name in _PLAIN.items():
            if name in self._top.said:
                yield npm_name, self._top.said[name].value, self._top.said[name].source
        registry = self._top.said.get("npmRegistryServer")
        if registry is not None:
            yield from list_entries(Access(registry))
        for access in self._list_shared_secrets():
            yield from self._send(access)
            self._secrets |= read_secret(access)
        yield from self._read_scopes()

    def _list_shared_secrets(self) -> Iterator[Access]:
        yield from self._list_secrets(self._top)
        for address, place in self._registries.items():
            url = f"https:{address}" if address.startswith("//") else address
            for name in _SECRETS:
                place.homes[name] = Said(url, self._sources[address])
            yield from self._list_secrets(place)

    def _read_scopes(self) -> Iterator[tuple[str, str, NpmSource]]:
        """Yield the scopes' registries: one that names none has the public one, for yarn."""
        for scope, place in self._scopes.items():
            public = Said(self._public(), self._sources[scope])
            registry = place.said.get("npmRegistryServer", public)
            yield from list_entries(Access(registry), f"@{scope.removeprefix('@')}")
            for access in self._list_secrets(place):
                yield from self._send(access)
                require_one_secret(self._secrets, access, f"npmScopes.{scope}")
                self._secrets |= read_secret(access)

    def _list_secrets(self, place: _Written) -> Iterator[Access]:
        """Yield the credential, if there is one, with the registry that it is for.

        Deviation: yarn sends a credential of the home to the registry that a project names. So any
        project could have it; it stays with the registry that is named where it is written.
        """
        for name in _SECRETS:
            if name in place.said:
                said = place.said[name]
                home = place.homes[name] or Said(self._public(), said.source)
                is_token = name == "npmAuthToken"
                yield Access(home, said if is_token else None, None if is_token else said)
                return

    @staticmethod
    def _send(access: Access) -> Iterator[tuple[str, str, NpmSource]]:
        """Yield what is sent with requests to an address, which is no registry by that."""
        yield from (entry for entry in list_entries(access) if entry[0] != "registry")
