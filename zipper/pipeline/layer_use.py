"""What a function takes from its layers instead of packing it.

In: the parts of its zip, and its layers' zips. Out: the parts that stay, and what is said of the
others. What is compared is `zipper.layout.layer_split`'s.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.archive.entries import FIELDS
from zipper.findings import Finding
from zipper.layout.layer_split import (
    FileFact,
    PackageFolders,
    Split,
    group_packages,
    layer_roots,
    split_packages,
)
from zipper.package import UsedLayer
from zipper.pipeline.reading_zips import open_sound_listing
from zipper.pipeline.written_zips import find_place
from zipper.report.units import format_count
from zipper.store.store_zip_format import inflate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zipper.archive.entries import PlannedEntry, PlannedZip
    from zipper.archive.listing import Entry, Listing
    from zipper.pipeline.session import Circumstances
    from zipper.settings.build_request import BuildRequest

__all__ = ["take_from_layers"]

_SEARCHED_SINCE: Final = 18
"""The major from which on AWS's Node.js searches NODE_PATH for `import`, as for `require`."""
_NAMED: Final = 5


LayerUse = tuple["list[PlannedEntry | PlannedZip]", tuple[UsedLayer, ...], tuple[Finding, ...]]
"""What stays of a function's parts, its layers, and what is said about both."""


def take_from_layers(
    parts: Iterable[PlannedEntry | PlannedZip], request: BuildRequest, io: Circumstances
) -> LayerUse:
    """Return `parts` without the packages that the layers of `request` hold at the same instance.

    Raises:
        ArchiveError: EREAD, EZIP for a layer that cannot be read.
    """
    parts = list(parts)
    major = request.target.details.major
    listings = {
        entry: io.shared.get(entry, partial(open_sound_listing, entry))
        for entry in request.layers
        if not entry.startswith("arn:")
    }
    if not listings:
        used = tuple(_use(entry, Counter(), request) for entry in request.layers)
        return parts, used, ()
    merged = _merge(listings)
    packages = _function_packages(parts)
    split = split_packages(packages, _layer_packages(merged, major), major=major)
    findings = tuple(_describe_kept(split))
    if split.left_out and major < _SEARCHED_SINCE:
        findings = (*findings, _keep_all(request, split))
        split = Split({}, {})
    counts: Counter[str] = Counter()
    for folder in packages.by_folder:
        top = _top_of(folder)
        if top in split.left_out:
            counts[_owner_of(split.left_out[top], merged)] += 1
    sizes = _measure(parts, split)
    used = tuple(_use(entry, counts, request) for entry in request.layers)
    return (
        [part for part in parts if _top_of(_name_of(part)) not in split.left_out],
        used,
        (*_describe_left_out(split, counts, sizes), *findings),
    )


def _use(entry: str, counts: Counter[str], request: BuildRequest) -> UsedLayer:
    if entry.startswith("arn:"):
        return UsedLayer(arn=entry)
    name = next((one.name for one in request.uses if one.output == entry), None)
    return UsedLayer(name=name, path=str(find_place(entry)), packages=counts[entry])


_Owned = tuple[str, "Entry"]
"""The layer that a file is from, and the file."""


def _merge(listings: Mapping[str, Listing]) -> dict[str, _Owned]:
    """Return the files of all layers by name; a later layer replaces a file of an earlier one."""
    return {
        entry.name: (path, entry)
        for path, listing in listings.items()
        for entry in listing.entries
        if not entry.is_dir
    }


def _layer_packages(merged: Mapping[str, _Owned], major: int) -> dict[str, dict[str, FileFact]]:
    facts = (
        (name, FileFact(entry.crc, entry.size, _is_executable(entry)))
        for name, (_, entry) in merged.items()
        if not entry.is_symlink
    )
    return group_packages(facts, roots=layer_roots(major))


def _is_executable(entry: Entry) -> bool:
    return entry.create_system == 3 and bool(entry.mode & 0o001)


def _function_packages(parts: Iterable[PlannedEntry | PlannedZip]) -> PackageFolders:
    entries = {
        entry.name.decode("utf-8", "surrogateescape"): entry
        for part in parts
        for entry in part.entries()
    }

    def read(path: str) -> bytes:
        return inflate(entries[path])

    facts = ((name, _fact_of(entry)) for name, entry in entries.items())
    return PackageFolders(group_packages(facts), read)


def _fact_of(entry: PlannedEntry) -> FileFact:
    fields = FIELDS.unpack(entry.fields)
    return FileFact(fields[4], fields[6], bool(entry.mode & 0o111))


def _name_of(part: PlannedEntry | PlannedZip) -> str:
    return part.name.decode("utf-8", "surrogateescape")


def _top_of(name: str) -> str:
    """Return the folder right in the function's node_modules that a file in it is in."""
    return "/".join(name.split("/")[: 3 if name.startswith("node_modules/@") else 2])


def _owner_of(place: str, merged: Mapping[str, _Owned]) -> str:
    """Return the layer that a folder comes from."""
    prefix = f"{place}/"
    return next(owned[0] for path, owned in merged.items() if path.startswith(prefix))


def _measure(parts: Iterable[PlannedEntry | PlannedZip], split: Split) -> int:
    return sum(part.size_bytes for part in parts if _top_of(_name_of(part)) in split.left_out)


def _describe_left_out(split: Split, counts: Counter[str], size_bytes: int) -> Iterable[Finding]:
    if split.left_out:
        layers = ", ".join(f"`{Path(entry).name}` {count}" for entry, count in counts.items())
        message = (
            f"{format_count(counts.total(), 'package')} ({size_bytes:,} bytes) "
            f"{'is' if counts.total() == 1 else 'are'} left to the layers: {layers}"
        )
        hint = "attach the layers to the function, or it does not load"
        yield Finding("layer-left-out", "info", "", message, hint)


def _describe_kept(split: Split) -> Iterable[Finding]:
    if split.kept:
        rows = sorted(split.kept.items())
        shown = "; ".join(f"`{_name(folder)}`: {reason}" for folder, reason in rows[:_NAMED])
        more = f"; and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
        stay = f"of the layers {'stays' if len(rows) == 1 else 'stay'} in the function: "
        message = f"{format_count(len(rows), 'package')} {stay}"
        hint = "build the layer from the same lockfile, with all that these packages need"
        yield Finding("layer-kept", "info", rows[0][0], f"{message}{shown}{more}", hint)


def _keep_all(request: BuildRequest, split: Split) -> Finding:
    message = (
        f"on {request.target.runtime} `import` finds no package of a layer, so "
        f"{format_count(len(split.left_out), 'package')} that the layers hold stay in the function"
    )
    hint = "build for nodejs18.x or a newer runtime"
    return Finding("layer-kept", "info", "", message, hint)


def _name(folder: str) -> str:
    return folder.removeprefix("node_modules/")
