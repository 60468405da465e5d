"""A package.json, as far as packing needs it.

In: a folder of a listing. Out: a `PackedFolder`; empty where there is no package.json or it cannot
be read, as npm has it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zipper.npm.package_json import parse_manifest
from zipper.npm.workspaces import match_workspaces, parse_workspaces

if TYPE_CHECKING:
    from zipper.npm.packlist_rules import IgnoreListing

__all__ = ["PackedFolder", "load_package"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFolder:
    """What package.json says about packing."""

    files: tuple[str, ...] | None = None
    """Patterns of what to pack; None where everything is packed that no rule leaves out."""
    required: tuple[str, ...] = ()
    """`browser`, `main` and the targets of `bin`: packed whatever `files` says."""
    bundled: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    """What a bundled package needs, required and optional."""
    packable: frozenset[str] = frozenset()
    """Dependencies that are neither of development nor peers."""
    has_workspaces: bool = False
    """It names workspaces, and at least one is there."""


def load_package(listing: IgnoreListing, folder: str) -> PackedFolder:
    """Return the package in `folder`."""
    text = listing.read(folder, "package.json")
    try:
        raw = json.loads(text.removeprefix("\ufeff")) if text else None
    except (ValueError, RecursionError):
        raw = None
    if not isinstance(raw, Mapping):
        return PackedFolder()
    return _parse_package(raw, has_workspaces=_has_workspaces(listing, folder, raw))


def _has_workspaces(listing: IgnoreListing, folder: str, raw: Mapping[str, object]) -> bool:
    """Return whether a folder with a package.json is one of the workspaces."""
    patterns = parse_workspaces(raw.get("workspaces"))
    inside = f"{folder}/" if folder else ""
    places = (place for place in listing.folders if patterns and place.startswith(inside))
    packages = (place for place in places if place and listing.is_file(f"{place}/package.json"))
    found = [".", *(place.removeprefix(inside) for place in packages)]
    return bool(match_workspaces(patterns, found))


def _parse_package(raw: Mapping[str, object], *, has_workspaces: bool) -> PackedFolder:
    manifest = parse_manifest(raw)
    files = raw.get("files")
    needed = (*manifest.dependencies, *manifest.optional_dependencies)
    entries = [raw.get("browser"), raw.get("main"), *manifest.bin.values()]
    return PackedFolder(
        files=tuple(file for file in files if isinstance(file, str))
        if isinstance(files, list)
        else None,
        required=tuple(entry for entry in entries if isinstance(entry, str) and entry),
        bundled=manifest.bundle_dependencies,
        dependencies=needed,
        packable=frozenset(needed) - frozenset(manifest.dev_dependencies),
        has_workspaces=has_workspaces,
    )
