"""The work for a bundle that is not noted: sources are read, packages linked, esbuild runs.

In: a project, its packages, the handler's source. Out: a `MadeBundle` with what it rests on.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, NamedTuple

from zipper.bundling.asset_choice import ChosenAssets
from zipper.bundling.asset_references import find_requested
from zipper.bundling.bundle_facts import list_asked, refuse_outside, tell_unended, tell_warnings
from zipper.bundling.bundle_flags import INJECTED, INJECTED_TEXT, list_flags
from zipper.bundling.bundle_folder import BundleFolder, open_bundle_folder
from zipper.bundling.bundle_sources import find_beyond, find_decorated, make_configs
from zipper.bundling.bundled_assets import find_places, names_places
from zipper.bundling.bundler import Bundle, BundleChoices, Bundler, join_bundles
from zipper.bundling.decorators import refuse_lost_metadata
from zipper.bundling.noted_limits import NotedLimits
from zipper.bundling.notices import (
    BundledPackage,
    describe_packages,
    write_notice,
)
from zipper.bundling.output_places import OwnedFile
from zipper.bundling.source_folder import SourceFolder, join
from zipper.bundling.source_names import CODE, name_output
from zipper.bundling.source_resolution import SourceResolver
from zipper.bundling.surroundings import KeptPackage, Surroundings, find_folder, find_location
from zipper.bundling.tsconfig import TsConfigs
from zipper.checks.package_maps import split_name
from zipper.checks.runtime_sdk import list_sdk_patterns
from zipper.pipeline.bundle_layout import BundleLayout
from zipper.pipeline.packaged_configs import PackagedConfigs
from zipper.store.notes import KEPT_PACKAGES
from zipper.target import find_builtins
from zipper.tree.model import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from zipper.bundling.bundle_folder import BundleParts
    from zipper.bundling.decorators import DecoratedSource
    from zipper.bundling.esbuild_files import Format
    from zipper.fetching.package_files import Scripted
    from zipper.findings import Finding
    from zipper.layout.placement import Homes
    from zipper.pipeline.session import Circumstances
    from zipper.pipeline.sibling_folders import SiblingFolders
    from zipper.pipeline.source_packages import SourcePackages
    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest
    from zipper.store.notes import Value

__all__ = ["BundleWork", "MadeBundle"]


class MadeBundle(NamedTuple):
    """What the work came to."""

    files: Mapping[str, bytes]
    """By the name in the package."""
    kept: tuple[KeptPackage, ...]
    findings: tuple[Finding, ...]
    maps: Mapping[str, str]
    output: str
    inputs: int
    notice: str
    bundled: Mapping[str, int]
    packed_metafile: bytes
    witnesses: Value


class BundleWork:
    """One bundle."""

    def __init__(
        self,
        project: Project,
        request: BuildRequest,
        io: Circumstances,
        scripted: Scripted,
        homes: Homes,
        siblings: SiblingFolders,
        packages: SourcePackages,
    ) -> None:
        self._project = project
        self._request = request
        self._io = io
        self._scripted = scripted
        self._siblings = siblings
        self._packages = packages
        self._files = SourceFolder(project.root)
        self._configs = TsConfigs(PackagedConfigs(self._files, packages))
        self._resolver = SourceResolver(
            self._files, self._configs, siblings, find_builtins(request.target.details.major)
        )
        self._layout = BundleLayout(scripted, homes, siblings)

    def make(self, path: str, names: Sequence[str], inputs: tuple[Value, ...]) -> MadeBundle:
        """Return the bundle of the handler at `path`, relative to the project's folder.

        Args:
            path: of the handler's source.
            names: of the files that may be sources.
            inputs: what decides besides the files.

        Raises:
            ProjectError: EBUNDLE, EESBUILD, ETSCONFIG, EREAD, EDECORATORS.
        """
        entry = join(self._project.member, path)
        ending = self._name_ending(entry)
        output = f"{path.rpartition('.')[0]}{ending}"
        read = SourceFolder(self._project.root).read  # what is only copied decides nothing
        beyond = find_beyond(entry, self._siblings.folders.values(), self._files, self._resolver)
        sources = {name: read(name) for name in [*names, *beyond]}
        configs = make_configs(sources, self._configs)
        decorated = find_decorated(sources, self._configs)
        if self._request.decorators == "tsc" and decorated:
            sources |= self._packages.open_decorators().transform(decorated)
        parts = self._layout.lay_out({**sources, **configs, INJECTED: INJECTED_TEXT})
        choices = self._choose(entry, output, "esm" if ending == ".mjs" else "cjs")
        with self._open_folder(parts) as folder:
            bundle, assets, findings = self._bundle_all(folder, choices, inputs)
            refuse_outside(bundle, sources)
            if self._request.decorators is None:
                self._refuse_lost_metadata(decorated, bundle, folder)
        manifests = [name for name in sources if name.rpartition("/")[2] == "package.json"]
        used = [*manifests, *(name for name in bundle.meta.inputs if name in sources)]
        packages = list(self._find_bundled(bundle))
        described = describe_packages(packages, self._project.own_manifest.raw)
        files = {name: data for name, data in bundle.files.items() if not self._is_beside(name)}
        files |= {place: self._files.read(file) for place, file in assets.files.items()}
        return MadeBundle(
            files=files,
            kept=tuple(bundle.kept.values()),
            findings=tuple(findings),
            maps={
                name: data.decode("utf-8", "surrogatepass")
                for name, data in bundle.files.items()
                if self._is_beside(name)
            },
            output=output,
            notice=write_notice(packages, described),
            inputs=len(bundle.meta.inputs),
            bundled={self._layout.places[one.folder]: one.size_bytes for one in packages},
            packed_metafile=zlib.compress(
                _add_to_metafile(
                    bundle.metafile,
                    packages=described,
                    esbuild={
                        "version": self._packages.choice.version,
                        "arguments": bundle.arguments,
                    },
                ),
                level=1,  # for a note
            ),
            witnesses=self._witnesses(used),
        )

    def _bundle_all(
        self, folder: BundleFolder, choices: BundleChoices, inputs: tuple[Value, ...]
    ) -> tuple[Bundle, ChosenAssets, list[Finding]]:
        """Return the bundle with those of workers, the assets, and what is said about both."""
        around = self._surround(folder.read)
        bundle = self._bundle(Bundler(folder, choices, around), around, inputs)
        assets = self._find_assets(bundle, folder, choices.output)
        beside = self._find_beside(assets)
        if beside:
            around = around._replace(beside=beside)
            inputs = (*inputs, _as_value(beside))
            bundle = self._bundle(Bundler(folder, choices, around), around, inputs)
        findings = [*tell_warnings(bundle), *tell_unended(bundle, around), *assets.findings]
        workers = [
            self._bundle_worker(folder, source, place, around)
            for place, source in assets.workers.items()
        ]
        return join_bundles(bundle, workers), assets, findings

    def _open_folder(self, parts: BundleParts) -> AbstractContextManager[BundleFolder]:
        return open_bundle_folder(
            self._packages.provide_executable(),
            parts,
            self._io.cache_dir,
            meanwhile=self._packages.import_checks,
            close=self._packages.close_later,
        )

    def _refuse_lost_metadata(
        self, decorated: Sequence[DecoratedSource], bundle: Bundle, folder: BundleFolder
    ) -> None:
        reached = [one for one in decorated if one.path in bundle.meta.inputs]
        code = folder.transform([one.path for one in reached])
        for one in reached:
            made = code.get(one.path, b"").decode("utf-8", "replace")
            refuse_lost_metadata(one.path, one.data, made)

    def _find_assets(self, bundle: Bundle, folder: BundleFolder, output: str) -> ChosenAssets:
        """Return what the bundled sources read by their own places."""
        assets = ChosenAssets(self._files, self._resolver.find_file, self._project.member)
        named = {
            path: data
            for path in bundle.meta.inputs
            if path.endswith(CODE)
            and (not find_location(path, self._layout.places) or self._is_anyway(path))
            and names_places(data := folder.read(path))
        }
        for path, code in folder.transform([path for path in named if path != INJECTED]).items():
            for place in find_places(code, path=path, bundle=output, folder=self._project.member):
                assets.add(path, named[path], place)
        return assets

    def _find_beside(self, assets: ChosenAssets) -> dict[str, tuple[str, int]]:
        """Return the packages that code beside the bundle imports, with the file and the line."""
        found: dict[str, tuple[str, int]] = {}
        workers = [file for file in assets.workers.values() if file in assets.loaded]
        for file in (*assets.files.values(), *workers):
            for specifier, line in find_requested(file, self._files.read(file)).items():
                parts = split_name(specifier)
                if parts is not None and self._scripted.tree.find(ROOT, parts[0]) is not None:
                    found.setdefault(parts[0], (file, line))
        return found

    def _is_anyway(self, path: str) -> bool:
        location = find_location(path, self._layout.places)
        return self._scripted.tree.nodes[location].name in self._request.bundle_anyway

    def _bundle_worker(
        self, folder: BundleFolder, source: str, place: str, around: Surroundings
    ) -> Bundle:
        """Return the bundle of what a source starts by its file, for where that is looked for.

        Node reads it by the name that the source gives it.
        """
        format_: Format = "esm" if place.endswith((".mjs", ".mts")) else "cjs"
        return Bundler(folder, self._choose(source, place, format_), around).run(
            [], lambda _: False
        )

    def _choose(self, source: str, output: str, format_: Format) -> BundleChoices:
        flags = list_flags(self._request, format_=format_, folder=self._project.member)
        external = (*self._request.external, *self._list_left())
        return BundleChoices(source, output, flags, external)

    def _find_bundled(self, bundle: Bundle) -> Iterator[BundledPackage]:
        """Yield the packages that have files in the bundle, by folder."""
        sizes: dict[str, int] = {}
        for path, size in bundle.meta.sizes.items():
            folder = find_folder(path, self._layout.places)
            if folder and size:
                sizes[folder] = sizes.get(folder, 0) + size
        for folder in sorted(sizes):
            node = self._scripted.tree.nodes[self._layout.places[folder]]
            zipped = self._scripted.obtained.zips.get(node.location)
            yield BundledPackage(
                folder,
                node.package_name,
                node.version,
                node.resolved,
                node.integrity,
                sizes[folder],
                () if zipped is None else zipped.names(),
                _read_nothing if zipped is None else zipped.read,
            )

    def _is_beside(self, name: str) -> bool:
        return self._request.sourcemap == "external" and name.endswith(".map")

    def _name_ending(self, entry: str) -> str:
        """Return the bundle's ending: it is what Node takes the handler for, and says so alone."""
        output = name_output(entry)
        if output.endswith((".mjs", ".cjs")):
            return output[-4:]
        scope = self._resolver.scope(OwnedFile("", entry))
        return ".mjs" if scope.type == "module" else ".js"

    def _list_left(self) -> tuple[str, ...]:
        """Return what is left to the runtime, as esbuild's patterns."""
        is_left = self._request.sdk == "runtime"
        return list_sdk_patterns(self._request.target.details.major) if is_left else ()

    def _surround(self, read: Callable[[str], bytes]) -> Surroundings:
        left = self._list_left()
        limits = NotedLimits(
            self._io.open_store().notebook, name=self._layout.name_for_good, read=read
        )
        return Surroundings(
            tree=self._scripted.tree,
            places=self._layout.places,
            natives=self._layout.find_natives(),
            find_limits=limits.find,
            read=read,
            anyway=frozenset(self._request.bundle_anyway),
            external=frozenset(self._request.external),
            left=lambda name: any(
                name == one or (one.endswith("*") and name.startswith(one[:-1])) for one in left
            ),
            beside={},
        )

    def _bundle(self, bundler: Bundler, around: Surroundings, inputs: tuple[Value, ...]) -> Bundle:
        """Return the bundle; which packages stay is guessed from the last time, and proven."""
        notebook = self._io.open_store().notebook
        shared = inputs[1:]  # whatever other files there are
        hint = notebook.recall(KEPT_PACKAGES, shared)
        guess = [] if hint is None else [KeptPackage(*row) for row in json.loads(hint)]

        def confirm(bundle: Bundle) -> bool:
            noted = notebook.recall(KEPT_PACKAGES, (shared, list_asked(bundle, around)))
            if noted is None or [KeptPackage(*row) for row in json.loads(noted)] != guess:
                return False
            return bundler.is_complete(bundle)

        bundle = bundler.run(guess, confirm)
        body = json.dumps(list(bundle.kept.values())).encode("ascii")
        notebook.remember(KEPT_PACKAGES, shared, body)
        asked = list_asked(bundle, around)
        notebook.remember(KEPT_PACKAGES, (shared, asked), body)
        return bundle

    def _witnesses(self, used: Sequence[str]) -> Value:
        """Return what the bundle rests on: the sources in it, and what says how they are read."""
        for name in used:
            self._files.read(name)
        return (self._files.witnesses(), self._packages.witnesses())


def _as_value(beside: Mapping[str, tuple[str, int]]) -> Value:
    return tuple(sorted((name, path, line) for name, (path, line) in beside.items()))


def _read_nothing(_name: str) -> bytes | None:
    return None


def _add_to_metafile(metafile: bytes, **members: object) -> bytes:
    """Return the metafile with more members; its own text stays as esbuild wrote it."""
    text = json.dumps(members, indent=2, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return text.removesuffix(b"\n}") + b"," + metafile[1:]
