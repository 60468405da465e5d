"""The functions of a folder, as snippets for other tools name them.

In: a folder. Out: its functions by the settings, or, where there are none, by the look of it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.commands.detect import look
from zipper.project.read_manifest import find_manifest
from zipper.report.tool_snippets import ShownFunction
from zipper.settings.read_settings import find_requests, read_settings_file
from zipper.settings.values import Settings
from zipper.target import ARCHITECTURES, DEFAULT_RUNTIME, default_handler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.settings.build_request import BuildRequest

__all__ = ["list_shown"]


def list_shown(folder: Path) -> tuple[ShownFunction, ...]:
    """Return the functions in `folder`; their paths are relative to it.

    Raises:
        ProjectError: ENOPROJECT where there is none; ESETTINGS, EJSONPARSE, ETOMLPARSE, EREAD.
    """
    if read_settings_file(folder) == Settings():
        seen = look(folder)
        rows = seen.functions or ({},)
        return tuple(_of_row({**seen.values, **row}, folder) for row in rows)
    requests = find_requests(f"{folder}{os.sep}", Settings())
    return tuple(_of_request(one, folder) for one in requests)


def _of_row(row: Mapping[str, object], folder: Path) -> ShownFunction:
    source = str(row.get("project", "."))
    name = str(row.get("name") or _name_of(folder / source))
    return ShownFunction(
        name,
        source,
        f"dist/{name}.zip",
        str(row.get("handler", "index.handler")),
        str(row.get("runtime", DEFAULT_RUNTIME)),
        str(row.get("architecture", ARCHITECTURES[0])),
    )


def _of_request(request: BuildRequest, folder: Path) -> ShownFunction:
    project = Path(request.project)
    place = os.path.relpath(project, folder).replace(os.sep, "/")
    name = request.name or _name_of(project)
    output = request.output or ""
    zipped = output if output.endswith(".zip") else f"{output or str(folder / 'dist')}/{name}.zip"
    return ShownFunction(
        name,
        request.name or place,
        os.path.relpath(zipped, folder).replace(os.sep, "/"),
        request.handler or _handler_of(project),
        request.target.runtime,
        request.target.architecture,
        is_named=request.name is not None,
    )


def _name_of(project: Path) -> str:
    """Return the name that the project's zip has by default."""
    manifest = find_manifest(project)
    name = "" if manifest is None else re.split(r"[/\\:\0]", manifest.name)[-1]
    return name or project.resolve().name or "function"


def _handler_of(project: Path) -> str:
    manifest = find_manifest(project)
    return default_handler({} if manifest is None else manifest.raw)
