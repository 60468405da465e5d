"""What an offline build lacks, all of it at once: one more build with a network is then enough.

In: what could not be had. Out: one EOFFLINE that names every tarball or packument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import RegistryError, ZipperError
from zipper.npm.pick import PickOptions, pick_manifest
from zipper.npm.spec import resolve_spec
from zipper.tree.model import list_dependencies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.npm.package_json import Manifest
    from zipper.registry.client import RegistryClient
    from zipper.tree.model import Tree

__all__ = ["find_missing_manifests", "find_missing_packuments"]


def find_missing_packuments(
    manifests: Sequence[Manifest], client: RegistryClient, *, options: PickOptions
) -> tuple[tuple[str, str], ...]:
    """Return the packuments that are missing as far as those that are there can tell.

    Follows the dependencies of `manifests` through all packuments that can be had; what a missing
    one would ask for is unknown. An optional dependency counts too: without its packument the
    tree would be another one.
    """
    missing: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(manifest, True) for manifest in manifests]
    while waiting:
        manifest, is_top = waiting.pop()
        for name, (spec, kind) in list_dependencies(manifest, top=is_top).items():
            if (name, spec) in seen or kind == "peerOptional":
                continue
            seen.add((name, spec))
            found = _pick(name, spec, client, options, missing)
            if found is not None:
                waiting.append((found, False))
    return tuple(sorted(missing.items()))


def find_missing_manifests(tree: Tree, client: RegistryClient) -> tuple[tuple[str, str], ...]:
    """Return the packuments that are missing for a lockfile of version 1, which has no manifests.

    Without them it is unknown for which systems a package is.
    """
    missing: dict[str, str] = {}
    for location, node in tree.nodes.items():
        if not location.startswith("node_modules/") or node.link_target is not None:
            continue
        try:
            client.fetch_packument(node.package_name)
        except RegistryError as error:
            if error.code == "EOFFLINE":
                missing[node.package_name] = _describe_packument(error)
    return tuple(sorted(missing.items()))


def _describe_packument(error: RegistryError) -> str:
    return f"its packument, {dict(error.facts).get('address', '')}"


def _pick(
    name: str, spec: str, client: RegistryClient, options: PickOptions, missing: dict[str, str]
) -> Manifest | None:
    """Return the version that answers a spec of a registry, and note a packument that is absent."""
    try:
        parsed = resolve_spec(name, spec, where="/")
        parsed = parsed.sub_spec or parsed
        if not parsed.registry or parsed.name is None or parsed.name in missing:
            return None
        packument = client.open_packument(parsed.name)
        return pick_manifest(packument, parsed, options=options)
    except RegistryError as error:
        if error.code == "EOFFLINE":
            missing[parsed.name or name] = _describe_packument(error)
        return None
    except ZipperError:
        return None
