"""Rules about where files lie and who may read them.

In: a subject. Out: findings with `layout-` and `mode-` codes. Reads the listing only, but for
`check_executables`, which reads the first bytes of files that should be executable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.handler_name import HandlerName, parse_handler
from zipper.errors import ArchiveError
from zipper.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.archive.listing import Entry
    from zipper.checks.subject import Subject

__all__ = [
    "check_executables",
    "check_layer",
    "check_node_modules",
    "check_readable",
    "check_wrapped",
]

_LAYER_FOLDERS: Final = ("nodejs", "bin", "lib", "extensions", "python", "java", "ruby", "dotnet")
_HEAD_BYTES: Final = 64


def check_wrapped(subject: Subject) -> Iterator[Finding]:
    """Yield one finding where all files lie in one folder that the handler does not name."""
    names = subject.listing.by_name
    top = next(iter(names), "").partition("/")[0]
    if subject.kind == "layer" or top in names or top == "node_modules" or not subject.files:
        return
    if not all(name.startswith(f"{top}/") for name in names):
        return
    handler = parse_handler(subject.handler) if subject.handler else None
    if isinstance(handler, HandlerName) and handler.module_path.startswith(f"{top}/"):
        return
    message = f"every file lies in the folder `{top}`; Lambda looks for the handler at the root"
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
    elif tops and not tops & set(_LAYER_FOLDERS):
        message = (
            "the layer has none of the folders in which Lambda looks: "
            f"{', '.join(_LAYER_FOLDERS[:4])}"
        )
        yield Finding(
            "layout-layer", "warning", "", message, "put modules into `nodejs/node_modules`"
        )
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


def check_readable(subject: Subject) -> Iterator[Finding]:
    """Yield files that the function's user, who owns none of them, may not read.

    Deviation: folders are left out, because AWS gives them 0755 itself.
    Source: AWS, "Troubleshoot deployment issues in Lambda", permissions.
    """
    for entry in subject.files:
        attributes = entry.external_attributes
        if attributes & 0x00040000 or entry.create_system != 3 or not attributes >> 16:
            continue
        if not entry.is_symlink:
            message = (
                f"`{entry.name}` has mode {entry.mode & 0o7777:04o}: not readable by everyone, "
                "so EACCES"
            )
            yield Finding(
                "mode-unreadable",
                "error",
                entry.name,
                message,
                "give it 0644, or 0755 for a program",
            )


def check_executables(subject: Subject) -> Iterator[Finding]:
    """Yield ELF programs and `#!` scripts in a `bin` folder that nobody may execute."""
    for entry in subject.files:
        if entry.mode & 0o111 or not _may_be_program(entry) or not entry.size:
            continue
        kind = _program_kind(subject, entry)
        if kind is None:
            continue
        message = (
            f"`{entry.name}` is {kind} without the executable bit: starting it fails with EACCES"
        )
        yield Finding("mode-not-executable", "warning", entry.name, message, "give it 0755")


def _has_code(subject: Subject, folder: str) -> bool:
    prefix = f"{folder}/"
    return any(
        name.startswith(prefix) and name.endswith((".js", ".mjs", ".cjs"))
        for name in subject.listing.by_name
        if "node_modules/" not in name
    )


def _may_be_program(entry: Entry) -> bool:
    folder, _, name = entry.name.rpartition("/")
    return folder.rpartition("/")[2] in ("bin", ".bin") or "." not in name


def _program_kind(subject: Subject, entry: Entry) -> str | None:
    try:
        content = subject.listing.read_head(entry, _HEAD_BYTES)
    except ArchiveError:
        return None  # the rules about contents say it
    folder = entry.name.rpartition("/")[0].rpartition("/")[2]
    # Types 2 and 3 of an ELF file are programs; a library is 3 too, and is told by its name.
    if content[:4] == b"\x7fELF" and content[16:17] in (b"\x02", b"\x03"):
        return "an ELF program"
    if content[:2] == b"#!" and folder == "bin" and b"node" not in content.split(b"\n")[0]:
        return "a script"
    return None
