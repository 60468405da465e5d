"""A package.json, as far as packing needs it.

In: a folder of a listing. Out: a `Package`; empty where there is no package.json or it cannot be
read, as npm has it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zipper.npm.package_json import parse_manifest

if TYPE_CHECKING:
    from zipper.npm.packlist_rules import Listing

__all__ = ["Package", "load_package"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
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


def load_package(listing: Listing, folder: str) -> Package:
    """Return the package in `folder`."""
    text = listing.read(folder, "package.json")
    try:
        raw = json.loads(text.removeprefix("\ufeff")) if text else None
    except (ValueError, RecursionError):
        raw = None
    return parse_package(raw) if isinstance(raw, Mapping) else Package()


def parse_package(raw: Mapping[str, object]) -> Package:
    """Return what a decoded package.json says about packing."""
    manifest = parse_manifest(raw)
    files = raw.get("files")
    needed = (*manifest.dependencies, *manifest.optional_dependencies)
    entries = [raw.get("browser"), raw.get("main"), *manifest.bin.values()]
    return Package(
        files=tuple(file for file in files if isinstance(file, str))
        if isinstance(files, list)
        else None,
        required=tuple(entry for entry in entries if isinstance(entry, str) and entry),
        bundled=manifest.bundle_dependencies,
        dependencies=needed,
        packable=frozenset(needed) - frozenset(manifest.dev_dependencies),
        has_workspaces=bool(raw.get("workspaces")),
    )
