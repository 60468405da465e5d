"""`install`: the isolated node_modules on disk, with the files that a package would have.

In: a project and a folder. Out: `node_modules` in the folder, with `.bin` links. It is made beside
the one that is there and then takes its place, so an interrupted run leaves the old one.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.contents.client import LazyClient
from zipper.contents.homes import find_homes
from zipper.contents.obtain import obtain
from zipper.contents.trees import find_tree
from zipper.errors import OutputError
from zipper.files import write_error
from zipper.node.scripted import place_beside
from zipper.pipeline.clock import Clock
from zipper.pipeline.planning import count_packages
from zipper.pipeline.scripting import ScriptWishes, apply_scripts
from zipper.pipeline.vouching import vouch
from zipper.project import read_project
from zipper.scratch import scratch_folder
from zipper.settings.files import find_requests
from zipper.settings.values import Settings
from zipper.store.files import Store
from zipper.store.place import find_cache_dir
from zipper.store.unpack import link_packages, write_entries
from zipper.tree.bins import find_bin_links
from zipper.tree.model import ROOT
from zipper.tree.select import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zipper.checks.findings import Finding
    from zipper.contents.homes import Homes
    from zipper.events import OnEvent
    from zipper.node.scripted import Scripted
    from zipper.settings.build_request import BuildRequest
    from zipper.store.files import StoreZip
    from zipper.target import Target
    from zipper.tree.model import Tree

__all__ = ["Installed", "fill_tree", "install", "install_requested"]

PathLike = str | os.PathLike[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
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
    clock.start("read")
    store = Store(find_cache_dir(cache_dir))
    read = read_project(Path(request.project), npm_options=request.npm_options)
    with LazyClient(
        read,
        cache_dir=store.cache_dir,
        offline=offline,
        on_event=on_event,
        vendor=request.vendor,
    ) as client:
        clock.start("select" if read.lockfile else "resolve")
        whole = find_tree(
            read,
            target=request.target,
            store=store,
            client=client,
            min_release_age_days=request.min_release_age_days,
        )
        omitted = frozenset(omit) | read.npm.omit
        legacy = read.npm.legacy_peer_deps
        tree = select(whole, target=request.target, omit=omitted, legacy_peer_deps=legacy)
        vouched = vouch(read, tree, request, store=store, client=client)
        clock.start("fetch", total=len(tree.nodes))
        obtained = obtain(read, tree, store=store, client=client, on_event=on_event)
        scripted = apply_scripts(
            read,
            tree,
            obtained,
            wishes=ScriptWishes(
                allow=request.allow_scripts,
                timeout_seconds=request.script_timeout_seconds,
                node=request.node,
                node_mirror=request.node_mirror,
            ),
            target=request.target,
            store=store,
            offline=offline,
        )
    clock.start("write")
    folder = Path(into).absolute() / "node_modules"
    _replace(folder, scripted)
    return Installed(
        path=str(folder),
        packages=count_packages(scripted.tree),
        runtime=request.target.runtime,
        architecture=request.target.architecture,
        timings_seconds=clock.timings(),
        findings=(*vouched, *scripted.obtained.findings),
    )


def _replace(folder: Path, scripted: Scripted) -> None:
    """Make the new node_modules beside the old one and let it take its place.

    Raises:
        OutputError: EOUTPUT.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(".zipper-install-", within=folder.parent) as scratch:
            fill_tree(scratch, scripted)
            (scratch / "node_modules").mkdir(exist_ok=True)
            (scratch / "old").mkdir()
            with contextlib.suppress(FileNotFoundError):
                folder.rename(scratch / "old" / "node_modules")
            (scratch / "node_modules").rename(folder)
    except OSError as cause:
        raise write_error(cause, folder, OutputError) from cause


def fill_tree(root: Path, scripted: Scripted, *, copy: bool = False) -> None:
    """Make the tree's node_modules below `root`, its commands linked.

    Args:
        root: a folder.
        scripted: the tree and its files.
        copy: write every file anew, for a folder in which scripts are going to change them.

    Raises:
        OutputError: EOUTPUT.
        OSError: a folder or link cannot be made.
    """
    tree, obtained = scripted.tree, scripted.obtained
    homes = find_homes(tree)
    levels: dict[int, list[tuple[StoreZip, Path]]] = {}
    for location, zipped in obtained.zips.items():
        for home in homes.by_location[location]:
            levels.setdefault(home.count("node_modules/"), []).append((zipped, root / home))
    # Parents first: a package unpacked over a folder that its parent's tarball brought wins.
    for _, packages in sorted(levels.items()):
        link_packages(packages, copy=copy)
    for location, entries in obtained.folders.items():
        for home in homes.by_location[location]:
            write_entries(entries, root / home)
    write_entries(list(place_beside(scripted, homes)), root)
    _link_bins(root, tree, homes)


def _link_bins(root: Path, tree: Tree, homes: Homes) -> None:
    bins = [
        (home.rstrip("/"), node.manifest.bin)
        for location, node in tree.nodes.items()
        if node.manifest.bin and location != ROOT and node.link_target is None
        for home in homes.by_location[location]
    ]
    for link in find_bin_links(bins):
        if (root / link.file).is_file():
            path = root / link.path
            path.parent.mkdir(exist_ok=True)
            path.symlink_to(link.target)
