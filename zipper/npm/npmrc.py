"""Layers of npm settings -> one typed `NpmSettings`, each value with its source.

Input: the texts of the `.npmrc` files, the environment, and options. Output: a frozen value.
Nothing is read from disk here (`zipper.project.npmrc_files` does) and nothing is sent.

The layers, weakest first: defaults, builtin, global, user, project, environment, options.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import unquote, urlsplit

from zipper.named_tuple import NamedTuple
from zipper.npm.ini import IniValue, parse_ini
from zipper.npm.npm_settings import NOTHING, NpmSettings, NpmSource, SettingNote
from zipper.npm.npmrc_notes import (
    SECRET_KINDS,
    note_empty_scope,
    note_invalid,
    note_unscoped,
    note_unset_variable,
    note_unusable,
    note_unverified,
)
from zipper.npm.npmrc_values import INVALID, KINDS, Places, interpolate, parse_setting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zipper.npm.credentials import Credential

__all__ = [
    "Layer",
    "NpmSettings",
    "NpmSource",
    "SettingNote",
    "build_settings",
    "layer_from_environment",
    "layer_from_options",
    "layer_from_text",
]

_CREDENTIAL_NAMES: Final = frozenset(
    {"_authToken", "_auth", "_password", "username", "certfile", "keyfile"}
)
_UNSCOPED_CREDENTIALS: Final = frozenset({"_auth", "_authToken", "_password", "username"})
_NEVER_IGNORED: Final = frozenset(
    {
        "allow-directory",
        "allow-file",
        "allow-git",
        "allow-remote",
        "before",
        "lockfile-version",
        "min-release-age",
        "registry",
    }
)
"""What a wrong value may not fall back from: who is trusted, and what npm itself stops at."""


class Layer(NamedTuple):
    """The raw entries of one layer, in their order: key, value, source."""

    name: str
    entries: tuple[tuple[str, IniValue, NpmSource], ...] = ()


def layer_from_text(name: str, text: str, path: str) -> Layer:
    """Return the layer that the file at `path` with this text makes."""
    entries = ((e.key, e.value, NpmSource(name, path, e.line)) for e in parse_ini(text))
    return Layer(name, tuple(entries))


def layer_from_environment(environ: Mapping[str, str]) -> Layer:
    """Return the layer of `npm_config_*` variables, in any case; an empty one does not count.

    Source: @npmcli/config 10 lib/index.js `loadEnv`.
    """
    entries: list[tuple[str, IniValue, NpmSource]] = []
    for variable, value in environ.items():
        if variable[:11].lower() != "npm_config_" or not value:
            continue
        key = variable[11:]
        if not key.startswith("//"):
            key = key[:1] + key[1:].replace("_", "-")
            key = key.lower()
        entries.append((key, value, NpmSource("environment", f"the variable {variable}")))
    return Layer("environment", tuple(entries))


def layer_from_options(options: Mapping[str, IniValue]) -> Layer:
    """Return the strongest layer: what the command or the caller says, by npm's names."""
    entries = ((key, value, NpmSource("options", f"--{key}")) for key, value in options.items())
    return Layer("options", tuple(entries))


def build_settings(
    layers: Iterable[Layer],
    *,
    environ: Mapping[str, str],
    home: str = "",
    folder: str = "",
    files: Mapping[str, str] = NOTHING,
) -> NpmSettings:
    """Return the settings of all layers, the weakest given first.

    Args:
        layers: as made by the three functions above.
        environ: for `${VAR}`, and NODE_ENV, which omits dev when it is `production`.
        home: what `~/` stands for, with `/`.
        folder: what a relative path is relative to.
        files: remembered for messages.

    Source: @npmcli/config 10 lib/index.js and lib/definitions, as npm 11.19.1 ships them.
    """
    cascade = _Cascade(Places(environ, home, folder))
    for layer in layers:
        for raw_key, value, source in layer.entries:
            cascade.add(interpolate(raw_key, environ), value, source)
        cascade.end_layer()
    return cascade.settle(files)


