"""The sizes of a package as a tree: packages and folders, the largest first.

In: an `Inventory`. Out: `Branch`es, and their drawing as lines of a given width.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from zipper.report.bundle_parts import name_parts
from zipper.report.units import format_bytes, format_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zipper.report.bundle_parts import BundlePart
    from zipper.report.inventory import File, Inventory

__all__ = ["Branch", "describe_copies", "draw_sizes", "grow"]

_SMALL: Final = 0.01
"""A branch below this share of the whole is summed up with its like."""
_MOST: Final = 20
"""Branches drawn below one parent."""
REST: Final = "of no source"
"""What a bundler itself wrote into a bundle."""


@dataclass(slots=True)
class Branch:
    """A folder, a package or a file, and all below it. Grown in place, then only read."""

    label: str
    size_bytes: int = 0
    zipped_size_bytes: int = 0
    files: int = 0
    is_package: bool = False
    gone_bytes: int = 0
    """What pruning took out below it, in neither size; nor is its file counted."""
    gone_zipped_bytes: int = 0
    branches: dict[str, Branch] = field(default_factory=dict)


def grow(inventory: Inventory) -> Branch:
    """Return the root of the tree. A package of node_modules is one branch, its scope included."""
    labels = {
        row.folder: f"{row.name} {row.version}".strip() for row in inventory.packages if row.folder
    }
    root = Branch(inventory.path)
    known: dict[str, Branch] = {"": root}
    for file in inventory.files:
        folder = file.name.rpartition("/")[0]
        for branch in _line(folder, known, labels):
            branch.size_bytes += file.size_bytes
            branch.zipped_size_bytes += file.zipped_size_bytes
            branch.files += 1
        name = file.name.rpartition("/")[2]
        leaf = Branch(name, file.size_bytes, file.zipped_size_bytes, 1)
        known[folder].branches[name] = leaf
        if file.name in inventory.parts:
            _split(leaf, file, name_parts(inventory.parts[file.name]))
    for file in inventory.gone:
        folder, _, name = file.name.rpartition("/")
        leaf = Branch(name)
        for branch in (*_line(folder, known, labels), leaf):
            branch.gone_bytes += file.size_bytes
            branch.gone_zipped_bytes += file.zipped_size_bytes
        known[folder].branches[name] = leaf
    # What a zip says of itself at its end belongs to no file.
    root.zipped_size_bytes = inventory.size_bytes
    return root


def _split(bundle: Branch, file: File, parts: Iterable[BundlePart]) -> None:
    """Hang what a bundler put into one file below it; zipped bytes in proportion."""
    for part in parts:
        zipped = file.zipped_size_bytes * part.size_bytes // max(file.size_bytes, 1)
        for branch in _way(bundle, file.name, part):
            branch.size_bytes += part.size_bytes
            branch.zipped_size_bytes += zipped
            branch.files += 1


def _way(bundle: Branch, place: str, part: BundlePart) -> Iterator[Branch]:
    """Yield the branches below `bundle` that lead to one of its sources, new ones hung in."""
    branch = bundle
    if part.package:
        place = f"{place}/node_modules/{part.package}"
        label = f"{part.package} {part.version}".strip()
        branch = branch.branches.setdefault(place, Branch(label, is_package=True))
        yield branch
    for label in part.path.split("/") if part.path else [REST]:
        place = f"{place}/{label}"
        branch = branch.branches.setdefault(place, Branch(label))
        yield branch


def _line(folder: str, known: dict[str, Branch], labels: dict[str, str]) -> Iterator[Branch]:
    """Yield the branches from the root to `folder`, new ones hung in on the way."""
    branch = known[""]
    yield branch
    if not folder:
        return
    parts = folder.split("/")
    for index, part in enumerate(parts):
        place = "/".join(parts[: index + 1])
        scope = part.startswith("@") and index and parts[index - 1] == "node_modules"
        if scope and index + 1 < len(parts):
            continue  # @scope/name is one package
        if place not in known:
            label = labels.get(place)
            known[place] = Branch(label or part, is_package=label is not None)
            branch.branches[place] = known[place]
        branch = known[place]
        yield branch


def draw_sizes(
    inventory: Inventory, *, width: int | None = None, every: bool = False, depth: int = 2
) -> Iterator[str]:
    """Yield the drawing: unzipped and zipped bytes, share of the unzipped, and the tree.

    Args:
        inventory: of the package.
        width: columns of the terminal; names are cut to it, and below 60 only the unzipped bytes
            are shown. None for no end.
        every: draw small branches too, and all levels.
        depth: how many levels below the root.
    """
    root = grow(replace(inventory, gone=()))
    narrow = width is not None and width < 60
    head = "unzipped" if narrow else "unzipped    zipped   share"
    yield f"{head}  {root.label}"
    total = max(root.size_bytes, 1)
    for drawing, branch in _draw(root, "", total, depth, every=every):
        numbers = f"{format_bytes(branch.size_bytes):>8}"
        if not narrow:
            share = 100 * branch.size_bytes / total
            numbers += f"  {format_bytes(branch.zipped_size_bytes):>8}  {share:>4.1f} %"
        yield _cut(f"{numbers}  {drawing}", width)


def _draw(
    branch: Branch, indent: str, total: int, depth: int, *, every: bool
) -> Iterator[tuple[str, Branch]]:
    ordered = sorted(branch.branches.values(), key=lambda item: (-item.size_bytes, item.label))
    shown = ordered
    if not every:
        shown = [item for item in ordered[:_MOST] if item.size_bytes >= _SMALL * total]
        shown = shown or ordered[:3]
    rest = ordered[len(shown) :]
    for index, item in enumerate(shown):
        last = index == len(shown) - 1 and not rest
        yield f"{indent}{'└── ' if last else '├── '}{_name(item)}", item
        if (depth > 1 or every) and item.branches:
            below = indent + ("    " if last else "│   ")
            yield from _draw(item, below, total, depth - 1, every=every)
    if rest:
        summed = Branch(f"{len(rest):,} more")
        summed.size_bytes = sum(item.size_bytes for item in rest)
        summed.zipped_size_bytes = sum(item.zipped_size_bytes for item in rest)
        yield f"{indent}└── {summed.label}", summed


def _name(branch: Branch) -> str:
    return branch.label if branch.is_package or not branch.branches else f"{branch.label}/"


def describe_copies(inventory: Inventory) -> Iterator[str]:
    """Yield a line for each package that is there more than once, the costliest first."""
    copies: dict[str, list[tuple[str, int]]] = {}
    for row in inventory.packages:
        if row.folder:
            copies.setdefault(row.name, []).append((row.version, row.size_bytes))
    rows = []
    for name, found in copies.items():
        if len(found) > 1:
            sizes = [size for _, size in found]
            versions = ", ".join(sorted({version for version, _ in found}))
            text = f"{name}: {format_count(len(found), 'copy', 'copies')} ({versions})"
            rows.append((sum(sizes) - max(sizes), text))
    for extra, text in sorted(rows, key=lambda row: (-row[0], row[1])):
        yield f"{format_bytes(extra):>8}  {text}"


def _cut(line: str, width: int | None) -> str:
    return line if width is None or len(line) <= width else f"{line[: width - 1]}…"
