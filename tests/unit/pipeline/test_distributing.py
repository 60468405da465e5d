"""Batches of functions for workers: how they are cut, and what becomes of those that are lost."""

from __future__ import annotations

import os
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scene import HANDLER, write_files
from zipper.errors import UsageError
from zipper.events import FunctionsBuilt
from zipper.pipeline.building_batches import (
    Batch,
    Greeting,
    LostSources,
    WorkerConditions,
    build_batch,
    describe_version,
    introduce,
)
from zipper.pipeline.distributing import _count_workers, _cut, build_by_workers
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

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


class Blind(Executor):
    """Its worker sees none of the projects; `before` and `after` are called around each batch."""

    def __init__(self, **calls: Callable[[Batch], Any]) -> None:
        self.calls = calls
        self.batches: list[Batch] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a call."""
        future: Future[Any] = Future()
        if fn is introduce:
            future.set_result(introduce(("/nowhere/token",)))
            return future
        batch, how = args
        self.batches.append(batch)
        answer = self.calls.get("before", lambda _: None)(batch)
        if answer is None:
            answer = fn(batch, how._replace(tokens=("/nowhere/token",)), **kwargs)
        self.calls.get("after", lambda _: None)(batch)
        future.set_result(answer)
        return future


@pytest.fixture
def away(
    requests: list[BuildRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[BuildRequest]:
    """The functions, with a store that workers share."""
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache-of-workers"))
    (tmp_path / "shared").mkdir()
    return [one._replace(store_url=(tmp_path / "shared").as_uri()) for one in requests]


def test_workers_without_the_disk_get_what_they_need(
    away: list[BuildRequest], tmp_path: Path
) -> None:
    """From the store, each batch once; what they write is here, as what is built here."""
    events: list[Event] = []
    here = build_by_workers(away, Scripted(), on_event=None, incremental=True)
    written = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    executor = Blind()

    def build_away(*, incremental: bool) -> list[Any]:
        return build_by_workers(away, executor, on_event=events.append, incremental=incremental)

    kept = build_away(incremental=True)
    for path in written:
        path.unlink()
    missed, forced = build_away(incremental=True), build_away(incremental=False)

    assert written == {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    for results, is_unchanged in ((kept, True), (missed, False), (forced, False)):
        for (mine, _), (theirs, error) in zip(here, results, strict=True):
            assert error is None
            assert mine is not None
            assert (mine.path, mine.code_sha256) == (theirs.path, theirs.code_sha256)
            assert is_unchanged == theirs.is_unchanged
    count = len(executor.batches)
    assert count == 3 * (count // 3)
    assert None not in [batch.sources for batch in executor.batches]
    assert [FunctionsBuilt(3, 3)] * 3 == events[count // 3 - 1 :: count // 3]


def test_the_folder_has_a_token_while_workers_build(
    requests: list[BuildRequest], tmp_path: Path
) -> None:
    """By it they know the disk; where none can be made, manifests say the same."""
    seen: list[tuple[str, ...]] = []

    class Looking(Scripted):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            tokens = args[0] if fn is introduce else args[1].tokens
            seen.append(tokens)
            assert all(Path(token).is_file() for token in tokens)
            return super().submit(fn, *args, **kwargs)

    before = set(tmp_path.iterdir())
    assert ["built"] * 3 == build(requests, Looking())
    assert before | {tmp_path / "out", tmp_path / "cache"} == set(tmp_path.iterdir())
    (token,) = set(seen)
    assert [str(tmp_path)] == [str(Path(one).parent) for one in token]

    seen.clear()
    absent = [one._replace(project=f"{tmp_path}/absent/{one.project[-1]}") for one in requests]
    assert ["ENOPROJECT"] * 3 == build(absent, Looking())
    assert {()} == set(seen)


def test_a_store_that_loses_what_was_put_there_is_asked_three_times(
    away: list[BuildRequest],
) -> None:
    """Then the build ends: someone else removes it, or writes something else."""
    lost = [2]

    def lose(_: Batch) -> LostSources | None:
        lost[0] -= 1
        return LostSources("ab" * 32) if lost[0] >= 0 else None

    assert ["built"] * 3 == build(away, Blind(before=lose))
    with pytest.raises(UsageError, match="does not give what was put there") as raised:
        build(away, Blind(before=lambda _: LostSources("ab" * 32)))

    assert ("EWORKERS", (("blob", "ab" * 32),)) == (raised.value.code, raised.value.facts)
    assert "`store_url`" in (raised.value.hint or "")


def test_what_the_store_has_lost_is_built_again_and_comes_as_bytes(
    away: list[BuildRequest], tmp_path: Path
) -> None:
    """A zip that a worker has put there, and that is gone before it is fetched."""
    removed = []

    def remove(_: Batch) -> None:
        if not removed:
            for path in (tmp_path / "shared").rglob("*"):
                if path.is_file() and path.read_bytes().startswith(b"PK"):
                    removed.append(path)
                    path.unlink()

    executor = Blind(after=remove)

    assert ["built"] * 3 == build(away, executor)
    assert removed
    as_bytes = [batch.as_bytes for batch in executor.batches]
    assert [1, False] == [sum(as_bytes), as_bytes[0]]
    assert 3 == len(list((tmp_path / "out").glob("*.zip")))


@pytest.mark.parametrize("url", ["https://registry.example/store", None])
def test_a_store_that_is_only_read_does_not_help(away: list[BuildRequest], url: str | None) -> None:
    """The build ends before the first task."""
    executor = Blind()

    with pytest.raises(UsageError, match="does not see `/nowhere` as it is here"):
        build([one._replace(store_url=url) for one in away], executor)

    assert [] == executor.batches


def test_a_worker_that_loses_the_disk_says_so_at_its_task(away: list[BuildRequest]) -> None:
    """The greeting was another one's: what it needs is sent then."""
    greeting = Greeting(describe_version(), ("/nowhere",), "host, process 1")

    assert ["built"] * 3 == build(away, Scripted(_1=greeting))
    executor = Scripted(_0=greeting)
    assert ["built"] * 3 == build(away, executor)


