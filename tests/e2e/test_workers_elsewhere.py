"""Functions built by workers that do not see the projects' disk: by a shared store, same bytes."""

from __future__ import annotations

import json
import os
import shutil
import signal
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from threading import Timer
from typing import TYPE_CHECKING, Any

import pytest

import zipper
from tests.support.diskless import can_leave, leave
from tests.support.object_server import Fault, ObjectServer
from tests.support.scene import write_files
from zipper.errors import ProjectError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.scene import Scene

pytestmark = pytest.mark.skipif(not can_leave(), reason="no mount namespaces here")

SECRET = "npm_" + "a1B2" * 9
COUNT = 4


@pytest.fixture
def functions(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Functions of each kind: plain, with links and files left out, a member, one in TypeScript."""
    scene.publish("a", files={"index.js": b"exports.a = 1;\n"})
    scene.depend("a")
    scene.write({"index.js": "exports.handler = async () => require('a');\n"})
    top = scene.folder / "all"
    for number in range(COUNT):
        shutil.copytree(scene.project, top / f"f{number}")
        (top / f"f{number}/own.js").write_text(f"// {number}\n")
    (top / "f0/large.txt").write_bytes(os.urandom(200_000))
    (top / "f0/run.sh").write_text("#!/bin/sh\n")
    (top / "f0/run.sh").chmod(0o755)
    (top / "f0/.env").write_text("TOKEN=secret\n")
    (top / "f0/.npmrc").write_text(f"//h/:_authToken={SECRET}\nomit=optional\n")
    (top / "f0/key.pem").write_text("-----BEGIN PRIVATE KEY-----\n")
    (top / "f0/node_modules").mkdir()
    (top / "f0/gone.js").symlink_to("nothing")
    (top / "f0/away.js").symlink_to(scene.folder / "project/index.js")
    (top / "f1/more").mkdir()
    (top / "f1/more/linked.js").symlink_to("../own.js")
    (top / "f1/folder").symlink_to("more")
    # A package on this disk, with a dependency that it bundles.
    local = top / "local"
    (local / "node_modules/inner").mkdir(parents=True)
    manifest = {"name": "local", "version": "1.0.0", "dependencies": {"inner": "1.0.0"}}
    (local / "package.json").write_text(json.dumps({**manifest, "bundleDependencies": ["inner"]}))
    (local / "index.js").write_text("require('inner');\n")
    (local / "node_modules/inner/package.json").write_text('{"name": "inner", "version": "1.0.0"}')
    (local / "node_modules/inner/index.js").write_text("\n")
    own = json.loads((top / "f2/package.json").read_text())
    lock = json.loads((top / "f2/package-lock.json").read_text())
    own["dependencies"]["local"] = "file:../local"
    lock["packages"][""] = own
    lock["packages"]["../local"] = {**manifest, "bundleDependencies": ["inner"]}
    lock["packages"]["../local/node_modules/inner"] = {"version": "1.0.0", "inBundle": True}
    lock["packages"]["node_modules/local"] = {"resolved": "../local", "link": True}
    (top / "f2/package.json").write_text(json.dumps(own))
    (top / "f2/package-lock.json").write_text(json.dumps(lock))
    settings = 'output = "dist/"\n' + "".join(
        f'[[tool.zipper.functions]]\nname = "f{number}"\nproject = "f{number}"\n'
        for number in range(COUNT)
    )
    (top / "pyproject.toml").write_text(f"[tool.zipper]\n{settings}")
    for name, value in scene.environment.items():
        monkeypatch.setenv(name, value)
    return scene


def zips(scene: Scene) -> dict[str, bytes]:
    folder = scene.folder / "all/dist"
    return {path.name: path.read_bytes() for path in folder.glob("*")}


def build(scene: Scene, executor: Executor | None = None, **options: Any) -> list[Any]:
    return list(
        zipper.build_all(scene.folder / "all", cache_dir=scene.cache, executor=executor, **options)
    )


def elsewhere(scene: Scene, **variables: str) -> ProcessPoolExecutor:
    """Return two workers with a disk and a cache of their own."""
    cache = {"ZIPPER_CACHE_DIR": str(scene.folder / "their cache")}
    return ProcessPoolExecutor(
        2,
        mp_context=get_context("spawn"),
        initializer=leave,
        initargs=(str(scene.folder / "all"), {**cache, **variables}),
    )


def described(built: list[Any]) -> list[Any]:
    """Return what packages say of themselves, but for times."""
    rows = [one.as_json() for one in built]
    findings = [
        [one for one in row.get("findings", ()) if not one["code"].startswith("shared-store")]
        for row in rows
    ]
    same = {"timings_seconds": 0, "is_unchanged": 0}
    return [{**row, **same, "findings": told} for row, told in zip(rows, findings, strict=True)]


@pytest.fixture
def expected(functions: Scene) -> tuple[dict[str, bytes], list[Any]]:
    """The zips and the results that this process makes."""
    built = build(functions)
    assert [one.error for one in built] == [None] * COUNT
    made = zips(functions)
    shutil.rmtree(functions.folder / "all/dist")
    shutil.rmtree(functions.cache)
    return made, described(built)


@pytest.fixture
def server() -> Iterator[ObjectServer]:
    with ObjectServer() as started:
        yield started


def test_without_a_shared_store_nothing_is_built(functions: Scene) -> None:
    """It is an error before the first task, and it says both ways out."""
    with (
        elsewhere(functions) as executor,
        pytest.raises(UsageError, match="does not see") as caught,
    ):
        build(functions, executor)

    assert caught.value.code == "EWORKERS"
    assert "store_url" in (caught.value.hint or "")
    assert not (functions.folder / "all/dist").exists()
    assert not (functions.folder / "their cache").exists()


def test_a_shared_folder_carries_all(
    functions: Scene, expected: tuple[dict[str, bytes], list[Any]]
) -> None:
    """Zips, findings and places are as if they were built here; nothing of theirs stays there."""
    shared = functions.folder / "shared"
    with elsewhere(functions) as executor:
        built = build(functions, executor, store_url=shared.as_uri())
        assert zips(functions) == expected[0]
        assert described(built) == expected[1]
        again = build(functions, executor, store_url=shared.as_uri())

    assert [one.package.is_unchanged for one in again] == [True] * COUNT
    assert not list((functions.folder / "their cache").glob("zipper-sources*"))
    held = b"".join(path.read_bytes() for path in shared.rglob("*") if path.is_file())
    assert SECRET.encode() not in held
    assert b"TOKEN=secret" not in held


def test_a_store_that_loses_and_changes_blobs(
    functions: Scene, server: ObjectServer, expected: tuple[dict[str, bytes], list[Any]]
) -> None:
    """Whatever was put there first is poisoned or gone once: the zips are right."""

    class Poisoned(dict[str, bytes]):
        def __setitem__(self, name: str, data: bytes) -> None:
            is_first = name.startswith("blob/") and name not in self
            super().__setitem__(name, b"poison" if is_first else data)

    for objects, faults in (
        (Poisoned(), []),
        ({}, [Fault(404, "GET")] * 2),
        ({}, [Fault(503)] * 3),
        ({}, [Fault(cut=True, method="GET")]),
    ):
        shutil.rmtree(functions.folder / "all/dist", ignore_errors=True)
        server.objects, server.faults = objects, faults
        with pytest.MonkeyPatch.context() as patch:
            for name, value in server.environment.items():
                patch.setenv(name, value)
            with elsewhere(functions) as executor:
                built = build(functions, executor, store_url=server.url)

        assert [one.error for one in built] == [None] * COUNT
        assert zips(functions) == expected[0]
        assert not server.faults


@pytest.mark.parametrize("fault", [Fault(403, "PUT"), Fault(503), Fault(404, "GET")])
def test_a_store_that_never_answers_ends_the_build(
    functions: Scene, server: ObjectServer, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    """There is no other way to these workers, so that it is an error, and no zip is written."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    server.always = fault

    with elsewhere(functions) as executor, pytest.raises(UsageError) as caught:
        build(functions, executor, store_url=server.url)

    assert caught.value.code == "EWORKERS"
    assert not zips(functions)


def test_workers_that_only_read_send_bytes(
    functions: Scene, server: ObjectServer, expected: tuple[dict[str, bytes], list[Any]]
) -> None:
    """What a worker cannot put into the store comes by the executor."""

    class Once(dict[str, bytes]):
        """Takes sources, which are known before the first task, and no zip."""

        def __setitem__(self, name: str, data: bytes) -> None:
            if not data.startswith(b"PK"):
                super().__setitem__(name, data)

    server.objects = Once()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        with elsewhere(functions) as executor:
            built = build(functions, executor, store_url=server.url)

    assert [one.error for one in built] == [None] * COUNT
    assert zips(functions) == expected[0]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("f1/.env", "A=1\n", "may hold secrets"),
        ("f1/config.js", f"module.exports = '{SECRET}';\n", "an npm token"),
        ("f1/x.txt", "zipper-secret-" + "0" * 64, "the key that signs"),
        ("f1/bunfig.toml", '[install.scopes]\na = { token = "s3cret" }\n', "a credential"),
    ],
)
def test_a_secret_stops_its_function_alone(
    functions: Scene, name: str, text: str, words: str
) -> None:
    """A file with a credential is not sent; the other functions are built."""
    (functions.folder / "all" / name).write_text(text)
    shared = functions.folder / "shared"
    with elsewhere(functions) as executor:
        built = build(
            functions, executor, store_url=shared.as_uri(), exclude=["!.env"] * ("env" in name)
        )

    failed = [one.name for one in built if one.error is not None]
    assert "f1" in failed
    assert isinstance(built[1].error, ProjectError)
    assert built[1].error.code == "ESECRET"
    assert words in built[1].error.message
    assert "f3" not in failed
    held = b"".join(path.read_bytes() for path in shared.rglob("*") if path.is_file())
    assert text.encode() not in held


