"""The file system that the function sees: the package in `/var/task`, the layers in `/opt`.

In: listings. Out: answers about absolute paths, symbolic links followed. Nothing is extracted.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from zipper.archive.listing import Entry, Listing
from zipper.checks.parts import Known, find_folder, known_parts
from zipper.checks.subject import Subject, find_folders, find_traits
from zipper.errors import ArchiveError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

__all__ = ["LAYERS", "TASK", "FileSystem", "may_read"]

TASK: Final = "/var/task"
LAYERS: Final = "/opt"
_MOUNT: Final = f"{TASK}/"
_LINK: Final = 0o12
"""The four highest bits of a link's Unix mode."""
_LINKS_MAX: Final = 40
"""Links that one path may lead through, as on Linux."""
_LINK_LIMIT_BYTES: Final = 4096


class Sightings(NamedTuple):
    """What answers rest on that are the same in several zips."""

    parts: tuple[tuple[str, str], ...]
    """The packages that were looked into, by folder: their digests, empty for what is absent."""
    places: tuple[tuple[str, bool], ...]
    """Other places, no file each, and whether there is a folder."""


class FileSystem:
    """Read-only; a later layer hides an earlier one's file of the same path."""

    def __init__(
        self,
        listing: Listing,
        folders: frozenset[str],
        layers: Sequence[Listing],
        subject: Subject | None = None,
    ) -> None:
        self._subject = subject
        self.looked: set[str] | None = None
        """Where it is a set, every path that is looked at is put into it."""
        self._layers = tuple(reversed(layers))
        self._mounts: tuple[tuple[str, Listing, frozenset[str]], ...] = (
            (_MOUNT, listing, folders),
            *((f"{LAYERS}/", layer, find_folders(layer)) for layer in self._layers),
        )
        self._links = _read_links(self._mounts)
        self._real: dict[str, str] = {}

    @classmethod
    def of(cls, subject: Subject) -> FileSystem:
        """Return the file system of a subject; a layer under test is mounted as one."""
        if subject.kind == "layer":
            empty = Listing((), b"", b"", (), {})
            return cls(empty, frozenset(), (*subject.layers, subject.listing))
        return cls(subject.listing, subject.folders, subject.layers, subject)

    def known_at(self, path: str) -> Known | None:
        """Return what is known of the part that `path` is in, where several zips may have it."""
        if not path.startswith(_MOUNT):
            return None
        return self._known_parts.get(find_folder(path[len(_MOUNT) :]))

    @cached_property
    def is_alone(self) -> bool:
        """Whether nothing is kept for other zips."""
        subject = self._subject
        return subject is None or subject.cache is None or subject.cache.parts.is_alone

    @cached_property
    def _known_parts(self) -> Mapping[str, Known]:
        """What is known of packages by their folders: of all, or of none."""
        if self._links or self._subject is None or self._subject.cache is None:
            return {}
        return known_parts(self._subject)

    @cached_property
    def _digests(self) -> Mapping[str, str]:
        return {folder: known.digest for folder, known in self._known_parts.items()}

    @property
    def parts(self) -> Collection[Known]:
        """What is known of the packages."""
        return self._known_parts.values()

    def find_sightings(self, looked: Iterable[str]) -> Sightings | None:
        """Return what decides about everything that is, or is not, at the paths `looked`.

        None where a file outside of packages does: its content may decide, too.
        """
        parts: dict[str, str] = {}
        places: dict[str, bool] = {}
        for path in sorted(looked):
            folder = find_folder(path[len(_MOUNT) :]) if path.startswith(_MOUNT) else ""
            if folder:
                known = self._known_parts.get(folder)
                parts[folder] = "" if known is None else known.digest
            elif self.is_file(path):
                return None
            elif path.startswith((_MOUNT, f"{LAYERS}/")):
                places[path] = self.is_folder(path)
        return Sightings(tuple(parts.items()), tuple(places.items()))

    def has(self, sightings: Sightings) -> bool:
        """Return whether all of `sightings`, which another file system has, is the same here."""
        if any(self._digests.get(folder, "") != digest for folder, digest in sightings.parts):
            return False
        return all(self.is_folder(at) is it and not self.is_file(at) for at, it in sightings.places)

    def find(self, path: str) -> tuple[Listing, Entry] | None:
        """Return the file at `path` and the listing that holds it, or None."""
        if self.looked is not None:
            self.looked.add(path)
        path = self.real_path(path)
        for mount, listing, _ in self._mounts:
            if path.startswith(mount):
                entry = listing.by_name.get(path[len(mount) :])
                if entry is not None:
                    return listing, entry
        return None

    def is_file(self, path: str) -> bool:
        """Return whether `path` is a file."""
        return self.find(path) is not None

    def is_folder(self, path: str) -> bool:
        """Return whether `path` is a folder; `/var/task` always is."""
        if self.looked is not None:
            self.looked.add(path)
        path = self.real_path(path)
        for mount, _, folders in self._mounts:
            if path.startswith(mount) and path[len(mount) :] in folders:
                return True
        return path in (TASK, LAYERS)

    def is_readable(self, path: str) -> bool:
        """Return whether the function's user may read the file at `path`, if there is one."""
        found = self.find(path)
        return found is None or may_read(found[1])

    def exists(self, path: str) -> bool:
        """Return whether `path` is a file or a folder, as Node's `existsSync` does."""
        return self.is_file(path) or self.is_folder(path)

    def read(self, path: str, *, limit_bytes: int) -> bytes | None:
        """Return the content of the file at `path`, or None where there is none.

        Raises:
            ArchiveError: EZIP if it cannot be read from its zip, or is larger than the limit.
        """
        found = self.find(path)
        return None if found is None else found[0].read(found[1], limit_bytes=limit_bytes)

    def real_path(self, path: str) -> str:
        """Return `path` with its links followed; nothing where they are too many."""
        if not self._links:
            return path
        known = self._real.get(path)
        if known is None:
            known = self._real[path] = self._follow(path)
        return known

    def _follow(self, path: str) -> str:
        pending = path.split("/")[::-1]
        place: list[str] = []
        followed = 0
        while pending:
            part = pending.pop()
            if part in ("", "."):
                continue
            if part == "..":
                del place[-1:]
                continue
            place.append(part)
            target = self._links.get("/" + "/".join(place))
            if target is None:
                continue
            followed += 1
            if followed > _LINKS_MAX:
                return ""
            if target.startswith("/"):
                place.clear()
            else:
                place.pop()
            pending.extend(target.split("/")[::-1])
        return "/" + "/".join(place)


def may_read(entry: Entry) -> bool:
    """Return whether the mode of a member lets everyone read it, where the zip has modes."""
    attributes = entry.external_attributes
    has_mode = entry.create_system == 3 and attributes >> 16
    return bool(attributes & 0x00040000) or not has_mode or entry.is_symlink


def _read_links(mounts: tuple[tuple[str, Listing, frozenset[str]], ...]) -> dict[str, str]:
    links: dict[str, str] = {}
    for mount, listing, _ in mounts:
        if all(kind != _LINK for _, _, _, kind in find_traits(listing)):
            continue
        for entry in listing.entries:
            if not entry.is_symlink:
                continue
            try:
                target = listing.read(entry, limit_bytes=_LINK_LIMIT_BYTES)
            except ArchiveError:
                continue
            links.setdefault(f"{mount}{entry.name}", target.decode("utf-8", "replace"))
    return links
