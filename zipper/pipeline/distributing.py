"""Several functions at once, built by the workers of an executor: processes, threads, a cluster.

In: requests and any `concurrent.futures.Executor`. Out: for each function its package or its error,
as where they are built here. What goes there are requests, what comes back are results. Workers
that see the same folders read and write there. For others, what builds read goes to the shared
store, and what they write comes from it; without a shared store the build ends before the first
task.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zipper.errors import UsageError
from zipper.events import FunctionsBuilt
from zipper.files import TEMPORARY_SUFFIX
from zipper.pipeline.absolute_requests import make_absolute
from zipper.pipeline.building_batches import (
    Batch,
    Greeting,
    LostSources,
    WorkerConditions,
    build_batch,
    describe_version,
    hash_manifest,
    introduce,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from concurrent.futures import Executor

    from zipper.events import OnEvent
    from zipper.pipeline.building_batches import Result
    from zipper.pipeline.sending_sources import SourceSender
    from zipper.settings.build_request import BuildRequest

__all__ = ["build_by_workers", "lost_worker"]

_BATCH_MAX: Final = 50
"""Functions of one task: a cluster's scheduler takes a millisecond for each task, a build 50."""

_BATCHES_EACH: Final = 4
"""Tasks of each worker: fewer leave some idle at the end."""

_ATTEMPTS: Final = 3
"""Of a batch whose worker was lost, and of a blob: what fails each time is no chance."""


def build_by_workers(
    requests: Sequence[BuildRequest],
    executor: Executor,
    *,
    on_event: OnEvent | None,
    incremental: bool,
    renew: Callable[[], Executor] | None = None,
) -> list[Result]:
    """Return each request's package or error, in order.

    Args:
        requests: what to build, more than one.
        executor: of the workers; it stays open.
        on_event: called when functions are done. What workers do for each is not reported.
        incremental: as for `zipper.pipeline.building_all.build_each`.
        renew: gives another executor where a lost worker has broken the whole of it.

    Raises:
        UsageError: EWORKERS where a worker has another zipper, or other folders and no shared
            store.
    """
    placed = make_absolute(requests)
    with _token(placed) as tokens:
        how = WorkerConditions(describe_version(), tokens, incremental)
        run = _Run(_cut(placed, _count_workers(executor)), how, on_event)
        run.greet(executor)
        attempts = 0
        while run.left:
            try:
                run.build(executor)
            except BrokenExecutor as cause:
                attempts += 1
                if renew is None or attempts == _ATTEMPTS:
                    raise lost_worker(cause) from cause
                executor = renew()
    return run.results()


