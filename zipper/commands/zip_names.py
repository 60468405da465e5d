"""Zips by the names of the functions that the settings here describe.

In: what was typed. Out: the zip that it means, and the settings of its function. Where a command
takes a zip, a function's name means the zip that its build writes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.errors import UsageError, ZipperError
from zipper.settings.build_request import list_functions, names_of, pick_function
from zipper.settings.read_settings import find_request, read_settings
from zipper.settings.values import Settings, describes_function, overlay

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

    from zipper.settings.build_request import BuildRequest

__all__ = [
    "complete_layer",
    "complete_path",
    "find_source",
    "find_zip",
    "list_zips",
    "settings_for",
]


def find_zip(text: str) -> str:
    """Return the zip that `text` means: a path as it is, the zip of a function by its name.

    A name goes before a folder of the same name; `./name` is always the path.

    Raises:
        ProjectError: ESETTINGS, ETOMLPARSE, EJSONPARSE, EREAD.
        UsageError: EUSAGE for what is neither a file nor the name of a function.
    """
    if "/" in text or os.sep in text or text.endswith(".zip") or Path(text).is_file():
        return text
    here = read_settings(Path(), environ=os.environ)
    known = names_of(here.functions)
    if text not in known and (not known or Path(text).is_dir()):
        return text
    return _zip_of(pick_function(here, text))


def find_source(text: str, typed: Settings, *, command: str) -> str | BuildRequest:
    """Return what `text` means: a zip, or the request of a project, or of a function without a zip.

    Raises:
        ProjectError: as `find_zip`.
        UsageError: EUSAGE for what is neither, and for a project of several functions.
    """
    zipped = find_zip(text)
    if zipped != text and not Path(zipped).is_file():
        return find_request(text, typed, command=command)
    is_folder = Path(zipped).is_dir()
    return find_request(f"{zipped}/", typed, command=command) if is_folder else zipped


def complete_path(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return what the shell offers for a zip or a project: functions' names, and files."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415  (for a shell's question)

    try:
        known = names_of(read_settings(Path(), environ=os.environ).functions)
    except ZipperError:
        known = []
    names = [CompletionItem(name) for name in known if name.startswith(incomplete)]
    # bash forgets what came before a file; after it, files are what it offers without a name.
    return [CompletionItem(incomplete, type="file"), *names]


def complete_layer(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return what the shell offers for a layer: those of the settings."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415  (for a shell's question)

    try:
        known = names_of(read_settings(Path(), environ=os.environ).layer_tables)
    except ZipperError:
        known = []
    return [CompletionItem(name) for name in known if name.startswith(incomplete)]


def list_zips() -> tuple[str, ...]:
    """Return the zip of every function that the settings here describe, or of the project here.

    Raises:
        ProjectError: as `find_zip`; ENOPROJECT where a zip has the name of a project that is not.
        UsageError: EUSAGE where there are neither settings nor a package.json.
    """
    here = read_settings(Path(), environ=os.environ)
    if not describes_function(here) and not Path("package.json").is_file():
        hint = "python -m zipper check fn.zip"
        raise UsageError("EUSAGE", "no zip was named, and none is built here", hint=hint)
    return tuple(map(_zip_of, list_functions(here)))


def settings_for(path: str, typed: Settings) -> Settings:
    """Return the settings of the function or layer that `path` is the zip of, else common ones."""
    here = overlay(read_settings(Path(), environ=os.environ), typed)
    wanted = Path(path).absolute()
    functions = list_functions(here) if here.functions else ()
    if here.layer_tables and typed.kind is None:
        from zipper.settings.layer_tables import list_layers  # noqa: PLC0415  (few have any)

        layers = (one._replace(kind="layer") for one in list_layers(here))
        functions = (*functions, *layers)
    return next((one for one in functions if Path(_zip_of(one)).absolute() == wanted), here)


def _zip_of(function: Settings) -> str:
    output = function.output or ""
    if output and not output.endswith(("/", os.sep)):
        return output
    name = function.name
    if name is None:
        from zipper.project.read_project import read_project  # noqa: PLC0415  (where nothing else names the zip)

        name = read_project(Path(function.project or ".")).name
    return os.path.join(output, f"{name}.zip")  # noqa: PTH118  (the folder may be empty)