def test_an_error_there_is_an_error_here(functions: Scene) -> None:
    """Code, facts and hint cross the machines, with the paths of this one."""
    lock = functions.folder / "all/f3/package-lock.json"
    lock.write_text(lock.read_text().replace("sha512-", "sha512-AAAA"))
    (functions.folder / "all/f1/package-lock.json").write_text("{")
    with elsewhere(functions) as executor:
        built = build(functions, executor, store_url=(functions.folder / "shared").as_uri())

    errors = {one.name: one.error for one in built if one.error is not None}
    assert set(errors) == {"f1", "f3"}
    assert errors["f1"].code == "EJSONPARSE"
    assert errors["f3"].code == "EINTEGRITY"
    assert "zipper-sources" not in "".join(map(str, errors.values()))


@pytest.mark.parametrize("lockfile", ["package-lock.json", "pnpm-lock.yaml"])
def test_members_layers_and_files_outside(functions: Scene, lockfile: str) -> None:
    """A workspace is there as far as its member needs it, and layers come back with the zips."""
    top = functions.folder / "all"
    shutil.rmtree(top)
    dist = functions.manifests["a"]["dist"]
    members = {
        "m0": {"a": "1.0.0", "m1": "1.0.0"},
        "m1": {"a": "1.0.0"},
        "m2": {"a": "1.0.0"},
    }
    packages: dict[str, Any] = {"": {"name": "root", "workspaces": ["packages/*"]}}
    files: dict[str, Any] = {"package.json": dict(packages[""]), "shared/logo.txt": "logo"}
    if lockfile == "pnpm-lock.yaml":
        files["package.json"] = {"name": "root", "packageManager": "pnpm@10.0.0"}
        files["pnpm-workspace.yaml"] = "packages:\n  - packages/*\n"
    lines = ["lockfileVersion: '9.0'", "importers:", "  .: {}"]
    for name, wanted in members.items():
        specs = {one: "workspace:*" if one[0] == "m" else spec for one, spec in wanted.items()}
        specs = specs if lockfile == "pnpm-lock.yaml" else wanted
        manifest = {"name": name, "version": "1.0.0", "dependencies": specs}
        files[f"packages/{name}/package.json"] = packages[f"packages/{name}"] = manifest
        files[f"packages/{name}/index.js"] = (
            f"exports.handler = async () => require('{list(wanted)[-1]}');\n"
        )
        packages[f"node_modules/{name}"] = {"resolved": f"packages/{name}", "link": True}
        lines += [f"  packages/{name}:", "    dependencies:"]
        for one, spec in specs.items():
            version = f"link:../{one}" if one[0] == "m" else "1.0.0"
            lines += [f"      {one}:", f"        specifier: {spec}", f"        version: {version}"]
    own = {"version": "1.0.0", "resolved": dist["tarball"], "integrity": dist["integrity"]}
    packages["node_modules/a"] = own
    lines += ["packages:", "  a@1.0.0:", f"    resolution: {{integrity: {dist['integrity']}}}"]
    lines += ["snapshots:", "  a@1.0.0: {}"]
    npm = {"name": "root", "lockfileVersion": 3, "packages": packages}
    files[lockfile] = npm if lockfile == "package-lock.json" else "\n".join(lines) + "\n"
    files["pyproject.toml"] = (
        '[tool.zipper]\noutput = "dist/"\n[tool.zipper.layers.deps]\nproject = "packages/m2"\n'
        '[[tool.zipper.functions]]\nname = "m0"\nproject = "packages/m0"\n'
        'include = ["**", "../../shared/logo.txt"]\n'
        '[[tool.zipper.functions]]\nname = "m2"\nproject = "packages/m2"\nlayers = ["deps"]\n'
    )
    write_files(top, files)
    here = build(functions)
    assert [one.error for one in here] == [None, None]
    expected = zips(functions)
    assert set(expected) == {"m0.zip", "m2.zip", "deps.zip"}
    shutil.rmtree(top / "dist")

    with elsewhere(functions) as executor:
        built = build(functions, executor, store_url=(functions.folder / "shared").as_uri())

    assert zips(functions) == expected
    assert described(built) == described(here)


