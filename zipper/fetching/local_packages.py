"""Packages that lie on this disk: `file:` folders, workspaces and `file:` tarballs.

In: link targets of the tree and the project's folder. Out: bytes and entries, the files chosen as
npm would pack them. The folders are only read.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.archive.compress import compress
from zipper.errors import ProjectError
from zipper.files import is_executable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from zipper.archive.entries import PlannedEntry
    from zipper.npm.package_json import Manifest

__all__ = [
    "find_lost_files",
    "is_local_folder",
    "is_local_tarball",
    "list_folder",
    "pack_folder",
    "read_local_tarball",
]


def pack_folder(
    root: Path, location: str, manifest: Manifest, *, workspaces: Collection[str]
) -> list[PlannedEntry]:
    """Return the files of a linked package as entries, named relative to it.

    Args:
        root: the project's folder.
        location: of the link's target, relative to `root`; may begin with `..`.
        manifest: of the linked package; its commands are made executable, as npm does.
        workspaces: folders of the project's workspaces. Ignore files above a workspace count.

    Raises:
        ProjectError: ENOPROJECT where the folder is not there, or holds no package.json and so
            may be anything, whatever a lockfile says; EREAD.
    """
    packed = list_folder(root, location, manifest, workspaces=workspaces)
    commands = set(manifest.bin.values())
    folder = root / location
    return [_read_entry(folder, name, is_command=name in commands) for name in packed]


def list_folder(
    root: Path, location: str, manifest: Manifest, *, workspaces: Collection[str]
) -> list[str]:
    """Return the names of the files that `pack_folder` packs; its arguments and errors."""
    from zipper.npm.packlist import list_packed  # noqa: PLC0415  (for projects with links only)

    folder = root / location
    if not (folder / "package.json").is_file():
        what = "has no package.json" if folder.is_dir() else "is not there"
        raise ProjectError(
            "ENOPROJECT",
            f"the linked package `{location}` {what}",
            hint="check out the folder or give it a package.json, or remove the dependency",
        )
    inside = location in workspaces
    top, project = (root, location) if inside else (folder, "")
    bundles = bool(manifest.bundle_dependencies)
    files = list(_walk(folder, f"{project}/" if project else "", into_modules=bundles))
    if inside:
        files += _ignore_files_above(root, location)
    return list_packed(
        files,
        read_text=lambda name: (top / name).read_text("utf-8", "replace"),
        project=project,
        prefix="" if inside else None,
        workspaces=workspaces if inside else (),
    )


def find_lost_files(
    root: Path, location: str, packed: Collection[PlannedEntry]
) -> Iterator[tuple[str, str]]:
    """Yield what a linked package's code names and is not packed, with the file that names it.

    Args:
        root: the project's folder.
        location: of the linked folder, relative to `root`.
        packed: what is packed of it.

    Raises:
        ProjectError: EREAD.
    """
    folder = root / location
    names = {entry.name.decode("utf-8", "surrogateescape") for entry in packed}
    left_out = set(_walk(folder, "", into_modules=False)) - names
    if left_out:
        from zipper.fetching.narrow_files import find_named  # noqa: PLC0415  (where some are)

        yield from find_named(left_out, sorted(names), lambda name: (folder / name).read_bytes())


def _read_entry(folder: Path, name: str, *, is_command: bool) -> PlannedEntry:
    path = folder / name
    try:
        data = path.read_bytes()
        mode = path.stat().st_mode
    except OSError as cause:
        raise _unreadable(cause, path) from cause
    if is_command:
        from zipper.store.extract import mend_hashbang  # noqa: PLC0415  (for linked commands only)

        return compress(name, mend_hashbang(data), executable=True)
    return compress(name, data, executable=is_executable(mode, data))


def _walk(folder: Path, prefix: str, *, into_modules: bool) -> Iterator[str]:
    """Yield the regular files below `folder`, `prefix` before each; npm packs no links."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as cause:
        raise _unreadable(cause, folder) from cause
    for entry in found:
        if entry.is_file(follow_symlinks=False):
            yield prefix + entry.name
        elif entry.is_dir(follow_symlinks=False) and entry.name != ".git":
            if entry.name == "node_modules" and not into_modules:
                continue
            below = f"{prefix}{entry.name}/"
            yield from _walk(Path(entry.path), below, into_modules=into_modules)


def _ignore_files_above(root: Path, location: str) -> list[str]:
    """Return the ignore files and manifests of the folders between the project and a workspace."""
    folders = [""]
    for part in location.split("/")[:-1]:
        folders.append(f"{folders[-1]}{part}/")
    names = (".npmignore", ".gitignore", "package.json")
    candidates = [folder + name for folder in folders for name in names]
    return [name for name in candidates if (root / name).is_file()]


def is_local_tarball(resolved: str | None) -> bool:
    """Return whether `resolved` names a tarball on this disk."""
    return resolved is not None and resolved.startswith("file:")


def is_local_folder(root: Path, resolved: str | None) -> bool:
    """Return whether `resolved` names a folder on this disk, which npm's `install-links` copies."""
    if resolved is None or not resolved.startswith("file:"):
        return False
    return (root / resolved.removeprefix("file:")).is_dir()


def read_local_tarball(root: Path, resolved: str | None) -> bytes:
    """Return the bytes of a `file:` tarball; its path is relative to the project's folder.

    Raises:
        ProjectError: ENOENT where there is none; EREAD where it cannot be read.
    """
    assert resolved is not None
    path = root / resolved.removeprefix("file:")
    if path.exists() and not path.is_file():
        raise _unreadable(OSError(errno.EINVAL, "it is not a regular file"), path)
    try:
        return path.read_bytes()
    except (OSError, ValueError) as cause:
        raise _unreadable(cause, path) from cause


def _unreadable(cause: OSError | ValueError, path: Path) -> ProjectError:
    reason = getattr(cause, "strerror", None) or str(cause)
    return ProjectError(
        "ENOENT" if isinstance(cause, FileNotFoundError) else "EREAD",
        f"cannot read `{path}`: {reason}",
        hint="`file:` paths are relative to the folder of package.json",
    )
