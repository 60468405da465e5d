"""Several functions, built by processes, executors and a dask cluster as they are built here."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import zipper
from tests.support.command import run_zipper
from zipper.errors import UsageError
from zipper.pipeline.building_batches import WorkerConditions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.scene import Scene

COUNT = 8


@pytest.fixture
def functions(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Eight functions that share a dependency, with a registry that is reached by variables."""
    scene.publish("a", files={"index.js": b"exports.a = 1;\n"})
    scene.depend("a")
    scene.write({"index.js": "exports.handler = async () => require('a');\n"})
    for number in range(COUNT):
        folder = scene.folder / "all" / f"f{number}"
        shutil.copytree(scene.project, folder)
        (folder / "own.js").write_text(f"// {number}\n")
    settings = 'output = "dist/"\n' + "".join(
        f'[[tool.zipper.functions]]\nname = "f{number}"\nproject = "f{number}"\n'
        for number in range(COUNT)
    )
    (scene.folder / "all" / "pyproject.toml").write_text(f"[tool.zipper]\n{settings}")
    for name, value in scene.environment.items():
        monkeypatch.setenv(name, value)
    return scene


def zips(scene: Scene) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (scene.folder / "all/dist").iterdir()}


def build(scene: Scene, **options: Any) -> dict[str, bytes]:
    shutil.rmtree(scene.folder / "all/dist", ignore_errors=True)
    built = zipper.build_all(scene.folder / "all", cache_dir=scene.cache, **options)
    assert [item.error for item in built] == [None] * COUNT
    assert [item.name for item in built] == [f"f{number}" for number in range(COUNT)]
    assert all(item.package.ok for item in built)
    return zips(scene)


@pytest.fixture
def expected(functions: Scene) -> dict[str, bytes]:
    """The zips that this process makes."""
    made = build(functions)
    shutil.rmtree(functions.cache)
    assert len(made) == COUNT
    return made


def open_threads() -> Executor:
    return ThreadPoolExecutor(3)


def open_processes() -> Executor:
    return ProcessPoolExecutor(2, mp_context=get_context("spawn"))


@pytest.mark.parametrize("open_executor", [open_threads, open_processes])
def test_an_executor_makes_the_same_zips(
    functions: Scene, expected: dict[str, bytes], open_executor: Callable[[], Executor]
) -> None:
    """Any executor builds what this process builds, cold and warm, and stays open."""
    with open_executor() as executor:
        assert build(functions, executor=executor) == expected
        assert build(functions, executor=executor) == expected
        assert executor.submit(len, "abc").result() == 3
    assert not list(functions.folder.rglob("*.zipper-tmp"))


def test_workers_are_processes(functions: Scene, expected: dict[str, bytes]) -> None:
    """`--workers` gives the same zips, and the same document."""
    shutil.rmtree(functions.folder / "all/dist")
    arguments = ("build", functions.folder / "all/", "--cache-dir", functions.cache, "--json")

    by_workers = run_zipper(*arguments, "--workers", "2", env=functions.environment)
    assert by_workers.status == 0
    assert by_workers.stderr == ""
    assert zips(functions) == expected
    here = run_zipper(*arguments, env=functions.environment)

    def shown(text: str) -> list[dict]:
        rows = json.loads(text)["functions"]
        return [{**row, "timings_seconds": 0, "is_unchanged": 0} for row in rows]

    assert shown(by_workers.stdout) == shown(here.stdout)


