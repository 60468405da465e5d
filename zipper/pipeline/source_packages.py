"""Packages that reading sources needs and the function does not: esbuild, and shared tsconfigs.

In: a project and its whole tree. Out: an esbuild that can be started, files of locked packages.
Both come from the registry as packages do: verified, by the project's settings, offline where that
is asked for. The project's own node_modules is never looked at.
"""

from __future__ import annotations

from functools import cached_property, partial
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Final, cast

from zipper.bundling.esbuild_choice import choose_esbuild, find_direct
from zipper.bundling.source_folder import SourceFolder
from zipper.errors import ProjectError
from zipper.pipeline.dependencies import find_project_tree
from zipper.store.store_zip_format import inflate
from zipper.tree.model import Tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from zipper.archive.entries import PlannedEntry
    from zipper.bundling.decorators import Decorators
    from zipper.bundling.esbuild_process import Esbuild
    from zipper.bundling.tool_process import ToolSandbox
    from zipper.pipeline.session import Circumstances
    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest
    from zipper.store.notes import Value
    from zipper.tree.model import Node

__all__ = ["SourcePackages"]

_CHECKS: Final = (
    "shutil",  # which removes the sandbox's folder
    *("zipper.checks.run_rules", "zipper.pipeline.checking", "zipper.checks.scan"),
    *("zipper.checks.member_rules", "zipper.checks.handler_shape"),
)
"""The imports of a check that most of its time goes to."""


