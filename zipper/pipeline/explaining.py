"""What is in a package and why: a zip of any tool, or a project that is not built yet.

In: a path. Out: an `Inventory`, or a tree with the answer to "why is this package here?". A
project is planned, never written; its tarballs come into the store on the way.
"""

from __future__ import annotations

import contextlib
import json
import os
from base64 import b64encode
from dataclasses import replace
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.errors import ArchiveError, ProjectError
from zipper.pipeline.reading_zips import open_sound_listing
from zipper.report.inventory import File, Inventory, from_listing, from_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zipper.events import OnEvent
    from zipper.pipeline.planning import PackagePlan
    from zipper.settings.build_request import BuildRequest
    from zipper.tree.model import Tree
    from zipper.tree.why import Explanation

__all__ = [
    "add_bundle_beside",
    "explain_package",
    "read_from_folder",
    "read_from_zip",
    "read_inventory",
    "split_bundles",
    "take_inventory",
]

_LIMIT_BYTES: Final = 64 * 1024 * 1024


def read_inventory(path: str | os.PathLike[str]) -> Inventory:
    """Return what is in the zip at `path`.

    Raises:
        ArchiveError: EREAD where there is no such file; EZIP where it is no zip.
    """
    return add_bundle_beside(from_listing(os.fspath(path), open_sound_listing(path)), path)


def add_bundle_beside(inventory: Inventory, path: str | os.PathLike[str]) -> Inventory:
    """Return the inventory of the zip at `path` with what the metafile beside it says.

    One that is about another zip says nothing.
    """
    from zipper.pipeline.bundle_files import name_metafile  # noqa: PLC0415  (few zips have one)

    try:
        data = name_metafile(Path(path)).read_bytes()
    except OSError:
        return inventory
    from zipper.report.bundled_rows import add_bundle, is_about  # noqa: PLC0415  (as above)

    with contextlib.suppress(ValueError, RecursionError, OSError):
        document = json.loads(data)
        digest = b64encode(sha256(Path(path).read_bytes()).digest()).decode()
        if is_about(document, digest):
            return add_bundle(inventory, document)
    return inventory


def split_bundles(
    inventory: Inventory, read: Callable[[str], bytes | None], metafile: Path | None
) -> Inventory:
    """Return the inventory with the sources of its bundles, which maps or a metafile name.

    Raises:
        ProjectError: EREAD for a metafile that cannot be read, EJSONPARSE for what is none.
    """
    from zipper.report.bundle_parts import find_parts  # noqa: PLC0415  (with its question)

    parts = {**find_parts(inventory.files, read), **inventory.parts}
    if metafile is not None:
        own = {file.name: file.size_bytes for file in inventory.files}
        parts.update(_read_metafile(metafile, own))
    return replace(inventory, parts=parts)


def read_from_zip(path: str | os.PathLike[str]) -> Callable[[str], bytes | None]:
    """Return what reads the members of the zip at `path`, which is opened for the first."""
    listing = cache(partial(open_sound_listing, path))

    def read(name: str) -> bytes | None:
        entry = listing().find(name)
        try:
            return None if entry is None else listing().read(entry, limit_bytes=_LIMIT_BYTES)
        except ArchiveError:
            return None

    return read


def read_from_folder(folder: Path) -> Callable[[str], bytes | None]:
    """Return what reads the files of the project in `folder`."""

    def read(name: str) -> bytes | None:
        try:
            return (folder / name).read_bytes()
        except OSError:
            return None

    return read


def _read_metafile(path: Path, files: Mapping[str, int]) -> dict[str, dict[str, int]]:
    from zipper.npm.json_text import parse_json_object  # noqa: PLC0415  (with its question)
    from zipper.report.source_map import split_by_metafile  # noqa: PLC0415  (the same)

    try:
        data = path.read_bytes()
    except OSError as cause:
        raise ProjectError(
            "EREAD",
            f"cannot read `{path}`: {cause.strerror or cause}",
            hint="esbuild writes it: `--metafile=meta.json`",
        ) from cause
    hint = "esbuild writes it: `--metafile=meta.json`"
    try:
        found = split_by_metafile(parse_json_object(data, path=str(path)), files)
    except ValueError as cause:
        raise ProjectError("EJSONPARSE", f"`{path}` cannot be used: {cause}", hint=hint) from cause
    if not found:
        raise ProjectError(
            "EJSONPARSE",
            f"`{path}` describes no file of the package: none has an output's name and size",
            hint="use the metafile of the build that made the bundle",
        )
    return found


def take_inventory(request: BuildRequest, *, on_event: OnEvent | None = None) -> Inventory:
    """Return what a build would put into the zip; see `zipper.build` for what it raises."""
    from zipper.pipeline.building import plan_requested  # noqa: PLC0415  (zips need none of it)

    planned = plan_requested(request, on_event=on_event)
    if planned.project.foreign is not None:
        found = _take_from_zip(planned)
    else:
        files = (File(name, size, packed) for name, size, packed, _ in planned.contents.describe())
        found = from_plan(planned.output.name, files, planned.tree)
    if planned.bundle is None:
        return found
    from zipper.report.bundled_rows import add_bundle  # noqa: PLC0415  (for bundles only)

    return add_bundle(found, json.loads(planned.bundle.metafile))


def _take_from_zip(planned: PackagePlan) -> Inventory:
    """Return what a zip of the plan holds: only npm's lockfile knows the licences of packages."""
    import tempfile  # noqa: PLC0415  (for other package managers' lockfiles)

    from zipper.archive.splice import splice  # noqa: PLC0415  (the same)
    from zipper.files import write_file  # noqa: PLC0415  (the same)

    with tempfile.TemporaryDirectory(prefix="zipper-build-") as folder:
        path = Path(folder, "function.zip")
        write_file(path, splice(planned.contents))
        return from_listing(planned.output.name, open_sound_listing(path))


def explain_package(
    request: BuildRequest,
    name: str,
    *,
    every: bool = False,
    on_event: OnEvent | None = None,
) -> tuple[Explanation, Tree]:
    """Return why `name` is in the project's whole tree, development dependencies included.

    With `every`, every chain is found, and not the shortest fifty.

    Raises:
        ProjectError, LockfileError, ResolutionError, RegistryError, StoreError.
    """
    # Zips need none of it.
    from zipper.pipeline.dependencies import find_project_tree  # noqa: PLC0415
    from zipper.pipeline.session import Circumstances  # noqa: PLC0415
    from zipper.resolving.selected_tree import select_tree  # noqa: PLC0415
    from zipper.tree.why import explain  # noqa: PLC0415

    io = Circumstances.of(request, on_event)
    project = io.read_project(request)
    with io.open_client(project, request) as client:
        tree = find_project_tree(project, request, io, client)
    if project.member:
        tree, _ = select_tree(
            project,
            tree,
            target=request.target,
            omit=frozenset(),
            force=True,
            with_root=request.include_root_dependencies,
        )
    found = explain(tree, name, legacy_peer_deps=project.npm.legacy_peer_deps, every=every)
    return found, tree