def test_layers_and_relative_paths_mean_the_same_there(
    functions: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ARN stays one, a layer of the settings is built, and workers may stand in any folder."""
    settings = functions.folder / "all/pyproject.toml"
    arn = "arn:aws:lambda:eu-west-1:123456789012:layer:trace:3"
    settings.write_text(
        settings.read_text().replace("project =", f'layers = ["deps", "{arn}"]\nproject =')
        + '[tool.zipper.layers.deps]\nproject = "f0"\n'
    )
    monkeypatch.chdir(functions.folder)

    def build_in(folder: Path, **options: Any) -> tuple[dict[str, bytes], list[str]]:
        shutil.rmtree(functions.folder / "all/dist", ignore_errors=True)
        built = zipper.build_all("all", cache_dir=functions.cache, **options)
        assert [item.error for item in built] == [None] * COUNT
        assert folder == Path.cwd()
        return zips(functions), [item.package.path for item in built if item.package]

    here, places = build_in(functions.folder)
    elsewhere = ProcessPoolExecutor(
        2, mp_context=get_context("spawn"), initializer=os.chdir, initargs=("/",)
    )
    with elsewhere as executor:
        there, found = build_in(functions.folder, executor=executor)

    assert here == there
    assert "deps.zip" in here
    assert places == found


def test_one_that_fails_stops_no_other(functions: Scene) -> None:
    """An error crosses the process with its code, facts and hint."""
    (functions.folder / "all/f3/package-lock.json").write_text("{")

    with open_processes() as executor:
        built = zipper.build_all(
            functions.folder / "all", cache_dir=functions.cache, executor=executor
        )

    assert [item.error is None for item in built] == [number != 3 for number in range(COUNT)]
    assert built[3].error is not None
    assert built[3].error.code == "EJSONPARSE"
    assert built[3].error.hint


def test_what_is_done_is_reported(functions: Scene) -> None:
    """The listener hears of functions that are done, up to all."""
    heard: list[object] = []

    with open_threads() as executor:
        build(functions, executor=executor, on_event=heard.append)

    assert heard[-1] == zipper.events.FunctionsBuilt(COUNT, COUNT)


class Elsewhere(Executor):
    """An executor whose workers stand elsewhere: what they get is changed on its way."""

    def __init__(self, change: Callable[[Any], Any]) -> None:
        self.change = change
        self.submitted: list[str] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run it here, at once."""
        self.submitted.append(fn.__name__)
        future: Future[Any] = Future()
        future.set_result(fn(*map(self.change, args), **kwargs))
        return future


def test_another_disk_is_an_error_before_the_first_task(functions: Scene) -> None:
    """A worker that does not see the token builds nothing."""

    def elsewhere(value: Any) -> Any:
        return ("/nowhere/token",) if isinstance(value, tuple) else value

    executor = Elsewhere(elsewhere)
    with pytest.raises(UsageError, match="does not see `/nowhere`") as caught:
        build(functions, executor=executor)

    assert caught.value.code == "EWORKERS"
    assert executor.submitted == ["introduce"]
    assert not (functions.folder / "all/dist").exists()


def test_another_checkout_is_an_error(functions: Scene) -> None:
    """A worker that sees another package.json builds nothing, token or not."""

    def stale(value: Any) -> Any:
        if hasattr(value, "manifests"):
            return value._replace(manifests=("0" * 64,) * len(value.manifests))
        return value

    with pytest.raises(UsageError, match="does not see") as caught:
        build(functions, executor=Elsewhere(stale))

    assert caught.value.code == "EWORKERS"
    assert not (functions.folder / "all/dist").exists()


def test_another_zipper_is_an_error(functions: Scene) -> None:
    """A worker whose zipper makes other bytes builds nothing, and both versions are said."""

    def older(value: Any) -> Any:
        return (
            value._replace(version="zipper 0.1") if isinstance(value, WorkerConditions) else value
        )

    with pytest.raises(UsageError, match="another zipper") as caught:
        build(functions, executor=Elsewhere(older))

    assert caught.value.code == "EWORKERS"
    assert ("here", "zipper 0.1") not in caught.value.facts
    assert not (functions.folder / "all/dist").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"workers": 2, "scheduler": "tcp://a:1"}, "`workers` and `scheduler` exclude"),
        ({"workers": 0}, "less than 1"),
        ({"scheduler": "tcp://127.0.0.1:9"}, "does not answer"),
    ],
)
def test_workers_that_cannot_be_are_an_error(
    functions: Scene, options: dict[str, Any], words: str
) -> None:
    """What cannot build is said before anything is built."""
    with pytest.raises(UsageError, match=words):
        zipper.build_all(functions.folder / "all", cache_dir=functions.cache, **options)


@contextlib.contextmanager
def start(functions: Scene, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a build by two processes, in a group of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "zipper", "build", str(functions.folder / "all/"), "--workers", "2",
         "--cache-dir", str(functions.cache)],
        env={**functions.environment, **variables},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def children_of(pid: int) -> list[int]:
    """Return the processes that are workers: those that build, and not multiprocessing's own."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            words = Path(f"/proc/{child}/cmdline").read_bytes()
            if b"spawn_main" in words:
                found.append(int(child))
    return found


def wait_for_workers(process: subprocess.Popen[bytes]) -> list[int]:
    for _ in range(300):
        if len(found := children_of(process.pid)) == 2:
            return found
        time.sleep(0.05)
    pytest.fail("no workers")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_lost_worker_is_replaced(functions: Scene) -> None:
    """A worker that is killed costs its batch's time, and no zip."""
    for folder in sorted((functions.folder / "all").glob("f*")):
        for number in range(1_500):
            (folder / f"m{number}.js").write_text(f"// {number}\n" * 40)
    with start(functions) as process:
        os.kill(wait_for_workers(process)[0], signal.SIGKILL)
        _, error = process.communicate(timeout=120)

    assert process.returncode == 0, error.decode()
    assert len(zips(functions)) == COUNT


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("delay", [0.0, 0.5])
@pytest.mark.parametrize("to_all", [True, False])
def test_an_interrupt_ends_all(functions: Scene, delay: float, *, to_all: bool) -> None:
    """^C ends the build and its workers, without a traceback, and leaves nothing half done."""
    for path in (functions.folder / "all").glob("f*/package-lock.json"):
        lock = json.loads(path.read_text())
        del lock["packages"]["node_modules/a"]["resolved"]
        path.write_text(json.dumps(lock))
    # A registry that takes requests and never answers keeps the workers busy.
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        registry = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with start(functions, npm_config_registry=registry) as process:
            workers = wait_for_workers(process)
            time.sleep(delay)
            (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
            _, error = process.communicate(timeout=60)

    assert process.returncode in (130, -signal.SIGINT)
    assert b"Traceback" not in error
    assert b"resource_tracker" not in error
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
    assert not list((functions.folder / "all").glob(".*zipper-tmp"))


@pytest.mark.slow
def test_a_cluster_makes_the_same_zips(functions: Scene, expected: dict[str, bytes]) -> None:
    """The workers of a dask cluster build what this process builds, also when one is lost."""
    import distributed  # noqa: PLC0415  (a second)

    with (
        distributed.LocalCluster(
            n_workers=4, threads_per_worker=1, dashboard_address=None, processes=True
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert build(functions, scheduler=cluster.scheduler_address) == expected
        assert build(functions, executor=client.get_executor(pure=False)) == expected
