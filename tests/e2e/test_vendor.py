"""`zipper vendor` and `--offline`: what is carried elsewhere, and what is told to be missing."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.support.command import CommandResult, run_zipper
from tests.support.scene import HANDLER, listing, write_files

if TYPE_CHECKING:
    from tests.support.scene import Scene


def vendor(scene: Scene, *options: str) -> CommandResult:
    arguments = ("vendor", scene.project, "--into", scene.folder / "vendored", "--json", *options)
    return run_zipper(*arguments, "--cache-dir", scene.cache, env=scene.environment)


def build_elsewhere(scene: Scene, *options: str) -> CommandResult:
    """Build with an empty store, offline, at a registry's address that nobody answers."""
    return scene.build(
        "--json",
        "--offline",
        f"--vendor={scene.folder / 'vendored'}",
        f"--cache-dir={scene.folder / 'empty'}",
        *options,
    )


@pytest.fixture
def unlocked(scene: Scene) -> Scene:
    """A project without a lockfile: a scoped package, variants, a bundled one, a remote tarball."""
    scene.publish("@s/deep", files={"deep.js": b"1"})
    for name, cpu in (("v-x64", "x64"), ("v-arm64", "arm64")):
        scene.publish(name, os=["linux"], cpu=[cpu], libc=["glibc"], files={"v.node": cpu.encode()})
    scene.publish(
        "bundling",
        bundleDependencies=["inner"],
        dependencies={"inner": "1"},
        files={
            "node_modules/inner/package.json": b'{"name":"inner","version":"1.0.0"}',
        },
    )
    scene.publish("inner")
    scene.publish("remote", files={"r.js": b"1"})
    scene.publish(
        "a",
        dependencies={"@s/deep": "^1.0.0", "bundling": "1"},
        optionalDependencies={"v-x64": "1", "v-arm64": "1"},
    )
    remote = f"{scene.registry.origin}/remote/-/remote-1.0.0.tgz"
    dependencies = {"a": "^1.0.0", "remote": remote}
    scene.write({"package.json": {"name": "fn", "version": "1.0.0", "dependencies": dependencies}})
    return scene


@pytest.mark.parametrize("lock", [False, True])
def test_vendored_folder_builds_elsewhere(unlocked: Scene, lock: bool) -> None:
    """The same bytes, for both architectures, without any request; with a lockfile or without."""
    scene = unlocked
    if lock:
        arguments = ("resolve", scene.project, "--cache-dir", scene.cache)
        assert 0 == run_zipper(*arguments, env=scene.environment).status
    expected = {
        arch: scene.build("--json", f"--arch={arch}").document["code_sha256"]
        for arch in ("x86_64", "arm64")
    }
    gathered = vendor(scene)
    scene.registry.requests.clear()
    found = {arch: build_elsewhere(scene, f"--arch={arch}") for arch in expected}

    assert 0 == gathered.status, gathered.stderr
    # The remote one is there twice without a lockfile: as it is opened, and as it is packed.
    assert (6 if lock else 7) == gathered.document["tarballs"]
    assert ["x86_64", "arm64"] == gathered.document["architectures"]
    assert [0, 0] == [result.status for result in found.values()], found["x86_64"].stderr
    assert expected == {arch: result.document["code_sha256"] for arch, result in found.items()}
    assert 0 == scene.registry.count()
    assert b"arm64" == listing(scene.output)["node_modules/v-arm64/v.node"]


def test_one_architecture_only(unlocked: Scene) -> None:
    """With `--arch` the other architecture's variants are not gathered, and are told as missing."""
    assert 6 == vendor(unlocked, "--arch", "x86_64").document["tarballs"]
    assert 0 == build_elsewhere(unlocked).status
    result = build_elsewhere(unlocked, "--arch=arm64")

    assert (1, "EOFFLINE") == (result.status, result.code)
    assert "v-arm64@1.0.0" in result.stderr


def test_changed_tarball_is_refused(unlocked: Scene) -> None:
    """What has been changed in the folder is not packed."""
    vendor(unlocked)
    (tarball,) = (unlocked.folder / "vendored" / "tarballs").glob("@s%2fdeep-1.0.0-*.tgz")
    tarball.write_bytes(unlocked.registry.tarballs["/a/-/a-1.0.0.tgz"])
    result = build_elsewhere(unlocked)

    assert (1, "EINTEGRITY") == (result.status, result.code)
    assert "@s/deep" in result.stderr


