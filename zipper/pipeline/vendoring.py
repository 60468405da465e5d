"""`vendor`: all that a build would fetch, in one folder that can be carried elsewhere.

In: a project. Out: a folder for `--vendor`, with which the project builds where there is no
network. Nothing is unpacked; what is fetched is verified as for a build.
"""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import FIRST_EXCEPTION, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.contents.client import LazyClient
from zipper.contents.obtain import Sources, list_wanted
from zipper.contents.trees import find_tree
from zipper.errors import OutputError
from zipper.files import write_error
from zipper.project import read_project
from zipper.registry.vendor import VendorFolder
from zipper.store.files import Store
from zipper.store.place import find_cache_dir
from zipper.target import ARCHITECTURES, DEFAULT_RUNTIME, Target
from zipper.tree.select import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zipper.events import OnEvent
    from zipper.project import Project
    from zipper.registry.client import RegistryClient
    from zipper.store.files import StoreKey
    from zipper.store.fill import Wanted

__all__ = ["Vendored", "vendor"]

PathLike = str | os.PathLike[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendored:
    """What `vendor` gathered. The fields are those of `vendor --json`."""

    path: str
    tarballs: int
    packuments: int
    size_bytes: int
    """Of all files in the folder."""
    runtime: str
    architectures: tuple[str, ...]


def vendor(
    project: PathLike = ".",
    *,
    into: PathLike,
    runtime: str = DEFAULT_RUNTIME,
    architectures: Sequence[str] = ARCHITECTURES,
    omit: Iterable[str] = ("dev",),
    registry: str | None = None,
    cache_dir: PathLike | None = None,
    on_event: OnEvent | None = None,
) -> Vendored:
    """Gather tarballs and packuments of a project in `into`, for builds without a network.

    What is in the folder already stays. Local tarballs and folders are part of the project and
    are not gathered.

    Args:
        project: the folder that holds package.json.
        into: the folder; it is made where there is none.
        runtime: of the function; where there is no lockfile, its Node decides about versions.
        architectures: those of the functions that will be built.
        omit: dependency types that the builds leave out; nothing is added to them.
        registry: the registry's address instead of the configured one.
        cache_dir: where packuments are kept, instead of ZIPPER_CACHE_DIR or the system's place.
        on_event: told of progress, from any thread.

    Raises:
        ProjectError, LockfileError, ResolutionError, RegistryError, IntegrityError, ArchiveError,
        StoreError, OutputError: with code, facts and hint.
    """
    folder = VendorFolder(_make_folder(Path(into)), is_recording=True)
    read = read_project(Path(project), npm_options={"registry": registry} if registry else {})
    targets = [Target(runtime, architecture) for architecture in architectures]
    # An empty store: what this machine has fetched before must be in the folder all the same.
    with (
        tempfile.TemporaryDirectory(prefix="zipper-vendor-") as scratch,
        LazyClient(
            read,
            cache_dir=find_cache_dir(cache_dir),
            offline=False,
            on_event=on_event,
            vendor=folder,
        ) as client,
    ):
        store = Store(Path(scratch))
        wanted = _gather(read, targets, frozenset(omit) | read.npm.omit, store, client)
        _fetch_all(Sources(read.root, client()), list(wanted.values()), client())
    files = [path for path in folder.root.rglob("*") if path.is_file()]
    return Vendored(
        path=str(folder.root),
        tarballs=sum(path.parent.name == "tarballs" for path in files),
        packuments=sum(path.parent.name == "packuments" for path in files),
        size_bytes=sum(path.stat().st_size for path in files),
        runtime=runtime,
        architectures=tuple(architectures),
    )


def _gather(
    project: Project,
    targets: Sequence[Target],
    omit: frozenset[str],
    store: Store,
    client: LazyClient,
) -> dict[StoreKey, Wanted]:
    """Return what the builds for all targets want; their packuments are recorded on the way."""
    wanted: dict[StoreKey, Wanted] = {}
    whole = None
    for target in targets:
        if whole is None:
            whole = find_tree(project, target=target, store=store, client=client)
        legacy = project.npm.legacy_peer_deps
        tree = select(whole, target=target, omit=omit, legacy_peer_deps=legacy)
        items = list_wanted(project, tree, store=store, client=client).values()
        wanted |= {item.key: item for item in items}
    return wanted


def _fetch_all(sources: Sources, wanted: Sequence[Wanted], client: RegistryClient) -> None:
    """Fetch each tarball once; the client keeps it in the folder. The first error ends the rest."""
    futures = [client.submit(sources.fetch, item) for item in wanted]
    done, others = wait(futures, return_when=FIRST_EXCEPTION)
    for future in others:
        future.cancel()
    for future in done:
        future.result()


def _make_folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise write_error(cause, path, OutputError) from cause
    return path.absolute()
