"""`install`: the isolated node_modules on disk, with the files that a package would have.

In: a project and a folder. Out: `node_modules` in the folder, with `.bin` links. It is made beside
the one that is there and then takes its place, so an interrupted run leaves the old one.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.as_json import json_text
from zipper.errors import OutputError, StoreError
from zipper.files import write_error
from zipper.findings import count_findings
from zipper.folders import make_folders, replace_folder
from zipper.named_tuple import NamedTuple
from zipper.pipeline.event_log import listener
from zipper.pipeline.install_note import LaidOut, find_note
from zipper.pipeline.node_modules import fill_layout, fill_tree
from zipper.pipeline.session import Circumstances, Clock, Once
from zipper.scratch import scratch_folder, uninterrupted
from zipper.settings.call import settings_of_call
from zipper.settings.read_settings import read_request
from zipper.store.install_files import renew_marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Unpack

    from zipper.events import OnEvent
    from zipper.findings import Finding
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.option_types import InstallOptions

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

    def to_json(self) -> str:
        """Return the document that `install --json` prints."""
        return json_text(self)

    def __repr__(self) -> str:
        """Return one line."""
        found = count_findings(self.findings)
        return f"<Installed {self.path!r}: {self.packages:,} packages, {found}>"


def install(
    project: PathLike = ".", *, into: PathLike, **options: Unpack[InstallOptions]
) -> Installed:
    """Make the project's dependencies for the target in `into`/node_modules.

    The files are those of `npm ci --ignore-scripts` for that target, hard-linked out of the store
    where that is possible: change a copy, not them. An option that is not given comes from the
    settings, as for `build`.

    Args:
        project: the folder that holds package.json, or the settings that name it.
        into: the folder that gets node_modules; it is made where there is none.
        **options: see below. `omit` is all that is left out where it is given, else dev and what
            the settings say.

    Raises:
        ProjectError, LockfileError, ResolutionError, RegistryError, IntegrityError, ArchiveError,
        StoreError, OutputError, NodeError, UsageError: with code, facts and hint.
    """
    typed = settings_of_call("install", options)
    request = read_request(project, typed, function=options.get("function"))
    keeps_dev = request.include_dev or typed.omit is not None
    return install_requested(
        request,
        into=into,
        omit=request.omit if keeps_dev else ("dev", *request.omit),
        on_event=listener(options.get("on_event")),
    )


def install_requested(
    request: BuildRequest,
    *,
    into: PathLike,
    omit: Iterable[str],
    on_event: OnEvent | None = None,
) -> Installed:
    """Install what `request` asks for; see `install`."""
    clock = Clock(on_event)
    io = Circumstances.of(request, on_event, links=True)
    folder = Path(into).absolute() / "node_modules"
    try:
        made = _make(folder, request, io, clock, omit=frozenset(omit))
    except StoreError:
        # A package was damaged, and taken unread because its files are beside it. Now each is
        # read, and a damaged one fetched anew.
        io = io._replace(shared=Once(), links=False, defers=False)
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
        renew_marks(laid_out.layout.groups)
        return laid_out
    # What chooses and finds packages: a repeated install does neither.
    from zipper.pipeline.dependencies import count_packages, gather  # noqa: PLC0415

    gathered = gather(project, request, io, clock, omit=omit)
    tree = gathered.scripted.tree
    clock.start("write")
    with _replacing(folder) as scratch:
        layout = fill_tree(scratch, gathered.scripted, bin_links=project.npm.bin_links)
    renew_marks(layout.groups)
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