class _Cascade:
    """Collects values while the layers are laid over each other, weakest first."""

    def __init__(self, places: Places) -> None:
        self._places = places
        is_production = places.environ.get("NODE_ENV") == "production"
        self._values: dict[str, object] = {"omit": frozenset(["dev"] if is_production else [])}
        self._sources: dict[str, NpmSource] = {}
        self._notes: list[SettingNote] = []
        self._fields: dict[str, dict[str, tuple[str, NpmSource]]] = {}
        self._scopes: dict[str, str] = {}
        self._unusable: dict[str, SettingNote] = {}

    def add(self, key: str, raw: IniValue, source: NpmSource) -> None:
        """Lay one entry over what weaker layers said."""
        prefix, _, name = key.rpartition(":")
        if key.startswith("//") and name in _CREDENTIAL_NAMES:
            self._add_credential(prefix, name, raw, source)
        elif key.startswith("@") and name.lower() == "registry":
            self._add_scope(prefix, raw, source)
        elif key in _UNSCOPED_CREDENTIALS and source.layer != "environment":
            self._notes.append(note_unscoped(key, source))
        elif key in KINDS:
            self._add_setting(key, raw, source)

    def end_layer(self) -> None:
        """Add up what is left out and what is asked for so far.

        A stronger layer's `omit` or `include` takes the place of the sum; the other settings only
        add to it.
        """
        values = self._values
        values["omit"], values["include"] = _choose_omitted(values)

    def _add_setting(self, key: str, raw: IniValue, source: NpmSource) -> None:
        value = parse_setting(raw, KINDS[key], self._places)
        self._unusable.pop(key, None)
        if value is INVALID:
            if key in _NEVER_IGNORED:
                self._unusable[key] = note_unusable(key, raw, source, self._places.environ)
            else:
                self._notes.append(note_invalid(key, raw, source))
            return
        if isinstance(value, tuple) and len(value) < _count(raw):
            self._notes.append(note_invalid(key, raw, source))
        self._sources[key] = source
        if key == "shrinkwrap":
            key = "package-lock"
        elif key in {"global-style", "legacy-bundling"}:
            if not value:
                return
            key, value = "install-strategy", "shallow" if key == "global-style" else "nested"
        elif key in {"before", "min-release-age"}:
            self._forget_weaker_age(key, source)
        self._values[key] = value
        self._sources[key] = source

    def _forget_weaker_age(self, key: str, source: NpmSource) -> None:
        """Let the stronger layer's `before` or `min-release-age` win; in one it is `before`."""
        other = "before" if key == "min-release-age" else "min-release-age"
        if other in self._values and (
            key == "before" or self._sources[other].layer != source.layer
        ):
            del self._values[other]

    def _add_scope(self, scope: str, raw: IniValue, source: NpmSource) -> None:
        key = f"{scope}:registry"
        value = parse_setting(raw, KINDS["registry"], self._places)
        self._unusable.pop(key, None)
        self._scopes.pop(scope, None)
        self._sources[key] = source
        if isinstance(value, str):
            self._scopes[scope] = self._take_user(value, source)
        elif raw in {None, False, "undefined"} or interpolate(str(raw), self._places.environ) == "":
            self._notes.append(note_empty_scope(scope, source))
        else:
            self._unusable[key] = note_unusable(key, raw, source, self._places.environ)

    def _add_credential(self, address: str, name: str, raw: IniValue, source: NpmSource) -> None:
        if not isinstance(raw, str):
            return
        text = interpolate(raw.strip(), self._places.environ)
        if "${" in text and text != "${}":
            self._notes.append(note_unset_variable(f"{address}:{name}", source))
        self._fields.setdefault(address, {})[name] = (text, source)
        self._sources[f"{address}:{name}"] = source

    def _take_user(self, address: str, source: NpmSource) -> str:
        """Return the address without `user:password@`, which becomes a credential of its own."""
        parts = urlsplit(address)
        user, at, host = parts.netloc.rpartition("@")
        if not at:
            return address
        from zipper.npm.credentials import encode_basic, registry_key  # noqa: PLC0415  (few have one)

        bare = parts._replace(netloc=host).geturl()
        key = registry_key(bare) or ""
        basic = encode_basic(unquote(user))
        self._fields.setdefault(key, {}).setdefault("_auth", (basic, source))
        return bare

    def settle(self, files: Mapping[str, str]) -> NpmSettings:
        """Return the settings; every field is named as npm names it, with `_` for `-`."""
        values = self._values
        registry = values.get("registry")
        if isinstance(registry, str):
            values["registry"] = self._take_user(registry, self._sources["registry"])
        if values.get("strict-ssl") is False:
            self._notes.append(note_unverified(self._sources["strict-ssl"]))
        _hide_secrets(values)
        values["noproxy"] = _split_commas(values.get("noproxy"))
        values["insecure-hosts"] = _split_commas(values.get("insecure-hosts"))
        for key in ("allow-scripts", "min-release-age-exclude"):
            values[key] = _split_commas(values.get(key))
        values["prefer-offline"] = (
            values.get("prefer-offline") or _number(values, "cache-min", 0) >= 9999
        )
        values["prefer-online"] = (
            values.get("prefer-online") or _number(values, "cache-max", 1) <= 0
        )
        known = NpmSettings._fields
        fields = {key.replace("-", "_"): value for key, value in values.items()}
        return NpmSettings(
            **cast(
                "dict[str, Any]",
                {k: v for k, v in fields.items() if k in known},
            ),
            scoped_registries=MappingProxyType(self._scopes),
            credentials=MappingProxyType(dict(_build_credentials(self._fields))),
            notes=tuple(self._notes),
            unusable=MappingProxyType(self._unusable),
            sources=MappingProxyType(self._sources),
            files=files,
        )


