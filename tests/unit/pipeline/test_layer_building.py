"""`zipper.layer`: which layer is built, from which folder, and what cannot be one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

import zipper
from tests.support.notes import list_notes
from tests.support.scene import listing
from zipper.events import StageStarted
from zipper.pipeline.building import rehearse_requested
from zipper.pipeline.layer_building import find_layers, layer, layers_elsewhere
from zipper.settings.build_request import request_from
from zipper.settings.read_settings import find_requests
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from tests.support.scene import Scene
    from zipper.events import Event

TABLES = """
[tool.zipper]
output = "dist/"
[tool.zipper.layers.first]
packages = ["a"]
[tool.zipper.layers.second]
packages = ["b"]
"""


@pytest.fixture
def project(called_scene: Scene) -> Scene:
    """A project that depends on `a`, which needs `c`, and on `b`."""
    called_scene.publish("c")
    called_scene.publish("a", dependencies={"c": "1.0.0"})
    called_scene.publish("b")
    called_scene.depend("a", "b")
    return called_scene


def packages_in(path: str | Path) -> set[str]:
    return {name.split("/")[2] for name in ZipFile(path).namelist()}


def test_without_tables_a_layer_has_all_dependencies(project: Scene) -> None:
    """It has its own name; its stages are told."""
    events: list[Event] = []

    package = layer(project.project, on_event=events.append)

    assert {"a", "b", "c"} == packages_in(package.path)
    assert package.path.endswith("fn-layer.zip")
    assert "write" in [event.stage for event in events if isinstance(event, StageStarted)]


def test_one_of_several_has_to_be_named(project: Scene) -> None:
    """The error names them, and how the first is taken."""
    project.write({"pyproject.toml": TABLES})

    with pytest.raises(zipper.ZipperError, match="describe 2 layers") as raised:
        layer(project.project)

    assert ("EUSAGE", (("layers", "first, second"),)) == (raised.value.code, raised.value.facts)
    assert '`zipper.layer(name="first")`' in (raised.value.hint or "")
    assert {"b"} == packages_in(layer(project.project, name="second").path)


def test_a_layer_that_fails_is_an_error_where_that_is_wanted(project: Scene) -> None:
    """`raise_on_error` raises for one that Lambda would refuse, and returns one that is fine."""
    assert layer(project.project, raise_on_error=True).ok
    assert not layer(project.project, max_size_bytes=1).ok
    with pytest.raises(zipper.ZipperError) as raised:
        layer(project.project, max_size_bytes=1, raise_on_error=True)
    assert "ECHECK" == raised.value.code


def test_what_is_named_is_a_folder_or_a_layer(
    project: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name of a table is a layer, even where a folder is called so; without tables, the folder.

    What has a slash, and the dots, are folders.
    """
    assert ["project"] == [one.project for one in find_layers("project", Settings())]
    assert ["project"] == [one.project.rstrip("/") for one in find_layers("project/", Settings())]
    with pytest.raises(zipper.ZipperError, match="there is no layer `absent`"):
        find_layers("absent", Settings())

    project.write({"pyproject.toml": TABLES, "first/package.json": {"name": "x"}})
    monkeypatch.chdir(project.project)

    assert ["first"] == [one.name for one in find_layers("first", Settings())]
    for here in (None, ".", "../project"):
        assert ["first", "second"] == [one.name for one in find_layers(here, Settings())]
    assert [None] == [one.name for one in find_layers("./first", Settings())]
    assert ["second"] == [one.name for one in find_layers(".", Settings(), name="second")]
    monkeypatch.chdir(project.project / "first")
    assert ["first", "second"] == [one.name for one in find_layers("..", Settings())]


def test_no_layer_goes_to_standard_output(project: Scene) -> None:
    """The error says how a file of that name is meant."""
    with pytest.raises(zipper.ZipperError, match="standard output") as raised:
        find_layers(str(project.project), Settings(output="-"))

    assert "EUSAGE" == raised.value.code
    assert "`./-`" in (raised.value.hint or "")


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        ({"packages": ["lodash"]}, "ELAYER", "no package `lodash`"),
        ({"packages": ["c", "B"]}, "ELAYER", "no package `B`"),
        ({"files": "absent/"}, "EREAD", "there is no folder"),
        ({"files": "project/index.js"}, "EREAD", "there is no folder"),
        ({"packages": [], "exclude": ["node_modules/**"]}, "ELAYER", "would have no files"),
    ],
)
def test_a_layer_of_nothing_is_refused(
    project: Scene, options: dict[str, object], code: str, text: str
) -> None:
    """A package that is not there, a folder that is none, and no file at all."""
    with pytest.raises(zipper.ZipperError, match=text) as raised:
        layer(project.project, **options)  # type: ignore[arg-type]

    assert code == raised.value.code
    assert raised.value.hint


