"""Where the loader of the runtime finds the handler's module.

In: a subject. Out: findings with `handler-` codes that need no look into the code, and the place
of the module for the rules that follow it.

Two loaders exist: the one of the runtimes up to Node.js 22 requires the file, the one from 24 on
imports it; they differ in what they look for first and in what a folder of that name does.
Source: aws-lambda-ric 3.3.0 (src/UserFunction.js) and 4.0.2 (function/module-loader).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import unquote

from zipper.checks.filesystem import LAYERS, TASK, FileSystem
from zipper.checks.handler_name import HandlerName, parse_handler
from zipper.checks.module_resolution import Failure, Found, Resolver
from zipper.checks.subject import TEXT_LIMIT_BYTES, Subject
from zipper.errors import ArchiveError
from zipper.findings import Finding
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Located", "check_handler_place", "explain_choice", "locate_handler", "node_path"]

_EXTENSIONS: Final = (".js", ".mjs", ".cjs")
_HANDLERS_MAX: Final = 5
"""Handlers that are named where the right one is missing."""


class Located(NamedTuple):
    """The module that the loader loads for the handler."""

    path: str
    """Absolute; a folder where the loader requires one."""
    how: Literal["require", "import"]
    is_stale: bool = False
    """Found at the root although the handler names a folder."""
    hides: str | None = None
    """A file that the loader would have loaded if `path` were not there."""
    named: str | None = None
    """The file that the loader chose, where `import` takes its path for another one."""


def node_path(subject: Subject) -> tuple[str, ...]:
    """Return the folders that Lambda searches after every node_modules, strongest first.

    Those of the runtime itself come before the package: what is in them is a table, `runtime_sdk`.
    Source: the bootstrap of the runtimes, as AWS's page on layers and dumps of it describe it.
    """
    return (
        f"{LAYERS}/nodejs/node{subject.target.details.major}/node_modules",
        f"{LAYERS}/nodejs/node_modules",
        TASK,
    )


def check_handler_place(subject: Subject) -> Iterator[Finding]:
    """Yield why the handler's module is not found, or found in an unexpected place."""
    if subject.handler is None or subject.rules.starts != "handler" or not subject.files:
        return  # a zip without files has its own finding
    name = parse_handler(subject.handler)
    if isinstance(name, str):
        message = f"the handler `{subject.handler}` cannot be used: {name}"
        hint = "use the form `folder/file.export`, the file without its extension"
        yield Finding("handler-malformed", "error", "", message, hint)
        return
    files = FileSystem.of(subject)
    found = locate_handler(subject, files, name)
    is_elsewhere = name.module_path in subject.provided or (
        subject.unknown_layers and name.module_path.startswith(f"{LAYERS}/")
    )
    if found is None and is_elsewhere:
        return  # what brings the module is not here to be judged
    yield from _judge_place(subject, files, name, found)


def locate_handler(subject: Subject, files: FileSystem, name: HandlerName) -> Located | None:
    """Return what the loader loads for `name`, or None where it finds nothing."""
    place = _join(TASK, name)
    if subject.target.details.loader == 3:
        found = _locate_by_require(files, place)
    else:
        found = _locate_by_import(files, place)
    if found is not None:
        return _read_as_url(found) if found.how == "import" else found
    return _locate_by_name(subject, files, name)


def _locate_by_require(files: FileSystem, place: str) -> Located | None:
    script = f"{place}.js"
    has_script = files.is_file(script)
    if files.is_file(place):
        return Located(place, "require", hides=script if has_script else None)
    if files.is_folder(place):
        return Located(place, "require")
    if has_script:
        return Located(script, "import" if _is_module_folder(files, script) else "require")
    if files.is_file(f"{place}.mjs"):
        return Located(f"{place}.mjs", "import")
    return Located(f"{place}.cjs", "require") if files.is_file(f"{place}.cjs") else None


def _locate_by_import(files: FileSystem, place: str) -> Located | None:
    candidates = [
        place + extension for extension in ("", *_EXTENSIONS) if files.is_file(place + extension)
    ]
    if files.is_folder(place):
        return Located(place, "import", hides=candidates[0] if candidates else None)
    if not candidates:
        return None
    hides = candidates[1] if candidates[0] == place and len(candidates) > 1 else None
    return Located(candidates[0], "import", hides=hides)


