"""Several functions at once, built in parallel.

In: requests. Out: for each function its package or its error. What the functions share (a project,
its tree) is read and resolved once.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from zipper.errors import ZipperError, describe_error
from zipper.findings import decide_verdict
from zipper.pipeline.building import build_requested
from zipper.pipeline.session import Once
from zipper.report.as_json import as_json
from zipper.settings.read_settings import find_requests
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.events import OnEvent
    from zipper.package import Package
    from zipper.settings.build_request import BuildRequest

__all__ = ["Built", "build_all", "build_each"]

_NOTHING = Settings()


class Built(NamedTuple):
    """How one function came out: a package, or the error that stopped it."""

    request: BuildRequest
    package: Package | None = None
    error: ZipperError | None = None

    @property
    def has_failed(self) -> bool:
        """Whether there is no package, or one whose findings fail it."""
        if self.package is None:
            return True
        return decide_verdict(self.package.findings, strict=self.request.strict) == "fail"

    def as_json(self) -> dict[str, Any]:
        """Return the package's fields, or the error's, after the function's name if it has one."""
        name = {} if self.request.name is None else {"name": self.request.name}
        if self.package is not None:
            return {**name, **as_json(self.package)}
        assert self.error is not None
        return {**name, "error": describe_error(self.error)}


def build_all(
    project: str | os.PathLike[str] = ".",
    *,
    offline: bool = False,
    cache_dir: str | os.PathLike[str] | None = None,
    on_event: OnEvent | None = None,
) -> tuple[Built, ...]:
    """Build every function that the settings in a folder describe; see `build_each`.

    Raises:
        ProjectError, UsageError: for settings that cannot be used.
    """
    requests = find_requests(os.path.join(project, ""), _NOTHING)  # noqa: PTH118  (the last slash)
    return build_each(requests, offline=offline, cache_dir=cache_dir, on_event=on_event)


def build_each(
    requests: Sequence[BuildRequest],
    *,
    offline: bool = False,
    cache_dir: str | os.PathLike[str] | None = None,
    on_event: OnEvent | None = None,
    incremental: bool = False,
) -> tuple[Built, ...]:
    """Build every request, several at once; one that fails stops no other.

    Of several functions, one whose inputs are those of its last build is left as it is; with
    `incremental` a single one too. A single request raises its error; of several, each error
    stands in its `Built`.

    Raises:
        ZipperError: what `zipper.build` raises, for a single request.
    """
    shared = Once()

    def build_one(request: BuildRequest) -> Package:
        return build_requested(
            request,
            offline=offline,
            cache_dir=cache_dir,
            on_event=on_event,
            shared=shared,
            incremental=incremental or len(requests) > 1,
        )

    def try_one(request: BuildRequest) -> Built:
        try:
            return Built(request=request, package=build_one(request))
        except ZipperError as error:
            return Built(request=request, error=error)

    if len(requests) == 1:
        return (Built(request=requests[0], package=build_one(requests[0])),)
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  (with several functions)

    with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="zipper-build") as pool:
        return tuple(pool.map(try_one, requests))
