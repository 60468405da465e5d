"""What all commands share in showing: JSON of a result, and progress on a terminal."""

from __future__ import annotations

import sys
from dataclasses import asdict
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from zipper.events import Event, OnEvent, PackageStored, StageStarted

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Shower", "show_json"]


def show_json(result: Any) -> None:  # noqa: ANN401  (any of our result dataclasses)
    """Print a result's fields as one JSON document."""
    import json  # noqa: PLC0415  (only where it is asked for)

    click.echo(json.dumps(asdict(result), indent=2, ensure_ascii=False))


class Shower:
    """A progress bar on stderr while something is fetched; silent otherwise.

    Warm builds never get as far as importing rich: the bar appears with the first fetch.
    """

    def __init__(self, *, quiet: bool, progress: bool) -> None:
        self._enabled = progress and not quiet and sys.stderr.isatty()
        self._total: int | None = None
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    @property
    def on_event(self) -> OnEvent | None:
        """The callback for the pipeline; None where nothing is shown."""
        return self._show if self._enabled else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _show(self, event: Event) -> None:
        if isinstance(event, StageStarted):
            self._total = event.total
            if self._bar is not None:
                self._bar.stop()
                self._bar = None
        elif isinstance(event, PackageStored):
            bar = self._bar or self._start()
            assert self._task is not None
            bar.advance(self._task)

    def _start(self) -> Progress:
        from rich.console import Console  # noqa: PLC0415  (0.02 s, for a bar that is drawn)
        from rich.progress import Progress  # noqa: PLC0415

        self._bar = Progress(console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("fetching packages", total=self._total)
        self._bar.start()
        return self._bar
