"""Rules about layers: what differs between a function and its layers, and what a layer lacks.

In: a subject. Out: findings `layer-version`, `layer-incomplete` and `layer-unknown`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.file_facts import CONDITIONAL
from zipper.checks.module_messages import make_finding, where
from zipper.checks.package_maps import split_name
from zipper.checks.subject import MANIFEST_LIMIT_BYTES
from zipper.errors import ArchiveError
from zipper.findings import Finding, count_more, name_some
from zipper.npm.folder_path import find_package
from zipper.npm.json_text import find_object
from zipper.target import find_builtins

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.archive.listing import Listing
    from zipper.checks.module_resolution import Failure
    from zipper.checks.subject import Subject
    from zipper.checks.walk import Asked, Module

__all__ = ["check_closed", "check_unknown", "check_versions", "judge_unknown_layers"]

_MODULES: Final = "node_modules"
_NAMED: Final = 5


def check_versions(subject: Subject) -> Iterator[Finding]:
    """Yield one finding for each layer that has other versions of the function's own packages."""
    if subject.kind == "layer" or not subject.layers:
        return
    own = _list_tops(subject.listing, "")
    for number, layer in enumerate(subject.layers, 1):
        found = []
        for root in _roots(subject):
            tops = _list_tops(layer, root)
            for name in sorted(own.keys() & tops.keys()):
                mine = subject.read_json(f"{own[name]}/package.json").get("version")
                theirs = _read_manifest(layer, tops[name]).get("version")
                if mine and theirs and mine != theirs:
                    found.append(f"`{name}` {theirs} (the function has {mine})")
        if found:
            message = (
                f"layer {number} has another version: {', '.join(found[:_NAMED])}"
                f"{count_more(found, _NAMED)}; code of the function gets the function's, "
                "packages of the layer get the layer's"
            )
            hint = "build function and layer from one lockfile"
            yield Finding("layer-version", "warning", "", message, hint)


def check_closed(subject: Subject) -> Iterator[Finding]:
    """Yield the packages of a layer whose dependencies are not in it.

    What is in /opt does not look into the node_modules of a function.
    """
    if subject.kind != "layer":
        return
    folders = {
        folder
        for folder in subject.sizes_by_package
        if folder.startswith(tuple(f"{root}{_MODULES}/" for root in _roots(subject)))
    }
    builtins = find_builtins(subject.target.details.major)
    brought = subject.target.details.brings
    for folder in sorted(folders):
        manifest = subject.read_json(f"{folder}/package.json")
        required, optional = manifest.get("dependencies"), manifest.get("optionalDependencies")
        names = required if isinstance(required, dict) else {}
        without = optional if isinstance(optional, dict) else {}
        bundled = manifest.get("bundleDependencies") or manifest.get("bundledDependencies")
        missing = [
            name
            for name in sorted(names)
            if name not in without
            and name not in builtins
            and name not in brought
            and not name.startswith("@aws-sdk/")
            and name not in subject.provided
            and not (isinstance(bundled, list) and name in bundled)
            and not _is_found(subject, folder, name)
        ]
        if missing:
            message = (
                f"`{folder}` depends on {name_some(missing, _NAMED)}, which the layer has not; "
                "what is in a layer does not find the packages of a function"
            )
            hint = "pack all that the package needs: `python -m zipper layer` does"
            yield Finding("layer-incomplete", "warning", folder, message, hint)


def check_unknown(subject: Subject) -> Iterator[Finding]:
    """Yield one finding for layers that are known by their ARNs only."""
    if subject.unknown_layers:
        shown = ", ".join(f"`{arn}`" for arn in subject.unknown_layers)
        message = f"what these layers hold is not known here, nor how large they are: {shown}"
        hint = "name the modules that they bring in `provided`, or check with their zips"
        yield Finding("layer-unknown", "info", "", message, hint)


def judge_unknown_layers(
    subject: Subject, module: Module, asked: Asked, failure: Failure
) -> Finding | None:
    """Return the finding for what a layer may bring that is known by its ARN only."""
    specifier = asked.request.specifier
    parts = split_name(specifier)
    if not subject.unknown_layers or parts is None or failure.place:
        return None
    layers = " or ".join(f"`{arn}`" for arn in subject.unknown_layers)
    message = (
        f"{where(module, asked.request)} needs `{specifier}`, which {failure.message}: that fails "
        f"if {layers} does not bring it"
    )
    hint = f'if it does: `provided = ["{parts[0]}"]`; else add it to `dependencies`'
    level = max(asked.level, CONDITIONAL)
    return make_finding("module-missing", level, module.path, message, hint)


def _roots(subject: Subject) -> tuple[str, str]:
    return f"nodejs/node{subject.target.details.major}/", "nodejs/"


def _list_tops(listing: Listing, root: str) -> dict[str, str]:
    """Return the packages right in the node_modules of `root`: name to folder."""
    start = f"{root}{_MODULES}/"
    inside = (name for name in listing.by_name if name.startswith(start))
    folders = dict.fromkeys(find_package(name) for name in inside)
    return {
        folder[len(start) :]: folder
        for folder in folders
        if f"/{_MODULES}/" not in folder[len(root) :]
    }


def _is_found(subject: Subject, folder: str, name: str) -> bool:
    place = folder
    while place:
        if f"{place}/{_MODULES}/{name}" in subject.folders:
            return True
        place = place.rpartition(f"/{_MODULES}/")[0]
    return any(f"{root}{_MODULES}/{name}" in subject.folders for root in _roots(subject))


def _read_manifest(layer: Listing, folder: str) -> Mapping[str, object]:
    entry = layer.find(f"{folder}/package.json")
    try:
        return find_object(
            None if entry is None else layer.read(entry, limit_bytes=MANIFEST_LIMIT_BYTES)
        )
    except ArchiveError:
        return {}
