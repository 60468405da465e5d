"""What a function is made of: its packages, and the store that machines share."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

import zipper
from tests.support.scene import write_files
from zipper.errors import ResolutionError, UsageError, ZipperError
from zipper.events import StageStarted
from zipper.pipeline.dependencies import find_project_tree, find_shared_store
from zipper.pipeline.session import Circumstances
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings
from zipper.sharing.signing import make_key
from zipper.target import Target

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene
    from zipper.events import Event

RUNNER = {
    "GITHUB_REPOSITORY": "acme/other",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_WORKFLOW_REF": "acme/other/.github/workflows/x.yml@refs/heads/main",
}


def counts(folder: Path, **changes: object) -> bool:
    """Return whether a shared store counts for a request."""
    request = request_from(Settings(), folder=str(folder))
    request = request._replace(cache_dir=str(folder / "cache"), **changes)
    with ExitStack() as end:
        io = Circumstances.of(request, None)
        end.push(io.after)
        return find_shared_store(request, io, io.open_store()) is not None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"store_url": "s3://b/f"}, True),
        ({"store_url": "s3://b/f", "offline": True}, False),
        ({"store_url": "file:///shared", "offline": True}, True),
        ({"store_url": "file:///shared", "vendor": "vendor"}, False),
    ],
)
def test_when_a_shared_store_counts(tmp_path: Path, changes: dict, expected: bool) -> None:
    """No connection is opened offline, and a vendored folder has everything."""
    assert expected == counts(tmp_path, **changes)


def test_the_runner_says_what_is_signed_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key without a scope needs the variables of the CI runner."""
    given = {"store_url": "file:///shared", "store_key": make_key().secret}
    for name, value in RUNNER.items():
        monkeypatch.setenv(name, value)

    assert counts(tmp_path, **given)
    for name in RUNNER:
        monkeypatch.delenv(name)
    with pytest.raises(UsageError, match="nothing says what it signs for"):
        counts(tmp_path, **given)


PNPM = """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: {specifier: '1', version: 1.0.0}
    devDependencies:
      b: {specifier: '2', version: 2.0.0}
packages:
  a@1.0.0: {resolution: {integrity: SRI-a-1.0.0}}
  b@1.0.0: {resolution: {integrity: SRI-b-1.0.0}}
  b@2.0.0: {resolution: {integrity: SRI-b-2.0.0}}
snapshots:
  a@1.0.0:
    dependencies: {b: 1.0.0}
  b@1.0.0: {}
  b@2.0.0: {}
"""


def test_what_is_left_out_takes_no_place(called_scene: Scene) -> None:
    """Of another tool's lockfile what is packed is laid out, as if there were nothing else."""
    text = PNPM
    for name, version in (("a", "1.0.0"), ("b", "1.0.0"), ("b", "2.0.0")):
        manifest = called_scene.publish(name, version)
        text = text.replace(f"SRI-{name}-{version}", manifest["dist"]["integrity"])
    dependencies = {"dependencies": {"a": "1"}, "devDependencies": {"b": "2"}}
    called_scene.write({"package.json": {"name": "fn", **dependencies}, "pnpm-lock.yaml": text})

    planned = zipper.plan(called_scene.project)

    versions = {place: node.version for place, node in planned.tree.nodes.items() if place}
    assert {"node_modules/a": "1.0.0", "node_modules/b": "1.0.0"} == versions


NONE = frozenset[str]()
OPTIONAL = """lockfileVersion: '9.0'
importers:
  .:
    optionalDependencies:
      arm: {specifier: '1', version: 1.0.0}
      new: {specifier: '1', version: 1.0.0}
packages:
  arm@1.0.0: {resolution: {integrity: sha512-AAAA}, cpu: [arm64]}
  new@1.0.0: {resolution: {integrity: sha512-AAAA}, engines: {node: '>=24'}}
snapshots:
  arm@1.0.0: {optional: true}
  new@1.0.0: {optional: true}
"""
TARGETS = [Target("nodejs22.x"), Target("nodejs24.x"), Target("nodejs22.x", "arm64")]


