"""`zipper.vendor`: what is gathered for which architectures, and nothing left where it fails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import zipper
from tests.support.scene import write_files
from zipper.events import FetchFinished
from zipper.pipeline.vendoring import vendor

if TYPE_CHECKING:
    from tests.support.scene import Scene
    from zipper.events import Event


@pytest.fixture
def variants(called_scene: Scene) -> Scene:
    """A project with a package for each architecture."""
    for cpu in ("x64", "arm64"):
        called_scene.publish(f"v-{cpu}", os=["linux"], cpu=[cpu], files={"v.node": cpu.encode()})
    called_scene.publish("a", optionalDependencies={"v-x64": "1", "v-arm64": "1"})
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"a": "1"}}
    called_scene.write({"package.json": manifest})
    return called_scene


def test_what_is_gathered_is_counted(variants: Scene) -> None:
    """Tarballs and packuments are in the folder; the result prints as the command does."""
    events: list[Event] = []

    found = vendor(variants.project, into="kept/vendored", on_event=events.append)

    folder = variants.folder / "kept" / "vendored"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert (str(folder), 3, 3) == (found.path, found.tarballs, found.packuments)
    assert sum(path.stat().st_size for path in files) == found.size_bytes
    assert ("x86_64", "arm64") == tuple(sorted(found.architectures, reverse=True))
    assert 3 == json.loads(found.to_json())["tarballs"]
    assert any(isinstance(event, FetchFinished) for event in events)


@pytest.mark.parametrize(
    ("architectures", "count"), [("arm64", 2), (["x86_64"], 2), (["x86_64", "arm64"], 3)]
)
def test_one_architecture_needs_its_own_packages(
    variants: Scene, architectures: str | list[str], count: int
) -> None:
    """One may stand alone or in a list."""
    found = vendor(variants.project, into="v", architectures=architectures)

    assert count == found.tarballs
    assert (architectures if isinstance(architectures, list) else [architectures]) == list(
        found.architectures
    )


def test_the_settings_are_those_of_the_function(variants: Scene) -> None:
    """`function` names one of several; a keyword goes before what its table says."""
    rows = '[[tool.zipper.functions]]\nname = "old"\nruntime = "nodejs20.x"\n'
    rows += '[[tool.zipper.functions]]\nname = "new"\nruntime = "nodejs22.x"\n'
    variants.write({"pyproject.toml": rows})

    found = [vendor(variants.project, into=name, function=name) for name in ("old", "new")]
    typed = vendor(variants.project, into="typed", function="old", runtime="nodejs24.x")

    assert ["nodejs20.x", "nodejs22.x", "nodejs24.x"] == [one.runtime for one in (*found, typed)]


def test_what_fails_leaves_nothing(variants: Scene) -> None:
    """The folders that were made are gone; one that was there stays."""
    variants.registry.tarballs.clear()
    (variants.folder / "there").mkdir()

    for into in ("new/vendored", "there"):
        with pytest.raises(zipper.ZipperError):
            vendor(variants.project, into=into)

    assert not (variants.folder / "new").exists()
    assert (variants.folder / "there").is_dir()


def test_a_folder_that_cannot_be_made_is_an_error(variants: Scene) -> None:
    """A file in its way is EOUTPUT."""
    write_files(variants.folder, {"file": "x"})

    with pytest.raises(zipper.ZipperError) as raised:
        vendor(variants.project, into="file/vendored")

    assert "EOUTPUT" == raised.value.code
