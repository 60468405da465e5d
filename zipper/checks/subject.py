"""What a rule is given: the listing, the target and the circumstances of one check.

In: a `Listing` and options. Out: a `Subject`, which also answers what several rules ask, each
computed once. A rule's own knowledge does not belong here.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Final

from zipper.archive.runs import gather
from zipper.checks.node_flags import NodeFlags, read_flags
from zipper.errors import ArchiveError
from zipper.kinds import KINDS
from zipper.named_tuple import NamedTuple
from zipper.npm.folder_path import find_package
from zipper.npm.json_text import find_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zipper.archive.listing import Entry, Listing
    from zipper.checks.file_facts import FactsCache
    from zipper.checks.nearby import Nearby
    from zipper.kinds import KindName, ZipKind
    from zipper.target import Target

__all__ = [
    "MANIFEST_LIMIT_BYTES",
    "PATH_MAX",
    "TEXT_LIMIT_BYTES",
    "Subject",
    "find_dependency",
    "find_folders",
    "find_traits",
    "read_manifests",
]

TEXT_LIMIT_BYTES: Final = 64 * 1024 * 1024
"""The largest JavaScript or JSON file that is read; larger ones count as unknown."""

PATH_MAX: Final = 4096
"""Bytes of a path that Linux takes; a longer one could name folders of gigabytes in all."""

MANIFEST_LIMIT_BYTES: Final = 4 * 1024 * 1024
"""The largest package.json that is read: several rules read each, and real ones have 0.3 MB."""

_REMEMBERED_BYTES: Final = 8 * 1024

_REMEMBERED_MAX: Final = 1000
"""Size and number of the JSON files whose values are kept: a hostile zip may have many more."""


class _Circumstances(NamedTuple):
    """What is given."""

    listing: Listing
    target: Target
    handler: str | None = None
    """None leaves out the rules about the handler and its modules."""
    size_bytes: int = 0
    layers: tuple[Listing, ...] = ()
    """In the order in which Lambda lays them over `/opt`: later ones win."""
    unknown_layers: tuple[str, ...] = ()
    """ARNs of layers whose content is not known here."""
    kind: KindName = "function"
    max_size_bytes: int | None = None
    max_unzipped_size_bytes: int | None = None
    unknown_runtime: str | None = None
    """The function's runtime where the table does not have it; `target` then stands in for it."""
    tells_case: bool = False
    """Whether names that differ in their case only clash."""
    timeout_seconds: float = 0
    """Of the function; 0 where it is not known."""
    today: str | None = None
    """An ISO date; None leaves out what depends on the day."""
    code_sha256: str = ""
    """Of the zip; empty where nothing about the zip as a whole is remembered."""
    provided: tuple[str, ...] = ()
    """Modules that something else brings."""
    variables: Mapping[str, str] | None = None
    """What is known of the function's environment."""
    nearby: Nearby | None = None
    """The workspace that the zip was built in, where a build of a member asks."""
    cache: FactsCache | None = None
    """Remembers what was found in JavaScript files."""


