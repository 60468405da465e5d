"""Files of locked packages, by their places in node_modules."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.registry_server import RegistryServer
from tests.support.scene import Scene, write_files
from zipper.bundling.decorators import DecoratedSource
from zipper.errors import ProjectError
from zipper.pipeline.session import Circumstances
from zipper.pipeline.source_packages import SourcePackages
from zipper.project.read_project import read_project
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings
from zipper.tree.model import Tree

if TYPE_CHECKING:
    from pathlib import Path


FILES = {
    "node_modules/@tsconfig/base/tsconfig.json": b"scoped",
    "node_modules/@tsconfig/base/sub/a.json": b"deep",
    "node_modules/plain/tsconfig.json": b"plain",
    "node_modules/plain/node_modules/@tsconfig/base/tsconfig.json": b"inner",
    "node_modules/plain/absent.json": None,
    "node_modules/absent/tsconfig.json": None,
    "node_modules/@tsconfig/tsconfig.json": None,
    "node_modules/linked/tsconfig.json": None,
}


def test_files_of_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scoped package has two parts; what is not there, or a link, has no files."""
    with RegistryServer() as registry:
        scene = Scene(tmp_path / "scene", registry)
        for name in list(os.environ):
            if name.lower().startswith(("npm_config_", "zipper_")):
                monkeypatch.delenv(name)
        for name, value in scene.environment.items():
            monkeypatch.setenv(name, value)
        second = scene.publish("@tsconfig/base", "2.0.0", files={"tsconfig.json": b"inner"})
        scene.publish("@tsconfig/base", files={"tsconfig.json": b"scoped", "sub/a.json": b"deep"})
        scene.publish("plain", files={"tsconfig.json": b"plain"})
        dist = second["dist"]
        inner = {"version": "2.0.0", "resolved": dist["tarball"], "integrity": dist["integrity"]}
        more = {
            "node_modules/plain/node_modules/@tsconfig/base": inner,
            "node_modules/linked": {"resolved": "linked", "link": True},
            "linked": {"version": "1.0.0"},
        }
        scene.depend("@tsconfig/base", "plain", lock=more)
        scene.write({"linked/tsconfig.json": b"linked", "linked/package.json": {"name": "linked"}})
        request = request_from(Settings(), folder=str(scene.project))
        request = request._replace(cache_dir=str(scene.cache))
        project = read_project(scene.project)
        assert project.lockfile is not None
        io = Circumstances.of(request, None)
        with io.after:
            packages = SourcePackages(project, request, io, project.lockfile.tree)

            assert FILES == {place: packages.read_file(place) for place in FILES}


ROOT = {"name": "root", "workspaces": ["packages/*"]}
FN = {"name": "fn", "devDependencies": {"typescript": "5", "base": "1"}}


def fetched(name: str, version: str = "1.0.0") -> dict[str, object]:
    resolved = f"https://registry.example/{name}.tgz"
    return {"version": version, "dev": True, "resolved": resolved, "integrity": f"sha512-{name}"}


def open_packages(folder: Path, **changes: Any) -> SourcePackages:
    """Return the packages of a member of a workspace."""
    lib = {"name": "lib", "version": "1.0.0"}
    packages = {
        "": ROOT,
        "packages/fn": FN,
        "packages/lib": lib,
        "node_modules/fn": {"resolved": "packages/fn", "link": True},
        "node_modules/lib": {"resolved": "packages/lib", "link": True},
        "node_modules/typescript": fetched("typescript", "5.9.3"),
        "node_modules/base": fetched("base"),
        "packages/lib/node_modules/base": fetched("base", "2.0.0"),
        "node_modules/copied": {"version": "1.0.0", "resolved": "file:copied"},
        "node_modules/packed": {"version": "1.0.0", "resolved": "file:packed.tgz"},
        **changes.pop("packages", {}),
    }
    lock = {"lockfileVersion": 3, "packages": packages}
    write_files(
        folder,
        {"package.json": ROOT, "package-lock.json": lock, "packages/fn/package.json": FN,
         "packages/lib/package.json": lib, "copied/package.json": {"name": "copied"},
         "packed.tgz": "x"},
    )  # fmt: skip
    request = request_from(
        Settings(cache_dir=str(folder / "cache")), folder=str(folder / "packages/fn")
    )._replace(**changes)
    project = read_project(folder / "packages" / "fn")
    assert project.lockfile is not None
    io = Circumstances.of(request, None)
    return SourcePackages(project, request, io, project.lockfile.tree)


