"""package.json as a value: the fields that resolving, packing and checking need.

In: a decoded JSON object, from a project, a packument's version or a lockfile entry. Out: a
`Manifest`. Reading the file is not this module's work; see `zipper.project.read_project`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from zipper.named_tuple import NamedTuple

__all__ = [
    "EMPTY",
    "Manifest",
    "describe_malformed",
    "parse_bin",
    "parse_deprecated",
    "parse_engines",
    "parse_manifest",
]

EMPTY: Final[Mapping[str, str]] = MappingProxyType({})
"""The map of nothing."""

_DEPENDENCY_FIELDS: Final = (
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
)

_NO_VERSION: Final = "<0.0.0-0"
"""A range that admits nothing."""


class Manifest(NamedTuple):
    """The package.json of one version, made normal where npm makes it normal.

    A name in both `dependencies` and `optionalDependencies` is in the latter only, as npm
    reads it. Names and ranges are as written otherwise.
    """

    name: str = ""
    version: str = ""
    dependencies: Mapping[str, str] = EMPTY
    dev_dependencies: Mapping[str, str] = EMPTY
    optional_dependencies: Mapping[str, str] = EMPTY
    peer_dependencies: Mapping[str, str] = EMPTY
    """Every peer, the optional ones included."""
    peer_optional: frozenset[str] = frozenset()
    """Names that `peerDependenciesMeta` marks as optional."""
    bundle_dependencies: tuple[str, ...] = ()
    engines: Mapping[str, str] = EMPTY
    os: tuple[str, ...] = ()
    cpu: tuple[str, ...] = ()
    libc: tuple[str, ...] = ()
    bin: Mapping[str, str] = EMPTY
    """Command to file, the file relative to the package, `/`-separated."""
    deprecated: str | None = None
    has_install_script: bool = False
    raw: Mapping[str, object] = MappingProxyType({})
    """The object it was read from, for fields that are only passed on (licence, funding)."""


def parse_manifest(raw: Mapping[str, object]) -> Manifest:
    """Return the manifest in `raw`; fields of a wrong type count as absent, as they do for npm.

    Raises:
        Nothing: a packument is other people's text, and one odd field must not stop a build.
    """
    optional = raw.get("optionalDependencies")
    required = _ranges(raw.get("dependencies"))
    if optional and isinstance(optional, Mapping):
        required = {name: spec for name, spec in required.items() if name not in optional}
    name = _text(raw.get("name"))
    return Manifest(
        name=name,
        version=_text(raw.get("version")),
        dependencies=required,
        dev_dependencies=_ranges(raw.get("devDependencies")),
        optional_dependencies=_ranges(optional),
        peer_dependencies=_ranges(raw.get("peerDependencies")),
        peer_optional=_optional_peers(raw.get("peerDependenciesMeta")),
        bundle_dependencies=_bundled(raw),
        engines=parse_engines(raw.get("engines")),
        os=_words(raw.get("os")),
        cpu=_words(raw.get("cpu")),
        libc=_words(raw.get("libc")),
        bin=parse_bin(raw.get("bin"), name),
        deprecated=parse_deprecated(raw.get("deprecated")),
        has_install_script=_has_install_script(raw),
        raw=raw,
    )


def describe_malformed(raw: Mapping[str, object]) -> list[str]:
    """Return what in the dependency fields cannot be meant, a line each.

    For a package.json that somebody can mend. npm dies of a spec that is no text, and takes the
    positions in a list for names.
    """
    lines = []
    for field_name in _DEPENDENCY_FIELDS:
        specs = raw.get(field_name)
        if specs and not isinstance(specs, Mapping):
            lines.append(f"`{field_name}` is no object of names and specs")
        elif isinstance(specs, Mapping):
            lines += [
                f"`{field_name}` has {_malformed_entry(name, spec)}"
                for name, spec in specs.items()
                if not name or not isinstance(spec, str)
            ]
    return lines


def _malformed_entry(name: str, spec: object) -> str:
    if not name:
        return "an empty name"
    return f"`{name}` with a spec that is no text: {json.dumps(spec):.60}"


def parse_bin(value: object, package_name: str) -> Mapping[str, str]:
    """Return command to file for a `bin` field; targets are kept inside the package.

    A string names one command after the package, its scope left out; a list names each command
    after its file. `..` and absolute parts are cut off, never followed; a colon separates folders
    as a slash does.

    Source: npm-normalize-package-bin 5 and @npmcli/package-json 7 lib/normalize.js, through which
    npm sends every manifest.
    """
    if isinstance(value, str):
        value = {package_name: value} if package_name else {}
    elif isinstance(value, list):
        value = {_last_part(item): item for item in value if isinstance(item, str)}
    if not isinstance(value, Mapping) or not value:
        return EMPTY
    commands = {}
    for command, target in value.items():
        if not isinstance(command, str) or not isinstance(target, str):
            continue
        base = _inside(_last_part(command))
        path = _inside(target)
        path += "/" if path and target[-1] in "/\\:" else ""
        if base and path:
            commands[base] = path
    return commands


def _inside(path: str) -> str:
    """Resolve `path` as npm does, under a root that it cannot leave."""
    parts: list[str] = []
    for part in path.replace("\\", "/").replace(":", "/").split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _last_part(path: str) -> str:
    """Return the last name in `path`, slashes at its end ignored, as Node's `basename()`."""
    return path.replace("\\", "/").replace(":", "/").rstrip("/").rpartition("/")[2]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _ranges(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or not value:
        return EMPTY
    return {k: v for k, v in value.items() if isinstance(k, str) and isinstance(v, str)}


def parse_engines(value: object) -> Mapping[str, str]:
    """Return the engines; one that is no text, such as `18`, admits no version, as for npm."""
    if not isinstance(value, Mapping) or not value:
        return EMPTY
    return {
        name: wanted if isinstance(wanted, str) else _NO_VERSION
        for name, wanted in value.items()
        if isinstance(name, str) and wanted
    }


def parse_deprecated(value: object) -> str | None:
    """Return why the version is deprecated; npm takes whatever is not empty or false for a yes."""
    if isinstance(value, str):
        return value or None
    return None if value is None or value is False or value == 0 else "deprecated"


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, list):
        return tuple(item for item in value if isinstance(item, str))
    return ()


def _optional_peers(value: object) -> frozenset[str]:
    if not isinstance(value, Mapping):
        return frozenset()
    return frozenset(
        name for name, meta in value.items() if isinstance(meta, Mapping) and meta.get("optional")
    )


def _bundled(raw: Mapping[str, object]) -> tuple[str, ...]:
    """Return the bundled names; `true` means everything in `dependencies`, and text means nothing.

    Source: @npmcli/package-json 7 lib/normalize.js, which reads the misspelt key where the other
    is absent.
    """
    value = raw.get("bundleDependencies", raw.get("bundledDependencies"))
    if value is True:
        value = raw.get("dependencies")
    if isinstance(value, Mapping | list):
        return tuple(name for name in value if isinstance(name, str))
    return ()


def _has_install_script(raw: Mapping[str, object]) -> bool:
    if raw.get("hasInstallScript") is True:
        return True
    scripts = raw.get("scripts")
    return isinstance(scripts, Mapping) and any(
        scripts.get(event) for event in ("preinstall", "install", "postinstall")
    )
