"""A project folder becomes a `Project`: package.json, lockfile, npm's settings.

In: the folder's path and the environment. Out: one frozen value. The folder is only read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from zipper.errors import LockfileError, ProjectError
from zipper.files import read_or_none
from zipper.named_tuple import NamedTuple
from zipper.npm.lockfile_formats import FORMATS, NPM_LOCKFILES
from zipper.npm.package_json import parse_manifest
from zipper.npm.workspaces import match_workspaces, name_workspaces, parse_workspaces
from zipper.project.foreign_lockfile import ForeignText, find_foreign
from zipper.project.npmrc_files import find_home, read_npm_settings
from zipper.project.read_manifest import fingerprint, read_manifest
from zipper.settings.workspace_root import find_workspace_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from zipper.lockfile.npm_read import Lockfile
    from zipper.lockfile.yarn_classic import YarnEntry, YarnLock
    from zipper.npm.npmrc import NpmSettings
    from zipper.npm.package_json import Manifest
    from zipper.project.tool_layers import ToolLayers

    ReadRoot = Callable[[Path, Mapping[str, str] | None, str | None], "Project"]

__all__ = ["Project", "read_project", "read_root_folder"]

_NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})


class Project(NamedTuple):
    """What the folder holds, apart from its code.

    A member of a workspace is read from its root: `root`, `manifest`, `lockfile` and `npm` are the
    root's, as for npm, and `member` says which folder is built.
    """

    root: Path
    manifest: Manifest
    lockfile: Lockfile | None
    npm: NpmSettings
    workspaces: Mapping[str, str]
    """Workspace name to its folder, relative to the project."""
    fingerprint: str
    """A hash of all manifests and the lockfile: what a tree depends on, apart from settings."""
    yarn_lock: Mapping[str, YarnEntry] | None = None
    """What a yarn.lock of version 1 says, by `name@spec`, where npm has no lockfile; empty where it
    locks nothing, None where there is none that counts."""
    unread_lockfiles: tuple[str, ...] = ()
    """Other package managers' lockfiles, not read to their end, where there is none of npm's."""
    home: str = "/"
    """The folder that `file:~/x` counts from, `/`-separated."""
    workspace_root: Path | None = None
    """The root of the workspace that this project is a member of, and is built without."""
    member: str = ""
    """The folder that is built, relative to `root`; "" is the root itself."""
    member_manifest: Manifest | None = None
    """The package.json of the member; None where the root itself is built."""
    foreign: ForeignText | None = None
    """Another package manager's lockfile that counts in place of npm's."""
    siblings: Mapping[str, str] = _NO_NAMES
    """Names that members of the workspace have, which are never looked for in a registry; with
    their folders, relative to the workspace's root. Empty where the root itself is built."""

    @property
    def folder(self) -> Path:
        """The folder that is built."""
        return self.root / self.member if self.member else self.root

    @property
    def own_manifest(self) -> Manifest:
        """The package.json of the folder that is built."""
        return self.member_manifest or self.manifest

    @property
    def lockfile_path(self) -> str | None:
        """The lockfile that counts, of any tool; None where there is none."""
        if self.foreign is not None:
            return self.foreign.path
        if self.lockfile is not None:
            return self.lockfile.path
        return None if self.yarn_lock is None else str(self.root / "yarn.lock")

    def has_member(self, folder: str) -> bool:
        """Say whether `folder`, relative to the root, is a member; pnpm's lockfile lists them."""
        if self.foreign is None or folder in self.workspaces.values():
            return folder in self.workspaces.values()
        text = folder.encode("utf-8", "surrogateescape")
        return b"\n  %s:" % text in self.foreign.data

    @property
    def name(self) -> str:
        """The function's name: package.json's, its scope left out, or the folder's.

        It names the zip, so nothing of it leads to another folder, or to none.
        """
        name = re.split(r"[/\\:\0]", self.own_manifest.name)[-1]
        return name or self.folder.name or "function"