def trees_of(scene: Scene, *changes: dict[str, Any]) -> list[set[str]]:
    """Return what is in the tree of each request; they have in common what they can."""
    settings = Settings(cache_dir=str(scene.cache))
    request = request_from(settings, folder=str(scene.project))
    io = Circumstances.of(request, None)
    found = []
    for change in changes:
        asked = request._replace(**change)
        project = io.read_project(asked)
        with io.open_client(project, asked) as client:
            tree = find_project_tree(project, asked, io, client, omit=change.get("omit"))
        found.append({f"{one.name}@{one.version}" for one in tree.nodes.values() if one.location})
    return found


def test_functions_have_a_lockfile_in_common_for_one_target(called_scene: Scene) -> None:
    """Node and the processor decide which optional packages are there."""
    manifest = {"name": "fn", "optionalDependencies": {"arm": "1", "new": "1"}}
    called_scene.write({"package.json": manifest, "pnpm-lock.yaml": OPTIONAL})

    found = trees_of(called_scene, *({"target": target, "omit": NONE} for target in TARGETS))

    assert [set(), {"new@1.0.0"}, {"arm@1.0.0"}] == found


def test_functions_are_resolved_once_for_one_target(called_scene: Scene) -> None:
    """Node decides which version is chosen, and so does how old it has to be."""
    called_scene.publish("a", "1.0.0")
    called_scene.publish("a", "1.0.1", engines={"node": ">=24"})
    called_scene.write({"package.json": {"name": "fn", "dependencies": {"a": "1"}}})

    found = trees_of(called_scene, *({"target": target} for target in TARGETS))

    assert [{"a@1.0.0"}, {"a@1.0.1"}, {"a@1.0.0"}] == found
    with pytest.raises(ResolutionError, match="published in time"):
        trees_of(called_scene, {}, {"min_release_age_days": 10_000.0})
    with pytest.raises(ZipperError, match="absent"):
        trees_of(called_scene, {}, {"vendor": str(called_scene.folder / "absent")})


@pytest.mark.parametrize(
    ("lockfile", "stage"),
    [(None, "resolve"), ("package-lock.json", "select"), ("pnpm-lock.yaml", "select")],
)
def test_a_stage_says_whether_a_lockfile_counts(
    called_scene: Scene, lockfile: str | None, stage: str
) -> None:
    """What there is of one is selected, else all is resolved."""
    texts: dict[str, str | bytes | dict] = {
        "package-lock.json": {"lockfileVersion": 3, "packages": {"": {"name": "fn"}}},
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n  .: {}\n",
    }
    called_scene.write({} if lockfile is None else {lockfile: texts[lockfile]})
    events: list[Event] = []

    zipper.plan(called_scene.project, on_event=events.append)

    started = [one for one in events if isinstance(one, StageStarted)]
    assert ["read", stage, "fetch", "plan"] == [one.stage for one in started]
    assert [None, None, 0, None] == [one.total for one in started]


def test_links_and_the_project_are_no_packages_to_fetch(called_scene: Scene) -> None:
    """The stage says how many there are."""
    called_scene.publish("a")
    called_scene.depend("a")
    lock = json.loads((called_scene.project / "package-lock.json").read_text())
    lock["packages"][""]["dependencies"]["b"] = "file:b"
    lock["packages"] |= {"node_modules/b": {"resolved": "b", "link": True}, "b": {"name": "b"}}
    manifest = {"name": "fn", "dependencies": lock["packages"][""]["dependencies"]}
    called_scene.write(
        {"package-lock.json": lock, "package.json": manifest, "b/package.json": {"name": "b"}}
    )
    events: list[Event] = []

    zipper.plan(called_scene.project, on_event=events.append)

    assert StageStarted("fetch", 2) in events


def test_a_cache_that_a_group_can_write_to_is_told_once(called_scene: Scene) -> None:
    """Found at its top, or where a package lies."""
    called_scene.publish("a")
    called_scene.depend("a")
    told = []
    zipper.plan(called_scene.project)
    (zipped,) = called_scene.cache.glob("store/*/sha512/*/*.zip")
    for folder in (called_scene.cache, zipped.parent):
        before = folder.stat().st_mode
        folder.chmod(0o775)
        found = zipper.plan(called_scene.project).findings
        told.append([one.message for one in found if one.code == "cache-shared"])
        folder.chmod(before & 0o7777)

    assert [1, 1] == [len(messages) for messages in told]
    assert all(f"can write to the cache `{called_scene.cache}`" in one for (one,) in told)
    assert "cache-shared" not in {one.code for one in zipper.plan(called_scene.project).findings}


