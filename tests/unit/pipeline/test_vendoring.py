"""`zipper.vendor`: what is gathered for which architectures, and nothing left where it fails."""

from __future__ import annotations

import json
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

import zipper
from tests.support.scene import write_files
from zipper.events import FetchFinished
from zipper.pipeline.vendoring import vendor

if TYPE_CHECKING:
    from pathlib import Path

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


def test_what_a_build_packs_is_gathered(variants: Scene) -> None:
    """No development dependencies, nor what is left out; a member's own, with its root's or not."""
    for name in ("m", "opt", "dev", "rooted"):
        variants.publish(name)
    root = {"name": "root", "workspaces": ["fn"], "dependencies": {"rooted": "1"}}
    fn = {
        "name": "fn",
        "version": "1.0.0",
        "dependencies": {"m": "1"},
        "optionalDependencies": {"opt": "1"},
        "devDependencies": {"dev": "1"},
    }
    variants.write({"package.json": root, "fn/package.json": fn})
    folder = variants.project / "fn"

    def gather(into: str, **options: Any) -> set[str]:
        place = variants.folder / into
        vendor(folder, into=place, architectures="arm64", **options)
        return packages_in(place)

    assert {"m", "opt"} == gather("all")
    assert {"m"} == gather("few", omit=["optional"])
    assert {"m", "opt", "rooted"} == gather("more", include_root_dependencies=True)
    assert {"m", "opt"} == gather("alone", no_workspace=True)
    variants.write({".npmrc": "omit=optional\n"})
    assert {"m"} == gather("npmrc")


def packages_in(folder: Path) -> set[str]:
    """Return the names of the packages whose tarballs are in a folder."""
    names = set()
    for path in (folder / "tarballs").iterdir():
        with tarfile.open(path) as archive:
            file = archive.extractfile("package/package.json")
            assert file is not None
            names.add(json.load(file)["name"])
    return names


def test_what_is_told_is_told_once(variants: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """For all architectures together, as by a build."""
    variants.publish("new", engines={"node": ">=99"})
    variants.depend("new")
    monkeypatch.setenv("ZIPPER_OFLINE", "1")

    found = vendor(variants.project, into="v", allow_scripts=["absent"])
    built = zipper.build(variants.project, output=variants.output, allow_scripts=["absent"])

    assert ["unknown-variable", "script-unknown"] == [one.code for one in found.findings]
    assert found.findings == tuple(
        one for one in built.findings if one.code in ("unknown-variable", "script-unknown")
    )


def test_versions_are_as_old_as_they_have_to_be(variants: Scene) -> None:
    """Where no lockfile says which they are."""
    variants.publish("aged")
    variants.publish("aged", "1.1.0")
    variants.registry.packuments["aged"]["time"]["1.1.0"] = "2999-01-01T00:00:00.000Z"
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"aged": "1"}}
    variants.write({"package.json": manifest})
    seen = []
    for days in (None, 7):
        folder = variants.folder / f"v{days}"
        vendor(variants.project, into=folder, min_release_age_days=days)
        (path,) = (folder / "tarballs").iterdir()
        with tarfile.open(path) as archive:
            file = archive.extractfile("package/package.json")
            assert file is not None
            seen.append(json.load(file)["version"])

    assert ["1.1.0", "1.0.0"] == seen
