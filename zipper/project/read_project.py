"""A project folder becomes a `Project`: package.json, lockfile, npm's settings.

In: the folder's path and the environment. Out: one frozen value. The folder is only read.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.errors import ProjectError
from zipper.npm.json_text import parse_json_object
from zipper.npm.workspaces import match_workspaces, name_workspaces, parse_workspaces
from zipper.project.npmrc_files import find_home, read_npm_settings
from zipper.project.read_manifest import fingerprint, read_manifest, read_or_none

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from zipper.lockfile.npm_read import Lockfile
    from zipper.lockfile.yarn_classic import YarnEntry, YarnLock
    from zipper.npm.npmrc import NpmSettings
    from zipper.npm.package_json import Manifest

__all__ = ["LOCKFILE_NAMES", "Project", "read_project"]

LOCKFILE_NAMES: Final = ("npm-shrinkwrap.json", "package-lock.json")
"""npm's names, in its order of precedence."""

_FOREIGN_LOCKFILES: Final = ("yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb")

_NO_YARN_LOCK: Final[Mapping[str, YarnEntry]] = MappingProxyType({})


class Project(NamedTuple):
    """What the folder holds, apart from its code."""

    root: Path
    manifest: Manifest
    lockfile: Lockfile | None
    npm: NpmSettings
    workspaces: Mapping[str, str]
    """Workspace name to its folder, relative to the project."""
    fingerprint: str
    """A hash of all manifests and the lockfile: what a tree depends on, apart from settings."""
    yarn_lock: Mapping[str, YarnEntry] = _NO_YARN_LOCK
    """What a yarn.lock says, by `name@spec`, in a project that has no lockfile of npm's."""
    unread_lockfiles: tuple[str, ...] = ()
    """Other package managers' lockfiles, not read to their end, where there is none of npm's."""
    workspace_root: Path | None = None
    """The project that this one is a workspace of, where it has no lockfile of its own."""
    home: str = "/"
    """The folder that `file:~/x` counts from, `/`-separated."""

    @property
    def name(self) -> str:
        """The function's name: package.json's, its scope left out, or the folder's.

        It names the zip, so nothing of it leads to another folder, or to none.
        """
        return re.split(r"[/\\:\0]", self.manifest.name)[-1] or self.root.name or "function"


def read_project(path: Path, *, npm_options: Mapping[str, str] | None = None) -> Project:
    """Return the project in the folder `path`.

    Args:
        path: the folder that holds package.json.
        npm_options: npm's settings by npm's names, over what the .npmrc files say.

    Raises:
        ProjectError: ENOPROJECT where there is no such folder or no package.json in it;
            EJSONPARSE, EINVALIDPACKAGE, EWORKSPACESCONFIG, EDUPLICATEWORKSPACE, EREAD.
        LockfileError: EJSONPARSE, ELOCKVERSION, ELOCKFILE.
    """
    if not path.is_dir():
        what = "is a file, not a folder" if path.exists() else "does not exist"
        raise ProjectError(
            "ENOPROJECT", f"`{path}` {what}", hint="name the folder that holds package.json"
        )
    root = path.resolve()
    seen: list[bytes] = []
    manifest = read_manifest(root, seen=seen)
    lockfile = _read_lockfile(root, manifest, seen)
    yarn = _read_yarn_lock(root, seen) if lockfile is None else None
    workspaces = _find_workspaces(root, manifest, seen)
    linked = [folder for folder in _linked_folders(lockfile) if folder not in workspaces.values()]
    seen += [read_or_none(root / folder / "package.json") or b"" for folder in linked]
    home = find_home(os.environ).as_posix()
    if any(b"~/" in text for text in seen):
        seen.append(home.encode("utf-8", "surrogateescape"))
    return Project(
        root=root,
        home=home,
        manifest=manifest,
        lockfile=lockfile,
        npm=read_npm_settings(root, options=npm_options),
        workspaces=workspaces,
        fingerprint=fingerprint(seen),
        yarn_lock=_NO_YARN_LOCK if yarn is None else yarn.entries,
        unread_lockfiles=() if lockfile else _find_unread_lockfiles(root, yarn),
        workspace_root=None if lockfile else _find_workspace_root(root),
    )


def _read_lockfile(root: Path, manifest: Manifest, seen: list[bytes]) -> Lockfile | None:
    for name in LOCKFILE_NAMES:
        path = root / name
        data = read_or_none(path)
        if data is not None:
            from zipper.lockfile.npm_read import read_lockfile  # noqa: PLC0415  (where there is one)

            seen.append(data)
            return read_lockfile(data, path=str(path), manifest=manifest)
    return None


def _read_yarn_lock(root: Path, seen: list[bytes]) -> YarnLock | None:
    data = read_or_none(root / "yarn.lock")
    if not data:
        return None
    from zipper.lockfile.yarn_classic import read_yarn_lock  # noqa: PLC0415  (rare)

    seen.append(data)
    return read_yarn_lock(data)


def _find_unread_lockfiles(root: Path, yarn: YarnLock | None) -> tuple[str, ...]:
    names = tuple(name for name in _FOREIGN_LOCKFILES if (root / name).is_file())
    is_read = yarn is not None and yarn.is_whole and yarn.entries
    return tuple(name for name in names if not is_read or name != "yarn.lock")


def _find_workspace_root(folder: Path) -> Path | None:
    """Return the nearest folder above of which `folder` is a workspace, as npm looks for it."""
    for above in folder.parents:
        data = read_or_none(above / "package.json") if (above / "package.json").is_file() else None
        if data is not None and b'"workspaces"' in data:
            place = folder.relative_to(above).as_posix()
            with contextlib.suppress(ProjectError):
                raw = parse_json_object(data, path=str(above / "package.json"))
                if match_workspaces(parse_workspaces(raw.get("workspaces") or ()), [place]):
                    return above
    return None


def _linked_folders(lockfile: Lockfile | None) -> list[str]:
    """Return the folders that the lockfile links to, relative to the project."""
    if lockfile is None:
        return []
    targets = {node.link_target for node in lockfile.tree.nodes.values() if node.link_target}
    return sorted(targets)


def _find_workspaces(root: Path, manifest: Manifest, seen: list[bytes]) -> dict[str, str]:
    """Return name to folder of the workspaces that package.json's patterns select on disk.

    Raises:
        ProjectError: EWORKSPACESCONFIG, EDUPLICATEWORKSPACE, EJSONPARSE, EINVALIDPACKAGE, EREAD.
    """
    asked = manifest.raw.get("workspaces")
    if not asked:
        return {}
    if not isinstance(asked.get("packages") if isinstance(asked, Mapping) else asked, list):
        raise ProjectError(
            "EWORKSPACESCONFIG",
            f"`workspaces` in `{root / 'package.json'}` is no list of folders",
            hint='write it as `"workspaces": ["packages/*"]`',
        )
    patterns = parse_workspaces(asked)
    folders = match_workspaces(patterns, (".", *_package_folders(root)))
    names = {
        folder: manifest.name or root.name
        if folder == "."
        else read_manifest(root / folder, seen=seen).name
        for folder in folders
    }
    return name_workspaces(names)


def _package_folders(root: Path) -> Iterator[str]:
    """Yield the folders below `root` that hold a package.json, node_modules left out; sorted."""
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(folder.iterdir(), reverse=True)
        except OSError:
            continue
        if folder != root and any(entry.name == "package.json" for entry in entries):
            yield folder.relative_to(root).as_posix()
        waiting += [
            entry
            for entry in entries
            if entry.name not in ("node_modules", ".git")
            and entry.is_dir()
            and not entry.is_symlink()
        ]
