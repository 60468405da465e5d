"""package-lock.json, byte for byte as npm 11 writes it.

In: an ideal tree. Out: the text of the lockfile. Every node of the tree is
recorded, those of other platforms too: what is installed is decided when the lockfile is read.

Source: @npmcli/arborist 9, lib/shrinkwrap.js; json-stringify-nice 2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from posixpath import normpath
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.errors import ZipperError
from zipper.lockfile.json_nice import stringify_nicely
from zipper.npm.spec import parse_spec
from zipper.npm.workspaces import name_from_folder
from zipper.tree.model import ROOT, Node, Tree, is_top

if TYPE_CHECKING:
    from zipper.npm.package_json import Manifest

__all__ = ["TextFormat", "infer_text_format", "write_lockfile"]

_FIRST_KEYS: Final = (
    "name",
    "version",
    "lockfileVersion",
    "resolved",
    "integrity",
    "requires",
    "packages",
    "dependencies",
)

_PASSED_ON: Final = (
    "peerDependenciesMeta",
    "acceptDependencies",
    "engines",
    "os",
    "cpu",
    "libc",
    "deprecated",
    "workspaces",
)
"""Fields of package.json that are copied as they are."""

_EMPTY: Final = re.compile(r"(?:\{\}|\[\])((?:\r?\n)+)?\Z")

_FORMAT: Final = re.compile(r"\s*[{\[]((?:\r?\n)+)([\s\t]*)")


class TextFormat(NamedTuple):
    """How JSON is laid out: what a level is indented by, and how lines end."""

    indent: str = "  "
    newline: str = "\n"
    is_compact: bool = False
    """All on one line, as npm's `format-package-lock=false` asks."""


def infer_text_format(text: str) -> TextFormat:
    """Return the layout of a package.json, which npm keeps in the lockfile beside it.

    One that is on a single line leaves npm's default. Source: json-parse-even-better-errors 5.
    """
    empty = _EMPTY.match(text)
    if empty is not None:
        return TextFormat(newline=empty[1] or "\n")
    found = _FORMAT.match(text)
    if found is None:
        return TextFormat()
    return TextFormat(indent=found[2][:10] or "  ", newline=found[1] or "\n")


def write_lockfile(
    tree: Tree,
    *,
    folder: str,
    layout: TextFormat | None = None,
    version: int = 3,
    overridden: Mapping[tuple[str, str], str] = MappingProxyType({}),
    omit_registry_resolved: bool = False,
    legacy_peer_deps: bool = False,
) -> str:
    """Return the text of package-lock.json for `tree`.

    Args:
        tree: the ideal tree; its root's manifest is the project's package.json.
        folder: the project's absolute path, `/`-separated: it names a project without a name, and
            folders outside of it.
        layout: indentation and line ends; npm's default where it is None.
        version: 3 has `packages`; 1 has `dependencies` instead, for npm 6; 2 has both.
        overridden: the specs that overrides gave, by the location and the name of a dependency.
        omit_registry_resolved: leave out where registry packages come from, as npm's
            `omit-lockfile-registry-resolved` does.
        legacy_peer_deps: the tree is one in which peers are no dependencies.
    """
    layout = layout or TextFormat()
    sources = frozenset[str]()
    if omit_registry_resolved:
        sources = _find_registry_packages(tree, overridden)
    root = tree.root
    entries = {
        location: _entry(node, folder, hide_resolved=location in sources)
        for location, node in tree.nodes.items()
    }
    if not entries[ROOT]:
        del entries[ROOT]
    document: dict[str, object] = {
        "name": root.manifest.name or name_from_folder(folder),
        "lockfileVersion": version,
        "requires": True,
    }
    if version > 1:
        document["packages"] = entries
    if version < 3:
        from zipper.lockfile.npm_legacy_write import list_legacy_dependencies  # noqa: PLC0415  (rare)

        dependencies = list_legacy_dependencies(
            tree,
            folder=folder,
            overridden=overridden,
            without_resolved=omit_registry_resolved,
            legacy_peer_deps=legacy_peer_deps,
        )
        if dependencies:
            document["dependencies"] = dependencies
    if root.manifest.version:
        document["version"] = root.manifest.version
    compact = layout.is_compact
    text = stringify_nicely(document, first_keys=_FIRST_KEYS, indent=layout.indent, compact=compact)
    return f"{text}\n".replace("\n", "" if compact else layout.newline)


def _entry(node: Node, folder: str, *, hide_resolved: bool) -> dict[str, object]:
    if node.link_target is not None:
        return {"resolved": node.link_target, "link": True}
    manifest = node.manifest
    entry = {key: value for key, value in _fields(node) if value}
    if is_top(node.location) and _is_there(manifest.raw.get("devDependencies")):
        entry["devDependencies"] = manifest.raw["devDependencies"]
    if manifest.name and manifest.name != _suggested_name(node, folder):
        entry["name"] = manifest.name
    if node.resolved and not hide_resolved:
        entry["resolved"] = node.resolved
    if node.integrity:
        entry["integrity"] = node.integrity
    flags = {
        "inBundle": node.in_bundle,
        "hasShrinkwrap": node.has_shrinkwrap,
        "hasInstallScript": manifest.has_install_script,
        "extraneous": node.extraneous,
        "peer": node.peer,
        "dev": node.dev,
        "optional": node.optional,
        "devOptional": node.dev_optional,
    }
    return entry | {flag: True for flag, holds in flags.items() if holds}


def _fields(node: Node) -> list[tuple[str, object]]:
    manifest, raw = node.manifest, node.manifest.raw
    fields: list[tuple[str, object]] = [
        ("version", manifest.version),
        ("dependencies", dict(manifest.dependencies)),
        ("optionalDependencies", dict(manifest.optional_dependencies)),
        ("peerDependencies", dict(manifest.peer_dependencies)),
        ("bundleDependencies", list(manifest.bundle_dependencies)),
        ("bin", dict(manifest.bin)),
        ("license", _license(manifest)),
        ("funding", _funding(manifest)),
    ]
    return fields + [(key, raw.get(key)) for key in _PASSED_ON]


def _license(manifest: Manifest) -> object:
    """Return the licence; of the object that it once was, its type."""
    value = manifest.raw.get("license")
    return value.get("type") or value if isinstance(value, Mapping) else value


def _funding(manifest: Manifest) -> object:
    value = manifest.raw.get("funding")
    return {"url": value} if value and isinstance(value, str) else value


def _is_there(value: object) -> bool:
    """Say whether a value counts for JavaScript, to which an empty object is not nothing."""
    return bool(value) or isinstance(value, Mapping | list)


def _suggested_name(node: Node, folder: str) -> str | None:
    """Return the name that the folder tells already; the root's and an alias's is always told."""
    if node.location == ROOT:
        return None

    told = name_from_folder(normpath(f"{folder}/{node.location}"))
    return told if told == node.name else None


def _find_registry_packages(
    tree: Tree, overridden: Mapping[tuple[str, str], str]
) -> frozenset[str]:
    """Return the locations that registry specs alone ask for, overrides considered."""
    asked: dict[str, bool] = {}
    for location in tree.nodes:
        for edge in tree.edges_out(location):
            if edge.target is not None:
                spec = overridden.get((location, edge.name), edge.spec)
                asked[edge.target] = asked.get(edge.target, True) and _is_registry(spec)
    return frozenset(location for location, registry in asked.items() if registry)


def _is_registry(spec: str) -> bool:
    try:
        return parse_spec(spec, where="/").registry
    except ZipperError:
        return False
