"""Packages that are known to read, to start or to patch files by names that no text shows.

In: `known_packages.json`, a row for each with its source and the day on which it was read. Out:
`KnownPackage` values. What the rules find without a row needs none.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import NamedTuple

__all__ = ["KnownPackage", "find_row", "parse_table"]


class KnownPackage(NamedTuple):
    """One row."""

    package: str
    """A name, or a pattern of names with `*`."""
    files: tuple[str, ...]
    """Patterns of its own files that stay when the package is reached."""
    packages: tuple[str, ...]
    """Patterns of names of other packages that stay whole then, where they are there."""
    classes: tuple[str, ...]
    """Classes of files that stay in every package then."""
    finds_caller: bool
    """Whether it looks for files beside the file that requests it."""
    names_packages: bool
    """Whether it requests packages by computed names all the same."""
    is_confined: bool
    """Whether what it requests and reads by computed names is among `files`, all of it."""
    why: str
    source: str
    date: str

    def takes(self, name: str) -> bool:
        """Return whether the row keeps a file of the package, by its name in it."""
        return any(fnmatchcase(name, pattern) for pattern in self.files)

    def takes_package(self, name: str) -> bool:
        """Return whether the row keeps the package called `name` whole."""
        return any(fnmatchcase(name, pattern) for pattern in self.packages)


def parse_table(text: str) -> tuple[KnownPackage, ...]:
    """Return the rows of the table."""
    return tuple(
        KnownPackage(
            row["package"],
            tuple(row.get("files", ())),
            tuple(row.get("packages", ())),
            tuple(row.get("classes", ())),
            row.get("finds_caller", False),
            row.get("names_packages", False),
            row.get("confined", False),
            row["why"],
            row["source"],
            row["date"],
        )
        for row in json.loads(text)
    )


def find_row(table: tuple[KnownPackage, ...], name: str) -> KnownPackage | None:
    """Return the row of the package called `name`; the first that fits."""
    return next((row for row in table if fnmatchcase(name, row.package)), None)
