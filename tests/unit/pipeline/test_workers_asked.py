"""Who builds several functions: one of three, which gets what it needs to know."""

from __future__ import annotations

import sys
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scene import HANDLER, write_files
from zipper.errors import UsageError
from zipper.events import FunctionsBuilt
from zipper.pipeline.workers import Workers
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zipper.events import Event
    from zipper.settings.build_request import BuildRequest


class Here(Executor):
    """Runs each call at once."""

    def __init__(self) -> None:
        self.incremental: list[bool] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a call."""
        self.incremental += [one.incremental for one in args if hasattr(one, "incremental")]
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


HERE = Here()


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, None),
        ({"name": "x"}, None),
        ({"workers": 1}, Workers(1)),
        ({"workers": 7}, Workers(7, None, None)),
        ({"scheduler": "tcp://127.0.0.1:9"}, Workers(None, "tcp://127.0.0.1:9")),
        ({"executor": HERE}, Workers(executor=HERE)),
    ],
)
def test_one_of_three_builds(options: dict[str, object], found: Workers | None) -> None:
    """Or this process."""
    assert found == Workers.of(options)


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"workers": 0}, "`workers` is less than 1", "leave it out to build in this process"),
        ({"workers": -1}, "`workers` is less than 1", "leave it out to build in this process"),
        (
            {"workers": 0, "scheduler": "x"},
            "`workers` and `scheduler` exclude each other", "say once who builds",
        ),
        (
            {"workers": 1, "scheduler": "x", "executor": HERE},
            "`workers` and `scheduler` and `executor` exclude each other", "say once who builds",
        ),
        (
            {"scheduler": "x", "executor": HERE},
            "`scheduler` and `executor` exclude each other", "say once who builds",
        ),
    ],
)  # fmt: skip
def test_more_than_one_or_none_is_refused(
    options: dict[str, object], message: str, hint: str
) -> None:
    """With what to do."""
    with pytest.raises(UsageError) as raised:
        Workers.of(options)

    told = (raised.value.code, raised.value.message, raised.value.hint)
    assert ("EUSAGE", message, hint) == told


@pytest.fixture
def requests(tmp_path: Path) -> list[BuildRequest]:
    """Two functions."""
    settings = Settings(cache_dir=str(tmp_path / "cache"), output=f"{tmp_path}/out/")
    for name in "ab":
        files: dict[str, str | bytes | dict] = {"package.json": {"name": name}, "index.js": HANDLER}
        write_files(tmp_path / name, files)
    return [request_from(settings, folder=str(tmp_path / name)) for name in "ab"]


def assert_built(workers: Workers, requests: list[BuildRequest], *, incremental: bool) -> None:
    events: list[Event] = []

    found = workers.build(requests, on_event=events.append, incremental=incremental)

    assert [None, None] == [error for _, error in found]
    assert ["a.zip", "b.zip"] == [
        package.path.rpartition("/")[2] for package, _ in found if package is not None
    ]
    assert FunctionsBuilt(2, 2) == events[-1]


@pytest.mark.parametrize("incremental", [True, False])
def test_an_executor_builds(requests: list[BuildRequest], *, incremental: bool) -> None:
    """What is built, what is told, and whether what is unchanged counts."""
    executor = Here()

    assert_built(Workers(executor=executor), requests, incremental=incremental)

    assert {incremental} == set(executor.incremental)


class Scheduler:
    """What `distributed` does for zipper: a client of a scheduler, with some workers."""

    def __init__(self, workers: int, *, fails: Exception | None = None) -> None:
        self.executor = Here()
        self.asked: list[object] = []
        self.KilledWorker = KeyError
        self._workers = workers
        self._fails = fails

    def Client(self, address: str, **options: object) -> Any:  # noqa: N802  (as it is called there)
        """Connect."""
        self.asked.append((address, options))
        if self._fails is not None:
            raise self._fails
        client: Any = nullcontext()
        client.ncores = lambda: dict.fromkeys(range(self._workers), 1)
        client.get_executor = self._executor
        return client

    def _executor(self, **options: object) -> Any:
        self.asked.append(options)
        return nullcontext(self.executor)


@pytest.mark.parametrize("incremental", [True, False])
def test_the_workers_of_a_scheduler_build(
    requests: list[BuildRequest], monkeypatch: pytest.MonkeyPatch, *, incremental: bool
) -> None:
    """A call is made each time: the same request may mean other files."""
    scheduler = Scheduler(1)
    monkeypatch.setitem(sys.modules, "distributed", scheduler)  # type: ignore[arg-type]

    assert_built(Workers(scheduler="tcp://x:1"), requests, incremental=incremental)

    assert {incremental} == set(scheduler.executor.incremental)
    (address, options), how = scheduler.asked
    assert ("tcp://x:1", False) == (address, options["set_as_default"])
    assert 0 < options["timeout"] < 60
    assert {"pure": False} == how


@pytest.mark.parametrize(
    ("scheduler", "message", "hint"),
    [
        (Scheduler(0), "the scheduler at `tcp://x:1` has no worker", "start one: `dask worker tcp"),
        (
            Scheduler(1, fails=OSError("refused")),
            "the scheduler at `tcp://x:1` does not answer: refused", "start it with `dask schedul",
        ),
        (
            Scheduler(1, fails=ValueError("no address")),
            "the scheduler at `tcp://x:1` does not answer: no address", "start it with",
        ),
        (
            Scheduler(1, fails=TimeoutError("late")),
            "the scheduler at `tcp://x:1` does not answer: late", "start it with",
        ),
    ],
)  # fmt: skip
def test_a_scheduler_that_does_not_help_is_told(
    requests: list[BuildRequest], monkeypatch: pytest.MonkeyPatch,
    scheduler: Scheduler, message: str, hint: str,
) -> None:  # fmt: skip
    """One without workers, and one that is not there."""
    monkeypatch.setitem(sys.modules, "distributed", scheduler)  # type: ignore[arg-type]

    with pytest.raises(UsageError) as raised:
        Workers(scheduler="tcp://x:1").build(requests, on_event=None, incremental=True)

    assert ("EWORKERS", message) == (raised.value.code, raised.value.message)
    assert (raised.value.hint or "").startswith(hint)


def test_a_worker_of_a_scheduler_that_is_killed_again_and_again_is_told(
    requests: list[BuildRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one of a pool is; dask has tried it elsewhere before."""
    scheduler = Scheduler(1)

    def fail(*_: object) -> Any:
        raise KeyError("gone")

    scheduler.executor.submit = fail  # type: ignore[method-assign]
    monkeypatch.setitem(sys.modules, "distributed", scheduler)  # type: ignore[arg-type]

    with pytest.raises(UsageError, match="a worker was lost: 'gone'"):
        Workers(scheduler="tcp://x:1").build(requests, on_event=None, incremental=True)
