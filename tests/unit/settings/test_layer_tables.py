"""Layers in the settings: their tables, and what a function's `layers` name."""

from __future__ import annotations

from pathlib import Path

import pytest

from zipper.errors import ZipperError
from zipper.settings.build_request import list_functions, request_from
from zipper.settings.layer_tables import pick_layers
from zipper.settings.read_settings import anchor
from zipper.settings.values import Settings, SettingsSource, overlay, parse_settings

SOURCE = SettingsSource("pyproject.toml", "", ("tool", "zipper"))
ARN = "arn:aws:lambda:eu-west-1:123456789012:layer:trace:3"


def settings_of(table: dict[str, object]) -> Settings:
    return parse_settings(table, SOURCE)


def layers_of(settings: Settings) -> list[tuple[str, ...]]:
    functions = list_functions(settings)
    return [tuple(request_from(one, folder=".").layers) for one in functions]


def test_names_become_zips() -> None:
    """A name is the zip of its table, other words are paths, and an ARN stays."""
    table = {
        "output": "dist/",
        "layers": {"deps": {}, "big": {"output": "elsewhere/b.zip"}},
        "functions": [{"name": "a", "layers": ["deps", "big", "x/y.zip", ARN]}, {"name": "b"}],
    }

    settings = settings_of(table)

    assert [("dist/deps.zip", "elsewhere/b.zip", "x/y.zip", ARN), ()] == layers_of(settings)
    (request,) = (request_from(one, folder=".") for one in list_functions(settings)[:1])
    assert ["deps", "big"] == [one.name for one in request.uses]
    assert ARN not in request.written


def test_a_name_stays_a_name_where_paths_are_anchored() -> None:
    """A path of the settings is relative to their file; a name is not."""
    table = {"layers": {"deps": {}}, "functions": [{"name": "a", "layers": ["deps", "c.zip"]}]}

    (function,) = anchor(settings_of(table), Path("/p")).functions

    assert ("deps", "/p/c.zip") == function.layers


def test_a_layer_takes_what_the_table_around_says() -> None:
    """Runtime and project are those around, but for what only functions have."""
    table = {
        "runtime": "nodejs22.x",
        "output": "fn.zip",
        "handler": "a.b",
        "kind": "web",
        "layers": {"deps": {"architecture": "arm64"}},
    }
    typed = Settings(offline=True)

    (one,) = pick_layers(settings_of(table), typed, None, folder=".", written=())

    assert ("nodejs22.x", "arm64") == tuple(one.target)
    assert ("deps.zip", "layer", True, None) == (one.output, one.kind, one.offline, one.handler)
    assert ("*",) == one.packages


def test_without_tables_there_is_one_layer() -> None:
    """It is named after the project, and holds what the options say."""
    typed = Settings(packages=("a",))

    (one,) = pick_layers(Settings(), typed, None, folder="p", written=())

    assert (None, ("a",), "p") == (one.output, one.packages, one.project)


def test_what_is_typed_for_a_function_is_not_its_layers() -> None:
    """An output or a handler is the function's; how zipper works is for all."""
    settings = settings_of({"layers": {"deps": {}}, "functions": [{"name": "a"}]})
    typed = Settings(output="x.zip", offline=True, architecture="arm64")

    (table,) = overlay(settings, typed).layer_tables

    assert (None, True, "arm64") == (table.output, table.offline, table.architecture)


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ({"layers": {"a b": {}}}, "the layer's name `a b`"),
        ({"layers": {"deps": {"handler": "x"}}}, "unknown key `handler`"),
        ({"layers": {"deps": []}}, "has to be a table"),
        ({"layers": {"deps": {"packages": "a"}}}, "has to be a list of texts"),
        ({"layers": "deps"}, "has to be a list of texts"),
        (
            {"layers": {"deps": {}}, "functions": [{"name": "a", "layers": ["dep"]}]},
            "no layer `dep`",
        ),
        ({"functions": [{"name": "a", "layers": ["arn:aws:x"]}]}, "not the ARN"),
    ],
)
def test_what_cannot_be_is_refused(table: dict[str, object], text: str) -> None:
    """An error names the word, and where it is."""
    with pytest.raises(ZipperError, match=text):
        layers_of(settings_of(table))
