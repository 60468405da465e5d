"""A function as a bundle, on the way from a project to the files of its package.

In: a project and its packages. Out: the bundle, which packages stay beside it, and what is said
about both. An unchanged project starts nothing: all is noted, with what it rests on.
"""

from __future__ import annotations

import json
import zlib
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.archive.compress import compress
from zipper.archive.entries import MODE_FILE, PlannedEntry
from zipper.bundling.bundle_flags import read_table
from zipper.bundling.bundle_sources import READ_BY_ESBUILD, list_sources
from zipper.bundling.handler_source import HandlerSource, find_handler_source, tell_built
from zipper.bundling.source_folder import SourceFolder, join
from zipper.bundling.surroundings import KeptPackage
from zipper.errors import ProjectError
from zipper.findings import Finding
from zipper.pipeline.sibling_folders import SiblingFolders
from zipper.pipeline.source_packages import SourcePackages
from zipper.store.notes import BUNDLE
from zipper.target import default_handler

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zipper.layout.placement import Homes
    from zipper.pipeline.bundle_work import MadeBundle
    from zipper.pipeline.dependencies import Gathered
    from zipper.pipeline.session import Circumstances
    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest
    from zipper.store.notes import Value

__all__ = ["BundledFunction", "bundle_function"]

_FINAL: Final = ("external", "native", "loader", "version")
"""What keeps a package outside whatever `bundle_anyway` says."""
_LEVEL: Final = 8
"""Of libdeflate, for a bundle: it is most of the zip, and deflated once for each change of it.
Level 9 takes a third longer for a thousandth; at level 7 some are larger than zlib's."""
_BUILT: Final = (".js", ".mjs", ".cjs", ".jsx")


class BundledFunction(NamedTuple):
    """What a function came to."""

    handler: str
    entries: tuple[PlannedEntry, ...]
    """The bundle, its source map and its assets, by their names in the package."""
    kept: Mapping[str, KeptPackage]
    """The packages that stay, by location."""
    findings: tuple[Finding, ...]
    maps: Mapping[str, str]
    """External source maps, by the name that each would have in the zip."""
    output: str
    """The bundle's name in the package."""
    inputs: int
    """Files that it was made of."""
    bundled: Mapping[str, int]
    """Location of each package that has files in it to their bytes there."""
    notice: str
    """The texts of the licences of all packages in the bundle; "" where there are none."""
    packed_metafile: bytes
    """esbuild's metafile, deflated."""

    @property
    def metafile(self) -> bytes:
        """Esbuild's metafile."""
        return zlib.decompress(self.packed_metafile)


def bundle_function(
    project: Project,
    request: BuildRequest,
    io: Circumstances,
    gathered: Gathered,
    homes: Homes,
) -> BundledFunction:
    """Return the bundle of a project's function.

    Raises:
        ProjectError: EBUNDLE, EESBUILD, ETSCONFIG, EHANDLER, EREAD, EDECORATORS.
        RegistryError, IntegrityError, StoreError: while esbuild is fetched.
    """
    return _Bundling(project, request, io, gathered, homes).run()


