"""The record that a pruned zip carries: the files that its proof rests on.

In: names, or the record's text. Out: the text, or the names. What pruning decides is not known
here; whether the files are there is judged by `zipper.checks.pruned_rules`.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeGuard

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["RECORD", "RECORD_MAX_BYTES", "PrunedRecord", "format_record", "parse_record"]

RECORD: Final = "node_modules/.zipper-pruned.json"
"""Its name in the zip: a build packs no node_modules of the project's own, so nothing clashes, and
an installer that makes node_modules anew takes it away."""
RECORD_MAX_BYTES: Final = 4 * 1024 * 1024
"""The largest that is read. 65,535 files, the most that a zip has without zip64, take less."""
_FORMAT: Final = 1
_NAME_MAX: Final = 4096
"""Letters of a folder's name, as Linux takes them: one of a megabyte would be joined many times."""


class PrunedRecord(NamedTuple):
    """What a record says."""

    handler: str
    """What Lambda starts of the zip: the handler, or the entry file."""
    folders: dict[str, list[str]]
    """The names of the needed files by folder, the zip's root under the empty text."""

    def names(self) -> Iterator[str]:
        """Yield the needed files by their names in the zip."""
        for folder, names in self.folders.items():
            yield from (f"{folder}/{name}" if folder else name for name in names)


def format_record(needed: Iterable[str], *, mode: str, handler: str) -> str:
    """Return the record's text, one line; the same for the same files, whatever their order."""
    folders = {
        folder: [name.rpartition("/")[2] for name in names]
        for folder, names in groupby(sorted(needed, key=_split), key=lambda name: _split(name)[0])
    }
    head = {"format": _FORMAT, "prune": mode, "handler": handler}
    return json.dumps({**head, "needed": folders}, separators=(",", ":"))


def parse_record(text: bytes) -> PrunedRecord | None:
    """Return what a record says; None where a later format wrote it.

    Raises:
        ValueError: it is no record.
    """
    try:
        document = json.loads(text)
    except RecursionError as cause:
        raise ValueError("it is nested too deeply") from cause
    if not isinstance(document, dict) or type(document.get("format")) is not int:
        raise ValueError("it has no `format`")
    if document["format"] > _FORMAT:
        return None
    handler, folders = document.get("handler"), document.get("needed")
    if not isinstance(handler, str) or not _is_table(folders):
        raise ValueError("its `handler` is no text, or its `needed` no table of names by folder")
    return PrunedRecord(handler, folders)


def _is_table(folders: object) -> TypeGuard[dict[str, list[str]]]:
    return isinstance(folders, dict) and all(
        len(folder) <= _NAME_MAX
        and isinstance(names, list)
        and all(isinstance(name, str) for name in names)
        for folder, names in folders.items()
    )


def _split(name: str) -> tuple[str, str]:
    folder, _, base = name.rpartition("/")
    return folder, base