def test_folder_that_is_not_there(scene: Scene) -> None:
    """A vendored folder that does not exist is one clear error."""
    scene.publish("a")
    scene.depend("a")
    result = build_elsewhere(scene)

    assert (1, "ESTORE") == (result.status, result.code)
    assert "there is no vendored folder" in result.stderr


def test_every_missing_tarball_is_named(scene: Scene) -> None:
    """An offline build with a lockfile names all that the store lacks, and nothing that it has."""
    for name in ("a", "b", "c", "@s/d"):
        scene.publish(name)
    scene.depend("b")
    assert 0 == scene.build().status
    scene.depend("a", "b", "c", "@s/d")
    shutil.rmtree(scene.cache / "packuments", ignore_errors=True)
    result = scene.build("--offline")

    assert (1, "EOFFLINE") == (result.status, result.code)
    assert [] == [n for n in ("a@1.0.0:", "c@1.0.0:", "@s/d@1.0.0:") if n not in result.stderr]
    assert "b@1.0.0" not in result.stderr
    assert "3 things" in result.stderr


def test_every_missing_packument_is_named(scene: Scene) -> None:
    """Without a lockfile, all packuments are named that those which are there can tell of."""
    scene.publish("old", dependencies={"deep": "1", "deeper": "1"})
    for name in ("new", "deep", "deeper", "@s/other"):
        scene.publish(name)
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"old": "1"}}
    scene.write({"package.json": manifest})
    assert 0 == scene.build().status
    _forget(scene, "deep", "deeper")
    manifest["dependencies"] = {"old": "1", "new": "1", "@s/other": "npm:@s/other@1"}
    scene.write({"package.json": manifest})
    result = scene.build("--offline")

    assert (1, "EOFFLINE") == (result.status, result.code)
    names = ("new:", "deep:", "deeper:", "@s/other:")
    assert [] == [name for name in names if name not in result.stderr], result.stderr
    assert "old:" not in result.stderr
    assert f"{scene.registry.url}@s%2fother" in result.stderr


@pytest.fixture
def ancient(scene: Scene) -> Scene:
    """A project with a lockfile of version 1, which does not say for which systems `c` is."""
    manifests = {name: scene.publish(name) for name in ("a", "b")}
    manifests["c"] = scene.publish("c", os=["darwin"], files={"c.js": b"1"})
    dependencies = dict.fromkeys(("a", "b"), "1.0.0")
    locked = {
        name: {"version": "1.0.0", "resolved": raw["dist"]["tarball"]}
        | {"integrity": raw["dist"]["integrity"]}
        for name, raw in manifests.items()
    }
    locked["c"]["optional"] = True
    package = {"name": "fn", "version": "1.0.0", "dependencies": dependencies}
    lockfile = {"name": "fn", "lockfileVersion": 1, "requires": True, "dependencies": locked}
    package["optionalDependencies"] = {"c": "1.0.0"}
    scene.write({"package.json": package, "package-lock.json": lockfile})
    return scene


def test_old_lockfile_tells_of_everything(ancient: Scene) -> None:
    """A lockfile of version 1 records no manifests: packuments are missing, and tarballs."""
    result = ancient.build("--offline")

    assert (1, "EOFFLINE") == (result.status, result.code)
    names = ("a@1.0.0:", "b@1.0.0:", "a: ", "b: ", "c: ", "5 things", "its packument")
    assert [] == [name for name in names if name not in result.stderr], result.stderr
    assert "c@1.0.0" not in result.stderr


