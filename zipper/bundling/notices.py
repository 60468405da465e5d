"""The packages whose code is in a bundle: what is listed of them, and their licences' texts.

In: packages by folder, what reads their files. Out: rows for the metafile, the text of NOTICE.

Source: the licences themselves: MIT, BSD, Apache-2.0 and ISC ask for their text in every copy.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["BundledPackage", "describe_packages", "write_notice"]

_LICENCE: Final = late_pattern(
    r"(?:licen[cs]es?|copying|notice|third[-_ ]?party[-_ ]?(?:licen[cs]es|notices?))"
    r"(?:[-_.](?:mit|apache|bsd|isc|txt|md|markdown))*(?:\.(?:txt|md|markdown))?",
    re.IGNORECASE,
)
_FIELDS: Final = (
    *("name", "version", "license", "licenses", "dependencies", "optionalDependencies"),
    *("peerDependencies", "peerDependenciesMeta"),
)
_LINE: Final = "-" * 80


class BundledPackage(NamedTuple):
    """A package of which a bundle has files."""

    folder: str
    """As it begins paths in the metafile."""
    name: str
    version: str
    resolved: str | None
    integrity: str | None
    size_bytes: int
    """In the bundle."""
    names: Sequence[str]
    """Of its files."""
    read: Callable[[str], bytes | None]


def describe_packages(
    packages: Iterable[BundledPackage], own: Mapping[str, object]
) -> dict[str, Mapping[str, object]]:
    """Return what the metafile says of each package, by its folder.

    Args:
        packages: with files in the bundle.
        own: the project's package.json, which says who asks for them; it is under "".
    """
    project = {key: own[key] for key in _FIELDS if key in own}
    return {"": project, **{one.folder: _describe(one) for one in packages}}


def _describe(package: BundledPackage) -> Mapping[str, object]:
    try:
        raw = json.loads(package.read("package.json") or b"{}")
    except (ValueError, RecursionError):
        raw = {}
    manifest = {key: raw[key] for key in _FIELDS if key in raw} if isinstance(raw, dict) else {}
    return {
        **manifest,
        "name": package.name,
        "version": package.version,
        "resolved": package.resolved,
        "integrity": package.integrity,
        "bytesInOutput": package.size_bytes,
    }


def write_notice(packages: Iterable[BundledPackage], described: Mapping[str, object]) -> str:
    """Return the texts of all licences; packages that have one in common share it."""
    holders: dict[str, list[str]] = {}
    for package in packages:
        texts = [_clean(package.read(name)) for name in package.names if _LICENCE.fullmatch(name)]
        row = described[package.folder]
        licence = row.get("license") if isinstance(row, dict) else None
        told = f" ({licence})" if isinstance(licence, str) else ""
        text = "\n\n".join(filter(None, texts)) or "The package has no text of its licence."
        holders.setdefault(text, []).append(f"{package.name} {package.version}{told}")
    if not holders:
        return ""
    parts = ["This function holds code of these packages, each under its own licence.\n"]
    for text, names in sorted(holders.items(), key=lambda item: sorted(set(item[1]))):
        parts += [_LINE, *sorted(set(names)), "", text, ""]
    return "\n".join(parts)


def _clean(data: bytes | None) -> str:
    lines = (data or b"").decode("utf-8-sig", "replace").splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()
