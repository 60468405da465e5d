"""The sources that a bundle may need: their names, and the tsconfig.json of each folder.

In: folders of a project. Out: names, and contents that esbuild reads. What is in them is read by
the caller; node_modules and folders with a dot before their names have no sources.
"""

from __future__ import annotations

import json
import os
from posixpath import relpath
from typing import TYPE_CHECKING, Any, Final

from zipper.bundling.decorators import DecoratedSource, has_decorators
from zipper.bundling.output_places import OwnedFile
from zipper.bundling.source_folder import join
from zipper.bundling.source_names import CODE, SPECIFIER, TYPED, is_declaration

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from zipper.bundling.source_folder import SourceFolder
    from zipper.bundling.source_resolution import SourceResolver
    from zipper.bundling.tsconfig import TsConfig, TsConfigs

__all__ = ["READ_BY_ESBUILD", "find_beyond", "find_decorated", "list_sources", "make_configs"]

READ_BY_ESBUILD: Final = (*CODE, ".json", ".css", ".txt")
"""The endings that esbuild has loaders for. Source: its documentation, "Content types"."""
_NO_SOURCES: Final = frozenset({"node_modules", "cdk.out", "coverage", "bower_components"})
_CONFIGS: Final = frozenset({"tsconfig.json", "jsconfig.json"})
"""What esbuild looks for by itself; it finds ours in their places."""


def list_sources(root: Path, folder: str, endings: tuple[str, ...]) -> Iterator[str]:
    """Yield the files below a folder that esbuild may read, by their paths from the root on."""
    start = f"{root}/{folder}" if folder else f"{root}"
    waiting = [(start, f"{folder}/" if folder else "")]
    linked: set[str] = set()
    while waiting:
        place, prefix = waiting.pop()
        try:
            with os.scandir(place) as entries:
                found = list(entries)
        except OSError:
            continue
        for entry in found:
            name = entry.name
            if entry.is_dir():
                if name.startswith(".") or name in _NO_SOURCES:
                    continue
                if entry.is_symlink():  # links may go in circles
                    real = os.path.realpath(entry.path)
                    if real in linked or f"{entry.path}/".startswith(f"{real}/"):
                        continue
                    linked.add(real)
                waiting.append((entry.path, f"{prefix}{name}/"))
            elif name in _CONFIGS or is_declaration(name) or not name.endswith(endings):
                continue
            elif entry.is_file():  # and no link to nothing, and no pipe
                yield f"{prefix}{name}"


def make_configs(names: Iterable[str], configs: TsConfigs) -> dict[str, bytes]:
    """Return a tsconfig.json for each folder whose own counts, with all that it extends.

    Raises:
        ProjectError: ETSCONFIG.
    """
    made: dict[str, bytes] = {}
    folders = {name.rpartition("/")[0] for name in names if name.endswith(CODE)}
    for folder in sorted(folders):
        config = configs.nearest(folder)
        if not config.path:
            continue
        own = config.path.rpartition("/")[0]
        place = own if configs.nearest(own).path == config.path else folder
        made[join(place, "tsconfig.json")] = _write(config, place)
    return made


def find_decorated(sources: Mapping[str, bytes], configs: TsConfigs) -> list[DecoratedSource]:
    """Return the sources with decorators whose metadata their tsconfig.json asks for."""
    return [
        DecoratedSource(path, data, config.compiler)
        for path, data in sources.items()
        if path.endswith(TYPED)
        and has_decorators(data)
        and (config := configs.nearest(path.rpartition("/")[0])).emits_metadata
    ]


def find_beyond(
    entry: str, folders: Collection[str], files: SourceFolder, resolver: SourceResolver
) -> list[str]:
    """Return sources in other folders of the workspace that are imported by their paths.

    Args:
        entry: the handler's source, from the root on.
        folders: of the project and its siblings, whose sources are known.
        files: where sources are.
        resolver: says what they import.
    """
    if "" in folders:
        return []
    tops = tuple(f"{folder}/" for folder in folders)
    waiting, seen = [OwnedFile("", entry)], {entry}
    found: dict[str, None] = {}
    while waiting:
        module = waiting.pop()
        for match in SPECIFIER.finditer(files.read(module.path)):
            specifier = match[1].decode("utf-8", "replace")
            target = resolver.resolve(module, specifier, "import")
            if target is None or target.path in seen:
                continue
            seen.add(target.path)
            if not target.path.startswith(tops):
                found[target.path] = None
            if target.path.endswith(CODE):
                waiting.append(target)
    manifests = {join(name.rpartition("/")[0], "package.json") for name in found}
    return [*found, *(name for name in sorted(manifests) if files.is_file(name))]


def _write(config: TsConfig, folder: str) -> bytes:
    options: dict[str, Any] = dict(json.loads(config.compiler)["compilerOptions"])
    if config.base_url is not None:
        options["baseUrl"] = _spell(config.base_url, folder)
    if config.paths:
        start = config.paths_from
        base = folder if config.base_url is None else config.base_url
        options["paths"] = {
            pattern: [
                _spell(one[1:] if one.startswith("/") else join(start, one), base)
                for one in targets
            ]
            for pattern, targets in config.paths
        }
    return json.dumps({"compilerOptions": options}, sort_keys=True).encode()


def _spell(path: str, folder: str) -> str:
    """Return a path from the root on as it is from a folder on."""
    found = relpath(f"/{path}", f"/{folder}")
    return found if found.startswith("..") else f"./{found}"