class _Bundling:
    """One project's bundle: recalled, or made."""

    def __init__(
        self,
        project: Project,
        request: BuildRequest,
        io: Circumstances,
        gathered: Gathered,
        homes: Homes,
    ) -> None:
        self._project = project
        self._request = request
        self._io = io
        self._gathered = gathered
        self._homes = homes
        scripted = gathered.scripted
        self._siblings = SiblingFolders(project, scripted.tree, scripted.obtained.folders)
        self._packages = SourcePackages(project, request, io, gathered.whole)
        endings = (*READ_BY_ESBUILD, *read_table(request).get("loader", {}))
        folders = dict.fromkeys(self._siblings.folders.values())
        self._names = sorted(
            {name for folder in folders for name in list_sources(project.root, folder, endings)}
        )

    def run(self) -> BundledFunction:
        found = self._find_handler()
        notebook = self._io.open_store().notebook
        inputs = self._inputs(found)
        noted = notebook.recall(BUNDLE, inputs, self._packages.still_with_files)
        if noted is not None:
            return _read_note(noted, found, self._packages.choice.findings)
        made = self._make(found, inputs)
        body = _write_note(made)
        notebook.remember(BUNDLE, inputs, body, made.witnesses)
        return _read_note(body, found, self._packages.choice.findings)

    def _find_handler(self) -> HandlerSource:
        project, asked = self._project, self._request.handler
        raw = project.own_manifest.raw
        prefix = f"{project.member}/" if project.member else ""
        names = {name[len(prefix) :] for name in self._names if name.startswith(prefix)}
        files = SourceFolder(project.root)
        found = find_handler_source(
            names, raw, asked, read=lambda name: files.read(join(project.member, name))
        )
        if found is not None:
            return found
        handler = (asked or default_handler(raw)).removeprefix("./")
        folder, slash, name = handler.rpartition("/")
        stem = f"{folder}{slash}{name.partition('.')[0]}"
        path = next((stem + ending for ending in _BUILT if stem + ending in names), None)
        if path is None:
            raise ProjectError(
                "EHANDLER",
                f"there is no source for the handler `{handler}`: a bundle begins with one",
                facts=(("looked for", f"{stem}.ts, {stem}.js and the like"),),
                hint="name it: `--handler src/index.handler`",
            )
        return HandlerSource(handler, path, tell_built(names, raw, asked))

    def _inputs(self, found: HandlerSource) -> tuple[Value, ...]:
        """Return what decides besides the files: a hash of their names first.

        Which folders are siblings, the packages say.
        """
        request, scripted = self._request, self._gathered.scripted
        zips = scripted.obtained.zips
        rows = [
            (
                (node.location, node.version, node.resolved, node.integrity),
                str(zips[node.location].path) if node.location in zips else node.link_target,
            )
            for node in scripted.tree.nodes.values()
        ]
        # What install scripts have written beside packages, no package's hash tells.
        beside = [(entry[:2], at) for at, entries in scripted.beside.items() for entry in entries]
        return (
            _digest(self._names),
            found.path,
            self._project.member,
            _digest(rows),
            _digest(beside),
            _digest(sorted(self._homes.by_location.items())),
            self._packages.describe_decorators(),
            request.target.runtime,
            self._packages.choice.identity,
            request.sourcemap,
            request.minify,
            tuple(request.external),
            tuple(request.bundle_anyway),
            request.sdk,
            request.esbuild,
        )

    def _make(self, found: HandlerSource, inputs: tuple[Value, ...]) -> MadeBundle:
        from zipper.pipeline.bundle_work import BundleWork  # noqa: PLC0415  (where something changed)

        work = BundleWork(
            self._project,
            self._request,
            self._io,
            self._gathered.scripted,
            self._homes,
            self._siblings,
            self._packages,
        )
        return work.make(found.path, self._names, inputs)


def _digest(value: object) -> str:
    return sha256(repr(value).encode()).hexdigest()


def _write_note(made: MadeBundle) -> bytes:
    entries = [
        compress(name, data, executable=False, level=_LEVEL) for name, data in made.files.items()
    ]
    head = {
        "entries": [(entry.name.hex(), entry.fields.hex(), entry.length) for entry in entries],
        "kept": list(made.kept),
        "findings": list(made.findings),
        "maps": dict(made.maps),
        "output": made.output,
        "inputs": made.inputs,
        "notice": made.notice,
        "bundled": dict(made.bundled),
    }
    blobs = [entry.data for entry in entries]
    return b"".join([json.dumps(head).encode("ascii"), b"\n", *blobs, made.packed_metafile])


def _read_note(body: bytes, found: HandlerSource, told: Sequence[Finding]) -> BundledFunction:
    line, _, blobs = body.partition(b"\n")
    head = json.loads(line)
    entries, at, data = [], 0, memoryview(blobs)
    for row in head["entries"]:
        name, fields, length = bytes.fromhex(row[0]), bytes.fromhex(row[1]), row[2]
        entries.append(PlannedEntry(name, fields, MODE_FILE, data, at, length))
        at += length
    kept = {row[0]: KeptPackage(*row) for row in head["kept"]}
    return BundledFunction(
        handler=found.handler,
        entries=tuple(entries),
        kept=kept,
        findings=(
            *found.findings,
            *told,
            *(Finding(*row) for row in head["findings"]),
            *_tell_kept(kept),
        ),
        maps=head["maps"],
        output=head["output"],
        inputs=head["inputs"],
        notice=head["notice"],
        bundled=head["bundled"],
        packed_metafile=blobs[at:],
    )


def _tell_kept(kept: Mapping[str, KeptPackage]) -> Iterator[Finding]:
    """Yield what keeps each package outside, those apart that only follow another one."""
    for one in kept.values():
        if one.kind == "dependency":
            continue
        place = f" ({one.path}" + (f" line {one.line})" if one.line else ")") if one.path else ""
        yield Finding(
            "bundle-kept",
            "info",
            one.location,
            f"`{one.location.rpartition('node_modules/')[2]}` stays in node_modules: it "
            f"{one.reason}{place}",
            "" if one.kind in _FINAL else "`bundle_anyway` takes it into the bundle all the same",
        )