def _read_as_url(found: Located) -> Located:
    """Return what `import` of an absolute path loads: it is read as a URL.

    The file itself lies at a path without `#`, `?` and `%`, if it is the one that is loaded.
    """
    path = re.split("[#?]", found.path, maxsplit=1)[0]
    path = "" if re.search("%(?![0-9A-Fa-f]{2})", path) else unquote(path)
    return found if path == found.path else found._replace(path=path, named=found.path)


def _locate_by_name(subject: Subject, files: FileSystem, name: HandlerName) -> Located | None:
    """Look where `require.resolve` with the loader's paths looks for a bare name."""
    if not name.module:
        return None
    resolver = Resolver(files, subject.target, node_path(subject), flags=subject.flags)
    for folder in dict.fromkeys((TASK, _folder_of(name))):
        found = resolver.require(name.module, f"{folder}/handler")
        if isinstance(found, Found) and found.kind == "file":
            inner = found.path.removeprefix(f"{TASK}/")
            is_stale = inner != found.path and not inner.startswith("node_modules/")
            return Located(found.path, "require", is_stale=is_stale)
        if isinstance(found, Failure) and found.kind != "missing":
            return None
    return None


def _folder_of(name: HandlerName) -> str:
    """Return the folder that the handler names, where Node looks for node_modules."""
    return _join(TASK, name._replace(module="")).rstrip("/")


def _has_main(files: FileSystem, folder: str) -> bool:
    names = ("package.json", "index.js", "index.json", "index.node")
    return any(files.is_file(f"{folder}/{name}") for name in names)


def explain_choice(subject: Subject, name: HandlerName, path: str) -> str:
    """Return why the loader takes the file at `path`, relative to the package, for a handler."""
    if subject.rules.starts == "entry":
        return f"Lambda runs `{path}`"
    shown = name.module_path
    names = [f"{shown}{extension}" for extension in ("", *_EXTENSIONS)]
    if path in subject.folders:
        return f"the loader takes the folder `{path}`"
    if path in names:
        others = [one for one in names if one != path and one in subject.listing.by_name]
        if others:
            return f"the loader takes `{path}` before `{others[0]}`"
        return f"the loader takes `{path}`, the first that is there of {_list(names)}"
    return f"the loader takes `{path}`, which `require` finds: there is no `{shown}.js`"


def _list(names: list[str]) -> str:
    return ", ".join(f"`{one}`" for one in names)


def _judge_place(
    subject: Subject, files: FileSystem, name: HandlerName, found: Located | None
) -> Iterator[Finding]:
    shown = name.module_path
    if found is None:
        yield _missing(subject, name)
        return
    path = found.path.removeprefix(f"{TASK}/")
    if found.named is not None and not files.is_file(found.path):
        yield _misread(found)
    elif files.is_folder(found.path):
        yield from _judge_folder(subject, files, found, path)
    elif found.hides is not None:
        message = (
            f"`{path}` has no extension and is loaded instead of "
            f"`{found.hides.removeprefix(TASK + '/')}`"
        )
        yield Finding(
            "handler-shadowed", "warning", path, message, f"rename `{path}`, or leave it out"
        )
    if found.is_stale:
        message = (
            f"the handler `{subject.handler}` names `{shown}`, which is not there; Lambda "
            "happens to find "
            f"`{path}`, because it searches the root last"
        )
        yield Finding(
            "handler-stale-prefix", "warning", path, message, f"name the handler after `{path}`"
        )


def _misread(found: Located) -> Finding:
    named = (found.named or "").removeprefix(f"{TASK}/")
    message = f"`{named}` is imported by its path, which Node reads as a URL: " + (
        f"it looks for `{found.path}`, which is not there" if found.path else "it is malformed"
    )
    hint = "name the file and its folders without `#`, `?` and `%`"
    return Finding("handler-missing", "error", named, message, hint)


