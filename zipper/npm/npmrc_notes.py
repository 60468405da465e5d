"""What there is to say of npm's settings that cannot be used as they are written.

In: a key, its raw value, its source. Out: a `SettingNote`. A value is shown as it was written and
not with what its variables hold, and without what may be secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.npm.npm_settings import NpmSource, SettingNote
from zipper.npm.npmrc_values import KINDS, find_unset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.npm.ini import IniValue

__all__ = [
    "SECRET_KINDS",
    "note_empty_scope",
    "note_invalid",
    "note_unscoped",
    "note_unset_variable",
    "note_unusable",
    "note_unverified",
]

SECRET_KINDS: Final = frozenset({"key", "proxy", "https-proxy"})


def note_invalid(key: str, raw: IniValue, source: NpmSource) -> SettingNote:
    """Return what is said of a value that the setting cannot have; a weaker layer's counts."""
    return SettingNote(
        "ESETTINGS",
        f"`{key}` cannot be {_show(key, raw)}",
        source,
        hint=f"npm accepts {_list_accepted(key)}",
    )


def note_unusable(
    key: str, raw: IniValue, source: NpmSource, environ: Mapping[str, str]
) -> SettingNote:
    """Return what is said of a value that the setting cannot have, and nothing may replace."""
    note = note_invalid(key, raw, source)
    if key.endswith("registry"):
        note = note._replace(code="ERR_INVALID_URL")
    unset = find_unset(raw, environ) if isinstance(raw, str) else None
    if unset is None:
        return note
    message = f"{note.message}: the variable {unset} is not set"
    return note._replace(message=message, hint=f"set {unset} where zipper runs")


def note_empty_scope(scope: str, source: NpmSource) -> SettingNote:
    """Return what is said of a scope whose registry is empty: npm goes on with the default one."""
    return SettingNote(
        "ESETTINGS",
        f"`{scope}:registry` is empty, so the scope's packages come from the default registry",
        source,
        hint="name the scope's registry, or remove the line",
    )


def note_unscoped(key: str, source: NpmSource) -> SettingNote:
    """Return what is said of a credential that names no registry."""
    return SettingNote(
        "ERR_INVALID_AUTH",
        f"`{key}` names no registry, so it is sent to none",
        source,
        hint=f"write it as `//host/path/:{key}`, with the registry's own host and path",
    )


def note_unset_variable(key: str, source: NpmSource) -> SettingNote:
    """Return what is said of a credential whose variable is not set."""
    return SettingNote(
        "ESETTINGS",
        f"`{key}` refers to a variable that is not set",
        source,
        hint="set the variable where zipper runs",
    )


def note_unverified(source: NpmSource) -> SettingNote:
    """Return what is said of `strict-ssl=false`."""
    return SettingNote(
        "ESETTINGS",
        "with `strict-ssl=false` anyone on the network path can answer for the registry",
        source,
        hint="name your authority's certificate with `cafile=` instead",
    )


def _show(key: str, raw: IniValue) -> str:
    if key in SECRET_KINDS:
        return "the value"
    if not isinstance(raw, str) or "@" not in raw:
        return repr(raw)
    from zipper.npm.credentials import redact_url  # noqa: PLC0415  (few have one)

    return redact_url(raw)


def _list_accepted(key: str) -> str:
    if key.endswith("registry"):
        return "an address with https://"
    kind = KINDS[key]
    return ", ".join(kind.choices) or f"a {kind.name}"
