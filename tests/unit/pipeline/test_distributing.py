"""Batches of functions for workers: how they are cut, and what becomes of those that are lost."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scene import HANDLER, write_files
from zipper.errors import UsageError
from zipper.events import FunctionsBuilt
from zipper.pipeline.building_batches import Greeting
from zipper.pipeline.distributing import _count_workers, _cut, build_by_workers
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zipper.events import Event
    from zipper.settings.build_request import BuildRequest


class Scripted(Executor):
    """Runs each call at once; those of some numbers fail or answer something else."""

    def __init__(self, **answers: object) -> None:
        self.answers = {int(name[1:]): answer for name, answer in answers.items()}
        self.calls = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a call."""
        future: Future[Any] = Future()
        answer = self.answers.get(self.calls)
        self.calls += 1
        if isinstance(answer, BaseException):
            future.set_exception(answer)
        else:
            future.set_result(fn(*args, **kwargs) if answer is None else answer)
        return future


@pytest.fixture
def requests(tmp_path: Path) -> list[BuildRequest]:
    """Three functions."""
    settings = Settings(cache_dir=str(tmp_path / "cache"), output=f"{tmp_path}/out/")
    for name in "abc":
        files: dict[str, str | bytes | dict] = {"package.json": {"name": name}, "index.js": HANDLER}
        write_files(tmp_path / name, files)
    return [request_from(settings, folder=str(tmp_path / name)) for name in "abc"]


def build(requests: list[BuildRequest], executor: Executor, **more: Any) -> list[str]:
    """Build them, and return how each came out."""
    options = {"on_event": None, "incremental": True, **more}
    results = build_by_workers(requests, executor, **options)
    return [error.code if error else "built" if package else "" for package, error in results]


def test_all_are_built_and_counted(requests: list[BuildRequest]) -> None:
    """In the order in which they were asked for, each batch told when it is done."""
    events: list[Event] = []

    assert ["built"] * 3 == build(requests, Scripted(), on_event=events.append)
    assert FunctionsBuilt(3, 3) == events[-1]
    assert all(isinstance(one, FunctionsBuilt) and one.total == 3 for one in events)


def test_a_lost_worker_is_tried_three_times(requests: list[BuildRequest]) -> None:
    """With another executor each time, where there is one; then the build ends."""
    lost: list[Executor] = [Scripted(_0=None, _1=BrokenExecutor("gone")) for _ in range(4)]
    renewed: list[Executor] = []

    def renew() -> Executor:
        # Later ones take no greeting: their first call is a batch.
        renewed.append(Scripted(_0=BrokenExecutor("gone")))
        return renewed[-1]

    with pytest.raises(UsageError, match="a worker was lost: gone") as raised:
        build(requests, lost[0])
    with pytest.raises(UsageError, match="a worker was lost"):
        build(requests, lost[1], renew=renew)

    assert "EWORKERS" == raised.value.code
    assert "fewer at once" in (raised.value.hint or "")
    assert 2 == len(renewed)


def test_what_was_built_before_is_not_built_again(requests: list[BuildRequest]) -> None:
    """The executor that comes after a broken one gets the batches that are left."""
    after = Scripted()

    found = build(requests, Scripted(_2=BrokenExecutor("gone")), renew=lambda: after)

    assert ["built"] * 3 == found
    assert after.calls in (1, 2, 3)


def test_a_worker_without_zipper_is_told(requests: list[BuildRequest]) -> None:
    """Before the first task: the call cannot even be read there."""
    for cause in (ImportError("no module zipper"), AttributeError("no introduce")):
        with pytest.raises(UsageError, match="a worker has no zipper, or another one") as raised:
            build(requests, Scripted(_0=cause))
        assert "EWORKERS" == raised.value.code
        assert "pip install zipper-nodejs" in (raised.value.hint or "")


def test_a_broken_executor_is_told_by_the_first_task(requests: list[BuildRequest]) -> None:
    """And not by the greeting, after which another one may come."""
    executor = Scripted(_0=BrokenExecutor("gone"))

    assert ["built"] * 3 == build(requests, executor)


@pytest.mark.parametrize("version", ["zipper 0, other", None])
def test_another_zipper_and_another_disk_are_told(
    requests: list[BuildRequest], version: str | None
) -> None:
    """Both with the worker's place; a disk that lacks a folder is no other zipper."""
    from zipper.pipeline.building_batches import describe_version  # noqa: PLC0415

    greeting = Greeting(version or describe_version(), ("/app/fn",), "host, process 1")

    with pytest.raises(UsageError) as raised:
        build(requests, Scripted(_0=greeting))

    assert "EWORKERS" == raised.value.code
    facts = dict(raised.value.facts)
    if version is not None:
        assert "another zipper" in raised.value.message
        assert {"here": describe_version(), "host, process 1": version} == facts
        assert "SOURCE_DATE_EPOCH" in (raised.value.hint or "")
    else:
        assert "does not see `/app/fn`" in raised.value.message
        assert {"worker": "host, process 1"} == facts
        assert "store_url" in (raised.value.hint or "")


@pytest.mark.parametrize(
    ("count", "workers", "sizes"),
    [
        (3, 1, [1, 1, 1]),
        (8, 1, [2, 2, 2, 2]),
        (9, 1, [3, 3, 3]),
        (10, 2, [2, 2, 2, 2, 2]),
        (450, 2, [50] * 9),
        (1, 8, [1]),
    ],
)
def test_batches_are_of_neighbours(
    requests: list[BuildRequest], count: int, workers: int, sizes: list[int]
) -> None:
    """Four tasks for each worker, of fifty functions at most."""
    many = [requests[0]._replace(name=str(number)) for number in range(count)]

    batches = _cut(many, workers)

    assert sizes == [len(batch.requests) for batch in batches]
    assert many == [one for batch in batches for one in batch.requests]
    assert all(None not in batch.manifests for batch in batches)


def test_workers_are_counted_as_far_as_an_executor_says() -> None:
    """Those of Python's pools, and of those that are named alike; else a processor each."""

    class Named(Executor):
        _nthreads = 7

    with ThreadPoolExecutor(3) as pool:
        assert 3 == _count_workers(pool)
    assert 7 == _count_workers(Named())
    assert _count_workers(Executor()) >= 1
