"""Which source a specifier means, by TypeScript's rules.

In: a module, a specifier, the way it is asked for. Out: the module that it means; None for what
stays as it is: packages, Node's own modules, and what is not there.

Source: TypeScript 5.9 `moduleNameResolver.ts` (`tryLoadModuleUsingOptionalResolutionSettings`,
`loadModuleFromFile`, `tryAddingExtensions`, `loadNodeModuleFromDirectory`); for `exports` and
`imports` Node.js, as `zipper.checks.package_maps`.
Deviation: a file that is there by its exact name counts also where a mode of TypeScript asks for
another ending, and names without ending are found in ES modules too, as bundlers do.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal, Protocol

from zipper.bundling.output_places import OwnedFile
from zipper.bundling.source_folder import join
from zipper.bundling.source_names import TYPED, is_declaration
from zipper.checks.package_maps import MapError, PackageFile, find_target, split_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zipper.bundling.source_folder import SourceFolder
    from zipper.bundling.tsconfig import TsConfig, TsConfigs

__all__ = ["Mode", "Siblings", "SourceResolver", "parse_package"]

Mode = Literal["import", "require"]

_CONDITIONS: Final[dict[str, frozenset[str]]] = {
    "import": frozenset({"node", "node-addons", "import", "module-sync"}),
    "require": frozenset({"node", "node-addons", "require", "module-sync"}),
}
_SOURCE_CONDITIONS: Final = frozenset({"types", "source"})
"""Under which a package names its sources besides what it was built to."""
_INSTEAD: Final = {
    ".js": (".ts", ".tsx", ".js", ".jsx"),
    ".jsx": (".tsx", ".ts", ".jsx", ".js"),
    ".mjs": (".mts", ".mjs"),
    ".cjs": (".cts", ".cjs"),
}
"""The files that a name with an ending may mean, TypeScript's before what it was built to."""
_ADDED: Final = (".ts", ".tsx", ".js", ".jsx")


class Siblings(Protocol):
    """The packages that lie on this disk, as the tree links them."""

    def folder_of(self, owner: str) -> str:
        """Return the folder of an owner; the project's own for ""."""

    def owners(self) -> Sequence[str]:
        """Return the location of every sibling."""

    def find(self, owner: str, name: str) -> str | None:
        """Return the sibling that `name` means from within `owner`; None for other packages."""


