"""Files of a project and of its siblings, as they are packed with what their sources became.

In: the files that were chosen, and what was reached. Out: entries.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from zipper.archive.compress import compress
from zipper.bundling.source_names import TYPED, is_source, name_output
from zipper.project.own_files import OwnFiles, read_entries
from zipper.store.store_zip_format import inflate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from zipper.archive.entries import PlannedEntry
    from zipper.bundling.output_places import ReachedFile

__all__ = ["pack_beyond", "pack_own", "pack_siblings"]

_MANIFEST: Final = b"package.json"
_FIELDS: Final = ("main", "exports", "imports")


def pack_own(choice: OwnFiles, made: Mapping[str, ReachedFile]) -> tuple[PlannedEntry, ...]:
    """Return the project's own files, what the sources became in their places.

    Args:
        choice: what is packed of the folder.
        made: what was reached, by its name relative to it.

    Raises:
        ProjectError: EREAD.
    """
    kept = {
        name: None
        for name in choice.files
        if not name.endswith(TYPED) and (name not in made or made[name].text is None)
    }
    return _pack(choice, [*kept, *_find_kept(made, kept)], made)


def pack_beyond(outside: OwnFiles, made: Mapping[str, ReachedFile]) -> tuple[PlannedEntry, ...]:
    """Return what is reached in other folders of the workspace and not packed anyway.

    Raises:
        ProjectError: EREAD.
    """
    return _pack(outside, _find_kept(made, outside.files), made)


def pack_siblings(
    root: Path,
    packed: Mapping[str, Sequence[PlannedEntry]],
    folders: Mapping[str, str],
    reached: Sequence[ReachedFile],
) -> dict[str, list[PlannedEntry]]:
    """Return the files of linked packages, what their sources became in their places.

    A sibling's package.json names what its sources became, where it named the sources: Node then
    finds them by the sibling's name.

    Args:
        root: the folder that paths count from.
        packed: location of each to what npm would pack of it.
        folders: location of each to its folder.
        reached: what was reached.

    Raises:
        ProjectError: EREAD.
    """
    found = {location: list(entries) for location, entries in packed.items()}
    for owner in {one.owner for one in reached if one.owner}:
        folder = folders[owner]
        made = {one.path[len(folder) + 1 :]: one for one in reached if one.owner == owner}
        found[owner] = _pack_sibling(root / folder, found[owner], made)
    return found


def _pack_sibling(
    folder: Path, packed: Sequence[PlannedEntry], made: Mapping[str, ReachedFile]
) -> list[PlannedEntry]:
    replaced = {_encode(name) for name, one in made.items() if one.text is not None}
    typed = tuple(ending.encode() for ending in TYPED)
    entries = [
        _name_outputs(entry) if entry.name == _MANIFEST else entry
        for entry in packed
        if entry.name not in replaced and not entry.name.endswith(typed)
    ]
    names = [entry.name.decode("utf-8", "surrogateescape") for entry in entries]
    kept = _find_kept(made, names)
    return sorted([*entries, *_pack(OwnFiles(folder, (), ()), kept, made)])


def _find_kept(
    made: Mapping[str, ReachedFile], chosen: Mapping[str, None] | Sequence[str]
) -> list[str]:
    """Return what was reached, is packed as it is, and was not chosen anyway."""
    names = set(chosen)
    return [name for name, one in made.items() if one.text is None and name not in names]


def _pack(
    choice: OwnFiles, kept: Sequence[str], made: Mapping[str, ReachedFile]
) -> tuple[PlannedEntry, ...]:
    entries = read_entries(choice._replace(files=tuple(kept)))
    return tuple(sorted([*entries, *_compress(made)]))


def _compress(made: Mapping[str, ReachedFile]) -> Iterator[PlannedEntry]:
    for name, one in made.items():
        if one.text is not None:
            yield compress(name, _encode(one.text), executable=False)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


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