class SourcePackages:
    """The packages of one project's build."""

    def __init__(
        self, project: Project, request: BuildRequest, io: Circumstances, whole: Tree
    ) -> None:
        self._project = project
        self._request = request
        self._io = io
        self._whole = whole
        if (
            project.foreign is not None or project.yarn_lock is not None
        ):  # what a function does not need was not laid out
            with io.open_client(project, request) as client:
                self._whole = find_project_tree(project, request, io, client)
        self.choice = choose_esbuild(project, self._whole)
        self._esbuild: Esbuild | None = None
        self._used: dict[tuple[str, str], str] = {}
        self._members: dict[str, dict[bytes, PlannedEntry]] = {}

    def open_esbuild(self) -> None:
        """Get the project's esbuild, and make its sandbox: that is ready when sources are read.

        Raises:
            RegistryError, IntegrityError, ResolutionError, StoreError, ArchiveError, OutputError.
        """
        from zipper.bundling.esbuild_process import Esbuild  # noqa: PLC0415  (where it runs)

        executable = self.provide_executable()
        spare = self._io.spare
        self._esbuild = (
            Esbuild(executable, self._import_readers) if spare is None else spare.take(executable)
        )

    def provide_executable(self) -> Path:
        """Return the project's esbuild; see `zipper.bundling.esbuild_binary.provide_esbuild`."""
        from zipper.bundling.esbuild_binary import provide_esbuild  # noqa: PLC0415  (where it runs)

        with self._io.open_client(self._project, self._request) as client:
            return provide_esbuild(
                self.choice, root=self._project.root, store=self._io.open_store(), client=client
            )

    def run_esbuild(
        self, sources: Mapping[str, bytes], arguments: Sequence[Sequence[str]]
    ) -> list[dict[str, bytes]]:
        """Run the project's esbuild; see `zipper.bundling.esbuild_process.Esbuild.run`."""
        assert self._esbuild is not None
        return self._esbuild.run(sources, arguments)

    def close(self) -> None:
        """End the sandbox of esbuild, if there is one, or keep it for the next build."""
        if self._esbuild is None:
            return
        if self._io.spare is None:
            self.close_later(self._esbuild)
        else:
            self._io.spare.give_back(self._esbuild)
        self._esbuild = None

    def close_later(self, sandbox: Esbuild | ToolSandbox) -> None:
        """Close a sandbox while the build goes on: a disk takes long to remove folders."""
        sandbox.order_end()
        ending = Thread(target=sandbox.close)
        ending.start()
        self._io.after.callback(ending.join)

    def _import_readers(self) -> None:
        """Import what reads esbuild's outputs: half of the time that esbuild takes."""
        for name in ("ambient_enums", "computed_specifiers"):
            import_module(f"zipper.bundling.{name}")
        self.import_checks()

    def import_checks(self) -> None:
        """Import what judges a zip that was not judged before, as one with new sources."""
        for name in _CHECKS if self._request.check else ():
            import_module(name)

    def open_decorators(self) -> Decorators:
        """Return the project's own TypeScript, which transforms decorators.

        Raises:
            ProjectError: EDECORATORS where the project does not depend on it.
        """
        from zipper.bundling.decorators import Decorators  # noqa: PLC0415  (where decorators are)

        node = self.find_typescript()
        if node is None:
            raise ProjectError(
                "EDECORATORS",
                '`decorators = "tsc"` needs the project\'s own TypeScript, and none is locked',
                hint="`npm install --save-dev typescript@5`, or leave the setting out",
            )
        return Decorators(
            self._io.open_store().notebook,
            identity=f"{_label(node)} {self._request.target.node_version}",
            run=partial(self._run_tsc, node.location),
        )

    def find_typescript(self) -> Node | None:
        """Return the TypeScript that the project's own package.json asks for."""
        return find_direct(self._project, self._whole, "typescript")

    def _run_tsc(
        self, location: str, options: Mapping[str, object], texts: Mapping[str, str]
    ) -> Mapping[str, object]:
        from zipper.bundling.tsc_process import run_tsc  # noqa: PLC0415  (where it runs)
        from zipper.pipeline.nodejs import find_node  # noqa: PLC0415  (as above)

        typescript = self.read_file(f"{location}/lib/typescript.js")
        if typescript is None:
            raise ProjectError(
                "EDECORATORS",
                "the project's TypeScript has no `lib/typescript.js`",
                hint="take version 5: `npm install --save-dev typescript@5`",
            )
        node = find_node(
            self._project,
            self._request.target,
            cache_dir=self._io.cache_dir,
            choice=self._request.node,
            mirror=self._request.node_mirror,
            offline=self._io.offline,
        )
        return run_tsc(node, typescript, options, texts)

    def find(self, source: str, name: str) -> Node | None:
        """Return the package that a file at `source` reaches by `name`; what was found is noted."""
        node = self._find(source, name)
        self._used[source, name] = _label(node)
        return node

    def read_file(self, path: str) -> bytes | None:
        """Return a file of a locked package by its place in node_modules; None where it is not.

        Raises:
            RegistryError, IntegrityError, ArchiveError, StoreError.
        """
        top, _, rest = path.rpartition("node_modules/")
        count = 2 if rest.startswith("@") else 1
        parts = rest.split("/")
        location = f"{top}node_modules/{'/'.join(parts[:count])}"
        if location not in self._members:
            self._members[location] = self._open(location)
        entry = self._members[location].get("/".join(parts[count:]).encode())
        return None if entry is None else inflate(entry)

    def _open(self, location: str) -> dict[bytes, PlannedEntry]:
        node = self._whole.nodes.get(location)
        if node is None or node.link_target is not None:
            return {}
        from zipper.fetching.fetch_packages import obtain  # noqa: PLC0415  (below planning)

        with self._io.open_client(self._project, self._request) as client:
            obtained = obtain(
                self._project, Tree({location: node}), store=self._io.open_store(), client=client
            )
        zipped = obtained.zips.get(location)
        return {} if zipped is None else {entry.name: entry for entry in zipped.members("")}

    def describe_decorators(self) -> str:
        """Return what decorators depend on; nothing where esbuild transforms them."""
        if self._request.decorators != "tsc":
            return self._request.decorators or ""
        return f"tsc {_label(self.find_typescript())}"

    def witnesses(self) -> Value:
        """Return which packages were read, and which versions of them."""
        return tuple((*asked, label) for asked, label in sorted(self._used.items()))

    def still_with_files(self, witnesses: Value) -> bool:
        """Tell whether files and packages, as a note names them, are as they were."""
        files, packages = cast("tuple[Value, Value]", witnesses)
        return SourceFolder(self._project.root).still(files) and self.still(packages)

    def still(self, witnesses: Value) -> bool:
        """Tell whether the same packages would be read today."""
        rows = cast("tuple[tuple[str, str, str], ...]", witnesses)
        return all(label == _label(self._find(source, name)) for source, name, label in rows)

    def _find(self, source: str, name: str) -> Node | None:
        """Return the package that a file at `source` reaches by `name`."""
        place = source.rpartition("/")[0]
        while place and place not in self._locations:
            place = place.rpartition("/")[0]
        return self._whole.find(self._locations.get(place, place), name)

    @cached_property
    def _locations(self) -> dict[str | None, str]:
        """Where packages are in the tree, by that place and by their folders in the workspace."""
        nodes = self._whole.nodes.values()
        linked = {self.find_folder(node): node.location for node in nodes}
        return linked | {node.location: node.location for node in nodes}

    def find_folder(self, node: Node) -> str | None:
        """Return the folder of the workspace that a package is; None for any other."""
        if node.link_target is not None:
            return node.link_target
        kind, _, place = (node.resolved or "").partition(":")
        return place if kind == "file" and (self._project.root / place).is_dir() else None


def _label(node: Node | None) -> str:
    return "" if node is None else f"{node.location} {node.version} {node.integrity}"
