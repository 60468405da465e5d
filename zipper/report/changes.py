"""What changed between two packages: npm packages and files, and the bytes gained and lost.

In: two inventories. Out: a `Changes` value, and its drawing as text or Markdown.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from zipper.npm.folder_path import find_package
from zipper.report.units import format_bytes, format_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.report.inventory import File, Inventory, PackageRow

__all__ = [
    "Changes",
    "PackageChange",
    "compare",
    "describe_changes",
    "describe_changes_as_markdown",
    "last_name",
    "short_names",
]

_ROWS_MAX = 100
_CELL_LETTERS = 100
"""So a comment stays below the 65,536 letters that GitHub takes."""

ChangeKind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class PackageChange:
    """One package that differs. `old` and `new` are versions, sorted; empty where there is none."""

    kind: ChangeKind
    name: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    size_bytes: int
    """Unzipped bytes gained; negative where they are fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything that differs between two packages. Bytes are those of the new less the old."""

    old_path: str
    new_path: str
    size_bytes: int
    unzipped_size_bytes: int
    packages: tuple[PackageChange, ...]
    files_added: tuple[str, ...]
    files_removed: tuple[str, ...]
    files_changed: tuple[str, ...]


def compare(old: Inventory, new: Inventory) -> Changes:
    """Return what differs; packages by size of the difference, files by name."""
    before = {file.name: file for file in old.files}
    after = {file.name: file for file in new.files}
    return Changes(
        old_path=old.path,
        new_path=new.path,
        size_bytes=new.size_bytes - old.size_bytes,
        unzipped_size_bytes=new.unzipped_size_bytes - old.unzipped_size_bytes,
        packages=_compare_packages(old, new),
        files_added=tuple(sorted(after.keys() - before.keys())),
        files_removed=tuple(sorted(before.keys() - after.keys())),
        files_changed=tuple(
            sorted(
                name for name in before.keys() & after.keys() if _differ(before[name], after[name])
            )
        ),
    )


def _differ(old: File, new: File) -> bool:
    return (old.size_bytes, old.crc) != (new.size_bytes, new.crc)


def _compare_packages(old: Inventory, new: Inventory) -> tuple[PackageChange, ...]:
    before, after = _by_name(old), _by_name(new)
    found = []
    for name in before.keys() | after.keys():
        was, now = before.get(name, []), after.get(name, [])
        versions = Counter(row.version for row in was), Counter(row.version for row in now)
        if versions[0] == versions[1]:
            continue
        gained = sum(row.size_bytes for row in now) - sum(row.size_bytes for row in was)
        kind: ChangeKind = "changed" if was and now else "added" if now else "removed"
        old_versions, new_versions = (tuple(sorted(side.elements())) for side in versions)
        found.append(PackageChange(kind, name, old_versions, new_versions, gained))
    return tuple(sorted(found, key=lambda change: (-abs(change.size_bytes), change.name)))


def _by_name(inventory: Inventory) -> dict[str, list[PackageRow]]:
    rows: dict[str, list[PackageRow]] = {}
    for row in inventory.packages:
        if row.folder:
            rows.setdefault(row.name, []).append(row)
    return rows


def describe_changes(changes: Changes) -> Iterator[str]:
    """Yield the lines for a terminal."""
    yield (
        f"{changes.new_path} against {changes.old_path}: {_signed(changes.size_bytes)} zipped, "
        f"{_signed(changes.unzipped_size_bytes)} unzipped"
    )
    for change in changes.packages:
        yield f"{change.kind:<7}  {_signed(change.size_bytes):>9}  {_versions(change)}"
    own = {
        "added": [name for name in changes.files_added if not find_package(name)],
        "removed": [name for name in changes.files_removed if not find_package(name)],
        "changed": [name for name in changes.files_changed if not find_package(name)],
    }
    for kind, names in own.items():
        for name in names[:10]:
            yield f"{kind:<7}  {'':>9}  {name}"
        if len(names) > 10:
            yield f"{kind:<7}  {'':>9}  {len(names) - 10:,} more files of the project"
    yield describe_file_counts(changes)


def last_name(path: str) -> str:
    """Return a file's own name: where it is on a disk is nothing to hand on."""
    return re.split(r"[/\\]", path)[-1] or path


def short_names(changes: Changes) -> Changes:
    """Return the changes without the folders of the zips, but as many as tell the two apart."""
    sides = [re.split(r"[/\\]", path) for path in (changes.old_path, changes.new_path)]
    count = next(
        (count for count in (1, 2) if len({tuple(side[-count:]) for side in sides}) == 2), 1
    )
    old, new = ("/".join(side[-count:]) for side in sides)
    return replace(changes, old_path=old, new_path=new)


def describe_changes_as_markdown(changes: Changes) -> Iterator[str]:
    """Yield a comment for a pull request, which names no folder of this disk."""
    changes = short_names(changes)
    yield (
        f"**{changes.new_path}**: {_signed(changes.size_bytes)} zipped, "
        f"{_signed(changes.unzipped_size_bytes)} unzipped"
    )
    yield ""
    if changes.packages:
        yield "| package | was | is | unzipped |"
        yield "|---|---|---|---:|"
    for change in changes.packages[:_ROWS_MAX]:
        cells = (change.name, ", ".join(change.old), ", ".join(change.new))
        yield f"| {' | '.join(map(_cell, cells))} | {_signed(change.size_bytes)} |"
    rest = changes.packages[_ROWS_MAX:]
    if rest:
        size = _signed(sum(change.size_bytes for change in rest))
        yield f"| {format_count(len(rest), 'more package')} | | | {size} |"
    if changes.packages:
        yield ""
    yield describe_file_counts(changes)


def describe_file_counts(changes: Changes) -> str:
    """Return how many files differ, in a line."""
    return (
        f"{format_count(len(changes.files_added), 'file')} added, "
        f"{len(changes.files_removed):,} removed, {len(changes.files_changed):,} changed"
    )


def _versions(change: PackageChange) -> str:
    sides = [", ".join(side) for side in (change.old, change.new) if side]
    return f"{change.name} {' -> '.join(sides)}"


def _signed(size_bytes: int) -> str:
    if size_bytes == 0:
        return "±0 B"
    return f"{'+' if size_bytes > 0 else '-'}{format_bytes(abs(size_bytes))}"


def _cell(text: str) -> str:
    text = text if len(text) <= _CELL_LETTERS else f"{text[:_CELL_LETTERS]}..."
    return text.replace("|", "\\|").replace("\n", " ")
