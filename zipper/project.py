"""A project folder becomes a `Project`: package.json, lockfile, npm's settings.

In: the folder's path and the environment. Out: one frozen value. The folder is only read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zipper.errors import ProjectError
from zipper.lockfile.read import LOCKFILE_NAMES, Lockfile, read_lockfile
from zipper.npm.json_text import parse_json_object
from zipper.npm.package_json import Manifest, parse_manifest
from zipper.registry.npmrc_files import read_npm_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zipper.npm.npmrc import NpmSettings

__all__ = ["Project", "read_manifest", "read_project"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What the folder holds, apart from its code."""

    root: Path
    manifest: Manifest
    lockfile: Lockfile | None
    npm: NpmSettings

    @property
    def name(self) -> str:
        """The function's name: package.json's, its scope left out, or the folder's."""
        return self.manifest.name.rpartition("/")[2] or self.root.name or "function"


def read_project(path: Path, *, npm_options: Mapping[str, str] | None = None) -> Project:
    """Return the project in the folder `path`.

    Args:
        path: the folder that holds package.json.
        npm_options: npm's settings by npm's names, over what the .npmrc files say.

    Raises:
        ProjectError: ENOPROJECT where there is no such folder or no package.json in it;
            EJSONPARSE, EREAD.
        LockfileError: EJSONPARSE, ELOCKVERSION, ELOCKFILE.
    """
    if not path.is_dir():
        what = "is a file, not a folder" if path.exists() else "does not exist"
        raise ProjectError(
            "ENOPROJECT", f"`{path}` {what}", hint="name the folder that holds package.json"
        )
    root = path.resolve()
    manifest = read_manifest(root)
    return Project(
        root=root,
        manifest=manifest,
        lockfile=_read_lockfile(root, manifest),
        npm=read_npm_settings(root, options=npm_options),
    )


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest in `folder`.

    Raises:
        ProjectError: ENOPROJECT, EJSONPARSE, EREAD.
    """
    path = folder / "package.json"
    data = _read(path)
    if data is None:
        raise ProjectError(
            "ENOPROJECT",
            f"there is no package.json in `{folder}`",
            hint="name the project's folder: `python -m zipper build PROJECT`",
        )
    return parse_manifest(parse_json_object(data, path=str(path)))


def _read_lockfile(root: Path, manifest: Manifest) -> Lockfile | None:
    for name in LOCKFILE_NAMES:
        path = root / name
        data = _read(path)
        if data is not None:
            return read_lockfile(data, path=str(path), manifest=manifest)
    return None


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as cause:
        raise ProjectError(
            "EREAD",
            f"cannot read `{path}`: {cause.strerror or cause}",
            hint="it has to be a file that you may read",
        ) from cause
