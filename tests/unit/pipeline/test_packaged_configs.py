"""A tsconfig.json may extend a file of a package: TypeScript's places for it, in its order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from zipper.bundling.source_folder import SourceFolder
from zipper.pipeline.packaged_configs import PackagedConfigs
from zipper.pipeline.session import Circumstances
from zipper.pipeline.source_packages import SourcePackages
from zipper.project.read_project import read_project
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.scene import Scene

PACKAGES: dict[str, dict[str, Any]] = {
    "plain": {"files": ("tsconfig.json", "sub.json", "deep/tsconfig.json", "exact")},
    "@s/scoped": {"files": ("tsconfig.json", "base.json")},
    "exporting": {
        "files": ("conf/main.json", "conf/sub.json", "tsconfig.json", "conf/import.json"),
        "exports": {
            ".": {"import": "./conf/import.json", "require": "./conf/main.json"},
            "./sub": {"types": "./conf/none.json", "node": "./conf/sub.json"},
            "./lost": "./conf/lost.json",
        },
    },
    "empty": {"files": ("index.js",)},
}


@pytest.fixture
def find(called_scene: Scene) -> Callable[[str], str | None]:
    """Return the place that a specifier in the project's tsconfig.json leads to."""
    for name, manifest in PACKAGES.items():
        files = {path: f"{name} {path}".encode() for path in manifest["files"]}
        more = {key: value for key, value in manifest.items() if key != "files"}
        called_scene.publish(name, files=files, **more)
    linked = {"node_modules/linked": {"resolved": "linked", "link": True}}
    called_scene.depend(*PACKAGES, lock={**linked, "linked": {"version": "1.0.0"}})
    called_scene.write({"linked/package.json": {"name": "linked"}, "linked/tsconfig.json": b"own"})
    request = request_from(Settings(), folder=str(called_scene.project))
    project = read_project(called_scene.project)
    assert project.lockfile is not None
    io = Circumstances.of(request, None)
    packages = SourcePackages(project, request, io, project.lockfile.tree)
    configs = PackagedConfigs(SourceFolder(project.root), packages)

    def find(specifier: str) -> str | None:
        found = configs.read_package("src/tsconfig.json", specifier)
        if found is None:
            return None
        place, data = found
        assert configs.is_file(place)
        assert data == configs.read(place)
        package = place.removeprefix("node_modules/")
        assert data.decode().replace(" ", "/") in (package, "own")
        return place

    return find


@pytest.mark.parametrize(
    ("specifier", "place"),
    [
        ("plain", "node_modules/plain/tsconfig.json"),
        ("plain/sub", "node_modules/plain/sub.json"),
        ("plain/sub.json", "node_modules/plain/sub.json"),
        ("plain/deep", "node_modules/plain/deep/tsconfig.json"),
        ("plain/exact", "node_modules/plain/exact"),
        ("plain/absent", None),
        ("@s/scoped", "node_modules/@s/scoped/tsconfig.json"),
        ("@s/scoped/base", "node_modules/@s/scoped/base.json"),
        ("exporting", "node_modules/exporting/conf/main.json"),
        ("exporting/sub", "node_modules/exporting/conf/sub.json"),
        ("exporting/conf/import.json", "node_modules/exporting/conf/import.json"),
        ("exporting/lost", None),
        ("empty", None),
        ("absent", None),
        ("./plain", None),
        ("linked", "linked/tsconfig.json"),
    ],
)
def test_a_specifier_leads_to_a_file(
    find: Callable[[str], str | None], specifier: str, place: str | None
) -> None:
    """`exports` goes first, then the name itself, with `.json`, and a folder's tsconfig.json.

    Source: TypeScript 5.9, `nodeNextJsonConfigResolver`.
    """
    assert place == find(specifier)


def test_places_are_of_the_disk_or_of_packages(called_scene: Scene) -> None:
    """What is below node_modules on the disk is not what is locked."""
    called_scene.publish("a", files={"tsconfig.json": b"locked"})
    called_scene.depend("a")
    called_scene.write({"node_modules/a/tsconfig.json": b"installed", "tsconfig.json": b"own"})
    request = request_from(Settings(), folder=str(called_scene.project))
    project = read_project(called_scene.project)
    assert project.lockfile is not None
    packages = SourcePackages(
        project, request, Circumstances.of(request, None), project.lockfile.tree
    )
    configs = PackagedConfigs(SourceFolder(project.root), packages)

    assert b"locked" == configs.read("node_modules/a/tsconfig.json")
    assert b"own" == configs.read("tsconfig.json")
    assert [False, False] == [configs.is_file(one) for one in ("x.json", "node_modules/a/x.json")]
    assert b"" == configs.read("node_modules/a/x.json")
    assert {"name": "a", "version": "1.0.0"}.items() <= json.loads(
        configs.read("node_modules/a/package.json")
    ).items()