class SomeSee(Executor):
    """An executor of which every other worker sees the disk."""

    def __init__(self, blind: Executor, seeing: Executor) -> None:
        self.pools = [blind, seeing]

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Give each worker one task after the other."""
        self.pools.reverse()
        return self.pools[0].submit(fn, *args, **kwargs)


def test_workers_of_both_kinds_build_together(
    functions: Scene, expected: tuple[dict[str, bytes], list[Any]]
) -> None:
    """A worker that sees the disk builds there, whatever the first one said."""
    with (
        elsewhere(functions) as blind,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as seeing,
    ):
        executor = SomeSee(blind, seeing)
        built = build(functions, executor, store_url=(functions.folder / "shared").as_uri())

    assert [one.error for one in built] == [None] * COUNT
    assert zips(functions) == expected[0]


def test_another_date_is_another_zipper(functions: Scene) -> None:
    """A worker whose SOURCE_DATE_EPOCH differs would write other bytes, and writes none."""
    with (
        elsewhere(functions, SOURCE_DATE_EPOCH="1700000000") as executor,
        pytest.raises(UsageError, match="another zipper"),
    ):
        build(functions, executor, store_url=(functions.folder / "shared").as_uri())


def leave_and_tell(folder: str, variables: dict[str, str]) -> int:
    """Leave the disk, and return which process this is."""
    leave(folder, variables)
    return os.getpid()


@pytest.mark.slow
def test_a_cluster_without_the_disk(functions: Scene, tmp_path: Path) -> None:
    """The workers of a dask cluster build the same zips, also when one of them is lost."""
    import distributed  # noqa: PLC0415  (a second)

    for number in range(3_000):
        (functions.folder / f"all/f3/m{number}.js").write_text(f"// {number}\n" * 40)
    wanted = build(functions)
    made = zips(functions)
    shutil.rmtree(functions.folder / "all/dist")
    assert [one.error for one in wanted] == [None] * COUNT
    with (
        distributed.LocalCluster(
            n_workers=3, threads_per_worker=1, dashboard_address=None, processes=True
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        cache = {"ZIPPER_CACHE_DIR": str(tmp_path / "theirs")}
        pids = client.run(leave_and_tell, str(functions.folder / "all"), cache)
        killing = Timer(1, os.kill, (next(iter(pids.values())), signal.SIGKILL))
        killing.start()
        built = build(
            functions,
            client.get_executor(pure=False),
            store_url=(functions.folder / "shared").as_uri(),
        )

    assert [one.error for one in built] == [None] * COUNT
    assert zips(functions) == made
