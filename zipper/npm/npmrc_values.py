"""One raw value of an npm setting -> the typed value that npm makes of it.

Input: what a file, a variable or an option says, and the setting's kind. Output: the typed
value, or `INVALID`, on which npm warns and uses the next weaker layer. Which layers there are is
the work of `zipper.npm.npmrc`.

Source: @npmcli/config 10 lib/parse-field.js, env-replace.js and definitions.js, and nopt 9
lib/type-defs.js, as npm 11.19.1 ships them.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from zipper.named_tuple import NamedTuple
from zipper.redaction import hide

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from zipper.npm.ini import IniScalar, IniValue

__all__ = [
    "INVALID",
    "KINDS",
    "Invalid",
    "Places",
    "SettingKind",
    "find_unset",
    "interpolate",
    "parse_setting",
]


class Invalid(Enum):
    """The type of `INVALID`."""

    INVALID = "invalid"


INVALID: Final = Invalid.INVALID
"""A value that the setting cannot have."""


class SettingKind(NamedTuple):
    """What a setting accepts.

    Attributes:
        name: boolean, number, string, url, registry, path, date or choice.
        nullable: null is a value of its own.
        is_list: many values; a single one becomes a list.
        choices: the words allowed where `name` is choice.
    """

    name: str
    nullable: bool = False
    is_list: bool = False
    choices: tuple[str, ...] = ()


class Places(NamedTuple):
    """What text in a value may refer to: the environment, the home folder, the current folder."""

    environ: Mapping[str, str]
    home: str = ""
    folder: str = ""


_BOOLEAN: Final = SettingKind("boolean")
_NUMBER: Final = SettingKind("number")
_STRING: Final = SettingKind("string")
_TEXT: Final = SettingKind("string", nullable=True)
_WHO_MAY: Final = SettingKind("choice", choices=("all", "none", "root"))

KINDS: Final[dict[str, SettingKind]] = {
    "allow-directory": _WHO_MAY,
    "allow-file": _WHO_MAY,
    "allow-git": _WHO_MAY,
    "allow-remote": _WHO_MAY,
    "allow-scripts": SettingKind("string", is_list=True),
    "also": SettingKind("choice", nullable=True, choices=("dev", "development")),
    "before": SettingKind("date", nullable=True),
    "bin-links": _BOOLEAN,
    "ca": SettingKind("string", nullable=True, is_list=True),
    "cache-max": _NUMBER,
    "cache-min": _NUMBER,
    "cafile": SettingKind("path", nullable=True),
    "cert": _TEXT,
    "dev": _BOOLEAN,
    "engine-strict": _BOOLEAN,
    "fetch-retries": _NUMBER,
    "fetch-retry-factor": _NUMBER,
    "fetch-retry-maxtimeout": _NUMBER,
    "fetch-retry-mintimeout": _NUMBER,
    "fetch-timeout": _NUMBER,
    "force": _BOOLEAN,
    "global-style": _BOOLEAN,
    "format-package-lock": _BOOLEAN,
    "globalconfig": SettingKind("path", nullable=True),
    "https-proxy": SettingKind("url", nullable=True),
    "ignore-scripts": _BOOLEAN,
    "include": SettingKind("choice", is_list=True, choices=("prod", "dev", "optional", "peer")),
    "install-links": _BOOLEAN,
    "install-strategy": SettingKind("choice", choices=("hoisted", "nested", "shallow", "linked")),
    "key": _TEXT,
    "legacy-bundling": _BOOLEAN,
    "legacy-peer-deps": _BOOLEAN,
    "lockfile-version": SettingKind("choice", nullable=True, choices=("1", "2", "3")),
    "maxsockets": _NUMBER,
    "min-release-age": SettingKind("number", nullable=True),
    "min-release-age-exclude": SettingKind("string", is_list=True),
    "node-version": _TEXT,
    # Deviation: not npm's, which sends a credential over plain HTTP to any host.
    "insecure-hosts": SettingKind("string", is_list=True),
    "noproxy": SettingKind("string", is_list=True),
    "offline": _BOOLEAN,
    "omit": SettingKind("choice", is_list=True, choices=("dev", "optional", "peer")),
    "omit-lockfile-registry-resolved": _BOOLEAN,
    "only": SettingKind("choice", nullable=True, choices=("prod", "production")),
    "optional": SettingKind("boolean", nullable=True),
    "package-lock": _BOOLEAN,
    "prefer-dedupe": _BOOLEAN,
    "prefer-offline": _BOOLEAN,
    "prefer-online": _BOOLEAN,
    "prefix": SettingKind("path", nullable=True),
    "production": SettingKind("boolean", nullable=True),
    "proxy": SettingKind("url", nullable=True),
    "registry": SettingKind("registry"),
    "replace-registry-host": _STRING,
    "shrinkwrap": _BOOLEAN,
    "strict-peer-deps": _BOOLEAN,
    "strict-ssl": _BOOLEAN,
    "tag": _STRING,
    "user-agent": _STRING,
    "userconfig": SettingKind("path", nullable=True),
}
"""The settings of npm that bear on resolving, fetching and packing; others are ignored."""

# Patterns as text: compiling them costs 2 ms, and most builds need none of them.
_VARIABLE: Final = r"(?<!\\)(\\*)\$\{([^${}?]+)(\?)?\}"
_FALLBACK: Final = r"([A-Za-z_][A-Za-z0-9_]*)(:?-)(.*)\Z"
_NUMERAL: Final = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z"
_RADIX_NUMERAL: Final = r"0[xXoObB][0-9a-fA-F]+\Z"
_ABSOLUTE: Final = r"[/\\]|[A-Za-z]:[/\\]"


def interpolate(text: str, environ: Mapping[str, str]) -> str:
    r"""Return `text` with `${VAR}` replaced; an unset one stays as it is written.

    `${VAR?}` is empty where VAR is unset, `${VAR-word}` is then `word`, and `${VAR:-word}` is
    `word` where VAR is empty too. An odd number of backslashes before `$` protects it.

    Deviation: npm knows only `${VAR}` and `${VAR?}`; the forms with a word are pnpm's and the
    shell's, and npm would leave them in the value, where they can only be wrong.
    """
    if "${" not in text:
        return text

    def replace(match: re.Match[str]) -> str:
        slashes, name, optional = match.groups()
        if len(slashes) % 2:
            return match.group()[(len(slashes) + 1) // 2 :]
        return slashes[len(slashes) // 2 :] + _look_up(name, environ, is_optional=bool(optional))

    return re.sub(_VARIABLE, replace, text)


def find_unset(text: str, environ: Mapping[str, str]) -> str | None:
    """Return the first variable that `text` refers to and that is not set, if there is one."""
    for slashes, name, _ in re.findall(_VARIABLE, text):
        word = f"${{{name}}}"
        if not len(slashes) % 2 and interpolate(word, environ) == word:
            return str(name)
    return None


def _look_up(name: str, environ: Mapping[str, str], *, is_optional: bool) -> str:
    if name in environ:
        hide(environ[name], name)
        return environ[name]
    if match := re.match(_FALLBACK, name, re.DOTALL):
        variable, operator, word = match.groups()
        value = environ.get(variable)
        hide(value or "", variable)
        return word if value is None or (operator == ":-" and not value) else value
    return "" if is_optional else f"${{{name}}}"


def parse_setting(raw: IniValue, kind: SettingKind, places: Places) -> object:
    """Return the typed value of `raw`, or INVALID.

    Booleans are bool, numbers float or int, dates aware datetimes, lists tuples, the rest str;
    null is None. Words of a list that are no choice are left out, and what is left counts, even
    if nothing is, as npm does.
    """
    if not kind.is_list:
        return INVALID if isinstance(raw, tuple) else _parse_one(raw, kind, places)
    words = raw.split("\n\n") if isinstance(raw, str) else raw if isinstance(raw, tuple) else (raw,)
    values = [_parse_one(word, kind, places) for word in words]
    return tuple(str(value) for value in values if value not in (INVALID, None))


def _parse_one(raw: IniScalar, kind: SettingKind, places: Places) -> object:
    if isinstance(raw, str):
        raw = interpolate(raw.strip(), places.environ)
    if kind.nullable and (raw is None or raw == "null" or (raw is False and kind.name == "url")):
        return None
    if kind.name in _FROM_ANY:
        return _FROM_ANY[kind.name](raw)
    if not isinstance(raw, str):
        return INVALID
    if kind.name == "path":
        return _parse_path(raw, places)
    if kind.name == "choice":
        return raw if raw in kind.choices else INVALID
    return _FROM_TEXT[kind.name](raw)


def _show(raw: IniScalar) -> str:
    return raw if isinstance(raw, str) else "null" if raw is None else str(raw).lower()


def _parse_boolean(raw: IniScalar) -> bool:
    """Any text but false, null, undefined and zero is true: npm's rule for `key=whatever`."""
    if not isinstance(raw, str):
        return bool(raw)
    if raw in {"false", "null", "undefined"}:
        return False
    number = _parse_number(raw)
    return bool(number) if raw and isinstance(number, (int, float)) else True