def _judge_folder(
    subject: Subject, files: FileSystem, found: Located, path: str
) -> Iterator[Finding]:
    script = f"{found.path}.js"
    if subject.target.details.loader == 4:
        message = (
            f"the folder `{path}` is imported instead of a file, which fails: "
            "ERR_UNSUPPORTED_DIR_IMPORT"
        )
        hint = (
            "rename the folder, or the handler's file"
            if found.hides
            else "name the file: `folder/index.handler`"
        )
        yield Finding("handler-directory", "error", path, message, hint)
    elif not files.is_file(script) and not _has_main(files, found.path):
        message = f"the folder `{path}` is required instead of a file, and it has no `index.js`"
        yield Finding(
            "handler-directory", "error", path, message, "rename the folder, or the handler's file"
        )


def _missing(subject: Subject, name: HandlerName) -> Finding:
    shown = name.module_path
    wanted = ", ".join(f"`{shown}{extension}`" for extension in _EXTENSIONS)
    message = f"the handler `{subject.handler}` needs one of {wanted}; none is in the zip"
    handlers = _find_handlers(subject)
    exported = f"the package exports {', '.join(f'`{one}`' for one in handlers)}"
    near = _find_near(subject, shown)
    if near is not None:
        hint = _near_hint(near, shown) + (f"; {exported}" if handlers else "")
        return Finding("handler-missing", "error", near, f"{message}, but `{near}` is", hint)
    hint = (
        f"{exported}: name the one that you mean, `--handler {handlers[0]}`"
        if handlers
        else "name the handler after a file of the package: `folder/file.export`, without the "
        "extension"
    )
    return Finding("handler-missing", "error", "", message, hint)


def _find_handlers(subject: Subject) -> tuple[str, ...]:
    """Return what the package's own files could be handlers for, the likeliest first."""
    from zipper.checks.handler_candidates import find_handlers  # noqa: PLC0415 - parsing is heavy

    own = (name for name in subject.listing.by_name if "node_modules/" not in name)
    return find_handlers(own, subject.read_bytes)[:_HANDLERS_MAX]


def _find_near(subject: Subject, shown: str) -> str | None:
    """Return a file that was probably meant: another case, a TypeScript source, another folder."""
    base = shown.rpartition("/")[2].lower()
    best: tuple[int, str] | None = None
    for path in subject.listing.by_name:
        if "node_modules/" in path:
            continue
        stem, dot, extension = path.rpartition(".")
        if f"{dot}{extension}" not in (*_EXTENSIONS, ".ts", ".mts", ".cts"):
            continue
        if stem.rpartition("/")[2].lower() != base:
            continue
        distance = 0 if stem.lower() == shown.lower() else 1 + path.count("/")
        if best is None or (distance, path) < best:
            best = distance, path
    return None if best is None else best[1]


def _near_hint(near: str, shown: str) -> str:
    stem, _, extension = near.rpartition(".")
    if extension in ("ts", "mts", "cts"):
        return (
            f"the loader takes no TypeScript; `python -m zipper build --handler {stem}.handler` "
            f"transforms `{near}`"
        )
    if stem.lower() == shown.lower():
        return f"file names are case-sensitive on Lambda: write `{stem}`"
    return f"use `{stem}` in the handler's name"


def _join(root: str, name: HandlerName) -> str:
    """Return what Node's `path.resolve` makes of the parts."""
    path = name.module_path
    return path if path.startswith("/") else f"{root}/{path}" if path else root


def _is_module_folder(files: FileSystem, script: str) -> bool:
    """Return whether the nearest package.json says `"type": "module"`; a broken one does not."""
    folder = script.rpartition("/")[0]
    while folder and not folder.endswith("/node_modules"):
        path = f"{folder}/package.json"
        if files.is_file(path):
            return _type_of(files, path) == "module"
        folder = folder.rpartition("/")[0]
    return False


def _type_of(files: FileSystem, path: str) -> object:
    if not files.is_readable(path):
        return None
    try:
        value = json.loads(files.read(path, limit_bytes=TEXT_LIMIT_BYTES) or b"{}")
    except (ArchiveError, ValueError, RecursionError):
        return None
    return value.get("type") if isinstance(value, dict) else None
