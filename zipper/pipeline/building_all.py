"""Several functions at once, built in parallel.

In: requests. Out: for each function its package or its error. What the functions share (a project,
its tree) is read and resolved once.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

from zipper.as_json import as_json
from zipper.errors import ZipperError, describe_error
from zipper.findings import check_error
from zipper.named_tuple import NamedTuple
from zipper.pipeline.building import build_requested
from zipper.pipeline.session import Once
from zipper.pipeline.workers import Workers
from zipper.settings.read_settings import find_requests

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from zipper.bundling.spare_esbuild import SpareEsbuild
    from zipper.events import OnEvent
    from zipper.package import Package
    from zipper.pipeline.affected import Affected
    from zipper.pipeline.affected_files import Reason
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.option_types import BuildAllOptions

__all__ = ["BuiltFunction", "build_affected", "build_all", "build_each"]


_TURNS_MAX: Final = 4
"""Threads that share Python's lock."""


class BuiltFunction(NamedTuple):
    """How one function came out: a package, or the error that stopped it."""

    request: BuildRequest
    package: Package | None = None
    error: ZipperError | None = None
    affected_by: tuple[Reason, ...] = ()
    """Why it differs from the commit that `affected` names."""

    @property
    def name(self) -> str | None:
        """The function's name in the settings; None for a project on its own."""
        return self.request.name

    @property
    def has_failed(self) -> bool:
        """Whether there is no package, or one whose findings fail it."""
        return self.package is None or not self.package.ok

    def as_json(self) -> dict[str, Any]:
        """Return the package's fields, or the error's, after the function's name if it has one."""
        head: dict[str, Any] = {} if self.request.name is None else {"name": self.request.name}
        if self.affected_by:
            head["affected_by"] = as_json(self.affected_by)
        if self.package is not None:
            return {**head, **as_json(self.package)}
        assert self.error is not None
        return {**head, "error": describe_error(self.error)}


def build_all(
    project: str | os.PathLike[str] = ".", **options: Unpack[BuildAllOptions]
) -> tuple[BuiltFunction, ...]:
    """Build every function that the settings in a folder describe, several at once.

    One that fails stops no other: its error is in its `BuiltFunction`. A function whose inputs
    are those of its last build is left as it is. With `affected`, the result has those alone that
    differ from that commit.

    Args:
        project: the folder of the settings.
        **options: see below; each replaces what the settings say, for every function.

    Raises:
        ProjectError, UsageError: for settings that cannot be used.
        ZipperError: what `build` raises, where the settings describe no more than one function.
    """
    from zipper.pipeline.event_log import listener  # noqa: PLC0415  (commands have their own)
    from zipper.settings.call import settings_of_call  # noqa: PLC0415  (as above)

    typed = settings_of_call("build_all", options)
    folder = os.path.join(project, "")  # noqa: PTH118  (the last slash)
    requests, listening = find_requests(folder, typed), listener(options.get("on_event"))
    base, workers = options.get("affected"), Workers.of(options)
    if base is None:
        built = build_each(requests, on_event=listening, workers=workers)
    else:
        from zipper.pipeline.affected import find_affected  # noqa: PLC0415  (on demand)

        affected = find_affected(folder, typed, base, requests)
        built = build_affected(affected, on_event=listening, workers=workers)
    for one in built if options.get("raise_on_error") else ():
        if one.error is not None:
            raise one.error
        if one.package is not None and not one.package.ok:
            raise check_error(one.package.path, one.package.findings)
    return built


def build_each(
    requests: Sequence[BuildRequest],
    *,
    on_event: OnEvent | None = None,
    spare: SpareEsbuild | None = None,
    incremental: bool = True,
    workers: Workers | None = None,
) -> tuple[BuiltFunction, ...]:
    """Build every request, several at once; one that fails stops no other.

    A single request raises its error; of several, each error is in its `BuiltFunction`.

    Args:
        requests: what to build.
        on_event: as for `build`.
        spare: what builds that follow each other keep.
        workers: who builds several; None for threads of this process.
        incremental: of several, leave a zip as it is whose inputs are those of its last build.

    Raises:
        ZipperError: what `zipper.build` raises, for a single request.
    """
    end = ExitStack()
    shared = Once(end)

    def build_one(request: BuildRequest) -> Package:
        return build_requested(
            request,
            on_event=on_event,
            shared=shared,
            spare=spare,
            incremental=incremental and len(requests) > 1,
        )

    def try_one(request: BuildRequest) -> BuiltFunction:
        try:
            return BuiltFunction(request=request, package=build_one(request))
        except ZipperError as error:
            return BuiltFunction(request=request, error=error)

    if not requests:
        return ()
    if len(requests) == 1:
        with end:
            return (BuiltFunction(request=requests[0], package=build_one(requests[0])),)
    if workers is not None:
        results = workers.build(requests, on_event=on_event, incremental=incremental)
        return tuple(
            BuiltFunction(request, *result)
            for request, result in zip(requests, results, strict=True)
        )
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  (with several functions)

    with end, ThreadPoolExecutor(_count_threads()) as pool:
        return tuple(pool.map(try_one, requests))


def _count_threads() -> int:
    """Return how many build at once.

    Most of a build is Python, of which one thread runs at a time: measured, four take the time of
    two, and sixteen half as long again. More than one has the others work while one waits.
    """
    processors = os.cpu_count() or 1
    takes_turns = getattr(sys, "_is_gil_enabled", lambda: True)()
    return min(processors, _TURNS_MAX) if takes_turns else processors


def build_affected(
    affected: Affected, *, on_event: OnEvent | None = None, workers: Workers | None = None
) -> tuple[BuiltFunction, ...]:
    """Build the requests that differ from a commit; each has its reasons.

    Raises:
        ZipperError: what `zipper.build` raises, for a single request.
    """
    built = build_each(affected.requests, on_event=on_event, workers=workers)
    pairs = zip(built, affected.reasons, strict=True)
    return tuple(one._replace(affected_by=reasons) for one, reasons in pairs)