def _parse_number(raw: IniScalar) -> int | float | Invalid:
    """Read a number as JavaScript does: empty is 0, hexadecimal counts, NaN does not."""
    if not isinstance(raw, str):
        return int(bool(raw))
    text = raw.strip()
    if re.match(_RADIX_NUMERAL, text):
        try:
            return int(text, 0)
        except ValueError:
            return INVALID
    if text in {"Infinity", "+Infinity", "-Infinity"}:
        return float(text)
    if text and not re.match(_NUMERAL, text):
        return INVALID
    number = float(text or 0)
    return int(number) if number.is_integer() else number


def _parse_url(raw: str) -> str | Invalid:
    """Return the address with a scheme and a host, its empty path written as `/`.

    One with a variable that is not set is none.
    """
    if "${" in raw:
        return INVALID
    try:
        parts = urlsplit(raw)
        is_usable = bool(parts.scheme and parts.hostname) and parts.port != 0
    except ValueError:
        return INVALID
    return parts._replace(path=parts.path or "/").geturl() if is_usable else INVALID


def _parse_registry(raw: str) -> str | Invalid:
    """Return the address where it is one of the web; npm has no other registries."""
    return _parse_url(raw) if raw.lower().startswith(("http://", "https://")) else INVALID


def _parse_path(text: str, places: Places) -> str:
    if text.startswith(("~/", "~\\")) and places.home:
        return f"{places.home}/{text[2:]}"
    if re.match(_ABSOLUTE, text) or not places.folder:
        return text
    return f"{places.folder}/{text}"


def _parse_date(text: str) -> datetime | Invalid:
    """Read an ISO date or time.

    Deviation: a time without a zone is UTC, where JavaScript takes the machine's own; the tree
    must not depend on the machine. Other forms that JavaScript guesses at are refused.
    """
    from datetime import UTC, datetime  # noqa: PLC0415 - 2 ms, and few projects have a date

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return INVALID
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_FROM_ANY: Final[Mapping[str, Callable[[IniScalar], object]]] = {
    "boolean": _parse_boolean,
    "number": _parse_number,
    "string": _show,
}
"""The kinds for which npm also takes true, false and null."""

_FROM_TEXT: Final[Mapping[str, Callable[[str], object]]] = {
    "date": _parse_date,
    "registry": _parse_registry,
    "url": _parse_url,
}