def read_project(
    path: Path,
    *,
    npm_options: Mapping[str, str] | None = None,
    workspace: bool = True,
    lockfile: str | None = None,
    read_root: ReadRoot | None = None,
) -> Project:
    """Return the project in the folder `path`.

    Args:
        path: the folder that holds package.json; a member of a workspace is read with its root.
        npm_options: npm's settings by npm's names, over what the .npmrc files say.
        workspace: False reads a member as a project of its own, without its root.
        lockfile: the one that counts where there are several; None for what package.json says.
        read_root: reads the folder of the lockfile; one that remembers it serves many members.

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
    read = read_root or read_root_folder
    folder = path.resolve()
    foreign = find_foreign(folder, wanted=lockfile) if workspace else None
    if foreign is not None and foreign.folder != folder:
        return read(foreign.folder, npm_options, lockfile)._replace(
            member=folder.relative_to(foreign.folder).as_posix(),
            member_manifest=read_manifest(folder),
        )
    above = find_workspace_root(folder) if foreign is None else None
    own = read_manifest(folder) if above is not None else None
    if above is None or own is None:
        return read(folder, npm_options, lockfile)
    if not workspace:
        siblings = _find_workspaces(above, read_manifest(above), [])
        return read(folder, npm_options, lockfile)._replace(workspace_root=above, siblings=siblings)
    project = read(above, npm_options, lockfile)
    return project._replace(
        member=folder.relative_to(above).as_posix(),
        member_manifest=own,
        siblings=_unlocked(project.workspaces, project.lockfile),
    )


def read_root_folder(
    root: Path, npm_options: Mapping[str, str] | None, wanted: str | None
) -> Project:
    """Return the project in the folder `root`, whatever lists it as a member.

    Args:
        root: the folder that holds package.json.
        npm_options: as for `read_project`.
        wanted: the lockfile that counts where there are several.
    """
    seen: list[bytes] = []
    manifest = read_manifest(root, seen=seen)
    foreign = find_foreign(root, wanted=wanted, looks_above=False)
    names = (wanted,) if wanted in NPM_LOCKFILES else NPM_LOCKFILES
    is_npm = foreign is None and wanted not in FORMATS
    lockfile = _read_lockfile(root, names, manifest, seen) if is_npm else None
    yarn = _read_yarn_lock(root, seen) if lockfile is None and foreign is None else None
    workspaces = _find_workspaces(root, manifest, seen)
    linked = [folder for folder in _linked_folders(lockfile) if folder not in workspaces.values()]
    seen += [read_or_none(root / folder / "package.json") or b"" for folder in linked]
    seen += [] if foreign is None else [foreign.data, *foreign.settings]
    read_tool = _find_tool_reader(root, foreign, yarn)
    home = find_home(os.environ).as_posix()
    if any(b"~/" in text for text in seen):
        seen.append(home.encode("utf-8", "surrogateescape"))
    return Project(
        root=root,
        home=home,
        manifest=manifest,
        lockfile=lockfile,
        npm=read_npm_settings(root, options=npm_options, read_tool=read_tool),
        workspaces=workspaces,
        fingerprint=fingerprint(seen),
        yarn_lock=yarn.entries if yarn is not None and yarn.counts else None,
        unread_lockfiles=_find_unread_lockfiles(root, yarn, foreign),
        foreign=foreign,
    )


def read_bare_folder(root: Path, npm_options: Mapping[str, str] | None) -> Project:
    """Return the project in a folder without package.json: files, and no dependencies."""
    return Project(
        root=root,
        home=find_home(os.environ).as_posix(),
        manifest=parse_manifest({}),
        lockfile=None,
        npm=read_npm_settings(root, options=npm_options),
        workspaces={},
        fingerprint=fingerprint([]),
    )


def _find_tool_reader(
    root: Path, foreign: ForeignText | None, yarn: YarnLock | None
) -> Callable[[Mapping[str, str], Path], ToolLayers] | None:
    """Return what reads the registry settings of a foreign lockfile's tool."""
    above = ""
    if foreign is not None:
        tool, folder, above = FORMATS[foreign.name].tool, foreign.folder, foreign.above
    elif yarn is not None and yarn.counts:
        tool, folder = "yarn1", root
    else:
        return None
    from zipper.project.tool_layers import read_tool_layers  # noqa: PLC0415  (where it counts)

    return lambda environ, home: read_tool_layers(
        tool, folder, above=above, environ=environ, home=home
    )


def _unlocked(workspaces: Mapping[str, str], lockfile: Lockfile | None) -> Mapping[str, str]:
    """Return the workspace's names less those under which the lockfile has a registry's package.

    npm locks such a one where a spec cannot mean the member.
    """
    nodes = () if lockfile is None else lockfile.tree.nodes.values()
    locked = {
        node.package_name
        for node in nodes
        if node.link_target is None and "node_modules/" in node.location
    }
    return {name: folder for name, folder in workspaces.items() if name not in locked}


def _read_lockfile(
    root: Path, names: tuple[str, ...], manifest: Manifest, seen: list[bytes]
) -> Lockfile | None:
    for name in names:
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
    conflict = re.search(rb"^(?:<{7}|>{7})(?: |\r?$)", data, re.MULTILINE)
    if conflict is not None:
        line = data.count(b"\n", 0, conflict.start()) + 1
        raise LockfileError(
            "ELOCKFILE",
            f"`{root / 'yarn.lock'}` holds a merge conflict",
            facts=(("at", f"line {line}"),),
            hint="resolve it: `yarn install`",
        )
    return read_yarn_lock(data)


def _find_unread_lockfiles(
    root: Path, yarn: YarnLock | None, foreign: ForeignText | None
) -> tuple[str, ...]:
    """Return the lockfiles in the project's folder that do not count."""
    names = [name for name in FORMATS if (root / name).is_file()]
    if foreign is not None:
        names += [name for name in NPM_LOCKFILES if (root / name).is_file()]
        return tuple(name for name in names if name != foreign.name)
    is_read = yarn is not None and yarn.is_whole and yarn.counts
    return tuple(name for name in names if not is_read or name != "yarn.lock")


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
            f"`workspaces` in `{root / 'package.json'}` is not a list of folders",
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
            and not entry.is_symlink()
            and entry.is_dir()
        ]