PLACES = {
    ("packages/fn/tsconfig.json", "base"): "node_modules/base",
    ("packages/fn/src/deep/tsconfig.json", "base"): "node_modules/base",
    ("tsconfig.json", "base"): "node_modules/base",
    ("shared/tsconfig.json", "base"): "node_modules/base",
    ("packages/lib/tsconfig.json", "base"): "packages/lib/node_modules/base",
    ("packages/lib/src/tsconfig.json", "base"): "packages/lib/node_modules/base",
    ("node_modules/typescript/a/tsconfig.json", "base"): "node_modules/base",
    ("copied/tsconfig.json", "base"): "node_modules/base",
    ("packages/fn/tsconfig.json", "absent"): None,
}


def test_packages_are_found_from_where_a_file_is(tmp_path: Path) -> None:
    """Which were is noted: another version is another answer."""
    packages = open_packages(tmp_path)

    found = {asked: packages.find(*asked) for asked in PLACES}

    locations = {asked: None if node is None else node.location for asked, node in found.items()}
    assert PLACES == locations
    label = {
        "node_modules/base": "node_modules/base 1.0.0 sha512-base",
        "packages/lib/node_modules/base": "packages/lib/node_modules/base 2.0.0 sha512-base",
        None: "",
    }
    rows = tuple((*asked, label[place]) for asked, place in sorted(PLACES.items()))
    assert rows == packages.witnesses()
    assert packages.still(rows)
    assert packages.still_with_files((((), ()), rows))
    changed = open_packages(tmp_path, packages={"node_modules/base": fetched("base", "1.0.1")})
    assert not changed.still(rows)
    assert not changed.still_with_files((((), ()), rows))
    assert not packages.still_with_files((((("packages", "f"),), ()), rows))
    assert open_packages(tmp_path, packages={"packages/lib/x": {}}).still(rows)


def test_a_package_may_be_a_folder_of_the_workspace(tmp_path: Path) -> None:
    """A link's, or that which a copy is made of; of no other."""
    packages = open_packages(tmp_path)
    names = ("lib", "copied", "packed", "base")
    nodes = [packages.find("packages/fn/tsconfig.json", name) for name in names]

    assert ["packages/lib", "copied", None, None] == [
        packages.find_folder(node) for node in nodes if node is not None
    ]


@pytest.mark.parametrize(
    ("decorators", "described"),
    [
        (None, ""),
        ("esbuild", "esbuild"),
        ("tsc", "tsc node_modules/typescript 5.9.3 sha512-typescript"),
    ],
)
def test_what_decorators_depend_on_is_told(
    tmp_path: Path, decorators: str | None, described: str
) -> None:
    """The TypeScript that transforms them, and which way was chosen."""
    assert described == open_packages(tmp_path, decorators=decorators).describe_decorators()


PNPM = """lockfileVersion: '9.0'
importers:
  .:
    devDependencies:
      base: {specifier: '1', version: 1.0.0}
packages:
  base@1.0.0: {resolution: {integrity: sha512-AA==}}
snapshots:
  base@1.0.0: {}
"""


def test_other_lockfiles_have_what_sources_need_too(tmp_path: Path) -> None:
    """What is laid out of them for a function is not all."""
    manifest = {"name": "fn", "devDependencies": {"base": "1"}}
    write_files(tmp_path, {"package.json": manifest, "pnpm-lock.yaml": PNPM})
    request = request_from(Settings(cache_dir=str(tmp_path / "cache")), folder=str(tmp_path))
    io = Circumstances.of(request, None)

    packages = SourcePackages(io.read_project(request), request, io, Tree({}))

    node = packages.find("tsconfig.json", "base")
    assert node is not None
    assert "1.0.0" == node.version


def test_a_typescript_without_its_compiler_is_told(called_scene: Scene) -> None:
    """With which one to take."""
    called_scene.publish("typescript", "5.0.0")
    called_scene.depend("typescript")
    request = request_from(
        Settings(cache_dir=str(called_scene.cache)), folder=str(called_scene.project)
    )
    io = Circumstances.of(request, None)
    project = io.read_project(request)
    assert project.lockfile is not None
    packages = SourcePackages(project, request, io, project.lockfile.tree)
    source = DecoratedSource("a.ts", b"@a class A {}", '{"compilerOptions": {}}')

    with pytest.raises(ProjectError) as raised:
        packages.open_decorators().transform([source])

    assert ("EDECORATORS", "take version 5: `npm install --save-dev typescript@5`") == (
        raised.value.code, raised.value.hint,
    )  # fmt: skip
