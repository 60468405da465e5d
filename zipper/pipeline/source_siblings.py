"""A linked package whose sources are in TypeScript, as it is packed.

In: the files that npm would pack of it, and what its sources became. Out: its files.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from zipper.archive.compress import compress
from zipper.bundling.source_names import TYPED, is_source, name_output
from zipper.store.store_zip_format import inflate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zipper.archive.entries import PlannedEntry
    from zipper.bundling.reached_sources import ReachedFile

__all__ = ["pack_sibling"]

_MANIFEST = b"package.json"
_FIELDS = ("main", "exports", "imports")


def pack_sibling(
    packed: Sequence[PlannedEntry], made: Mapping[str, ReachedFile]
) -> list[PlannedEntry]:
    """Return the files of a sibling.

    Its package.json names what its sources became, where it named the sources: Node then finds
    them by the sibling's name.

    Args:
        packed: what npm would pack, named relative to the sibling.
        made: what its sources became, by the new name relative to it.
    """
    replaced = {name.encode("utf-8", "surrogateescape") for name, one in made.items() if one.text}
    typed = tuple(ending.encode() for ending in TYPED)
    entries = [
        _name_outputs(entry) if entry.name == _MANIFEST else entry
        for entry in packed
        if entry.name not in replaced and not entry.name.endswith(typed)
    ]
    entries += [
        compress(name, one.text.encode("utf-8", "surrogateescape"), executable=False)
        for name, one in made.items()
        if one.text is not None
    ]
    return sorted(entries)


def _name_outputs(entry: PlannedEntry) -> PlannedEntry:
    data = inflate(entry)
    try:
        manifest = json.loads(data)
    except ValueError:
        return entry
    changed = {key: _replace(manifest[key]) for key in _FIELDS if key in manifest}
    if all(changed[key] == manifest[key] for key in changed):
        return entry
    text = json.dumps({**manifest, **changed}, indent=2, ensure_ascii=False)
    return compress("package.json", f"{text}\n".encode(), executable=False)


def _replace(value: object) -> object:
    if isinstance(value, str):
        return name_output(value) if is_source(value) else value
    if isinstance(value, list):
        return [_replace(one) for one in value]
    if isinstance(value, dict):
        return {key: _replace(one) for key, one in value.items()}
    return value
