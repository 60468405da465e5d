"""What yarn (2 and later) reads beside its lockfile, and what changes dependencies.

In: the root's package.json and the text of .yarnrc.yml. Out: `YarnSettings`.

Source: yarn's documentation of `resolutions`, `packageExtensions`, `catalog` and `catalogs`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.lockfile.yarn_extensions import Extension
from zipper.npm.json_text import map_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["NO_YARN_SETTINGS", "YarnSettings", "parse_yarn_settings"]


class YarnSettings(NamedTuple):
    """What changes the dependencies that the lockfile has as the packages wrote them."""

    resolutions: Mapping[str, str] = MappingProxyType({})
    """Of the root's package.json."""
    extensions: Sequence[Extension] = ()
    """`packageExtensions` of .yarnrc.yml."""
    catalogs: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    """`catalog` (under the empty name) and `catalogs` of .yarnrc.yml."""


NO_YARN_SETTINGS: Final = YarnSettings()


def parse_yarn_settings(manifest: Mapping[str, object], rc: Mapping[str, object]) -> YarnSettings:
    """Return what the root's package.json and a decoded .yarnrc.yml say; odd entries are left out.

    Args:
        manifest: the decoded package.json.
        rc: the decoded .yarnrc.yml; empty where there is none.
    """
    catalogs = {name: _texts(one) for name, one in map_of(rc.get("catalogs")).items()}
    return YarnSettings(
        _texts(manifest.get("resolutions")),
        tuple(_list_extensions(map_of(rc.get("packageExtensions")))),
        {**catalogs, "": _texts(rc.get("catalog"))},
    )


def _list_extensions(rows: Mapping[str, object]) -> Iterator[Extension]:
    for descriptor, row in rows.items():
        at = descriptor.find("@", 1)
        name, wanted = (descriptor, "*") if at < 0 else (descriptor[:at], descriptor[at + 1 :])
        said = map_of(row)
        meta = map_of(said.get("peerDependenciesMeta"))
        optional = [peer for peer, one in meta.items() if map_of(one).get("optional") == "true"]
        for added, spec in _texts(said.get("dependencies")).items():
            yield Extension(name, wanted, "+", added, spec)
        peers = _texts(said.get("peerDependencies"))
        for added, spec in peers.items():
            yield Extension(name, wanted, "?" if added in optional else "=", added, spec)
        for added in optional:
            if added not in peers:
                yield Extension(name, wanted, "?", added, "*")


def _texts(value: object) -> Mapping[str, str]:
    return {key: one for key, one in map_of(value).items() if isinstance(one, str)}
