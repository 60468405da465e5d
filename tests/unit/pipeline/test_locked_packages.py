"""Which packages a build packs, by its lockfile alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scene import write_files
from zipper.pipeline.locked_packages import is_locked, select_locked
from zipper.pipeline.session import Circumstances
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.pipeline.locked_packages import LockedPackages
    from zipper.project.read_project import Project

FN = {
    "name": "fn",
    "dependencies": {"a": "1"},
    "optionalDependencies": {"b": "1", "arm": "1"},
    "devDependencies": {"c": "1"},
}


def fetched(name: str, **more: object) -> dict[str, object]:
    resolved = f"https://registry.example/{name}.tgz"
    return {"version": "1.0.0", "resolved": resolved, "integrity": "sha512-AA==", **more}


NPM = {
    "lockfileVersion": 3,
    "packages": {
        "": FN,
        "node_modules/a": fetched("a"),
        "node_modules/b": fetched("b", optional=True),
        "node_modules/arm": fetched("arm", optional=True, os=["linux"], cpu=["arm64"]),
        "node_modules/c": fetched("c", dev=True),
    },
}
OLD = {"lockfileVersion": 1, "dependencies": {"a": fetched("a")}}
PNPM = """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: {specifier: '1', version: 1.0.0}
    optionalDependencies:
      b: {specifier: '1', version: 1.0.0}
      arm: {specifier: '1', version: 1.0.0}
    devDependencies:
      c: {specifier: '1', version: 1.0.0}
packages:
  a@1.0.0: {resolution: {integrity: sha512-AA==}}
  b@1.0.0: {resolution: {integrity: sha512-AA==}}
  arm@1.0.0: {resolution: {integrity: sha512-AA==}, os: [linux], cpu: [arm64]}
  c@1.0.0: {resolution: {integrity: sha512-AA==}}
snapshots:
  a@1.0.0: {}
  b@1.0.0: {optional: true}
  arm@1.0.0: {optional: true}
  c@1.0.0: {}
"""
LOCKS: dict[str, dict[str, Any]] = {
    "npm": {"package-lock.json": NPM},
    "pnpm": {"pnpm-lock.yaml": PNPM},
}


def read(folder: Path, files: dict[str, Any], **changes: Any) -> tuple[Project, LockedPackages]:
    write_files(folder, {"package.json": FN, **files})
    request = request_from(Settings(cache_dir=str(folder / "cache")), folder=str(folder))
    request = request._replace(**changes)
    io = Circumstances.of(request, None)
    project = io.read_project(request)
    assert is_locked(project)
    return project, select_locked(project, request, io)


def names_in(found: LockedPackages) -> set[str]:
    return {place.removeprefix("node_modules/") for place in found.tree.nodes} - {""}


@pytest.mark.parametrize(
    ("files", "expected"),
    [({}, False), ({"package-lock.json": OLD}, False), *((one, True) for one in LOCKS.values())],
    ids=["none", "old", *LOCKS],
)
def test_a_lockfile_with_manifests_says_all(
    tmp_path: Path, files: dict[str, Any], *, expected: bool
) -> None:
    """Without one, a registry has to be asked."""
    write_files(tmp_path, {"package.json": FN, **files})
    request = request_from(Settings(), folder=str(tmp_path))

    assert expected is is_locked(Circumstances.of(request, None).read_project(request))


@pytest.mark.parametrize("tool", LOCKS)
def test_what_is_packed_is_selected(tmp_path: Path, tool: str) -> None:
    """No development dependencies, and what the target and the settings leave in."""
    _, found = read(tmp_path, LOCKS[tool])
    other = request_from(Settings(architecture="arm64"), folder=".").target
    _, arm = read(tmp_path, LOCKS[tool], target=other)
    _, few = read(tmp_path, LOCKS[tool], omit=("optional",))

    assert ({"a", "b"}, {"a", "b", "arm"}, {"a"}) == (names_in(found), names_in(arm), names_in(few))
    if tool == "npm":
        assert "node_modules/c" in found.whole.nodes
        _, npmrc = read(tmp_path, {**LOCKS[tool], ".npmrc": "omit=optional\n"})
        assert {"a"} == names_in(npmrc)


def test_a_member_has_its_roots_packages_where_that_is_said(tmp_path: Path) -> None:
    """As the build of it does."""
    root = {"name": "root", "workspaces": ["fn"], "dependencies": {"b": "1"}}
    packages = {
        "": root,
        "fn": {"name": "fn", "dependencies": {"a": "1"}},
        "node_modules/fn": {"resolved": "fn", "link": True},
        "node_modules/a": fetched("a"),
        "node_modules/b": fetched("b"),
    }
    lock = {"lockfileVersion": 3, "packages": packages}
    fn = {"name": "fn", "dependencies": {"a": "1"}}
    files = {"package.json": root, "package-lock.json": lock, "fn/package.json": fn}
    write_files(tmp_path, files)
    seen = []
    for with_root in (False, True):
        request = request_from(Settings(cache_dir=str(tmp_path / "c")), folder=str(tmp_path / "fn"))
        request = request._replace(include_root_dependencies=with_root)
        io = Circumstances.of(request, None)
        seen.append(names_in(select_locked(io.read_project(request), request, io)))

    assert [{"a"}, {"a", "b"}] == seen
