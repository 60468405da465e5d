"""What a pruned zip needs by its own record, and has not.

In: a subject. Out: findings `pruned-file-missing` and `pruned-record`. Reads the record alone.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.pruned_record import RECORD, RECORD_MAX_BYTES, PrunedRecord, parse_record
from zipper.errors import ArchiveError
from zipper.findings import Finding, Severity
from zipper.npm.folder_path import find_package

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.subject import Subject

__all__ = ["check_pruned"]

_TOLD_MAX: Final = 200
"""Files that are named: a record of another zip may have a hundred thousand."""
_HINT: Final = "build it again with `--prune`; `drop` leaves out what pruning would keep"


def check_pruned(subject: Subject) -> Iterator[Finding]:
    """Yield each file that the record of pruning has and the zip has not.

    An error: the zip says of itself that its function needs the file. A warning where the zip is
    judged as another function's, and where a layer of unknown content may have the file.
    """
    entry = subject.listing.find(RECORD)
    if entry is None or subject.kind == "layer":
        return
    if entry.size > RECORD_MAX_BYTES:
        yield _unread(f"it has {entry.size:,} bytes", "warning")
        return
    try:
        record = parse_record(subject.listing.read(entry, limit_bytes=RECORD_MAX_BYTES))
    except ArchiveError:
        return  # a damaged member has a finding of its own
    except ValueError as error:
        yield _unread(str(error), "warning")
        return
    if record is None:
        yield _unread("a later zipper wrote it", "info")
        return
    missing = _find_missing(subject, record)
    is_same = _trim(record.handler) == _trim(subject.handler or "")
    for name in islice(missing, _TOLD_MAX):
        in_layer = bool(subject.unknown_layers) and bool(find_package(name))
        severity: Severity = "error" if is_same and not in_layer else "warning"
        message = (
            f"the file is not in the zip, and `{record.handler}` needs it, as pruning recorded in "
            f"`{RECORD}`: something took it out after the build"
        )
        yield Finding("pruned-file-missing", severity, name, message, _HINT)
    more = sum(1 for _ in missing)
    if more:
        message = f"{more:,} more files that the record of pruning has are not in the zip"
        yield Finding("pruned-file-missing", "warning", RECORD, message, _HINT)


def _find_missing(subject: Subject, record: PrunedRecord) -> Iterator[str]:
    """Yield the needed files that neither the zip nor a layer has, and nothing else brings."""
    names = subject.listing.by_name
    for name in record.names():
        if name not in names and not _is_elsewhere(subject, name):
            yield name


def _is_elsewhere(subject: Subject, name: str) -> bool:
    """Return whether a layer has the file, or `provided` names its package."""
    folder = find_package(name)
    if not folder:
        return False
    places = (f"nodejs/{name}", f"nodejs/node{subject.target.details.major}/{name}")
    return folder.rpartition("node_modules/")[2] in subject.provided or any(
        place in layer.by_name for layer in subject.layers for place in places
    )


def _unread(why: str, severity: Severity) -> Finding:
    message = f"the record of pruning, `{RECORD}`, is not compared with the zip: {why}"
    hint = "use a newer zipper" if severity == "info" else "build the zip again with `--prune`"
    return Finding("pruned-record", severity, RECORD, message, hint)


def _trim(handler: str) -> str:
    return handler.removeprefix("./")
