"""`install`: the isolated node_modules on disk, with the files that a package would have.

In: a project and a folder. Out: `node_modules` in the folder, with `.bin` links. It is made beside
the one that is there and then takes its place, so an interrupted run leaves the old one.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zipper.errors import OutputError, StoreError
from zipper.files import write_error
from zipper.folders import make_folders, replace_folder
from zipper.pipeline.install_note import LaidOut, find_note
from zipper.pipeline.node_modules import fill_layout, fill_tree
from zipper.pipeline.session import Circumstances, Clock, Once
from zipper.scratch import scratch_folder, uninterrupted
from zipper.settings.cache_folder import find_cache_dir
from zipper.settings.read_settings import find_requests
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zipper.events import OnEvent
    from zipper.findings import Finding
    from zipper.settings.build_request import BuildRequest
    from zipper.target import Target

__all__ = ["Installed", "install", "install_requested"]

PathLike = str | os.PathLike[str]


class Installed(NamedTuple):
    """What `install` made. The fields are those of `install --json`."""

    path: str
    """The node_modules folder."""
    packages: int
    runtime: str
    architecture: str
    timings_seconds: Mapping[str, float]
    findings: tuple[Finding, ...]


def install(  # noqa: PLR0913 - the options of `zipper install`
    project: PathLike = ".",
    *,
    into: PathLike,
    target: Target | None = None,
    omit: Iterable[str] = ("dev",),
    allow_scripts: Iterable[str] | None = None,
    script_timeout_seconds: float | None = None,
    node: str | None = None,
    node_mirror: str | None = None,
    registry: str | None = None,
    vendor: str | None = None,
    prefer_offline: bool | None = None,
    no_git: bool | None = None,
    no_recall: bool | None = None,
    offline: bool = False,
    cache_dir: PathLike | None = None,
    on_event: OnEvent | None = None,
) -> Installed:
    """Make the project's dependencies for the target in `into`/node_modules.

    The files are those of `npm ci --ignore-scripts` for that target, hard-linked out of the store
    where that is possible: change a copy, not them. What is None here, and who has to vouch for
    the packages, comes from the settings that `build` heeds.

    Args:
        project: the folder that holds package.json, or the settings that name it.
        into: the folder that gets node_modules; it is made where there is none.
        target: runtime and architecture; by default the newest runtime, x86_64.
        omit: dependency types to leave out; nothing is added to them.
        allow_scripts: packages whose install scripts may run, such as `esbuild` or `a@2`.
        script_timeout_seconds: what one script may take.
        node: the Node.js that runs them: `system`, a version, or a path.
        node_mirror: where Node.js is downloaded from instead of nodejs.org.
        registry: the registry's address instead of the configured one.
        vendor: a folder that `zipper vendor` has made, which is looked into first.
        prefer_offline: True to use packuments that are at hand, however old they are.
        no_git: True to refuse dependencies from git; git is never started.
        no_recall: True to work everything out afresh, whatever earlier runs have noted.
        offline: fail rather than open a connection.
        cache_dir: where the store is, instead of ZIPPER_CACHE_DIR or the system's place.
        on_event: told of progress, from any thread.

    Raises:
        ProjectError, LockfileError, ResolutionError, RegistryError, IntegrityError, ArchiveError,
        StoreError, OutputError, NodeError, UsageError: with code, facts and hint.
    """
    options = Settings(
        runtime=target.runtime if target else None,
        architecture=target.architecture if target else None,
        allow_scripts=None if allow_scripts is None else tuple(allow_scripts),
        script_timeout=script_timeout_seconds,
        node=node,
        node_mirror=node_mirror,
        registry=registry,
        vendor=vendor,
        prefer_offline=prefer_offline,
        no_git=no_git,
        no_recall=no_recall,
    )
    return install_requested(
        find_requests(os.path.join(project, ""), options)[0],  # noqa: PTH118  (the last slash)
        into=into,
        omit=omit,
        offline=offline,
        cache_dir=cache_dir,
        on_event=on_event,
    )


def install_requested(
    request: BuildRequest,
    *,
    into: PathLike,
    omit: Iterable[str],
    offline: bool = False,
    cache_dir: PathLike | None = None,
    on_event: OnEvent | None = None,
) -> Installed:
    """Install what `request` asks for; see `install`."""
    clock = Clock(on_event)
    io = Circumstances(
        offline,
        find_cache_dir(cache_dir),
        on_event,
        Once(),
        links=True,
        recalls=not request.no_recall,
    )
    folder = Path(into).absolute() / "node_modules"
    try:
        made = _make(folder, request, io, clock, omit=frozenset(omit))
    except StoreError:
        # A package was damaged, and taken unread because its files stand beside it. Now each is
        # read, and a damaged one fetched anew.
        io = io._replace(shared=Once(), links=False)
        made = _make(folder, request, io, clock, omit=frozenset(omit))
    return Installed(
        path=str(folder),
        packages=made.packages,
        runtime=request.target.runtime,
        architecture=request.target.architecture,
        timings_seconds=clock.timings(),
        findings=made.findings,
    )


def _make(
    folder: Path, request: BuildRequest, io: Circumstances, clock: Clock, *, omit: frozenset[str]
) -> LaidOut:
    """Make what `request` asks for at `folder`, and return it."""
    clock.start("read")
    project = io.read_project(request)
    note = find_note(project, request, omit=omit, store=io.open_store())
    laid_out = note.recall() if note is not None and io.links else None
    if laid_out is not None:
        clock.start("write")
        with _replacing(folder) as scratch:
            fill_layout(scratch, laid_out.layout)
        return laid_out
    # What chooses and finds packages: a repeated install does neither.
    from zipper.pipeline.dependencies import count_packages, gather  # noqa: PLC0415

    gathered = gather(project, request, io, clock, omit=omit)
    tree = gathered.scripted.tree
    clock.start("write")
    with _replacing(folder) as scratch:
        layout = fill_tree(scratch, gathered.scripted)
    laid_out = LaidOut(layout, count_packages(tree), gathered.findings)
    if note is not None:
        note.remember(laid_out, tree)
    return laid_out


@contextlib.contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """Have the new node_modules made beside the old one, then let it take its place.

    Yields the folder in which it is to be made.

    Raises:
        OutputError: EOUTPUT.
    """
    try:
        make_folders(folder.parent)
        with scratch_folder(".zipper-install-", within=folder.parent) as scratch:
            yield scratch
            (scratch / "node_modules").mkdir(exist_ok=True)
            with uninterrupted():
                replace_folder(folder, scratch / "node_modules", aside=scratch / "old")
    except OSError as cause:
        raise write_error(cause, folder, OutputError) from cause