def test_packages_bring_what_they_need(project: Scene) -> None:
    """Patterns name packages, and each comes with its own needs; `*` names all."""
    cases = {("a",): {"a", "c"}, ("b",): {"b"}, ("[bc]",): {"b", "c"}, ("*",): {"a", "b", "c"}}

    for patterns, expected in cases.items():
        package = layer(project.project, packages=list(patterns))
        assert (expected, len(expected)) == (packages_in(package.path), package.packages)


def test_files_are_chosen_as_those_of_a_function(project: Scene) -> None:
    """`exclude` counts, and the layer's own zip is never packed into it again."""
    project.write({"layer/bin/tool": "#!/bin/sh\n", "layer/notes.txt": "x"})
    output = project.project / "layer" / "bin" / "layer.zip"
    options = {"files": project.project / "layer", "packages": ["b"], "output": output}

    for _ in range(2):
        layer(project.project, exclude=["*.txt"], **options)  # type: ignore[arg-type]

    assert {"bin/tool", "nodejs"} == {
        name if name.startswith("bin") else name.partition("/")[0] for name in listing(output)
    }


def test_a_dry_run_notes_no_place_that_is_gone(project: Scene) -> None:
    """The layers of a function are made in a folder that goes: the store does not know it."""
    tables = TABLES + '[[tool.zipper.functions]]\nname = "one"\nlayers = ["first"]\n'
    project.write({"pyproject.toml": tables})
    (request,) = find_requests(f"{project.project}/", Settings())

    planned, package = rehearse_requested(request)

    assert planned.output.name == "one.zip"
    assert not planned.output.parent.exists()
    ((name, path),) = [(one.name, one.path or "") for one in package.layers]
    assert ("first", True) == (name, path.endswith("project/dist/first.zip"))
    assert [] == list_notes(project.cache, "built")
    zipper.build(project.project, function="one")
    assert 1 == len(list_notes(project.cache, "built"))


def test_a_layer_that_fails_stops_its_function(project: Scene) -> None:
    """It would be told to attach a layer that is not there."""
    tables = TABLES + '[[tool.zipper.functions]]\nname = "one"\nlayers = ["first"]\n'
    tables = tables.replace('packages = ["a"]', 'packages = ["a"]\nmax_size = 1')
    project.write({"pyproject.toml": tables})

    with pytest.raises(zipper.ZipperError) as raised:
        zipper.build(project.project, function="one")
    assert "ECHECK" == raised.value.code
    assert not (project.project / "dist" / "first.zip").exists()


def test_the_date_of_members_is_that_of_the_variable(
    project: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a function's zip."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")

    package = layer(project.project)

    dates = {info.date_time for info in ZipFile(package.path).infolist()}
    assert {(2023, 11, 14, 22, 13, 20)} == dates


def test_layers_elsewhere_are_in_a_folder_that_goes(project: Scene) -> None:
    """Each by its name; other layers stay where they are."""
    project.write({"pyproject.toml": TABLES})
    own, other = find_layers(str(project.project), Settings())
    arn = "arn:aws:lambda:eu-west-1:123456789012:layer:trace:3"
    request = request_from(Settings(), folder="fn")._replace(
        layers=(own.output, arn, "kept.zip", other.output), uses=(own, other)
    )

    with layers_elsewhere(request) as placed:
        folder = Path(placed.layers[0]).parent
        assert folder.is_dir()
        assert (f"{folder}/first.zip", arn, "kept.zip", f"{folder}/second.zip") == placed.layers
        assert placed == request._replace(
            layers=placed.layers,
            uses=(
                own._replace(output=placed.layers[0]),
                other._replace(output=placed.layers[3]),
            ),
        )

    assert not folder.exists()
