"""What stays with the files that stay: libraries, package.json files, licences; and the verdicts.

In: the files that are needed so far. Out: what belongs to them, and the verdict of each package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.checks.binaries import scan_binaries
from zipper.checks.closure import relative
from zipper.checks.filesystem import TASK, FileSystem
from zipper.checks.library_search import Libraries
from zipper.npm.folder_path import find_package
from zipper.pruning.kept import KeepReason, PackageVerdict
from zipper.pruning.safe_classes import is_notice

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from zipper.checks.subject import Subject
    from zipper.pruning.files_by_package import PackageFiles

__all__ = ["find_libraries", "find_manifests", "judge_packages", "keep_manifests"]


def find_libraries(
    subject: Subject, reasons: Mapping[str, KeepReason]
) -> list[tuple[str, KeepReason]]:
    """Return the libraries that the kept binaries load, as the system's loader finds them."""
    binaries = scan_binaries(subject)
    kept = [name for name in binaries if name in reasons]
    if not kept:
        return []
    at = {f"{TASK}/{name}": binary for name, binary in binaries.items()}
    libraries = Libraries(FileSystem.of(subject), at)
    found = []
    for name in kept:
        for needed in binaries[name].needed:
            place = libraries.locate(f"{TASK}/{name}", needed)
            # What is loaded already answers by its name, wherever it lies.
            places = [relative(place)] if place else _named(binaries, needed)
            reason = KeepReason("library", name, 0, needed)
            found += [(one, reason) for one in places if one in subject.listing.by_name]
    return found


def _named(binaries: Iterable[str], library: str) -> list[str]:
    return [name for name in binaries if name.rpartition("/")[2] == library]


def keep_manifests(
    read: Iterable[str], files: PackageFiles, reasons: dict[str, KeepReason]
) -> None:
    """Keep the package.json files that resolving reads, and the licences of what stays.

    Args:
        read: the names of those that were read to answer a request.
        files: of the package.
        reasons: what stays; what is kept here is added.
    """
    kept = {folder for name in reasons for folder in _folders_above(name)}
    for name in [*read, *(f"{folder}/package.json".lstrip("/") for folder in sorted(kept))]:
        if find_package(name) in kept and name in files.subject.listing.by_name:
            reasons.setdefault(name, KeepReason("manifest", text="resolving reads it"))
    for folder, names in files.folders.items():
        if folder in kept:
            for name in filter(is_notice, names):
                reasons.setdefault(name, KeepReason("notice", text="a licence, or a notice"))


def find_manifests(names: Iterable[str], kept: Container[str]) -> set[str]:
    """Return the package.json files above the files `names`, in their packages, that stay."""
    folders = {folder for name in names if find_package(name) for folder in _folders_above(name)}
    return {name for folder in folders if (name := f"{folder}/package.json") in kept}


def _folders_above(name: str) -> Iterator[str]:
    """Yield the folders of a file up to its package's own."""
    package = find_package(name)
    folder = name.rpartition("/")[0]
    while len(folder) >= len(package):
        yield folder
        if not folder:
            return
        folder = folder.rpartition("/")[0]


def judge_packages(
    files: PackageFiles,
    reasons: Mapping[str, KeepReason],
    whole: Mapping[str, KeepReason],
    assets: Mapping[str, KeepReason],
) -> dict[str, PackageVerdict]:
    """Return the verdict of each package by its folder, with what decided."""
    verdicts = {}
    for folder, names in sorted(files.folders.items()):
        if folder in whole:
            verdicts[folder] = PackageVerdict(folder, "whole", whole[folder])
        elif folder in assets:
            verdicts[folder] = PackageVerdict(folder, "assets", assets[folder])
        elif any(name in reasons for name in names):
            verdicts[folder] = PackageVerdict(folder, "exact", KeepReason("request"))
        else:
            verdicts[folder] = PackageVerdict(folder, "unreached", KeepReason("request"))
    return verdicts