def test_an_error_ends_what_still_waits(requests: list[BuildRequest]) -> None:
    """Calls that have not begun are cancelled."""
    waiting: list[Future[Any]] = []

    class Slow(Scripted):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            if self.calls < 2:
                return super().submit(fn, *args, **kwargs)
            waiting.append(Future())
            return waiting[-1]

    many = [request._replace(name=name) for request in requests for name in "abcd"]

    with pytest.raises(ValueError, match="no"):
        build(many, Slow(_1=ValueError("no")))

    assert waiting
    assert all(future.cancelled() for future in waiting)


def test_a_manifest_that_differs_is_another_disk(requests: list[BuildRequest]) -> None:
    """A worker that sees other files at the same place builds nothing of them."""
    (batch,) = _cut(requests[:1], 1)
    how = WorkerConditions(describe_version(), (), incremental=True)

    (package, error) = build_batch(batch, how)[0]  # type: ignore[index]
    write_files(Path(requests[0].project), {"package.json": {"name": "other"}})
    greeting = build_batch(batch, how)
    other = build_batch(batch, how._replace(version="another"))

    assert package is not None
    assert error is None
    assert isinstance(greeting, Greeting)
    assert (describe_version(), (requests[0].project,)) == greeting[:2]
    assert greeting.place.endswith(f", process {os.getpid()}")
    assert isinstance(other, Greeting)
    assert not greeting.fits(greeting.version)
    assert greeting._replace(missing=()).fits(greeting.version)
    assert not greeting._replace(missing=()).fits("another")
    sent = batch._replace(sources="ab" * 32, errors=(None,))
    assert isinstance(build_batch(sent, how._replace(version="another")), Greeting)
