"""Rules about where files lie.

In: a subject. Out: findings with `layout-` codes. Reads the listing only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.filesystem import FileSystem
from zipper.checks.handler_name import HandlerName, parse_handler
from zipper.checks.handler_rules import locate_handler
from zipper.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.subject import Subject

__all__ = ["check_layer", "check_node_modules", "check_wrapped"]

_LAYER_FOLDERS: Final = ("nodejs", "bin", "lib", "extensions", "python", "java", "ruby", "dotnet")


def check_wrapped(subject: Subject) -> Iterator[Finding]:
    """Yield one finding where all files lie in one folder that the handler does not name."""
    names = subject.listing.by_name
    top = next(iter(names), "").partition("/")[0]
    if subject.kind == "layer" or top in names or top == "node_modules" or not subject.files:
        return
    if not all(name.startswith(f"{top}/") for name in names):
        return
    handler = parse_handler(subject.handler) if subject.handler else None
    if isinstance(handler, HandlerName) and (
        handler.module_path.startswith(f"{top}/")
        or locate_handler(subject, FileSystem.of(subject), handler) is not None
    ):
        return
    message = f"every file is in the folder `{top}`; Lambda looks for the handler at the root"
    yield Finding(
        "layout-wrapped", "error", top, message, f"zip what is in `{top}`, not the folder itself"
    )


def check_node_modules(subject: Subject) -> Iterator[Finding]:
    """Yield a node_modules folder of a function that lies where nothing of the project finds it.

    That is one below the root, next to no package.json and no JavaScript of the project.
    """
    if subject.kind == "layer" or "node_modules" in subject.folders:
        return
    for folder in sorted(subject.folders):
        parent, _, name = folder.rpartition("/")
        if name != "node_modules" or "node_modules/" in f"{parent}/":
            continue
        if parent == "nodejs" or not _has_code(subject, parent):
            message = (
                f"the dependencies lie in `{folder}`, where no file of the function looks for them"
            )
            hint = "move it to `node_modules` at the root of the zip"
            yield Finding("layout-node-modules", "warning", folder, message, hint)


def check_layer(subject: Subject) -> Iterator[Finding]:
    """Yield what a layer has outside of the folders in which Lambda looks."""
    if subject.kind != "layer":
        return
    tops = {name.partition("/")[0] for name in subject.listing.by_name}
    if "node_modules" in tops:
        message = (
            "the layer has `node_modules` at its root; Lambda looks in `/opt/nodejs/node_modules`"
        )
        yield Finding("layout-layer", "error", "node_modules", message, "put it below `nodejs/`")
    elif len(tops) == 1 and _is_wrapped(subject, next(iter(tops))):
        top = next(iter(tops))
        message = f"everything is in `{top}`: Lambda looks for `nodejs` right in the layer"
        hint = f"zip what is in `{top}`, not the folder itself"
        yield Finding("layout-layer", "error", top, message, hint)
    elif tops and not tops & set(_LAYER_FOLDERS):
        message = (
            "the layer has none of the folders in which Lambda looks: "
            f"{', '.join(_LAYER_FOLDERS[:4])}"
        )
        yield Finding(
            "layout-layer", "warning", "", message, "put modules into `nodejs/node_modules`"
        )
    elif tops == {"extensions"} and not _has_extension(subject):
        message = "the layer has no file directly in `extensions`, where Lambda starts programs"
        hint = "put the extension's program into `extensions/`, and the rest beside that folder"
        yield Finding("layout-layer", "warning", "extensions", message, hint)
    major = subject.target.details.major
    for folder in sorted(
        f for f in subject.folders if f.startswith("nodejs/node") and f.count("/") == 1
    ):
        number = folder.removeprefix("nodejs/node")
        if number.isdecimal() and int(number) != major:
            message = (
                f"`{folder}` is read by Node.js {number} only, not by `{subject.target.runtime}`"
            )
            yield Finding("layout-layer", "warning", folder, message, "use `nodejs/node_modules`")


def _is_wrapped(subject: Subject, top: str) -> bool:
    """Return whether the folder of packages lies one level too deep, in a layer of nothing else."""
    return top not in _LAYER_FOLDERS and f"{top}/nodejs/node_modules" in subject.folders


def _has_extension(subject: Subject) -> bool:
    names = (name.split("/") for name in subject.listing.by_name)
    return any(len(parts) == 2 and parts[0] == "extensions" and parts[1] for parts in names)


def _has_code(subject: Subject, folder: str) -> bool:
    prefix = f"{folder}/"
    return any(
        name.startswith(prefix) and name.endswith((".js", ".mjs", ".cjs"))
        for name in subject.listing.by_name
        if "node_modules/" not in name
    )