MEMBERS = {"x": {"dependencies": {"a": "1.0.0"}}, "y": {"devDependencies": {"b": "1.0.0"}}}
WORKSPACE = """lockfileVersion: '9.0'
importers:
  .: {}
  x:
    dependencies:
      a: {specifier: 1.0.0, version: 1.0.0}
  y:
    devDependencies:
      b: {specifier: 1.0.0, version: 1.0.0}
packages:
  a@1.0.0: {resolution: {integrity: sha512-AAAA}}
  b@1.0.0: {resolution: {integrity: sha512-AAAA}}
snapshots:
  a@1.0.0: {}
  b@1.0.0: {}
"""


def write_workspace(scene: Scene, lockfile: str, text: str) -> None:
    """Write two members of a workspace, each with a package of its own, and a lockfile."""
    root: dict[str, Any] = {"name": "root", "private": True, "workspaces": ["x", "y"]}
    manifests: dict[str, Any] = {
        f"{name}/package.json": {"name": name, "version": "1.0.0", **needs}
        for name, needs in MEMBERS.items()
    }
    settings = "packages: [x, y]\n" if lockfile == "pnpm-lock.yaml" else ""
    scene.write({"package.json": root, "pnpm-workspace.yaml": settings, lockfile: text})
    scene.write(manifests)


@pytest.mark.parametrize("lockfile", ["pnpm-lock.yaml", "yarn.lock"])
def test_members_have_trees_of_their_own(called_scene: Scene, lockfile: str) -> None:
    """What another tool's lockfile comes to is laid out for one, and without what is left out."""
    text = WORKSPACE
    if lockfile == "yarn.lock":
        rows = [(name, called_scene.publish(name, "1.0.0")["dist"]) for name in "ab"]
        text = "# yarn lockfile v1\n" + "".join(
            f'{name}@1.0.0:\n  version "1.0.0"\n  resolved "{dist["tarball"]}"\n'
            f"  integrity {dist['integrity']}\n"
            for name, dist in rows
        )
    write_workspace(called_scene, lockfile, text)
    if lockfile == "yarn.lock":
        (called_scene.project / "pnpm-workspace.yaml").unlink()
    members = {name: str(called_scene.project / name) for name in MEMBERS}
    dev = frozenset({"dev"})

    found = trees_of(
        called_scene,
        {"project": members["x"], "omit": NONE},
        {"project": members["y"], "omit": NONE},
        {"project": members["y"], "omit": dev},
        {"project": members["x"], "omit": dev},
    )

    assert [{"a"}, {"b"}, set(), {"a"}] == [
        {one.partition("@")[0] for one in names} & {"a", "b"} for names in found
    ]


@pytest.mark.parametrize("lockfile", ["pnpm-lock.yaml", None])
def test_projects_have_trees_of_their_own(called_scene: Scene, lockfile: str | None) -> None:
    """Whatever they have in common."""
    called_scene.publish("a", "1.0.0")
    folders = [called_scene.project / name for name in ("one", "two")]
    needs = [{"optionalDependencies": {"arm": "1", "new": "1"}}, {}]
    texts = [OPTIONAL, "lockfileVersion: '9.0'\nimporters:\n  .: {}\n"]
    for folder, need, own in zip(folders, needs, texts, strict=True):
        files: dict[str, Any] = {"package.json": {"name": folder.name, **need}}
        if lockfile is not None:
            files[lockfile] = own
        else:
            depends = {"a": "1"} if need else {}
            files["package.json"] = {"name": folder.name, "dependencies": depends}
        write_files(folder, files)

    found = trees_of(called_scene, *({"project": str(folder), "omit": NONE} for folder in folders))

    assert [1, 0] == [len(names) for names in found]
