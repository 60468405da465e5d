"""Instances of a foreign lockfile as npm's lockfile would have them.

In: a closure. Out: the same, its manifests decoded from one form, whichever tool locked it: specs
that npm knows in place of pnpm's, bun's and yarn's own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.npm.package_json import parse_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zipper.tree.locked_graph import Instance, LockedGraph

__all__ = ["describe_instances"]

_PLACE: Final = re.compile(r"$|(?!npm:)[a-z+]+:|\.|/|~/|[^@:]+/")
"""A spec that names a place and no version, in the words of any tool."""


def describe_instances(graph: LockedGraph, importer: str, *, omits_dev: bool) -> LockedGraph:
    """Return `graph` with manifests of npm's form.

    Only the importer has development dependencies, unless they are left out.
    """
    start = graph.importers[importer]
    return graph._replace(
        instances={
            key: _describe(graph, own, has_dev=key == start and not omits_dev)
            for key, own in graph.instances.items()
        }
    )


def _describe(graph: LockedGraph, own: Instance, *, has_dev: bool) -> Instance:
    manifest = own.manifest
    optional = manifest.optional_dependencies.keys()
    dev = set(manifest.dev_dependencies) - {*manifest.dependencies, *optional} if has_dev else set()
    peers = set(manifest.peer_dependencies) | manifest.peer_optional
    peers -= {*manifest.dependencies, *optional, *dev}

    asked = {
        **manifest.dev_dependencies,
        **manifest.optional_dependencies,
        **manifest.dependencies,
    }

    def specs(names: Iterable[str]) -> dict[str, str]:
        return {
            name: _spec(
                graph.instances[own.targets[name]],
                name,
                asked.get(name, ""),
                is_published=own.folder is None,
            )
            for name in names
            if name in own.targets
        }

    raw: dict[str, object] = {
        **{key: value for key, value in manifest.raw.items() if "ependencies" not in key},
        "name": manifest.name,
        "version": manifest.version,
        "dependencies": specs(own.targets.keys() - optional - dev - peers),
        "optionalDependencies": specs(optional),
        "devDependencies": specs(dev),
        "peerDependencies": {
            **{name: manifest.peer_dependencies.get(name, "*") for name in peers},
        },
        # npm leaves out an optional package whose required peer is nowhere; no other tool does. And
        # it leaves out what only optional peers reach, such as the copy that one was given.
        "peerDependenciesMeta": {name: {"optional": True} for name in peers - own.targets.keys()},
        "bundleDependencies": list(manifest.bundle_dependencies),
        "engines": dict(manifest.engines),
        "os": list(manifest.os),
        "cpu": list(manifest.cpu),
        "libc": list(manifest.libc),
        "bin": dict(manifest.bin),
        "deprecated": manifest.deprecated,
        "hasInstallScript": manifest.has_install_script,
    }
    kept = {key: value for key, value in raw.items() if value}
    return own._replace(manifest=parse_manifest(kept))


def _spec(target: Instance, name: str, asked: str, *, is_published: bool) -> str:
    """Return the spec with which npm would ask for what was locked; `asked` is the tool's own.

    A tarball that is asked for by its address has that spec, so that `allow-remote` holds for it.
    What is published and asks for a version has not asked for the folder that the project has put
    in its place: a member of the workspace, or what `resolutions` name.
    """
    manifest = target.manifest
    if target.folder is not None and is_published and not _PLACE.match(asked):
        return manifest.version or "*"
    if target.folder is not None:
        return f"file:{target.folder or '.'}"
    resolved = target.resolved or ""
    is_address = asked.startswith(("http:", "https:")) or not manifest.version
    if resolved.startswith(("file:", "git+", "git:")) or (resolved and is_address):
        return resolved
    return manifest.version if manifest.name == name else f"npm:{manifest.name}@{manifest.version}"
