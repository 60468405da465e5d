"""Packages that no packument describes, or that bring others along: opened to be read.

In: specs of tarballs, folders and git, and asks for what lies inside a package. Out: manifests.
Tarballs go into the store, so a build does not fetch them again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.errors import ResolutionError
from zipper.fetching.local_packages import (
    is_local_folder,
    list_folder,
    read_local_tarball,
)
from zipper.fetching.registry_tarballs import open_tarball
from zipper.fetching.store_origin import find_own, note_origin
from zipper.files import read_or_none
from zipper.npm.bin_folder import expand_bin_folder
from zipper.npm.integrity import from_data
from zipper.npm.package_json import parse_manifest
from zipper.project.read_manifest import find_manifest
from zipper.store.extract import extract
from zipper.store.keys import git_key, key_of, parse_key
from zipper.tree.resolver_requests import FetchedManifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from zipper.npm.spec import Spec
    from zipper.registry.client import RegistryClient
    from zipper.store.store_zips import Store
    from zipper.tree.resolver_requests import InnerManifests

__all__ = ["OpenedPackages"]


class OpenedPackages:
    """The packages of one project that have to be opened; see `Answers` for the arguments."""

    def __init__(
        self,
        root: Path,
        *,
        store: Store,
        client: Callable[[], RegistryClient],
        refuse: Callable[[Spec], None],
    ) -> None:
        self._root = root
        self._store = store
        self._client = client
        self._refuse = refuse

    def read_spec(self, spec: Spec) -> FetchedManifest:
        """Return the manifest of a tarball on this disk or at an address of its own.

        Raises:
            ZipperError: ENOENT, EUNSUPPORTEDPROTOCOL; what refuses, fetches or opens it raises.
        """
        self._refuse(spec)
        if spec.type == "git":
            return self._read_git(spec)
        if spec.type == "file":
            resolved = f"file:{spec.fetch_spec}"
            tarball = read_local_tarball(self._root, resolved)
        elif spec.type == "remote":
            resolved = spec.fetch_spec or ""
            tarball = open_tarball(self._client(), spec.name or "", "", resolved, None)
        elif spec.type == "directory":
            manifest = find_manifest(Path(spec.fetch_spec or ""))
            if manifest is None:
                raise ResolutionError("ENOENT", f"there is no package.json in `{spec.fetch_spec}`")
            return FetchedManifest(manifest=manifest, resolved=f"file:{spec.fetch_spec}")
        else:
            raise ResolutionError(
                "EUNSUPPORTEDPROTOCOL", f"a spec of type {spec.type} cannot be opened: `{spec}`"
            )
        integrity = from_data(tarball)
        zipped = self._store.find(key_of(integrity)) or self._store.add(
            key_of(integrity), extract(tarball, label=str(spec))
        )
        found = _read_manifest(tuple(zipped.names()), zipped.read, "package.json")
        if found is None:
            raise ResolutionError("ENOENT", f"`{spec}` has no package.json")
        return FetchedManifest(
            manifest=parse_manifest(found), resolved=resolved, integrity=str(integrity)
        )

    def _read_git(self, spec: Spec) -> FetchedManifest:
        """Return the manifest of the commit that a git spec means."""
        from zipper.fetching.git import find_commit_of, read_commit  # noqa: PLC0415  (rare)

        resolved = find_commit_of(self._client(), spec)
        key = git_key(resolved)
        zipped = self._store.find(key)
        if zipped is None:
            tar = read_commit(self._client(), resolved)
            zipped = self._store.add(key, extract(tar, label=str(spec)))
        found = _read_manifest(tuple(zipped.names()), zipped.read, "package.json")
        assert found is not None
        return FetchedManifest(manifest=parse_manifest(found), resolved=resolved)

    def read_inside(self, ask: InnerManifests) -> Mapping[str, object]:
        """Return the manifests that a package brings along in its tarball.

        Raises:
            ZipperError: what fetches or opens it raises.
        """
        if is_local_folder(self._root, ask.resolved):
            return self._read_inside_folder(ask.resolved.removeprefix("file:"))
        label = f"{ask.name}@{ask.version}"
        zipped = None
        if ask.integrity is not None:
            key = parse_key(ask.integrity, what=label)
            zipped = find_own(self._store, key, ask.name, ask.version)
        if zipped is None:
            where = (ask.name, ask.version, ask.resolved, ask.integrity)
            tarball = open_tarball(self._client(), *where)
            key = key_of(from_data(tarball))
            zipped = self._store.add(key, extract(tarball, label=label))
            note_origin(self._store, zipped, key, ask.name, ask.version)
        return _read_inner(tuple(zipped.names()), zipped.read)

    def _read_inside_folder(self, place: str) -> Mapping[str, object]:
        """Return what is in the package that npm would pack of a folder."""
        folder = self._root / place
        manifest = find_manifest(folder)
        if manifest is None:
            return {}
        names = list_folder(self._root, place, manifest, workspaces=())
        return _read_inner(tuple(names), lambda name: read_or_none(folder / name))


def _read_inner(names: Sequence[str], read: Callable[[str], bytes | None]) -> Mapping[str, object]:
    found = {name: _read_manifest(names, read, name) for name in names if _is_asked_for(name)}
    return {name: value for name, value in found.items() if value is not None}


def _is_asked_for(name: str) -> bool:
    if name == "npm-shrinkwrap.json":
        return True
    return name.endswith("/package.json") and name.startswith("node_modules/")


def _read_manifest(
    names: Sequence[str], read: Callable[[str], bytes | None], name: str
) -> Mapping[str, object] | None:
    """Return a package.json, or the lockfile, inside a package."""
    raw = _read_json(read(name))
    top = name.removesuffix("package.json")

    def list_files(folder: str) -> Iterator[str]:
        start = f"{top}{folder}/"
        return (one.removeprefix(start) for one in names if one.startswith(start))

    return None if raw is None else expand_bin_folder(raw, list_files)


def _read_json(data: bytes | None) -> Mapping[str, object] | None:
    try:
        value = json.loads(data.decode("utf-8-sig")) if data is not None else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
