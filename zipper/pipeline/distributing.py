"""Several functions at once, built by the workers of an executor: processes, threads, a cluster.

In: requests and any `concurrent.futures.Executor`. Out: for each function its package or its error,
as where they are built here. Workers see the same folders, or the build ends before the first
task. What goes there are requests, what comes back are results; packages travel over the disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import secrets
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zipper.errors import UsageError, ZipperError
from zipper.events import FunctionsBuilt
from zipper.files import TEMPORARY_SUFFIX
from zipper.named_tuple import NamedTuple
from zipper.pipeline.building import build_requested
from zipper.pipeline.session import Once
from zipper.settings.build_request import STANDARD_OUTPUT
from zipper.settings.cache_folder import find_cache_dir
from zipper.settings.option_row import PATH_KINDS
from zipper.settings.options import KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Executor

    from zipper.events import OnEvent
    from zipper.package import Package
    from zipper.settings.build_request import BuildRequest

__all__ = ["Result", "build_by_workers", "lost_worker"]

_BATCH_MAX: Final = 50
"""Functions of one task: a cluster's scheduler takes a millisecond for each task, a build 50."""

_BATCHES_EACH: Final = 4
"""Tasks of each worker: fewer leave some idle at the end."""

_ATTEMPTS: Final = 3
"""Of a batch whose worker was lost; what kills a worker each time is not its luck."""

Result = tuple["Package | None", "ZipperError | None"]


class Greeting(NamedTuple):
    """What a worker says of itself."""

    version: str
    """zipper's, and what its packages are compressed with."""
    missing: tuple[str, ...]
    """Folders that it does not see, or sees otherwise."""
    place: str

    def fits(self, version: str) -> bool:
        """Return whether it makes the same of the same files."""
        return not self.missing and self.version == version


class Batch(NamedTuple):
    """What one task builds."""

    requests: tuple[BuildRequest, ...]
    manifests: tuple[str | None, ...]
    """The hash of each one's package.json."""


