"""`vendor`: all that a build would fetch, in one folder that can be carried elsewhere.

In: what is to be built. Out: a folder for `--vendor`, with which the project builds where there is
no network. Nothing is unpacked; what is fetched is verified, and vouched for, as for a build.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from concurrent.futures import FIRST_EXCEPTION, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from zipper.as_json import json_text
from zipper.errors import OutputError
from zipper.fetching.fetch_packages import TarballSources, list_wanted
from zipper.files import write_error
from zipper.findings import count_findings
from zipper.folders import list_files, make_folders, remove_folder
from zipper.pipeline.event_log import listener
from zipper.pipeline.running_scripts import find_allowed_scripts, read_project_consent
from zipper.pipeline.vendored_tools import want_tools
from zipper.project.read_project import read_project
from zipper.registry.lazy_client import LazyClient
from zipper.registry.vendor_folder import VendorFolder
from zipper.resolving.project_tree import find_tree
from zipper.resolving.selected_tree import select_tree
from zipper.scratch import uninterrupted
from zipper.settings.cache_folder import find_cache_dir
from zipper.settings.call import settings_of_call
from zipper.settings.option_values import from_python
from zipper.settings.read_settings import read_request
from zipper.store.store_zips import Store
from zipper.supply.policy import vouch
from zipper.target import ARCHITECTURES, Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Unpack

    from zipper.events import OnEvent
    from zipper.fetching.needed_tarballs import Wanted
    from zipper.findings import Finding
    from zipper.project.read_project import Project
    from zipper.registry.client import RegistryClient
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.option_types import VendorOptions
    from zipper.store.keys import StoreKey

__all__ = ["Vendored", "vendor", "vendor_requested"]

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
    findings: tuple[Finding, ...]
    """Where packages come from and who vouches for them, as `build` tells it."""

    def to_json(self) -> str:
        """Return the document that `vendor --json` prints."""
        return json_text(self)

    def __repr__(self) -> str:
        """Return one line."""
        found = count_findings(self.findings)
        return f"<Vendored {self.path!r}: {self.tarballs:,} tarballs, {found}>"


def vendor(
    project: PathLike = ".", *, into: PathLike, **options: Unpack[VendorOptions]
) -> Vendored:
    """Gather tarballs and packuments of a project in `into`, for builds without a network.

    What is in the folder already stays. Local tarballs and folders are part of the project and
    are not gathered. Where the request verifies signatures, the registries' keys are gathered too.

    Args:
        project: the folder that holds package.json, or the settings that name it; without a
            lockfile, its runtime's Node decides about versions.
        into: the folder; it is made where there is none, and gone again where this fails.
        **options: see below.

    Raises:
        ProjectError, LockfileError, ResolutionError, RegistryError, IntegrityError, ArchiveError,
        StoreError, OutputError: with code, facts and hint.
    """
    typed = settings_of_call("vendor", options)
    request = read_request(project, typed, function=options.get("function"))
    architectures = from_python("list", options.get("architectures") or ARCHITECTURES)
    return vendor_requested(
        request,
        into=into,
        architectures=cast("tuple[str, ...]", architectures),
        on_event=listener(options.get("on_event")),
    )


def vendor_requested(
    request: BuildRequest,
    *,
    into: PathLike,
    architectures: Sequence[str],
    on_event: OnEvent | None,
) -> Vendored:
    """Gather what `request` needs for one architecture or more; see `vendor`."""
    with _new_folder(Path(into)) as folder:
        return _vendor(request, VendorFolder(folder, is_recording=True), architectures, on_event)


def _vendor(
    request: BuildRequest,
    folder: VendorFolder,
    architectures: Sequence[str],
    on_event: OnEvent | None,
) -> Vendored:
    read = read_project(
        Path(request.project),
        npm_options=request.npm_options,
        workspace=not request.no_workspace,
        lockfile=request.lockfile,
    )
    runtime = request.target.runtime
    targets = [Target(runtime, architecture) for architecture in architectures]
    # An empty store: what this machine has fetched before must be in the folder all the same.
    with (
        tempfile.TemporaryDirectory(prefix="zipper-vendor-") as scratch,
        LazyClient(
            read,
            cache_dir=find_cache_dir(request.cache_dir),
            offline=False,
            on_event=on_event,
            vendor=folder,
        ) as client,
    ):
        store = Store(Path(scratch))
        wanted, findings = _gather(read, targets, request, store, client)
        _fetch_all(TarballSources(read.root, client()), list(wanted.values()), client())
    files = [path for path in map(Path, list_files(folder.root)) if path.is_file()]
    return Vendored(
        path=str(folder.root),
        tarballs=sum(path.parent.name == "tarballs" for path in files),
        packuments=sum(path.parent.name == "packuments" for path in files),
        size_bytes=sum(path.stat().st_size for path in files),
        runtime=runtime,
        architectures=tuple(architectures),
        findings=findings,
    )


def _gather(
    project: Project,
    targets: Sequence[Target],
    request: BuildRequest,
    store: Store,
    client: LazyClient,
) -> tuple[dict[StoreKey, Wanted], tuple[Finding, ...]]:
    """Return what the builds for all targets want; their packuments are recorded on the way."""
    wanted: dict[StoreKey, Wanted] = {}
    findings: dict[Finding, None] = {}
    omit = frozenset({"dev", *request.omit, *project.npm.omit})
    whole = find_tree(
        project,
        target=targets[0],
        store=store,
        client=client,
        min_release_age_days=request.min_release_age_days,
    )
    for target in targets:
        tree, told = select_tree(
            project,
            whole,
            target=target,
            omit=omit,
            with_root=request.include_root_dependencies,
        )
        findings |= dict.fromkeys(told)
        consent = read_project_consent(project, request.allow_scripts)
        allowed = find_allowed_scripts(tree, consent)
        vouched = vouch(
            project, tree, request, whole=whole, allowed=allowed, store=store, client=client
        )
        findings |= dict.fromkeys(vouched)
        items = list_wanted(project, tree, store=store, client=client).values()
        wanted |= {item.key: item for item in items}
    tools = want_tools(project, request, whole, store=store, client=client)
    wanted |= {item.key: item for item in tools}
    return wanted, tuple(findings)


def _fetch_all(sources: TarballSources, wanted: Sequence[Wanted], client: RegistryClient) -> None:
    """Fetch each tarball once; the client keeps it in the folder. The first error ends the rest."""
    futures = [client.submit(sources.fetch, item) for item in wanted]
    done, others = wait(futures, return_when=FIRST_EXCEPTION)
    for future in others:
        future.cancel()
    for future in done:
        future.result()


@contextlib.contextmanager
def _new_folder(path: Path) -> Iterator[Path]:
    """Make the folder, and remove what was made where the work in it fails."""
    path = path.absolute()
    absent = [folder for folder in (path, *path.parents) if not os.path.lexists(folder)]
    try:
        make_folders(path)
    except OSError as cause:
        raise write_error(cause, path, OutputError) from cause
    try:
        yield path
    except BaseException:
        with uninterrupted():
            for folder in absent[-1:]:
                remove_folder(folder)
        raise
