"""`events` of `[tool.zipper.deploy]`: what sends events to a function.

In: a list of texts and tables. Out: `EventSource` values, judged by the rows of their kinds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from zipper.settings.event_kinds import KINDS, SourceKind
from zipper.settings.event_values import judge_option
from zipper.settings.option_values import Where, error_about, name_of, unknown_word

if TYPE_CHECKING:
    import re

__all__ = ["EventSource", "Place", "find_kind", "parse_events"]

Place = Callable[[tuple[str | int, ...]], str]
"""Says where a place of the table is; called for an error only."""

_FORMS: Final = (
    "the ARN of a stream, queue, topic, bucket, rule, event bus or log group; "
    "`rate(5 minutes)` or `cron(...)`; or `url`"
)
_UNREACHED: Final = {
    ":scheduler:": "the EventBridge Scheduler calls with a role of its own: write the schedule "
    'itself, `source = "rate(5 minutes)"`',
    ":execute-api:": "an API of the API Gateway is made by other tools; "
    '`source = "url"` makes an HTTPS address',
}
"""Sources that are no row, by a part of their ARN, each with what to do."""


@dataclass(frozen=True, slots=True)
class EventSource:
    """A source that is to send events to a function."""

    kind: str
    """The name of its row in `KINDS`."""
    source: str
    """As the settings have it: an ARN, a schedule's expression, or `url`."""
    options: tuple[tuple[str, Any], ...] = ()
    """What the settings say, in the order of the names; see `EventOption` for the types."""

    @property
    def row(self) -> SourceKind:
        """The row of its kind."""
        return KINDS[self.kind]

    def said(self, name: str) -> Any:  # noqa: ANN401  (of the option's own type)
        """Return what the settings say of an option; None for nothing."""
        return dict(self.options).get(name)

    def value(self, name: str) -> Any:  # noqa: ANN401  (of the option's own type)
        """Return what an option is to be: as the settings say, else by default; None for none."""
        said = self.said(name)
        return dict(self.row.defaults).get(name) if said is None else said

    def part(self, name: str) -> str | None:
        """Return a group of the kind's pattern, such as `region`; None where it has none."""
        found = self.row.pattern.fullmatch(self.source)
        return None if found is None else found.groupdict().get(name)

    @property
    def resource(self) -> str:
        """What a policy names: the source, and for a table all of its streams."""
        is_table = self.kind == "dynamodb" and self.part("label") is None
        return f"{self.source}/stream/*" if is_table else self.source

    @property
    def identity(self) -> tuple[Any, ...]:
        """What tells it from other entries: an option that is not among it can be changed."""
        return (self.kind, self.source, *(self.value(name) for name in self.row.identity))

    def digest(self, *more: str) -> str:
        """Return 12 hexadecimal digits that stand for the identity and `more`."""
        text = json.dumps([*self.identity, *more])
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def find_kind(source: str) -> tuple[SourceKind, re.Match[str]] | None:
    """Return the row whose pattern takes the source, and the match; None for no kind."""
    for row in KINDS.values():
        found = row.pattern.fullmatch(source)
        if found is not None:
            return row, found
    return None


def parse_events(value: object, where: Place) -> tuple[EventSource, ...]:
    """Return the sources that `events` says.

    Args:
        value: as its parser gives it: texts, and tables with `source`.
        where: says where a place in the table is, beginning with `events`.

    Raises:
        ProjectError: ESETTINGS for a source that is of no kind, an option that its kind has not, a
            value that the option cannot have, and for two entries that mean the same.
    """
    if not isinstance(value, list | tuple):
        raise error_about(
            f"`events` in {where(('events',))} has to be a list, not {name_of(value)}",
            hint=f'write a list: `events = ["{value}"]`' if isinstance(value, str) else None,
        )
    found: dict[tuple[Any, ...], EventSource] = {}
    for index, item in enumerate(value):
        source = _parse(item, lambda inside, n=index: where(("events", n, *inside)))  # type: ignore[misc]
        if source.identity in found:
            raise error_about(
                f"two entries of `events` in {where(('events', index))} mean the same: "
                f"`{source.source}`",
                hint="keep one of them"
                + (
                    f", or let {' or '.join(source.row.identity)} differ"
                    * bool(source.row.identity)
                ),
            )
        found[source.identity] = source
    return tuple(found.values())


