"""Packuments: the registry's document for one name, decoded only as far as it is read.

In: the registry's bytes, or an object in tests. Out: a `Packument` whose manifests stay undecoded
until they are asked for; of a thousand versions the resolver reads one or two. Fetching and
caching the bytes is the registry's work.

All of it is other people's text: a part of a wrong type counts as absent, as it does for npm, and
what is no packument at all is an EPACKUMENT.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, NoReturn

from zipper.errors import RegistryError
from zipper.npm.package_json import (
    EMPTY,
    Manifest,
    parse_deprecated,
    parse_engines,
    parse_manifest,
)
from zipper.npm.semver_version import parse_key

if TYPE_CHECKING:
    from zipper.npm.semver_version import Key

__all__ = ["Group", "Outline", "Packument", "packument_from_object", "parse_packument"]

Group = Literal["versions", "staged", "restricted"]
"""Where an entry is: published, waiting for approval, or withheld by the registry's policy."""

_NOTHING: Final[Mapping[str, object]] = {}
_VERSION_FIELDS: Final = {"staged": "stagedVersions", "restricted": "policyRestrictions"}


class Outline(NamedTuple):
    """What decides whether a version is preferred, read without decoding the rest."""

    is_deprecated: bool
    engines: Mapping[str, str]


class Ordered(NamedTuple):
    """The entries that have a semver version, ascending; of equal ones the last comes first."""

    keys: list[Key]
    entries: list[tuple[str, Group]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Packument:
    """The registry's document for one name.

    `versions`, `staged` and `restricted` map a version to its undecoded manifest; use
    `manifest()` and `outline()` to read one.
    """

    name: str
    dist_tags: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    versions: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    staged: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    restricted: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    restriction: str = ""
    """Why versions are restricted, in the registry's words."""
    raw_time: object = None
    """The field `time`, undecoded, or a function that gives it; see `time`."""
    text_bytes: int = 0
    """Bytes of the text that this keeps in memory."""
    _decoded: dict[tuple[str, Group], Manifest] = field(default_factory=dict)
    _ordered: dict[tuple[bool, bool], Ordered] = field(default_factory=dict)
    _times: list[Mapping[str, str]] = field(default_factory=list)

    @property
    def time(self) -> Mapping[str, str]:
        """Version to date of publication; empty in an abbreviated packument."""
        if not self._times:
            raw = self.raw_time() if callable(self.raw_time) else self.raw_time
            self._times.append(_texts(_decode_object(raw)))
        return self._times[0]

    def find_manifest(self, version: str, group: Group = "versions") -> Manifest | None:
        """Return the manifest of `version`, or None where there is none or it is no object."""
        known = self._decoded.get((version, group))
        if known is None:
            raw = _decode_object(self._group(group).get(version))
            if raw is None:
                return None
            known = self._decoded[version, group] = parse_manifest(raw)
        return known

    def manifest(self, version: str) -> Manifest:
        """Return the manifest of `version`.

        Raises:
            RegistryError: EPACKUMENT, there is none or it is no object.
        """
        found = self.find_manifest(version)
        if found is None:
            _refuse(self.name, f"it has no manifest for {version}")
        return found

    def outline(self, version: str, group: Group = "versions") -> Outline | None:
        """Return what decides whether `version` is preferred; None where it is no object."""
        known = self._decoded.get((version, group))
        if known is not None:
            return Outline(bool(known.deprecated), known.engines)
        return _read_outline(self._group(group).get(version))

    def ordered(self, *, include_staged: bool = False, prereleases: bool = True) -> Ordered:
        """Return all entries that have a semver version (loosely read), sorted once.

        Without `prereleases` those are left out; some packages have ten of them for each release.
        """
        known = self._ordered.get((include_staged, prereleases))
        if known is None:
            groups: list[Group] = ["versions", "staged", "restricted"]
            entries = [
                (version, group)
                for group in groups
                if group != "staged" or include_staged
                for version in self._group(group)
                if prereleases or not _is_prerelease(version)
            ]
            rows = [
                (key, -index, entry)
                for index, entry in enumerate(entries)
                if (key := parse_key(entry[0])) is not None
            ]
            rows.sort()
            known = Ordered([row[0] for row in rows], [row[2] for row in rows])
            self._ordered[include_staged, prereleases] = known
        return known

    def _group(self, group: Group) -> Mapping[str, object]:
        return {
            "versions": self.versions,
            "staged": self.staged,
            "restricted": self.restricted,
        }[group]


def _is_prerelease(version: str) -> bool:
    """Tell of `1.2.3-x` that it is a prerelease, or no version at all; nothing of odder texts."""
    release, dash, _ = version.partition("-")
    return bool(dash) and release.count(".") == 2 and release.replace(".", "").isdigit()


def parse_packument(data: bytes, name: str) -> Packument:
    """Return the packument in `data`, which was asked for as `name`.

    Raises:
        RegistryError: EPACKUMENT, the bytes are no JSON object, or the packument of another name.
    """
    import msgspec  # noqa: PLC0415 (a warm build reads no packument)

    try:
        document = _decoders().packument.decode(data)
    except msgspec.ValidationError:
        try:
            raw = _decoders().parts.decode(data)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            _refuse(name, "it is not a JSON object")
        return replace(packument_from_object(raw, name), text_bytes=len(data))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        _refuse(name, "it is no JSON")
    parts = {field: getattr(document, field) for field in document.__struct_fields__}
    parts = {field: value for field, value in parts.items() if value is not msgspec.UNSET}
    named = {_decoders().names[field]: value for field, value in parts.items()}
    return replace(packument_from_object(named, name), text_bytes=len(data))


def packument_from_object(obj: Mapping[str, object], name: str) -> Packument:
    """Return the packument in a decoded object, for tests and for registries in memory.

    Raises:
        RegistryError: EPACKUMENT, it says that it is the packument of another name.
    """
    found = _decode(obj.get("name"))
    if isinstance(found, str) and found != name:
        _refuse(name, f"it is the packument of `{found}`")
    staged = _decode_object(obj.get(_VERSION_FIELDS["staged"])) or _NOTHING
    restricted = _decode_object(obj.get(_VERSION_FIELDS["restricted"])) or _NOTHING
    message = restricted.get("message")
    return Packument(
        name=name,
        dist_tags=_texts(_decode_object(obj.get("dist-tags"))),
        versions=_split_object(obj.get("versions")),
        staged=_split_object(staged.get("versions")),
        restricted=_split_object(restricted.get("versions")),
        restriction=message if isinstance(message, str) else "",
        raw_time=obj.get("time"),
    )


class _Decoders(NamedTuple):
    packument: Any  # msgspec's types are generic over classes made below
    parts: Any
    outline: Any
    names: Mapping[str, str]


@cache
def _decoders() -> _Decoders:
    """Return msgspec's decoders, made when the first packument is read."""
    from msgspec import UNSET, Raw, UnsetType, defstruct  # noqa: PLC0415 (see parse_packument)
    from msgspec.json import Decoder  # noqa: PLC0415

    raws: Any = dict[str, Raw]
    names = {
        "name": "name",
        "versions": "versions",
        "dist_tags": "dist-tags",
        "time": "time",
        "staged_versions": "stagedVersions",
        "policy_restrictions": "policyRestrictions",
    }
    kinds = {"name": str, "versions": raws, "dist_tags": dict[str, str]}
    fields = [(name, kinds.get(name, Raw) | UnsetType, UNSET) for name in names]
    document = defstruct("Document", fields, rename=names, gc=False)
    outline = defstruct("Outlines", [("deprecated", Any, None), ("engines", Any, None)], gc=False)
    return _Decoders(Decoder(document), Decoder(raws), Decoder(outline), names)


def _read_outline(value: object) -> Outline | None:
    if isinstance(value, bytes):
        value = _decode(value)
    if isinstance(value, Mapping):
        return _outline(value.get("deprecated"), value.get("engines"))
    if value is None:
        return None
    import msgspec  # noqa: PLC0415 (see parse_packument)

    try:
        found = _decoders().outline.decode(value)
    except (msgspec.MsgspecError, RecursionError, TypeError, UnicodeDecodeError):
        return None
    return _outline(found.deprecated, found.engines)


def _outline(deprecated: object, engines: object) -> Outline:
    return Outline(parse_deprecated(deprecated) is not None, parse_engines(engines))


def _decode(value: object) -> object:
    """Return `value`, decoded where it is raw; None where it cannot be decoded.

    A single manifest comes as bytes, for which msgspec need not be imported.
    """
    if isinstance(value, bytes):
        try:
            return json.loads(value, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            return None
    if value is None or isinstance(value, str | Mapping):
        return value
    import msgspec  # noqa: PLC0415 (see parse_packument)

    if not isinstance(value, msgspec.Raw):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _decode_object(value: object) -> Mapping[str, object] | None:
    decoded = _decode(value)
    return decoded if isinstance(decoded, Mapping) else None


def _split_object(value: object) -> Mapping[str, object]:
    """Return the members of an object, their values undecoded."""
    if value is None or isinstance(value, Mapping):
        return value or _NOTHING
    import msgspec  # noqa: PLC0415 (see parse_packument)

    if isinstance(value, msgspec.Raw):
        try:
            members: Mapping[str, object] = _decoders().parts.decode(value)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return _NOTHING
        return members
    return _NOTHING


def _texts(value: Mapping[str, object] | None) -> Mapping[str, str]:
    return {key: text for key, text in (value or {}).items() if isinstance(text, str)}


def _refuse(name: str, why: str) -> NoReturn:
    raise RegistryError(
        "EPACKUMENT",
        f"the registry's answer for `{name}` cannot be used: {why}",
        hint="check the registry's address in .npmrc; a proxy or a login page may have answered",
    )