class Subject(_Circumstances):
    """One package under test. Without slots, so that the shared answers can be remembered."""

    @property
    def rules(self) -> ZipKind:
        """What Lambda says of this kind of zip."""
        return KINDS[self.kind]

    @property
    def node_options(self) -> str:
        """NODE_OPTIONS of the function; empty where it has none."""
        return (self.variables or {}).get("NODE_OPTIONS", "")

    @cached_property
    def flags(self) -> NodeFlags:
        """How Node loads modules."""
        return read_flags(self.target, self.node_options)

    @cached_property
    def files(self) -> tuple[Entry, ...]:
        """The members that are no folders."""
        if not any(gather(self.listing, "names folders", _name_folders)):
            return self.listing.entries
        return tuple([entry for entry in self.listing.entries if entry.name[-1:] != "/"])

    @cached_property
    def traits(self) -> frozenset[tuple[int, int, int, int]]:
        """Flags, method, system, and the highest bits of the attributes, that members have."""
        return find_traits(self.listing)

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder, implied ones included, without a slash at the end."""
        return find_folders(self.listing)

    @cached_property
    def lowered(self) -> Mapping[str, str]:
        """Every file's name by its lower-case form."""
        return {entry.name.lower(): entry.name for entry in self.files}

    @cached_property
    def lowered_names(self) -> Mapping[str, str]:
        """The first of the files and folders with each lower-case form, by that form."""
        names = sorted(self.listing.by_name.keys() | self.folders, reverse=True)
        return {name.lower(): name for name in names}

    @cached_property
    def unzipped_size_bytes(self) -> int:
        """The sum of the members' sizes, layers left out."""
        return sum([entry.size for entry in self.listing.entries])

    @cached_property
    def sizes_by_package(self) -> Mapping[str, tuple[int, int]]:
        """Unzipped and zipped bytes by package folder; the project's own files under `""`."""
        sizes: dict[str, list[int]] = {}
        folder, known = None, [0, 0]
        for entry in self.listing.entries:
            # Members of one folder are together in most zips.
            parent = entry.name.rpartition("/")[0]
            if parent != folder:
                folder, known = parent, sizes.setdefault(find_package(entry.name), [0, 0])
            known[0] += entry.size
            known[1] += entry.compressed_size
        return {name: (unzipped, zipped) for name, (unzipped, zipped) in sizes.items()}

    @cached_property
    def manifests(self) -> Mapping[str, bytes]:
        """The package.json of each package as it is there, by the package's folder, sorted."""
        folders = filter(None, sorted(self.sizes_by_package))
        return {folder: self.read_bytes(f"{folder}/package.json") for folder in folders}

    @cached_property
    def package_json(self) -> Mapping[str, object]:
        """The package.json at the root; empty where there is none that can be used."""
        return self.read_json("package.json")

    def read_json(self, path: str) -> Mapping[str, object]:
        """Return the object in the JSON file at `path`, empty where there is none."""
        from zipper.checks.parts import known_at  # noqa: PLC0415 - where members are read

        kept = None if self.cache is None else known_at(self, path)
        known = kept.memory.get(("json", path)) if kept else self._objects.get(path)
        if known is None:
            text = self.read_bytes(path)
            known = find_object(text)
            if len(text) <= _REMEMBERED_BYTES and kept is not None:
                kept.memory["json", path] = known
            elif len(text) <= _REMEMBERED_BYTES and len(self._objects) < _REMEMBERED_MAX:
                self._objects[path] = known
        return known

    @cached_property
    def _objects(self) -> dict[str, Mapping[str, object]]:
        """Small JSON files by their path; package.json files are asked for many times."""
        return {}

    def read_bytes(self, path: str) -> bytes:
        """Return the content of the member at `path`, empty where it cannot be read."""
        entry = self.listing.find(path)
        limit = MANIFEST_LIMIT_BYTES if path.endswith("package.json") else TEXT_LIMIT_BYTES
        try:
            return b"" if entry is None else self.listing.read(entry, limit_bytes=limit)
        except ArchiveError:
            return b""


def find_traits(listing: Listing) -> frozenset[tuple[int, int, int, int]]:
    """Return `Subject.traits` of a listing."""
    return frozenset().union(*gather(listing, "traits", _find_traits))


def _find_traits(entries: Sequence[Entry]) -> set[tuple[int, int, int, int]]:
    return {(e.flags, e.method, e.create_system, e.external_attributes >> 28) for e in entries}


def read_manifests(listing: Listing) -> Iterator[tuple[str, bytes]]:
    """Yield the folder of each package, and its package.json where it can be read."""
    named = [entry for entry in listing.entries if entry.name.endswith("package.json")]
    for name, entry in {entry.name: entry for entry in named}.items():
        folder = find_package(name)
        if name == (f"{folder}/package.json" if folder else "package.json"):
            with suppress(ArchiveError):
                yield folder, listing.read(entry, limit_bytes=MANIFEST_LIMIT_BYTES)


def find_folders(listing: Listing) -> frozenset[str]:
    """Return every folder that a member names or implies, without a slash at the end."""
    return frozenset().union(*gather(listing, "folders", _find_folders)) - {""}


def _name_folders(entries: Sequence[Entry]) -> bool:
    return any(entry.name[-1:] == "/" for entry in entries)


def _find_folders(entries: Sequence[Entry]) -> set[str]:
    folders = {entry.name.rpartition("/")[0] for entry in entries if len(entry.name) <= PATH_MAX}
    pending = folders
    while pending := {name.rpartition("/")[0] for name in pending} - folders:
        folders |= pending
    return folders


def find_dependency(subject: Subject, package: str, name: str) -> str | None:
    """Return the folder of `name`, inside the package that needs it or above it."""
    place = package
    while True:
        folder = f"{place}/node_modules/{name}" if place else f"node_modules/{name}"
        if folder in subject.folders:
            return folder
        if not place:
            return None
        above = place.rpartition("node_modules/")[0]
        place = find_package(above) or above.rstrip("/")
