"""The shell around the resolver: answers its asks from the registry, the store and the disk.

In: the resolver's generator. Out: the ideal tree. What is decided is decided in `zipper.tree`; here
is only where an answer comes from.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from zipper.errors import ZipperError
from zipper.npm.git_refs import is_commit
from zipper.project.read_manifest import find_manifest, fingerprint
from zipper.resolving.prefetch_queue import Following
from zipper.tree.resolver_requests import (
    DirectoryRequest,
    InnerManifests,
    ManifestRequest,
    PackumentRequest,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from zipper.npm.package_json import Manifest
    from zipper.npm.packument import Packument
    from zipper.npm.spec import Spec
    from zipper.registry.client import RegistryClient
    from zipper.resolving.tarball_manifests import OpenedPackages
    from zipper.store.store_zips import Store
    from zipper.tree.prefetch import Wish
    from zipper.tree.resolver_options import IdealTree
    from zipper.tree.resolver_requests import Answer, ResolverRequest

__all__ = ["ResolverInputs", "UsedInputs", "drive"]


def drive(
    steps: Generator[ResolverRequest, Answer, IdealTree], answers: ResolverInputs
) -> IdealTree:
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


class ResolverInputs:
    """Where the resolver's answers come from, for one project.

    Args:
        root: the project's folder.
        store: where tarballs that have to be opened go.
        client: makes the registry's client.
        follow: what a packument and the wish for it lead to; see `zipper.tree.prefetch`.
        skip: names that are not fetched ahead.
        refuse: raises for a spec whose source the settings forbid, before it is opened.
        full: ask for the registry's whole packuments. A lockfile records licence and funding, and
            an age needs the times, which the abbreviated form leaves out.
        basis: told what is asked for.
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
        basis: UsedInputs | None = None,
    ) -> None:
        self._root = root
        self._basis = basis or UsedInputs()
        self._refuse = refuse
        self._full = full
        self._store = store
        self._client = client
        self._packages: OpenedPackages | None = None
        self._following = Following(self._prefetch, follow, skip=skip)

    def find(self, ask: ResolverRequest) -> Answer:
        """Return the answer to `ask`; what it names as likely is fetched meanwhile.

        Raises:
            ZipperError: for the resolver, which knows whether it can do without.
        """
        if ask.soon:
            self._following.want(ask.soon)
        if isinstance(ask, DirectoryRequest):
            return self._read_directory(ask.path)
        self._basis.note(ask)
        if isinstance(ask, PackumentRequest):
            packument = self._client().open_packument(ask.name, full=self._full)
            self._following.note(packument)
            return packument
        if isinstance(ask, ManifestRequest):
            return self._opened().read_spec(ask.spec)
        return self._opened().read_inside(ask)

    def _read_directory(self, path: str) -> Manifest | None:
        seen: list[bytes] = []
        try:
            return find_manifest(Path(path), seen=seen)
        finally:
            self._basis.folders[path] = fingerprint(seen)

    def _prefetch(self, names: Iterable[str], then: Callable[[Packument], None]) -> list[Packument]:
        return self._client().prefetch(names, full=self._full, then=then)

    def _opened(self) -> OpenedPackages:
        """Return what opens packages that no packument describes, made when there is one."""
        if self._packages is None:
            from zipper.resolving.tarball_manifests import OpenedPackages  # noqa: PLC0415 - most have none

            self._packages = OpenedPackages(
                self._root, store=self._store, client=self._client, refuse=self._refuse
            )
        return self._packages


class UsedInputs:
    """Tells later whether a tree would be the same again.

    Attributes:
        folders: of the directories that were asked for, a hash of what was there.
        is_lasting: whether nothing else was asked for but packuments, and what never changes. A git
            branch and a tarball at an address of its own are looked at anew each time.
        is_dated: whether what a packument says counts only as far as it is old enough today.
    """

    def __init__(self) -> None:
        self.folders: dict[str, str] = {}
        self.is_lasting = True
        self.is_dated = False

    def note(self, ask: ResolverRequest) -> None:
        """Note that something was asked for that is no directory."""
        if isinstance(ask, InnerManifests):
            # With an integrity there is one answer only, wherever it comes from.
            self.is_lasting &= ask.integrity is not None
        elif isinstance(ask, ManifestRequest):
            self.is_lasting &= ask.spec.type == "git" and is_commit(ask.spec.git_committish)
