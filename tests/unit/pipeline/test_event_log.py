"""Events reach the caller, and the standard library's log where a program has turned it on."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import pytest

from zipper.events import FetchRetried, PackageStored, StageStarted
from zipper.pipeline.event_log import listener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.events import Event

EVENTS: list[Event] = [
    FetchRetried("a", "it was busy", 1, 0.5),
    StageStarted("fetch", 3),
    PackageStored("a@1.0.0"),
]


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """Return zipper's logger, which a program has not set up."""
    found = logging.getLogger("zipper")
    before, level = found.handlers[:], found.level
    found.handlers[:] = []
    yield found
    found.handlers[:] = before
    found.setLevel(level)


@pytest.mark.parametrize(
    ("level", "count"), [(logging.ERROR, 0), (logging.WARNING, 1), (logging.INFO, 2), (1, 3)]
)
def test_events_have_levels(
    logger: logging.Logger, caplog: pytest.LogCaptureFixture, level: int, count: int
) -> None:
    """A retry is a warning, a stage an info, all else is for debugging; the caller has them all."""
    told: list[Event] = []
    logger.setLevel(level)
    listening = listener(told.append)
    alone = listener(None)
    assert listening is not None
    assert alone is not None

    for event in EVENTS:
        listening(event)

    levels = [logging.WARNING, logging.INFO, logging.DEBUG]
    rows = list(zip(["zipper"] * 3, levels, map(str, EVENTS), strict=True))[:count]
    assert rows == caplog.record_tuples
    assert told == EVENTS
    alone(EVENTS[0])
    assert len(told) == len(EVENTS)


def test_nothing_is_printed_where_nothing_is_set_up(logger: logging.Logger) -> None:
    """One handler that does nothing keeps `logging` quiet; a program's own is left alone."""
    listener(None)
    listener(None)
    (quiet,) = logger.handlers
    own = logging.StreamHandler()
    logger.handlers[:] = [own]
    listener(None)

    assert isinstance(quiet, logging.NullHandler)
    assert [own] == logger.handlers


@pytest.mark.usefixtures("logger")
def test_a_program_that_does_not_log_imports_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its callback is used as it is."""
    told: list[Event] = []
    monkeypatch.delitem(sys.modules, "logging")

    assert listener(None) is None
    assert listener(told.append) == told.append
    assert "logging" not in sys.modules