def _hide_secrets(values: dict[str, object]) -> None:
    for key in SECRET_KINDS & values.keys():
        from zipper.npm.credentials import Secret  # noqa: PLC0415  (few have one)

        values[key] = Secret(str(values[key])) if values[key] is not None else None


def _count(raw: IniValue) -> int:
    """Return how many words of a list must have come through."""
    return len(raw) if isinstance(raw, tuple) else int(raw not in {None, "null", ""})


def _number(values: Mapping[str, object], key: str, default: float) -> float:
    value = values.get(key)
    return value if isinstance(value, (int, float)) else default


def _split_commas(value: object) -> tuple[str, ...]:
    words = cast("tuple[str, ...]", value) if isinstance(value, tuple) else ()
    return tuple(
        dict.fromkeys(part for word in words for raw in word.split(",") if (part := raw.strip()))
    )


def _choose_omitted(values: Mapping[str, object]) -> tuple[frozenset[str], frozenset[str]]:
    """Return what is left out and what is asked for, from all settings that bear on it.

    Source: @npmcli/config 10 definitions.js `buildOmitList`, which reads and replaces `omit` and
    `include` in one layer after the other.
    """
    omit = set(cast("Iterable[str]", values["omit"]))
    include = set(cast("Iterable[str]", values.get("include", ())))
    if values.get("only") or values.get("production"):
        omit.add("dev")
    elif values.get("production") is False:
        include.add("dev")
    if values.get("also") or values.get("dev"):
        include.add("dev")
    if values.get("optional") is not None:
        (include if values["optional"] else omit).add("optional")
    return frozenset(omit - include), frozenset(include)


def _build_credentials(
    fields: Mapping[str, Mapping[str, tuple[str, NpmSource]]],
) -> Iterable[tuple[str, Credential]]:
    """Yield what each address has; half a pair (a user without a password) is nothing.

    Source: npm-registry-fetch 19 lib/auth.js.
    """
    for address, named in fields.items():
        from zipper.npm.credentials import (  # noqa: PLC0415  (where there is one)
            Credential,
            Secret,
            decode_password,
            encode_basic,
        )

        texts = {name: text for name, (text, _) in named.items() if text}
        # A variable's last line break is no part of a token; Node trims a header's value as well.
        token = Secret(texts["_authToken"].strip()) if "_authToken" in texts else None
        basic = Secret(texts["_auth"].strip()) if "_auth" in texts else None
        if basic is None and "username" in texts and "_password" in texts:
            pair = f"{texts['username']}:{decode_password(texts['_password'])}"
            basic = Secret(encode_basic(pair))
        has_certificate = "certfile" in texts and "keyfile" in texts
        if token is None and basic is None and not has_certificate:
            continue
        yield (
            address,
            Credential(
                key=address,
                token=token,
                basic=basic,
                certfile=texts["certfile"] if has_certificate else None,
                keyfile=texts["keyfile"] if has_certificate else None,
                source=str(next(iter(named.values()))[1]),
            ),
        )