def _parse(item: object, where: Place) -> EventSource:
    table = {"source": item} if isinstance(item, str) else item
    if not isinstance(table, Mapping):
        raise error_about(f"an event source in {where(())} has to be text or a table")
    text = table.get("source")
    if not isinstance(text, str):
        raise error_about(
            f"an event source in {where(())} has no `source`",
            hint=f'`source = "..."`: {_FORMS}',
        )
    found = find_kind(text)
    if found is None:
        hint = next((hint for part, hint in _UNREACHED.items() if part in text), _FORMS)
        raise error_about(f"`{text[:200]}` in {where(('source',))} is no event source", hint=hint)
    row, _ = found
    options: dict[str, Any] = {}
    for key, value in table.items():
        if key == "source":
            continue
        option = row.find_option(str(key))
        if option is None:
            raise unknown_word(
                f"unknown key `{key}` of a source of the kind `{row.name}` in {where((key,))}",
                str(key),
                [one.name for one in row.options],
            )
        options[option.name] = judge_option(value, option, partial(_name, option.name, where))
    source = EventSource(row.name, text, tuple(sorted(options.items())))
    _judge_whole(source, partial(where, ()))
    return source


def _name(key: str, where: Place) -> str:
    return f"`{key}` in {where((key,))}"


def _judge_whole(source: EventSource, where: Where) -> None:
    """Refuse options that AWS refuses together, or that lack one another."""
    for problem, hint in _find_problems(source):
        raise error_about(f"the event source `{source.source}` in {where()} {problem}", hint=hint)


def _find_problems(source: EventSource) -> list[tuple[str, str | None]]:
    said, row = source.said, source.row
    problems: list[tuple[str, str | None]] = [
        (f"needs `{one.name}`", f"{one.name}: {one.sentence}")
        for one in row.options
        if one.is_required and said(one.name) is None
    ]
    position, timestamp = said("starting_position"), said("starting_position_timestamp")
    if position == "AT_TIMESTAMP" and row.find_option("starting_position_timestamp") is None:
        problems.append(("cannot be read from a time on", "use TRIM_HORIZON or LATEST"))
    elif (position == "AT_TIMESTAMP") != (timestamp is not None):
        told = '`starting_position_timestamp` and `starting_position = "AT_TIMESTAMP"` go together'
        problems.append(("says half of where to begin", told))
    least, most = said("minimum_pollers"), said("maximum_pollers")
    if least is not None and most is not None and least > most:
        problems.append((f"has {least} pollers at least, and {most} at most", None))
    if said("filter_scope") is not None and said("filter") is None:
        problems.append(("has a `filter_scope`, and no `filter`", None))
    if source.kind == "sqs":
        problems += _find_queue_problems(source)
    if said("principals") and source.value("auth") == "NONE":
        problems.append(("has `principals`, and lets everybody call", 'write `auth = "AWS_IAM"`'))
    return problems


def _find_queue_problems(source: EventSource) -> list[tuple[str, str | None]]:
    """Return what SQS refuses. Source: Lambda's API, CreateEventSourceMapping, 2026-11-29."""
    size, window = source.value("batch_size"), source.value("maximum_batching_window")
    if source.part("fifo"):
        if size > _FIFO_BATCH_MAX:
            return [(f"is FIFO, and cannot have batches of {size}", "10 at most")]
        if window:
            return [("is FIFO, and cannot have a `maximum_batching_window`", None)]
    elif size > _FIFO_BATCH_MAX and not window:
        hint = "wait a second at least: `maximum_batching_window = 1`"
        return [(f"has batches of {size}, which need a `maximum_batching_window`", hint)]
    if source.said("maximum_concurrency") is not None and (
        source.said("minimum_pollers") or source.said("maximum_pollers")
    ):
        return [("has both `maximum_concurrency` and pollers", "Lambda takes one of them")]
    return []


_FIFO_BATCH_MAX: Final = 10
