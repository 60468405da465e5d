"""The layers that settings describe, and what a function's `layers` name.

In: settings with `[tool.zipper.layers.NAME]` tables, and entries: a name of such a table, a zip's
path, or an ARN. Out: requests of layers, and the entries as paths and ARNs. Nothing is read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.errors import UsageError, suggest
from zipper.settings.build_request import name_outputs, request_from
from zipper.settings.values import LAYER_KEYS, Settings, merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zipper.settings.build_request import BuildRequest

__all__ = ["is_layer_name", "list_layers", "list_zips", "pick_layers", "resolve_layers"]

_ARN: Final = re.compile(
    r"arn:(aws[a-zA-Z-]*):lambda:[a-z0-9-]+:\d{12}:layer:[a-zA-Z0-9_-]{1,140}:[0-9]+"
    r"|arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9_-]+"
)
"""Of a layer's version. Source: botocore 1.44.8, lambda, LayerVersionArn."""

_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,140}")
"""Source: botocore 1.44.8, lambda, LayerName."""


def is_layer_name(entry: str) -> bool:
    """Return whether `entry` can name a layer of the settings; any other is a path or an ARN."""
    return _NAME.fullmatch(entry) is not None


def list_zips(entries: Iterable[str]) -> tuple[str, ...]:
    """Return the entries that are zips: what the layer of an ARN holds is not known here."""
    return tuple(entry for entry in entries if not entry.startswith("arn:"))


def list_layers(settings: Settings) -> tuple[Settings, ...]:
    """Return each layer's settings; what its table leaves open comes from the one around it."""
    common = _for_layers(settings)
    return tuple(merge(common, table) for table in settings.layer_tables)


def pick_layers(
    settings: Settings, options: Settings, name: str | None, *, folder: str, written: Sequence[str]
) -> tuple[BuildRequest, ...]:
    """Return the request of the layer called `name`, or of each; of all packages without tables.

    Args:
        settings: as the files and the variables give them.
        options: over all settings.
        name: of one of the tables; None for all.
        folder: the project, where a layer names none.
        written: see `zipper.settings.build_request.list_outputs`.

    Raises:
        UsageError: EUSAGE where there is no such layer.
    """
    layers = tuple(merge(one, options) for one in list_layers(settings))
    if not layers:
        layers = (merge(_for_layers(settings), options),)
    if name is not None:
        known = [one.name or "" for one in layers]
        layers = tuple(one for one in layers if one.name == name)
        if not layers:
            raise _no_layer(name, known)
    outputs = name_outputs(layers)
    if len(set(outputs)) < len(outputs):
        raise UsageError(
            "EUSAGE",
            f"{len(layers)} layers would share one zip",
            hint="name a folder, `-o dist/`, or one layer: `python -m zipper layer NAME`",
        )
    written = tuple(dict.fromkeys((*written, *outputs)))
    return tuple(_request(one, folder=folder, written=written) for one in layers)


def resolve_layers(
    settings: Settings, *, folder: str, written: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[BuildRequest, ...]]:
    """Return the entries of a function's `layers` as paths and ARNs, and the layers to build.

    Raises:
        UsageError: EUSAGE for a name that no table has, and for what is no ARN of a layer version.
    """
    layers = {layer.name or "": layer for layer in list_layers(settings)}
    entries: list[str] = []
    requests: list[BuildRequest] = []
    for entry in settings.layers or ():
        if entry.startswith("arn:"):
            _refuse_arn(entry)
        if entry in layers:
            request = _request(layers[entry], folder=folder, written=written)
            entries.append(request.output or "")
            requests.append(request)
            continue
        if layers and is_layer_name(entry):
            raise _no_layer(entry, list(layers))
        entries.append(entry)
    return tuple(entries), tuple(requests)


def _for_layers(settings: Settings) -> Settings:
    """Return what the table around the layers says of them: of a zip's name its folder only."""
    shared = {key: getattr(settings, key) for key in LAYER_KEYS if key != "name"}
    output = settings.output or ""
    shared["output"] = output if output.endswith(("/", "\\")) else None
    return Settings(**shared, unknown_variables=settings.unknown_variables)


def _request(layer: Settings, *, folder: str, written: Sequence[str]) -> BuildRequest:
    request = request_from(
        layer._replace(kind="layer", layers=None), folder=folder, written=tuple(written)
    )
    if layer.name is None:
        return request
    return request._replace(output=name_outputs((layer,))[0])


def _refuse_arn(entry: str) -> None:
    if _ARN.fullmatch(entry) is None:
        raise UsageError(
            "EUSAGE",
            f"`{entry[:200]}` is not the ARN of a layer's version",
            hint="it ends with the number of the version: "
            "`arn:aws:lambda:eu-west-1:123456789012:layer:name:3`",
        )


def _no_layer(name: str, known: list[str]) -> UsageError:
    return UsageError(
        "EUSAGE",
        f"there is no layer `{name}` in the settings",
        facts=(("layers", ", ".join(filter(None, known)) or "none"),),
        hint=suggest(name, known) or f"a zip is named by its path: `./{name}`",
    )