class SourceResolver:
    """Answers for the modules of one project."""

    def __init__(
        self, files: SourceFolder, configs: TsConfigs, siblings: Siblings, builtins: frozenset[str]
    ) -> None:
        self._files = files
        self._configs = configs
        self._siblings = siblings
        self._builtins = builtins
        self._scopes: dict[str, PackageFile] = {}

    def resolve(self, module: OwnedFile, specifier: str, mode: Mode) -> OwnedFile | None:
        """Return what `specifier` means in `module`."""
        folder = module.path.rpartition("/")[0]
        if specifier.startswith(("./", "../")) or specifier in (".", ".."):
            path = self._find_relative(folder, specifier)
            return None if path is None else self._own(module.owner, path)
        config = self._configs.nearest(folder)
        is_builtin = specifier in self._builtins
        path = (
            None
            if specifier.startswith("node:")
            else next(filter(None, map(self.find_file, self._name_mapped(config, specifier))), None)
        )
        if path is None and config.base_url is not None and not is_builtin:
            path = self.find_file(join(config.base_url, specifier))
        if path is not None:
            return self._own(module.owner, path)
        if specifier.startswith("#"):
            return self._find_internal(module, specifier, mode)
        return None if is_builtin else self._find_package(module, specifier, mode)

    def find_file(self, path: str) -> str | None:
        """Return the source that a path without its true ending means; a folder means its index."""
        if "node_modules" in path.split("/"):
            return None
        found = self._find_code(path)
        if found is None and self._files.is_folder(path):
            found = self._find_index(path)
        return found

    def find_other_case(self, module: OwnedFile, specifier: str) -> str | None:
        """Return the file that a specifier would mean if the case of letters did not count."""
        folder = module.path.rpartition("/")[0]
        if specifier.startswith(("./", "../")):
            paths = iter([join(folder, specifier)])
        else:
            paths = self._name_mapped(self._configs.nearest(folder), specifier)
        names = (name for path in paths for name in _name_candidates(path))
        return next(filter(None, map(self._files.find_other_case, names)), None)

    def scope(self, module: OwnedFile) -> PackageFile:
        """Return the nearest package.json above a module, within its package."""
        top = self._siblings.folder_of(module.owner)
        folder = module.path.rpartition("/")[0]
        while folder not in ("", top) and not self._files.is_file(join(folder, "package.json")):
            folder = folder.rpartition("/")[0]
        return self._read_package(folder)

    def is_named(self, owner: str, specifier: str, target: OwnedFile, mode: Mode) -> bool:
        """Tell whether a sibling's package.json leads `specifier` to exactly the source `target`.

        Then it leads to the output too, because the names of sources in it are replaced.
        """
        sibling, subpath = self._split(owner, specifier)
        if sibling is None:
            return False
        package = self._read_package(self._siblings.folder_of(sibling))
        if package.exports is None:
            return subpath == "."
        return f"/{target.path}" in _map(package, subpath, _CONDITIONS[mode])

    def _find_relative(self, folder: str, specifier: str) -> str | None:
        path = join(folder, specifier)
        wants_folder = specifier.endswith(("/", "/.", "/..")) or specifier in (".", "..")
        found = self._find_index(path) if wants_folder else self.find_file(path)
        if found is not None:
            return found
        roots = self._configs.nearest(folder).root_dirs
        for root in sorted(roots, key=len, reverse=True):
            if path.startswith(f"{root}/"):
                inner = path[len(root) + 1 :]
                others = (self.find_file(join(other, inner)) for other in roots if other != root)
                return next(filter(None, others), None)
        return None

    def _own(self, owner: str, path: str) -> OwnedFile:
        """Return the module at `path`: its importer's where it lies there, else a sibling's."""
        candidates = [owner, "", *self._siblings.owners()]
        holders = [one for one in candidates if _is_below(path, self._siblings.folder_of(one))]
        return OwnedFile(holders[0] if holders else owner, path)

    def _find_code(self, path: str) -> str | None:
        for name in _name_candidates(path):
            if self._files.is_file(name) and not is_declaration(name):
                return name
        return None

    def _find_index(self, folder: str) -> str | None:
        if self._files.is_file(join(folder, "package.json")):
            main = self._read_package(folder).main
            if main is not None:
                place = join(folder, main)
                found = self._find_code(place) or (
                    self._find_code(join(place, "index")) if self._files.is_folder(place) else None
                )
                if found is not None:
                    return found
        return self._find_code(join(folder, "index"))

    def _name_mapped(self, config: TsConfig, specifier: str) -> Iterator[str]:
        """Yield the paths that `paths` leads a specifier to: the best pattern's alone."""
        best: tuple[int, str, tuple[str, ...]] | None = None
        for pattern, targets in config.paths:
            start, star, end = pattern.partition("*")
            if not star:
                if pattern == specifier:
                    best = len(pattern) + 1_000_000, "", targets
                continue
            if (
                len(specifier) >= len(start) + len(end)
                and specifier.startswith(start)
                and specifier.endswith(end)
                and (best is None or len(start) > best[0])
            ):
                best = len(start), specifier[len(start) : len(specifier) - len(end)], targets
        for target in () if best is None else best[2]:
            place = target.replace("*", best[1]) if best is not None else target
            yield place[1:] if place.startswith("/") else join(config.paths_from, place)

    def _find_internal(self, module: OwnedFile, specifier: str, mode: Mode) -> OwnedFile | None:
        package = self.scope(module)
        for target in _map(package, specifier, _CONDITIONS[mode], internal=True):
            if not target.startswith("/"):
                return self._find_package(module, target, mode)
            path = self.find_file(target[1:])
            if path is not None:
                return self._own(module.owner, path)
        return None

    def _find_package(self, module: OwnedFile, specifier: str, mode: Mode) -> OwnedFile | None:
        """Return the source of a sibling, or of the package itself by its own name."""
        sibling, subpath = self._split(module.owner, specifier)
        own = self.scope(module)
        parts = split_name(specifier)
        if parts is not None and own.exports is not None and own.name == parts[0]:
            return self._find_exported(module, module.owner, own, (parts[1], mode))
        if sibling is None:
            return None
        package = self._read_package(self._siblings.folder_of(sibling))
        found = self._find_exported(module, sibling, package, (subpath, mode))
        return None if found is None or not found.path.endswith((*TYPED, ".jsx")) else found

    def _split(self, owner: str, specifier: str) -> tuple[str | None, str]:
        parts = split_name(specifier)
        if parts is None:
            return None, ""
        return self._siblings.find(owner, parts[0]), parts[1]

    def _find_exported(
        self, module: OwnedFile, owner: str, package: PackageFile, asked: tuple[str, Mode]
    ) -> OwnedFile | None:
        """Return what `owner` exports as `module` asks for it: a subpath, and the way."""
        subpath, mode = asked
        folder = package.folder.lstrip("/")
        if package.exports is None:
            path = (
                self._find_index(folder)
                if subpath == "."
                else self.find_file(join(folder, subpath))
            )
            return None if path is None else OwnedFile(owner, path)
        conditions = _CONDITIONS[mode]
        custom = self._configs.nearest(module.path.rpartition("/")[0]).conditions
        for wanted in (conditions, conditions | _SOURCE_CONDITIONS.union(custom)):
            for target in _map(package, subpath, wanted):
                path = self._find_code(target[1:])
                if path is not None:
                    return OwnedFile(owner, path)
        return None

    def _read_package(self, folder: str) -> PackageFile:
        known = self._scopes.get(folder)
        if known is None:
            path = join(folder, "package.json")
            data = self._files.read(path) if self._files.is_file(path) else b"{}"
            known = self._scopes[folder] = parse_package(folder, data)
        return known


