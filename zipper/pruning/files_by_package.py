"""The files of a package by npm package, and which of them are of a class that can go.

In: a subject. Out: answers by file and folder. Whether a file is reached is not known here.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final

from zipper.checks.binaries import find_members
from zipper.checks.pruned_record import RECORD
from zipper.npm.folder_path import find_package
from zipper.pruning.safe_classes import MENTIONS, ClassOf

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from zipper.checks.subject import Subject

__all__ = ["OWN", "PackageFiles", "relative_to"]

OWN: Final = ""
"""The folder of the project's own files."""
_LINUX: Final = "libc.so.6"


class PackageFiles:
    """All files of one zip."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.folders: dict[str, list[str]] = defaultdict(list)
        """The names of each package's files, by the package's folder."""
        for entry in subject.files:
            folder = OWN if entry.name == RECORD else find_package(entry.name)
            self.folders[folder].append(entry.name)
        self._classes: dict[str, ClassOf] = {}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The names under which requests know the packages, by folder."""
        return {folder: folder.rpartition("node_modules/")[2] for folder in self.folders if folder}

    @cached_property
    def _foreign(self) -> frozenset[str]:
        """The binaries that the target cannot load, and what lies beside them in `prebuilds`."""
        wanted = self.subject.target.architecture
        found = set()
        for member in find_members(self.subject):
            binary = member.binary
            if binary.format == "elf":
                is_other = bool(binary.machine) and binary.machine != wanted
                is_linux = _LINUX in binary.needed
                if is_other or binary.is_musl or (member.foreign and not is_linux):
                    found.add(member.entry.name)
            elif binary.format in ("mach-o", "pe"):
                found.add(member.entry.name)
        return frozenset(found)

    def is_foreign(self, name: str) -> bool:
        """Return whether the file `name` is a binary that the target cannot load."""
        return name in self._foreign

    def find_class(self, name: str, *, is_whole: bool) -> str | None:
        """Return the class of the file `name`; see `zipper.pruning.safe_classes`."""
        if name in self._foreign:
            return "foreign-binaries"
        folder = find_package(name)
        if folder not in self._classes:
            own = [relative_to(folder, one) for one in self.folders[folder]]
            manifest = self.subject.read_json(
                f"{folder}/package.json" if folder else "package.json"
            )
            self._classes[folder] = ClassOf.make(own, manifest)
        return self._classes[folder].find(relative_to(folder, name), at_top_only=is_whole)


def relative_to(folder: str, name: str) -> str:
    """Return the name of a file as its package has it."""
    return name[len(folder) + 1 :] if folder else name


def is_mentioned(name: str, kind: str, mentions: Collection[str]) -> bool:
    """Return whether one of the texts `mentions` names the file `name` of the class `kind`."""
    words = [word for word in MENTIONS.get(kind, ()) if word in mentions]
    parts = name.split("/")
    return any(word in parts or (word[0] == "." and name.endswith(word)) for word in words)
