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
from zipper.npm.credentials import registry_key
from zipper.npm.json_text import map_of
from zipper.npm.npm_settings import NpmSource
from zipper.npm.npmrc import Layer
from zipper.npm.tool_settings import Access, Said, list_entries, refuse_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["YarnrcFile", "layer_from_yarnrc"]

_VARIABLE: Final = re.compile(r"\$\{(\w+)(:)?(?:-([^}]*))?\}")

_PLAIN: Final = {
    "httpProxy": "proxy",
    "httpsProxy": "https-proxy",
    "httpsCaFilePath": "cafile",
    "enableStrictSsl": "strict-ssl",
}
"""yarn's name to npm's, for settings that mean the same."""

_ACCESS: Final = ("npmRegistryServer", "npmAuthToken", "npmAuthIdent")


class YarnrcFile(NamedTuple):
    """A .yarnrc.yml, read."""

    path: str
    settings: Mapping[str, object]
    locate: Callable[[tuple[str, ...]], int]
    """Returns the line of an entry."""


def layer_from_yarnrc(files: Sequence[YarnrcFile], environ: Mapping[str, str]) -> Layer:
    """Return the layer that .yarnrc.yml files make.

    Args:
        files: the weakest first: of the home, then from the outermost folder inwards.
        environ: for `${NAME-default}`, and yarn's own variables such as YARN_NPM_AUTH_TOKEN.

    Raises:
        ProjectError: ESETTINGS, naming file and line, for a variable that is not set and has no
            default, an address that is none, and a credential that belongs to none.
    """
    return Layer("yarn", tuple(_YarnrcReader(files, environ).read()))


class _YarnrcReader:
    """Lays the files over each other, then says what they mean."""

    def __init__(self, files: Sequence[YarnrcFile], environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._top: dict[str, Said] = {}
        self._scopes: dict[str, dict[str, Said]] = {}
        self._registries: dict[str, dict[str, Said]] = {}
        for file in files:
            self._take(file)
        for name in (*_ACCESS, *_PLAIN):
            variable = "YARN_" + re.sub("([A-Z])", r"_\1", name).upper()
            if environ.get(variable):
                source = NpmSource("yarn", f"the variable {variable}")
                self._top[name] = Said(environ[variable], source)

    def _take(self, file: YarnrcFile) -> None:
        settings = file.settings
        for name in (*_ACCESS, *_PLAIN):
            self._put(self._top, file, settings, name, name)
        for field, found in (("npmScopes", self._scopes), ("npmRegistries", self._registries)):
            for owner, said in map_of(settings.get(field)).items():
                place = found.setdefault(owner, {})
                for name in _ACCESS:
                    self._put(place, file, map_of(said), name, field, owner, name)

    def _put(
        self,
        place: dict[str, Said],
        file: YarnrcFile,
        settings: Mapping[str, object],
        name: str,
        *keys: str,
    ) -> None:
        value = settings.get(name)
        if isinstance(value, str) and value not in ("", "null", "~"):
            source = NpmSource("yarn", file.path, file.locate(keys))
            place[name] = Said(self._replace(value, name, source), source)

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
            if name in self._top:
                yield npm_name, self._top[name].value, self._top[name].source
        own = _access(self._top)
        if own.registry is not None or own.token is not None or own.basic is not None:
            yield from list_entries(own)
        for address, fields in self._registries.items():
            access = _access(fields)
            source = next(iter(fields.values())).source if fields else None
            if source is None:
                continue
            url = f"https:{address}" if address.startswith("//") else address
            # No registry is set by this: what is said is for requests to that address.
            entries = list_entries(access._replace(registry=Said(url, source)))
            yield from (entry for entry in entries if entry[0] != "registry")
        yield from self._read_scopes(own)

    def _read_scopes(self, own: Access) -> Iterator[tuple[str, str, NpmSource]]:
        tokens: dict[str | None, str] = {}
        for scope, fields in self._scopes.items():
            access = _access(fields)
            has_own = access.token is not None or access.basic is not None
            if access.registry is None and not has_own:
                continue
            whole = access._replace(registry=access.registry or own.registry)
            said = access.token or access.basic
            if said is not None and whole.registry is not None:
                key = registry_key(whole.registry.value)
                if tokens.setdefault(key, said.value) != said.value:
                    raise refuse_value(
                        said.source,
                        f"`npmScopes.{scope}` has another credential than another scope of the "
                        "same registry",
                        hint="give both one credential: it is sent to the registry, for every name",
                    )
            yield from list_entries(whole, f"@{scope.removeprefix('@')}")


def _access(fields: Mapping[str, Said]) -> Access:
    return Access(*(fields.get(name) for name in _ACCESS))
