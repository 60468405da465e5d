"""Who builds several functions: threads of this process, processes, a cluster, an executor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from zipper.errors import UsageError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor

    from zipper.events import OnEvent
    from zipper.pipeline.building_batches import Result
    from zipper.settings.build_request import BuildRequest

__all__ = ["Workers"]


class Workers(NamedTuple):
    """Who builds, where it is not this process: one of the three is given."""

    processes: int | None = None
    scheduler: str | None = None
    executor: Executor | None = None

    @classmethod
    def of(cls, options: Mapping[str, object]) -> Self | None:
        """Return who the options of a call name; None for this process.

        Raises:
            UsageError: EUSAGE for more than one, and for less than one process.
        """
        found = cls(options.get("workers"), options.get("scheduler"), options.get("executor"))  # type: ignore[arg-type]  # judged by the table
        given = [f"`{name}`" for name, value in found._asdict().items() if value is not None]
        if len(given) > 1:
            raise UsageError(
                "EUSAGE",
                f"{' and '.join(given).replace('processes', 'workers')} exclude each other",
                hint="say once who builds",
            )
        if found.processes is not None and found.processes < 1:
            raise UsageError(
                "EUSAGE", "`workers` is less than 1", hint="leave it out to build in this process"
            )
        return found if given else None

    def build(
        self, requests: Sequence[BuildRequest], *, on_event: OnEvent | None, incremental: bool
    ) -> list[Result]:
        """Return the package or the error of each request, in order.

        Raises:
            UsageError: EWORKERS, EUSAGE; see `zipper.pipeline.distributing`.
        """
        from zipper.pipeline.distributing import build_by_workers  # noqa: PLC0415  (only here)
        from zipper.pipeline.worker_pools import open_cluster, open_processes  # noqa: PLC0415

        if self.executor is not None:
            return build_by_workers(
                requests, self.executor, on_event=on_event, incremental=incremental
            )
        if self.scheduler is not None:
            with open_cluster(self.scheduler) as executor:
                return build_by_workers(
                    requests, executor, on_event=on_event, incremental=incremental
                )
        with open_processes(self.processes or 1) as (executor, renew):
            return build_by_workers(
                requests, executor, on_event=on_event, incremental=incremental, renew=renew
            )