class _Run:
    """The batches of one build, and how far they are."""

    def __init__(
        self, batches: list[Batch], how: WorkerConditions, on_event: OnEvent | None
    ) -> None:
        self._batches = batches
        self._how = how
        self._on_event = on_event
        self._results: dict[int, list[Result]] = {}
        self._lost: Counter[str] = Counter()
        self._sender: SourceSender | None = None

    @property
    def left(self) -> list[int]:
        """The numbers of batches that are not built."""
        return [number for number in range(len(self._batches)) if number not in self._results]

    def results(self) -> list[Result]:
        """Return what all came to, in order."""
        return [one for number in range(len(self._batches)) for one in self._results[number]]

    def greet(self, executor: Executor) -> None:
        """Have one worker introduce itself before the first task; each does so at each task."""
        try:
            greeting = executor.submit(introduce, self._how.tokens).result()
        except BrokenExecutor:
            return  # the first task says so, too
        except (ImportError, AttributeError) as cause:
            raise UsageError(
                "EWORKERS",
                f"a worker has no zipper, or another one: {cause}",
                hint="install the same version there: `pip install zipper-nodejs`",
            ) from cause
        if not greeting.fits(self._how.version):
            self._serve(greeting)

    def build(self, executor: Executor) -> None:
        """Have the batches that are left built."""
        waiting: dict[Future[Any], int] = {}
        try:
            for number in self.left:
                waiting[self._submit(executor, number)] = number
            while waiting:
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    number = waiting.pop(future)
                    if not self._take(number, future.result()):
                        waiting[self._submit(executor, number)] = number
        finally:
            for future in waiting:
                future.cancel()

    def _submit(self, executor: Executor, number: int) -> Future[Any]:
        if self._sender is not None and self._batches[number].sources is None:
            self._send(number)
        return executor.submit(build_batch, self._batches[number], self._how)

    def _send(self, number: int, lost: Collection[str] = ()) -> None:
        assert self._sender is not None
        batch = self._batches[number]
        sent = self._sender.send(batch.requests, lost=lost)
        self._batches[number] = batch._replace(sources=sent.digest, errors=sent.errors)

    def _take(self, number: int, answer: Any) -> bool:  # noqa: ANN401  (see `build_batch`)
        """Take what a worker says of a batch; False where it is to be built again."""
        if isinstance(answer, Greeting):
            self._serve(answer)
            return False
        if isinstance(answer, LostSources):
            self._count_lost(answer.digest)
            self._send(number, (answer.digest,))
            return False
        taken = answer if self._sender is None else self._fetch(number, answer)
        if taken is None:
            return False
        self._results[number] = taken
        if self._on_event is not None:
            total = sum(len(batch.requests) for batch in self._batches)
            self._on_event(FunctionsBuilt(sum(map(len, self._results.values())), total))
        return True

    def _fetch(self, number: int, answer: Any) -> list[Result] | None:  # noqa: ANN401  (as above)
        """Return the results, with what was written elsewhere here; None where it is lost."""
        # For workers without this disk.
        from zipper.pipeline.received_sources import ElsewhereResult  # noqa: PLC0415
        from zipper.pipeline.taken_results import take_results  # noqa: PLC0415
        from zipper.sharing.blobs import UnfoundError  # noqa: PLC0415

        assert self._sender is not None
        results: list[Result] = answer
        if not all(isinstance(one, ElsewhereResult) for one in answer):
            return results  # of a worker that has it
        try:
            return take_results(answer, self._sender.blobs, is_new=not self._how.incremental)
        except UnfoundError as cause:
            self._count_lost(cause.digest)
            self._batches[number] = self._batches[number]._replace(as_bytes=True)
            return None

    def _count_lost(self, digest: str) -> None:
        self._lost[digest] += 1
        if self._lost[digest] == _ATTEMPTS:
            raise UsageError(
                "EWORKERS",
                "the shared store does not give what was put there, or something else",
                facts=(("blob", digest),),
                hint="find out who can write to `store_url`, and what removes objects there",
            )

    def _serve(self, greeting: Greeting) -> None:
        """Send what a worker without this disk needs, from now on.

        Raises:
            UsageError: EWORKERS where that cannot be.
        """
        if greeting.version != self._how.version or not greeting.missing:
            raise UsageError(
                "EWORKERS",
                "a worker has another zipper",
                facts=(("here", self._how.version), (greeting.place, greeting.version)),
                hint="install the same version of zipper and its libraries there, and set "
                "SOURCE_DATE_EPOCH there as here, or nowhere",
            )
        if self._sender is None:
            self._sender = _open_sender(self._batches[0].requests[0].store_url, greeting)


def _open_sender(url: str | None, greeting: Greeting) -> SourceSender:
    if url is None or url.startswith("https:") or os.sep != "/":
        raise UsageError(
            "EWORKERS",
            f"a worker does not see `{greeting.missing[0]}` as it is here",
            facts=(("worker", greeting.place),),
            hint="give the workers the same disk at the same path; name a shared store that this "
            "machine can write to, `store_url`, by which they get what they need; or build on this "
            "machine with `--workers N`",
        )
    from zipper.pipeline.sending_sources import SourceSender, open_blobs  # noqa: PLC0415  (see above)

    return SourceSender(open_blobs(url))


def lost_worker(cause: Exception) -> UsageError:
    """Return the error for a worker that ended in the middle of a batch, again and again."""
    return UsageError(
        "EWORKERS",
        f"a worker was lost: {cause}",
        hint="if it ran out of memory, have fewer at once; `python -m zipper build` without "
        "workers says which function it is",
    )


def _count_workers(executor: Executor) -> int:
    """Return how many tasks run at once, as far as an executor says."""
    for name in ("_max_workers", "_nthreads"):
        count = getattr(executor, name, None)
        if isinstance(count, int) and count > 0:
            return count
    return os.cpu_count() or 1


def _cut(requests: Sequence[BuildRequest], workers: int) -> list[Batch]:
    """Return batches of neighbours: those of one workspace share what is read of it."""
    size = max(1, min(_BATCH_MAX, -(-len(requests) // (workers * _BATCHES_EACH))))
    cut = [tuple(requests[start : start + size]) for start in range(0, len(requests), size)]
    return [Batch(batch, tuple(map(hash_manifest, batch))) for batch in cut]


@contextlib.contextmanager
def _token(requests: Iterable[BuildRequest]) -> Iterator[tuple[str, ...]]:
    """Put a file of a random name beside all projects for as long as workers build.

    Where this process may not write there is none; then the manifests alone are compared.
    """
    folder = Path(os.path.commonpath([request.project for request in requests]))
    path = folder / f".{secrets.token_hex(16)}{TEMPORARY_SUFFIX}"
    try:
        path.touch(exist_ok=False)
    except OSError:
        yield ()
        return
    try:
        yield (str(path),)
    finally:
        path.unlink(missing_ok=True)
