"""Projects locked by pnpm, yarn and bun, beside what the tools themselves install.

`expected.json` says of each importer which instance every name reaches: the tool's own frozen
production install, read as a graph. A graph that was read of the lockfile is held against it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from zipper.npm.package_json import parse_manifest
from zipper.npm.platform import fits_engine, fits_platform
from zipper.project.foreign_lockfile import ForeignText
from zipper.resolving.files_beside import FilesBeside
from zipper.resolving.read_foreign import read_foreign
from zipper.tree.bind_peers import bind_peers
from zipper.tree.graph_closure import take_closure
from zipper.tree.graph_folders import know_folders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from zipper.lockfile.foreign import ForeignLockfile
    from zipper.npm.package_json import Manifest
    from zipper.tree.locked_graph import Instance, LockedGraph

NODE_VERSION = "20.19.5"


def fits_linux(own: Instance) -> bool:
    """Say whether an instance can be used where the installs were made."""
    return fits_platform(own.manifest, os="linux", cpu="x64", libc="glibc") and fits_engine(
        own.manifest, node_version=NODE_VERSION, npm_version="11.0.0"
    )


def read_folders(project: Path, graph: LockedGraph) -> Mapping[str, Manifest]:
    """Return the package.json of each folder that the graph names."""
    found = {}
    for own in graph.instances.values():
        if own.folder is not None and (project / own.folder / "package.json").is_file():
            text = (project / own.folder / "package.json").read_text("utf-8")
            found[own.folder] = parse_manifest(json.loads(text))
    return found


def read_lock(project: Path, name: str) -> ForeignLockfile:
    """Return the project's lockfile, read with the settings that lie beside it."""
    manifest = (project / "package.json").read_bytes()
    foreign = ForeignText(name, project, (project / name).read_bytes(), (manifest,))
    return read_foreign(foreign, FilesBeside(foreign))


def list_differences(
    lockfile: ForeignLockfile, project: Path, expected: Mapping[str, Any]
) -> list[str]:
    """Return a line for each name that does not reach what the tool has installed."""
    graph = know_folders(lockfile.graph, read_folders(project, lockfile.graph))
    found = []
    for importer in expected["importers"]:
        folder = "" if importer == "." else importer
        bound = graph if lockfile.peers is None else bind_peers(graph, folder, lockfile.peers)
        found += [f"{importer}: {line}" for line in _compare(bound, folder, expected)]
    return found


def _compare(graph: LockedGraph, folder: str, expected: Mapping[str, Any]) -> Iterator[str]:
    closure = take_closure(graph, folder, fits=fits_linux)
    for key, own in closure.instances.items():  # an engine that does not fit is a warning there
        if not fits_platform(own.manifest, os="linux", cpu="x64", libc="glibc"):
            yield f"{key} is required and does not fit"
    top = expected["importers"][folder or "."]
    waiting = [(closure.importers[folder], {"deps": top["root"], "peers": top["peers"]}, "")]
    seen = {(waiting[0][0], "")}
    while waiting:
        key, wanted, chain = waiting.pop()
        own = closure.instances[key]
        targets = own.targets
        bundled = own.manifest.bundle_dependencies
        names = {**wanted.get("deps", {}), **wanted.get("peers", {})}
        names = {name: other for name, other in names.items() if name not in bundled}
        for name in sorted(targets.keys() - names.keys() - wanted.get("incidental", {}).keys()):
            yield f"extra: {chain} > {name}: {targets[name]}"
        for name, other in sorted(names.items()):
            found = targets.get(name)
            entry = expected["instances"][other]
            if found is None:
                yield f"missing: {chain} > {name}: {other}"
            elif (line := _tell(closure.instances[found], entry)) is not None:
                yield f"different: {chain} > {name}: {other}: {line}"
            elif (found, other) not in seen:
                seen.add((found, other))
                waiting.append((found, entry, f"{chain} > {name}"))


def _tell(own: Instance, entry: Mapping[str, Any]) -> str | None:
    """Return how the instance differs from the one that was installed, or None."""
    patched = entry["patched"] and not entry.get("builtin_patch")
    version = entry["version"].removeprefix("v")
    if not own.manifest.version and own.resolved is not None:
        version = ""  # the lockfile does not say what is in a tarball or a commit
    name = entry["name"]
    if (own.resolved or "").startswith("file:"):
        name = own.manifest.name  # yarn's lockfile has the name that was asked for
    found = (
        own.manifest.name,
        own.manifest.version,
        own.folder,
        bool([p for p in own.patches if "builtin<" not in p]),
    )
    wanted = (name, version, entry.get("local", own.folder), patched)
    return None if found == wanted else f"{found} instead of {wanted}"
