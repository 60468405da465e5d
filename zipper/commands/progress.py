"""Progress as it is drawn: a stage and bars on a terminal, plain lines elsewhere.

In: the pipeline's events, from any thread. Out: text on stderr. A warm build is over before
there is anything to draw, so rich is imported with the first tarball that is fetched.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from typing import TYPE_CHECKING, Final, Protocol

from zipper.events import (
    BytesReceived,
    Event,
    FetchFinished,
    FetchRetried,
    FunctionsBuilt,
    PackageStored,
    StageStarted,
    TarballsMissing,
)
from zipper.report.units import format_bytes, format_count, format_seconds
from zipper.report.visible import show

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

__all__ = ["LineProgress", "Progress", "Retries", "TerminalProgress"]

_WORDS: Final = {
    "read": "reading the project",
    "resolve": "resolving dependencies",
    "select": "selecting for the target",
    "fetch": "looking into the store",
    "plan": "laying out the package",
    "write": "writing the zip",
    "check": "checking the zip",
}
_ERASE_LINE: Final = "\r\x1b[K"


class Progress(Protocol):
    """Draws events until it is stopped."""

    def on_event(self, event: Event) -> None:
        """Draw what `event` says."""
        ...

    def stop(self) -> None:
        """End the drawing."""
        ...


class LineProgress:
    """For logs: one line when fetching begins, one when it ends, one for each retry."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._missing = self._stored = self._bytes = 0
        self._began = 0.0
        self._retries = Retries()

    def on_event(self, event: Event) -> None:
        """Count, and print a line where something begins."""
        with self._lock:
            match event:
                case TarballsMissing(total):
                    self._began = self._began or time.perf_counter()
                    if self._stored >= self._missing:  # functions built at once fetch together
                        _tell(f"fetching {format_count(total, 'package')}")
                    self._missing += total
                case BytesReceived(_, size):
                    self._bytes += size
                case PackageStored():
                    self._stored += 1
                case FetchRetried() if line := self._retries.describe(event):
                    _tell(line)

    def stop(self) -> None:
        """Print what was fetched in all."""
        if self._stored:
            seconds = time.perf_counter() - self._began
            _tell(
                f"fetched {format_count(self._stored, 'package')}, "
                f"{format_bytes(self._bytes)} in {format_seconds(seconds)}"
            )


class TerminalProgress:
    """For people: the stage in one line that is drawn over, and bars while fetching."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bars: _Bars | None = None
        self._has_line = False
        self._stage = ""
        self._documents = self._bytes = 0
        self._retries = Retries()

    def on_event(self, event: Event) -> None:
        """Draw the stage, or move the bars."""
        with self._lock:
            match event:
                case StageStarted(stage):
                    self._stage = stage
                    self._draw_stage(_WORDS.get(stage, stage))
                case TarballsMissing(total):
                    self._erase()
                    self._bars = self._bars or _Bars()
                    self._bars.expect(total)
                case BytesReceived(_, size) if self._bars is not None:
                    self._bars.receive(size)
                case FetchFinished() if self._bars is not None:
                    self._bars.finish()
                case FetchFinished(_, size) if self._stage == "resolve":
                    self._documents += 1
                    self._bytes += size
                    count = format_count(self._documents, "packument")
                    words = f"{_WORDS['resolve']}: {count}, {format_bytes(self._bytes)}"
                    self._draw_stage(words)
                case FunctionsBuilt(done, total):
                    self._draw_stage(f"{done:,} of {total:,} functions built")
                case PackageStored() if self._bars is not None:
                    self._bars.store()
                case FetchRetried() if line := self._retries.describe(event):
                    self._erase()
                    _tell(line)

    def stop(self) -> None:
        """Take everything off the screen."""
        with self._lock:
            self._stop_bars()
            self._erase()

    def _draw_stage(self, words: str) -> None:
        if self._bars is not None and not self._bars.is_done:
            return  # another function is still fetching
        self._stop_bars()
        with contextlib.suppress(OSError):
            sys.stderr.write(f"{_ERASE_LINE}{words} ...")
            sys.stderr.flush()
            self._has_line = True

    def _erase(self) -> None:
        if self._has_line:
            with contextlib.suppress(OSError):
                sys.stderr.write(_ERASE_LINE)
                sys.stderr.flush()
            self._has_line = False

    def _stop_bars(self) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None


class _Bars:
    """A bar of bytes that arrive, with their rate, and one of packages that are compressed."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415  (0.05 s, for bars that are drawn)
        from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

        console = Console(stderr=True)
        wide = console.width >= 60
        columns = [TextColumn("{task.description}"), TextColumn("{task.fields[count]}")]
        if wide:
            columns.insert(1, BarColumn(bar_width=None))  # type: ignore[arg-type]
        self._bars: RichProgress = Progress(
            *columns, console=console, transient=True, expand=wide, refresh_per_second=10
        )
        self._fetching: TaskID = self._bars.add_task("fetching", total=0, count="")
        self._packing: TaskID = self._bars.add_task("compressing", total=0, count="")
        self._began = time.perf_counter()
        self._total = self._finished = self._stored = self._bytes = 0
        self._bars.start()

    @property
    def is_done(self) -> bool:
        """Whether all that was missing is in the store."""
        return self._stored >= self._total

    def expect(self, total: int) -> None:
        """Take `total` more packages into account."""
        self._total += total
        self._draw()

    def receive(self, size_bytes: int) -> None:
        """Count bytes that came; the bar itself moves with whole packages, of which we know all."""
        self._bytes += size_bytes
        seconds = max(time.perf_counter() - self._began, 0.001)
        rate = f"{format_bytes(self._bytes)}, {format_bytes(int(self._bytes / seconds))}/s"
        self._bars.update(self._fetching, count=rate)

    def finish(self) -> None:
        """Count one tarball that is all there."""
        self._finished += 1
        self._draw()

    def store(self) -> None:
        """Count one package that was compressed and kept."""
        self._stored += 1
        self._draw()

    def stop(self) -> None:
        """Take the bars off the screen."""
        self._bars.stop()

    def _draw(self) -> None:
        self._bars.update(self._fetching, total=self._total, completed=self._finished)
        count = f"{self._stored:,} of {self._total:,} packages"
        self._bars.update(self._packing, total=self._total, completed=self._stored, count=count)


class Retries:
    """The requests that are made again, each cause in one line: many wait for one registry."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def describe(self, event: FetchRetried) -> str | None:
        """Return the line; None where the same was said of another request."""
        key = (event.unreachable, "" if event.unreachable else event.reason)
        if key in self._told:
            return None
        self._told.add(key)
        if event.unreachable:
            return f"cannot reach {event.unreachable} ({event.reason}), trying again"
        wait = format_seconds(event.wait_seconds)
        return f"{event.reason}, trying again: {event.label} in {wait}"


def _tell(line: str) -> None:
    with contextlib.suppress(OSError):
        sys.stderr.write(show(line) + "\n")
        sys.stderr.flush()
