"""The plan of a layer: which packages are in it, where, and what else is told of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from zipper.errors import ProjectError
from zipper.pipeline.planning import PackagePlan, make_plan
from zipper.pipeline.session import Circumstances, Clock
from zipper.settings.build_request import BuildRequest, request_from
from zipper.settings.values import Settings
from zipper.target import Target

if TYPE_CHECKING:
    from tests.support.scene import Scene


def request_of(scene: Scene, **settings: Any) -> BuildRequest:
    request = request_from(Settings(kind="layer"), folder=str(scene.project))
    changes = {"output": str(scene.output), "cache_dir": str(scene.cache), **settings}
    return request._replace(**changes)


def plan(scene: Scene, **settings: Any) -> PackagePlan:
    request = request_of(scene, **settings)
    io = Circumstances.of(request, None)
    with io.after:
        return make_plan(request, io, Clock())


def folders_in(planned: PackagePlan) -> set[str]:
    return {one.path.rpartition("/")[0] for one in planned.files}


@pytest.fixture
def project(called_scene: Scene) -> Scene:
    """Packages that need others: nested ones, one of a folder, one that another's tarball has."""
    scene = called_scene
    scene.publish("b")
    scene.publish("c", "1.0.0")
    scene.publish("a", dependencies={"b": "1.0.0", "c": "2.0.0"})
    nested = scene.publish("c", "2.0.0")["dist"]
    scene.publish("d", files={"index.js": b"1"})
    scene.publish("tool")
    inner = {"version": "2.0.0", "resolved": nested["tarball"], "integrity": nested["integrity"]}
    more: dict[str, dict[str, Any]] = {
        "node_modules/a/node_modules/c": inner,
        "node_modules/linked": {"resolved": "linked", "link": True},
        "linked": {"name": "linked", "version": "1.0.0", "dependencies": {"d": "1.0.0"}},
        "node_modules/tool": {"dev": True},
    }
    scene.manifests["c"] = scene.registry.publish("c", "1.0.0")
    scene.depend("a", "c", "d", "tool", lock=more)
    root = {
        "name": "fn",
        "version": "1.0.0",
        "dependencies": {"a": "1.0.0", "c": "1.0.0", "d": "1.0.0", "linked": "file:linked"},
        "devDependencies": {"tool": "1.0.0"},
    }
    lock = json.loads((scene.project / "package-lock.json").read_text())
    lock["packages"][""] = root
    linked = {"name": "linked", "version": "1.0.0", "dependencies": {"d": "1.0.0"}}
    scene.write(
        {"package.json": root, "package-lock.json": lock, "linked/package.json": linked,
         "linked/index.js": "1", "layer/bin/tool": "x", "layer/.env": "KEY=1",
         "layer/notes.md": "x"},
    )  # fmt: skip
    return scene


MODULES = "nodejs/node_modules"
ALL = {f"{MODULES}/{name}" for name in ("a", "b", "c", "d", "linked", "a/node_modules/c")}


@pytest.mark.parametrize(
    ("packages", "folders"),
    [
        (("*",), ALL),
        (("d",), {f"{MODULES}/d"}),
        (("a",), {f"{MODULES}/{name}" for name in ("a", "b", "a/node_modules/c")}),
        (("c",), {f"{MODULES}/c"}),
        (("linked",), {f"{MODULES}/linked", f"{MODULES}/d"}),
        (("[cd]", "b"), {f"{MODULES}/{name}" for name in "bcd"}),
        (("*d",), {f"{MODULES}/linked", f"{MODULES}/d"}),
    ],
)
def test_a_package_comes_with_what_it_needs(
    project: Scene, packages: tuple[str, ...], folders: set[str]
) -> None:
    """At its own place; of the store's packages those that are in it are told."""
    planned = plan(project, packages=packages)

    assert folders == folders_in(planned)
    modules = {name.removeprefix("nodejs/") for name in folders} - {"node_modules/linked"}
    assert modules == set(planned.zips)
    linked = {"node_modules/linked", "linked"} if f"{MODULES}/linked" in folders else set()
    assert {"", *modules, *linked} == set(planned.tree.nodes)
    assert "node_modules/tool" in planned.whole.nodes


def test_a_plan_is_told_whole(project: Scene) -> None:
    """Files beside the packages, what was left out of both, the stages, the layer's own place."""
    files = {
        "files": str(project.project / "layer"),
        "exclude": ("*.md", "node_modules/d/index.js"),
    }
    target = Target("nodejs22.x", "arm64")
    request = request_of(project, packages=("d",), versioned=True, target=target, **files)

    planned = plan(project, packages=("d",), versioned=True, target=target, **files)

    top = "nodejs/node22/node_modules/d"
    assert ["bin/tool", f"{top}/package.json"] == [one.path for one in planned.files]
    assert (request, target, "", project.output) == (
        planned.request, planned.target, planned.handler, planned.output,
    )  # fmt: skip
    assert project.project == planned.project.folder
    assert planned.locked is None
    left_out = [("left-out", ".env"), ("left-out", "node_modules/d/index.js")]
    assert left_out == [(one.code, one.path) for one in planned.findings]
    assert {"read", "fetch", "plan", "total"} <= set(planned.timings_seconds)
    again = plan(project, packages=("d",), versioned=True, target=target, **files)
    assert planned.fingerprint == again.fingerprint
    other = plan(project, packages=("c",), versioned=True, target=target, **files)
    assert planned.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("changes", "code", "message", "hint"),
    [
        (
            {"packages": ("lnked",)}, "ELAYER",
            "the project has no package `lnked` for a layer", "did you mean `linked`?",
        ),
        (
            {"packages": ("zzzzzz",)}, "ELAYER", "the project has no package `zzzzzz` for a layer",
            "name one of its `dependencies`, or a package of these",
        ),
        (
            {"packages": ("tool",)}, "ELAYER", "the project has no package `tool` for a layer",
            "name one of its `dependencies`, or a package of these",
        ),
        (
            {"packages": ()}, "ELAYER", "the layer of `{}` would have no files",
            "name packages of its `dependencies`, or a folder: `--files layer/`",
        ),
        (
            {"files": "absent"}, "EREAD", "there is no folder `absent`",
            "name the folder that holds `bin/` or `lib/`, not one of these",
        ),
    ],
)  # fmt: skip
def test_a_layer_of_nothing_says_what_to_name(
    project: Scene, changes: dict[str, Any], code: str, message: str, hint: str
) -> None:
    """A name that is not there, a near one, and nothing at all."""
    with pytest.raises(ProjectError) as raised:
        plan(project, **changes)

    told = message.format(project.project)
    assert (code, told, hint) == (raised.value.code, raised.value.message, raised.value.hint)


def test_zips_of_other_functions_are_no_files_of_a_layer(project: Scene) -> None:
    """Nor is its own, wherever the settings put them."""
    folder = project.project / "layer"
    written = (str(folder / "bin" / "other.zip"),)
    for name in ("own.zip", "bin/other.zip", "kept.zip"):
        (folder / name).write_bytes(b"x")

    planned = plan(
        project, packages=(), files=str(folder), output=str(folder / "own.zip"), written=written
    )

    assert ["bin/tool", "kept.zip", "notes.md"] == [one.path for one in planned.files]
    assert planned.output == Path(f"{folder}/own.zip")
