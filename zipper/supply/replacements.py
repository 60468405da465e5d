"""Folders that a project itself puts in place of packages: by resolutions, or overrides.

In: the root's package.json, and pnpm's settings. Out: folders, which need no other consent.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Final

__all__ = ["find_replacements"]

_FOLDER: Final = re.compile(r"(?:file|link|portal):(.+)")


def find_replacements(manifest: Mapping[str, object], pnpm_settings: bytes) -> frozenset[str]:
    """Return the folders, relative to the root, `/`-separated.

    Args:
        manifest: the root's package.json, decoded: `resolutions` (yarn), `overrides` (bun, npm) and
            `pnpm.overrides` count.
        pnpm_settings: pnpm-workspace.yaml; empty for none, or where it does not count.
    """
    pnpm = manifest.get("pnpm")
    tables = [manifest.get("resolutions"), manifest.get("overrides")]
    tables += [pnpm.get("overrides")] if isinstance(pnpm, Mapping) else []
    if b"overrides" in pnpm_settings:
        tables.append(_read_overrides(pnpm_settings))
    specs = (spec for table in tables if isinstance(table, Mapping) for spec in table.values())
    found = (_FOLDER.fullmatch(spec) for spec in specs if isinstance(spec, str))
    return frozenset(posixpath.normpath(one[1]) for one in found if one is not None)


def _read_overrides(settings: bytes) -> object:
    from zipper.npm.yaml_settings import parse_settings  # noqa: PLC0415  (for few projects)
    from zipper.npm.yaml_text import YamlFaultError  # noqa: PLC0415  (the same)

    try:
        return parse_settings(settings.decode("utf-8", "replace")).get("overrides")
    except YamlFaultError:
        return None  # who reads the lockfile says so
