"""Layers: built by themselves, and before the functions that have them.

In: settings and options, or a function's request. Out: packages. What is in a layer is decided in
`zipper.pipeline.layer_plan`.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.errors import UsageError
from zipper.findings import check_error
from zipper.pipeline.event_log import listener
from zipper.settings.build_request import STANDARD_OUTPUT, list_outputs
from zipper.settings.call import settings_of_call
from zipper.settings.layer_tables import pick_layers
from zipper.settings.read_settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Unpack

    from zipper.package import Package
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.option_types import LayerOptions
    from zipper.settings.values import Settings

__all__ = ["find_layers", "layer", "layers_elsewhere", "place_layers"]

PathLike = str | os.PathLike[str]


def layer(
    project: PathLike = ".", *, name: str | None = None, **options: Unpack[LayerOptions]
) -> Package:
    """Build a layer of the project in a folder: packages of its dependencies, and files.

    The zip has `nodejs/node_modules/` with all packages, or those that `packages` names, each with
    everything that it needs. It is checked as a layer is, and written as `build` writes a zip.

    Args:
        project: the folder that holds package.json, or the settings.
        name: of a layer that the settings there describe.
        **options: see below.

    Raises:
        ZipperError: what `zipper.build` raises; EUSAGE where the settings describe several layers
            and none is named.
    """
    from zipper.pipeline.building import build_requested  # noqa: PLC0415  (which imports this one)

    typed = settings_of_call("layer", options)
    requests = find_layers(os.path.join(project, ""), typed, name=name)  # noqa: PTH118
    if len(requests) > 1:
        raise UsageError(
            "EUSAGE",
            f"the settings describe {len(requests)} layers, and one has to be named",
            facts=(("layers", ", ".join(request.name or "" for request in requests)),),
            hint=f'pass its name: `zipper.layer(name="{requests[0].name}")`',
        )
    package = build_requested(requests[0], on_event=listener(options.get("on_event")))
    if options.get("raise_on_error") and not package.ok:
        raise check_error(package.path, package.findings)
    return package


def find_layers(
    named: str | None, options: Settings, *, name: str | None = None
) -> tuple[BuildRequest, ...]:
    """Return the layers to build: those that the settings describe, or one of all dependencies.

    Args:
        named: a folder, or a layer of the settings here; None for all of the settings here.
        options: over all settings.
        name: a layer of the settings in the folder.

    Raises:
        ProjectError: ESETTINGS, ETOMLPARSE, EJSONPARSE, EREAD.
        UsageError: EUSAGE for a layer that does not exist.
    """
    folder = Path()
    if named is not None:
        if "/" in named or os.sep in named or named in (".", ".."):
            folder = Path(named)
        else:
            name = named
    settings = read_settings(folder, environ=os.environ, typed=options)
    if name is not None and not settings.layer_tables and Path(name).is_dir():
        folder, name = Path(name), None
        settings = read_settings(folder, environ=os.environ, typed=options)
    requests = pick_layers(
        settings, options, name, folder=os.fspath(folder), written=list_outputs(settings)
    )
    if any(request.output == STANDARD_OUTPUT for request in requests):
        raise UsageError(
            "EUSAGE",
            "a layer cannot be written to standard output",
            hint="name a file: `./-` is one called `-`",
        )
    return requests


@contextmanager
def layers_elsewhere(request: BuildRequest) -> Iterator[BuildRequest]:
    """Give `request` with the layers that it builds in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="zipper-layers-") as folder:
        yield place_layers(request, folder)


def place_layers(request: BuildRequest, folder: str) -> BuildRequest:
    """Return `request` with the layers that it builds in `folder` instead of their places."""
    places = {one.output or "": f"{folder}/{one.name}.zip" for one in request.uses}
    return request._replace(
        layers=tuple(places.get(entry, entry) for entry in request.layers),
        uses=tuple(one._replace(output=places[one.output or ""]) for one in request.uses),
    )
