"""The licences of what is in a package: a table, and one text with all notices.

In: an inventory, and a listing to read licence files from. Out: rows and text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zipper.errors import ArchiveError
from zipper.npm.folder_path import find_installed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zipper.archive.listing import Listing
    from zipper.report.inventory import Inventory

__all__ = ["LicenceRow", "describe_licences", "list_licences", "make_notice"]

_FILE: Final = re.compile(
    r"([\w.-]*[._-])?(licen[cs]es?|copying|copyright|notices?|unlicense)([._-][\w.-]*)?"
    r"|third-?party-?notices?\w*(\.\w+)?"
    r"|licen[cs]es?/[\w.-]+",
    re.IGNORECASE,
)
"""In a package, relative to it: `LICENSE`, `MIT-LICENSE.txt`, `LICENSES/MIT.txt`, `NOTICE`."""
_NOT_TEXT: Final = (".js", ".cjs", ".mjs", ".ts", ".json", ".map", ".node", ".wasm")
_LIMIT_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """One name and version, however many copies of it are there."""

    name: str
    version: str
    licence: str
    """As package.json says it; empty where it says nothing."""
    files: tuple[str, ...]
    """Licence and notice files of the first copy."""


def list_licences(inventory: Inventory) -> tuple[LicenceRow, ...]:
    """Return the npm packages by name and version; the project itself is left out."""
    files: dict[str, list[str]] = {}
    for file in inventory.files:
        folder, _, base = file.name.rpartition("/")
        if (
            _FILE.match(base)
            and not base.endswith(_NOT_TEXT)
            and folder == find_installed(file.name)
        ):
            files.setdefault(folder, []).append(file.name)
    rows: dict[tuple[str, str], LicenceRow] = {}
    for row in inventory.packages:
        if row.folder:
            found = tuple(sorted(files.get(row.folder, ())))
            key = (row.name, row.version)
            rows.setdefault(key, LicenceRow(*key, row.licence, found))
    return tuple(rows[key] for key in sorted(rows))


def describe_licences(rows: Sequence[LicenceRow]) -> Iterator[str]:
    """Yield a table by licence, then name; packages that name none come first."""
    width = max((len(row.licence or "none given") for row in rows), default=0)
    for row in sorted(rows, key=lambda row: (row.licence, row.name, row.version)):
        yield f"{row.licence or 'none given':<{min(width, 40)}}  {row.name} {row.version}"


def make_notice(rows: Sequence[LicenceRow], listing: Listing) -> Iterator[str]:
    """Yield the text that a distributor has to pass on: each package, its licence, its files."""
    yield "This package contains the following software.\n"
    for row in rows:
        yield f"{'-' * 72}\n{row.name} {row.version}\nLicence: {row.licence or 'none given'}\n"
        for name in row.files:
            text = _read(listing, name)
            if text:
                yield f"\n{text}\n"


def _read(listing: Listing, name: str) -> str:
    entry = listing.find(name)
    try:
        data = b"" if entry is None else listing.read(entry, limit_bytes=_LIMIT_BYTES)
    except ArchiveError:
        return ""
    return data.decode("utf-8", "replace").replace("\r\n", "\n").strip()