def parse_package(folder: str, data: bytes) -> PackageFile:
    """Return what Node reads of the package.json in `folder`, whose text is `data`."""
    try:
        raw = json.loads(data.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        raw = None
    raw = raw if isinstance(raw, dict) else {}
    name, main, kind, imports = (raw.get(key) for key in ("name", "main", "type", "imports"))
    return PackageFile(
        f"/{folder}" if folder else "",
        exists=True,
        name=name if isinstance(name, str) else None,
        main=main if isinstance(main, str) and main else None,
        type=kind if kind in ("module", "commonjs") else "none",
        exports=raw.get("exports"),
        imports=imports if isinstance(imports, dict) else None,
    )


def _name_candidates(path: str) -> list[str]:
    """Return the files that a path may mean, in order."""
    stem, dot, ending = path.rpartition(".")
    ending = dot + ending if dot and "/" not in ending else ""
    if ending in _INSTEAD:
        return [stem + one for one in _INSTEAD[ending]]
    if ending in TYPED:
        return [path]
    return [*(path + one for one in _ADDED), f"{path}.json", path]


def _map(
    package: PackageFile, subpath: str, conditions: frozenset[str], *, internal: bool = False
) -> list[str]:
    """Return the target that a map gives, or nothing; a path begins with `/`."""
    try:
        return [find_target(package, subpath, conditions, internal=internal)]
    except MapError:
        return []


def _is_below(path: str, folder: str) -> bool:
    if not folder:
        return not path.startswith("../")
    return path.startswith(f"{folder}/")
