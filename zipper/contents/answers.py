"""The shell around the resolver: answers its asks from the registry, the store and the disk.

In: the resolver's generator. Out: the ideal tree. What is decided is decided in `zipper.tree`; here
is only where an answer comes from. Tarballs that have to be opened go into the store, so a build
does not fetch them again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.contents.following import Following
from zipper.contents.local_packages import read_local_tarball
from zipper.contents.tarballs import open_tarball
from zipper.contents.wants import git_key, key_of, parse_key
from zipper.errors import ProjectError, ResolutionError, ZipperError
from zipper.npm.bin_folder import expand_bin_folder
from zipper.npm.integrity import from_data
from zipper.npm.package_json import Manifest, parse_manifest
from zipper.project import read_manifest
from zipper.store.extract import extract
from zipper.tree.asks import DirectoryAsk, FetchedManifest, ManifestAsk, PackumentAsk

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from zipper.npm.packument import Packument
    from zipper.npm.spec import Spec
    from zipper.registry.client import RegistryClient
    from zipper.store.files import Store, StoreZip
    from zipper.tree.asks import Answer, Ask, TarballAsk
    from zipper.tree.request import IdealTree
    from zipper.tree.wishes import Wish

__all__ = ["Answers", "drive"]


def drive(steps: Generator[Ask, Answer, IdealTree], answers: Answers) -> IdealTree:
    """Run the resolver to its end.

    Raises:
        ZipperError: what the resolver raises; see `zipper.tree.ideal_tree.build_ideal_tree`.
    """
    try:
        ask = next(steps)
        while True:
            try:
                answer = answers.find(ask)
            except ZipperError as error:
                ask = steps.throw(error)
            else:
                ask = steps.send(answer)
    except StopIteration as stop:
        tree: IdealTree = stop.value
        return tree


class Answers:
    """Where the resolver's answers come from, for one project.

    Args:
        root: the project's folder.
        store: where tarballs that have to be opened go.
        client: makes the registry's client.
        follow: what a packument and the wish for it lead to; see `zipper.tree.wishes`.
        skip: names that are not fetched ahead.
        refuse: raises for a spec whose source the settings forbid, before it is opened.
        full: ask for the registry's whole packuments. A lockfile records licence and funding, and
            an age needs the times, which the abbreviated form leaves out.
    """

    def __init__(
        self,
        root: Path,
        *,
        store: Store,
        client: Callable[[], RegistryClient],
        follow: Callable[[Packument, Wish], list[Wish]],
        skip: frozenset[str] = frozenset(),
        refuse: Callable[[Spec], None] = lambda _: None,
        full: bool = True,
    ) -> None:
        self._root = root
        self._refuse = refuse
        self._full = full
        self._store = store
        self._client = client
        self._following = Following(self._prefetch, follow, skip=skip)

    def find(self, ask: Ask) -> Answer:
        """Return the answer to `ask`; what it names as likely is fetched meanwhile.

        Raises:
            ZipperError: for the resolver, which knows whether it can do without.
        """
        if ask.soon:
            self._following.want(ask.soon)
        if isinstance(ask, PackumentAsk):
            packument = self._client().open_packument(ask.name, full=self._full)
            self._following.note(packument)
            return packument
        if isinstance(ask, DirectoryAsk):
            return self._read_directory(ask.path)
        if isinstance(ask, ManifestAsk):
            return self._read_spec(ask.spec)
        return self._read_inside(ask)

    def _prefetch(self, names: Iterable[str], then: Callable[[Packument], None]) -> list[Packument]:
        return self._client().prefetch(names, full=self._full, then=then)

    def _read_directory(self, path: str) -> Manifest | None:
        try:
            return read_manifest(Path(path))
        except ProjectError as error:
            if error.code == "ENOPROJECT":
                return None
            raise

    def _read_spec(self, spec: Spec) -> FetchedManifest:
        """Return the manifest of a tarball on this disk or at an address of its own."""
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
            manifest = self._read_directory(spec.fetch_spec or "")
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
        found = _read_manifest(zipped, "package.json")
        if found is None:
            raise ResolutionError("ENOENT", f"`{spec}` has no package.json")
        return FetchedManifest(
            manifest=parse_manifest(found), resolved=resolved, integrity=str(integrity)
        )

    def _read_git(self, spec: Spec) -> FetchedManifest:
        """Return the manifest of the commit that a git spec means."""
        from zipper.contents.vendored_git import (  # noqa: PLC0415  (rare)
            find_commit_of,
            read_commit,
        )

        resolved = find_commit_of(self._client(), spec)
        key = git_key(resolved)
        zipped = self._store.find(key)
        if zipped is None:
            tar = read_commit(self._client(), resolved)
            zipped = self._store.add(key, extract(tar, label=str(spec)))
        found = _read_manifest(zipped, "package.json")
        assert found is not None
        return FetchedManifest(manifest=parse_manifest(found), resolved=resolved)

    def _read_inside(self, ask: TarballAsk) -> Mapping[str, object]:
        """Return the manifests that a package brings along in its tarball."""
        label = f"{ask.name}@{ask.version}"
        zipped = None
        if ask.integrity is not None:
            zipped = self._store.find(parse_key(ask.integrity, what=label))
        if zipped is None:
            where = (ask.name, ask.version, ask.resolved, ask.integrity)
            tarball = open_tarball(self._client(), *where)
            zipped = self._store.add(key_of(from_data(tarball)), extract(tarball, label=label))
        names = (name for name in zipped.names() if _is_asked_for(name))
        found = {name: _read_manifest(zipped, name) for name in names}
        return {name: value for name, value in found.items() if value is not None}


def _is_asked_for(name: str) -> bool:
    if name == "npm-shrinkwrap.json":
        return True
    return name.endswith("/package.json") and name.startswith("node_modules/")


def _read_manifest(zipped: StoreZip, name: str) -> Mapping[str, object] | None:
    """Return a package.json, or the lockfile, inside a package."""
    raw = _read_json(zipped, name)
    top = name.removesuffix("package.json")

    def list_files(folder: str) -> Iterator[str]:
        start = f"{top}{folder}/"
        return (one.removeprefix(start) for one in zipped.names() if one.startswith(start))

    return None if raw is None else expand_bin_folder(raw, list_files)


def _read_json(zipped: StoreZip, name: str) -> Mapping[str, object] | None:
    data = zipped.read(name)
    try:
        value = json.loads(data.decode("utf-8-sig")) if data is not None else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
