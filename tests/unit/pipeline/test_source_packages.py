"""Files of locked packages, by their places in node_modules."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.support.registry_server import RegistryServer
from tests.support.scene import Scene
from zipper.pipeline.session import Circumstances
from zipper.pipeline.source_packages import SourcePackages
from zipper.project.read_project import read_project
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


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