class WorkerConditions(NamedTuple):
    """What each worker has to have, and how it builds."""

    version: str
    tokens: tuple[str, ...]
    incremental: bool


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
        UsageError: EWORKERS where a worker has another zipper, or other folders.
    """
    placed = [_make_absolute(request) for request in requests]
    with _token(placed) as tokens:
        how = WorkerConditions(_describe_version(), tokens, incremental)
        _greet(executor, how.version, tokens)
        batches = _cut(placed, _count_workers(executor))
        results: dict[int, list[Result]] = {}
        attempts = 0
        while len(results) < len(batches):
            left = [number for number in range(len(batches)) if number not in results]
            try:
                _run(executor, batches, left, how, results, on_event)
            except BrokenExecutor as cause:
                attempts += 1
                if renew is None or attempts == _ATTEMPTS:
                    raise lost_worker(cause) from cause
                executor = renew()
    return [result for number in range(len(batches)) for result in results[number]]


def _run(
    executor: Executor,
    batches: Sequence[Batch],
    left: Iterable[int],
    how: WorkerConditions,
    results: dict[int, list[Result]],
    on_event: OnEvent | None,
) -> None:
    """Have the batches with these numbers built, and put what they come to into `results`."""
    total = sum(len(batch.requests) for batch in batches)
    waiting: dict[Future[Any], int] = {}
    try:
        for number in left:
            waiting[executor.submit(_build_batch, batches[number], how)] = number
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                number = waiting.pop(future)
                answer = future.result()
                if isinstance(answer, Greeting):
                    raise _refuse(answer, how.version)
                results[number] = answer
                if on_event is not None:
                    on_event(FunctionsBuilt(sum(map(len, results.values())), total))
    finally:
        for future in waiting:
            future.cancel()


def _build_batch(batch: Batch, how: WorkerConditions) -> list[Result] | Greeting:
    """Build a batch in a worker; one that is not fit says so, and builds nothing."""
    greeting = _introduce(how.tokens)
    for request, digest in zip(batch.requests, batch.manifests, strict=True):
        if _hash_manifest(request) != digest:
            greeting = greeting._replace(missing=(*greeting.missing, request.project))
    if not greeting.fits(how.version):
        return greeting
    shared = Once()
    results: list[Result] = []
    for request in batch.requests:
        try:
            package = build_requested(request, shared=shared, incremental=how.incremental)
            results.append((package, None))
        except ZipperError as error:
            results.append((None, error))
    return results


def _introduce(tokens: Iterable[str]) -> Greeting:
    """Say, in a worker, which zipper it has, and which folders it does not see."""
    missing = tuple(str(Path(token).parent) for token in tokens if not Path(token).is_file())
    return Greeting(_describe_version(), missing, f"{platform.node()}, process {os.getpid()}")


def _greet(executor: Executor, version: str, tokens: tuple[str, ...]) -> None:
    """Have one worker introduce itself before the first task; each does so at each task."""
    try:
        greeting = executor.submit(_introduce, tokens).result()
    except BrokenExecutor:
        return  # the first task says so, too
    except (ImportError, AttributeError) as cause:
        raise UsageError(
            "EWORKERS",
            f"a worker has no zipper, or another one: {cause}",
            hint="install the same version there: `pip install zipper-nodejs`",
        ) from cause
    if not greeting.fits(version):
        raise _refuse(greeting, version)


def _refuse(greeting: Greeting, version: str) -> UsageError:
    if not greeting.missing:
        return UsageError(
            "EWORKERS",
            "a worker has another zipper",
            facts=(("here", version), (greeting.place, greeting.version)),
            hint="install the same version of zipper and its libraries there",
        )
    return UsageError(
        "EWORKERS",
        f"a worker does not see `{greeting.missing[0]}` as it is here",
        facts=(("worker", greeting.place),),
        hint="give the workers the same disk at the same path, or build on this machine with "
        "`--workers N`",
    )


def lost_worker(cause: Exception) -> UsageError:
    """Return the error for a worker that ended in the middle of a batch, again and again."""
    return UsageError(
        "EWORKERS",
        f"a worker was lost: {cause}",
        hint="if it ran out of memory, have fewer at once; `python -m zipper build` without "
        "workers says which function it is",
    )


def _describe_version() -> str:
    """Return all that makes other bytes of the same files."""
    import deflate  # noqa: PLC0415  (with several functions)

    import zipper  # noqa: PLC0415  (the same)

    return f"zipper {zipper.__version__}, libdeflate {deflate.__version__}"


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
    return [Batch(batch, tuple(map(_hash_manifest, batch))) for batch in cut]


def _make_absolute(request: BuildRequest) -> BuildRequest:
    """Return a request that means the same in a worker's folder."""
    changes: dict[str, Any] = {}
    for row in KEYS.values():
        value = getattr(request, row.field, None)
        if row.kind in PATH_KINDS and value:
            changes[row.field] = (
                tuple(map(_absolute, value)) if row.is_list else _absolute(str(value), row.kind)
            )
    changes["cache_dir"] = str(find_cache_dir(request.cache_dir).absolute())
    # Without an output the zip goes to the working directory, which is another one there.
    changes["output"] = _absolute(request.output or "./")
    changes["written"] = tuple(map(_absolute, request.written))
    changes["uses"] = tuple(map(_make_absolute, request.uses))
    return request._replace(**changes)


def _absolute(path: str, kind: str = "path") -> str:
    """Return a path from the root, its last slash kept; what is no path as it is.

    That is the word of a `place`, a layer's ARN, standard output and no output at all.
    """
    is_word = kind == "place" and "/" not in path and os.sep not in path
    if is_word or path in ("", STANDARD_OUTPUT) or path.startswith("arn:"):
        return path
    return os.path.abspath(path) + (  # noqa: PTH100  (links stay)
        "/" if path.endswith(("/", os.sep)) else ""
    )


def _hash_manifest(request: BuildRequest) -> str | None:
    """Return the hash of a project's package.json; None where there is none."""
    try:
        data = Path(request.project, "package.json").read_bytes()
    except OSError:
        return None
    return hashlib.sha256(data).hexdigest()


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