def test_old_lockfile_is_not_packed_without_its_manifests(ancient: Scene) -> None:
    """With the tarballs but not the packuments, other systems' packages would be packed."""
    assert 0 == ancient.build("--json").status
    right = listing(ancient.output)
    newer = {"": {"dependencies": {"a": "1.0.0", "b": "1.0.0", "c": "1.0.0"}}}
    _store_everything(ancient, newer)
    lockfile = ancient.project / "package-lock.json"
    lockfile.write_text(lockfile.read_text() + " \n")
    shutil.rmtree(ancient.cache / "packuments")
    ancient.output.unlink()
    result = ancient.build("--offline")

    assert "node_modules/c/c.js" not in right
    assert (1, "EOFFLINE") == (result.status, result.code), result.stderr
    assert "3 things" in result.stderr
    assert not ancient.output.exists()


def _store_everything(scene: Scene, packages: dict) -> None:
    """Have every tarball in the store, by a project that wants them all on every system."""
    for name, raw in scene.manifests.items():
        packages[f"node_modules/{name}"] = {"version": "1.0.0", **raw["dist"]}
        packages[f"node_modules/{name}"]["resolved"] = raw["dist"]["tarball"]
    other = scene.folder / "other"
    lockfile = {"name": "fn", "lockfileVersion": 3, "packages": packages}
    files = {"package.json": packages[""], "package-lock.json": lockfile, "index.js": HANDLER}
    write_files(other, files)
    arguments = ("build", other, "-o", scene.folder / "other.zip", "--cache-dir", scene.cache)
    done = run_zipper(*arguments, env=scene.environment)
    assert 0 == done.status, done.stderr


def test_old_lockfile_and_a_registry_that_fails(ancient: Scene) -> None:
    """What is made of a lockfile while nobody answers is not believed, nor remembered."""
    packuments = dict(ancient.registry.packuments)
    ancient.registry.tokens = {"Bearer other"}
    refused = ancient.build(env={"npm_config_registry": "http://127.0.0.1:9/"})
    ancient.registry.tokens = set()
    result = ancient.build()

    assert packuments == ancient.registry.packuments
    assert (1, "ENETWORK") == (refused.status, refused.code), refused.stderr
    assert 0 == result.status, result.stderr
    assert "node_modules/c/c.js" not in listing(ancient.output)


def test_git_is_refused_where_it_is_forbidden(scene: Scene) -> None:
    """`--no-git` and ZIPPER_NO_GIT end every way to a git dependency before git starts."""
    git = "git+ssh://git@registry.example/o/dep.git#semver:1"
    scene.write({"package.json": {"name": "fn", "version": "1.0.0", "dependencies": {"dep": git}}})
    folder = str(scene.project)
    into = str(scene.folder / "into")
    ways = (
        ("build", folder, "--dry-run"),
        ("resolve", folder),
        ("install", folder, "--into", into),
        ("vendor", folder, "--into", into),
        ("explain", folder, "dep"),
    )
    for way in ways:
        cache = ("--cache-dir", str(scene.cache))
        typed = run_zipper(*way, "--no-git", *cache, env=scene.environment)
        set_ = run_zipper(*way, *cache, env={**scene.environment, "ZIPPER_NO_GIT": "true"})

        assert (1, "EALLOWGIT") == (typed.status, typed.code), typed.stderr
        assert (1, "EALLOWGIT") == (set_.status, set_.code), set_.stderr
        assert "`--no-git`" in typed.stderr


def test_packuments_at_hand_are_preferred(scene: Scene) -> None:
    """`--prefer-offline` and ZIPPER_PREFER_OFFLINE ask only about what was never fetched."""
    scene.publish("a")
    scene.depend("a")
    resolve = ("resolve", scene.project, "--update-all", "--cache-dir", scene.cache)
    variable = {**scene.environment, "ZIPPER_PREFER_OFFLINE": "true"}
    counts = [scene.registry.count()]
    for options, environment in (
        ((), scene.environment),
        (("--prefer-offline",), scene.environment),
        ((), variable),
        ((), scene.environment),
    ):
        assert 0 == run_zipper(*resolve, *options, env=environment).status
        counts.append(scene.registry.count())

    assert [True, False, False, True] == [after > before for before, after in pairwise(counts)]


def _forget(scene: Scene, *names: str) -> None:
    """Remove packuments from the cache."""
    for path in (scene.cache / "packuments").rglob("*"):
        if path.is_file():
            head = json.loads(path.read_bytes().split(b"\n", 2)[1])
            if head["key"].rpartition("/")[2] in names:
                path.unlink()
