"""YAML as the package managers write it: maps, lists and texts, with a place for every complaint.

In: text. Out: dictionaries, lists and strings. Every scalar stays the text that it is: YAML 1.1
would make `on` true and `1:20` eighty. What a lockfile has no use for and an attacker has, such as
anchors, tags and a key that appears twice, is refused.

PyYAML's events are read, from libyaml where it is there: half a megabyte in a tenth of a second.
Nesting is bounded by libyaml (1,000) and needs no recursion here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["YamlFaultError", "YamlValue", "locate_yaml", "parse_yaml"]

YamlValue = str | list["YamlValue"] | dict[str, "YamlValue"]

_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_CONFLICT: Final = re.compile(r"(?m)^(?:<{7} |={7}$|>{7} |\|{7} )")

_CONFLICT_MARKS: Final = ("<<<<<<<", ">>>>>>>", "|||||||", "=======")
"""What is looked for first, for it is quicker."""

_DEPTH_MAX: Final = 500


class YamlFaultError(ValueError):
    """What is wrong with the text, and where: line and column, counted from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def parse_yaml(text: str) -> list[YamlValue]:
    """Return the documents of a YAML text; an empty value is an empty text.

    Raises:
        YamlFaultError: no YAML; a merge conflict; an anchor, alias, tag or merge key; a key that
            appears twice or is no text.
    """
    _refuse_conflict(text)
    documents: list[YamlValue] = []
    outer: list[tuple[YamlValue, str | None]] = []
    inside: Any = documents  # the list or map that has not ended
    key: str | None = None  # that waits for its value
    for event in _read_events(text):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            if event.anchor is not None or event.tag is not None:
                raise _refuse_marks(event)
            value: YamlValue = event.value
            if key is None and type(inside) is dict:
                key = event.value
                if key in inside or key == "<<":
                    raise _refuse_key(event, key)
                continue
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            value = inside
            inside, key = outer.pop()
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            _require_plain(event, len(outer), is_key=key is None and type(inside) is dict)
            outer.append((inside, key))
            inside, key = {} if kind is yaml.MappingStartEvent else [], None
            continue
        else:
            _refuse_alias(event)
            continue
        if type(inside) is list:
            inside.append(value)
        else:
            inside[key] = value
            key = None
    return documents


def _refuse_alias(event: Any) -> None:  # noqa: ANN401  (PyYAML has no types)
    if type(event) is yaml.AliasEvent:
        raise _fault(event, "it has an alias (`*`), which no package manager writes")


def _require_plain(event: Any, depth: int, *, is_key: bool) -> None:  # noqa: ANN401  (as above)
    if is_key:
        raise _fault(event, "a key is no text")
    if event.anchor is not None or event.tag is not None:
        raise _refuse_marks(event)
    if depth >= _DEPTH_MAX:
        raise _fault(event, f"it is nested deeper than {_DEPTH_MAX} levels")


def _refuse_key(event: yaml.Event, key: str) -> YamlFaultError:
    if key == "<<":
        return _fault(event, "it has a merge key (`<<`), which no package manager writes")
    return _fault(event, f"the key `{key[:200]}` appears twice")


def locate_yaml(text: str, document: int, keys: tuple[str | int, ...]) -> tuple[int, int]:
    """Return line and column, from 1, of what `keys` lead to; of the last that is there.

    Args:
        text: one that `parse_yaml` has read.
        document: its number, from 0.
        keys: of maps and positions in lists, from the outside inwards.
    """
    found = (1, 1)
    path: list[Any] = []
    number = -1
    for event in _read_events(text):
        if isinstance(event, yaml.DocumentStartEvent):
            number += 1
        elif number == document and hasattr(event, "start_mark"):
            here = _step(path, event)
            if here is not None and here == keys[: len(here)]:
                found = (event.start_mark.line + 1, event.start_mark.column + 1)
                if here == keys:
                    break
    return found


def _step(path: list[Any], event: yaml.Event) -> tuple[str | int, ...] | None:
    """Follow one event on `path`, a frame a level; return where a key or an item begins."""
    if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
        path.pop()
        _leave(path)
        return None
    here = None
    if isinstance(event, yaml.ScalarEvent):
        if path and path[-1][0] == "map" and path[-1][1] is None:
            path[-1][1] = event.value
            return tuple(frame[1] for frame in path)
        here = tuple(frame[1] for frame in path)
        _leave(path)
        return here if path and path[-1][0] == "list" else None
    if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
        here = tuple(frame[1] for frame in path) if path and path[-1][0] == "list" else None
        path.append(["map", None] if isinstance(event, yaml.MappingStartEvent) else ["list", 0])
    return here


def _leave(path: list[Any]) -> None:
    """A value has ended: the map waits for its next key, the list for its next item."""
    if path and path[-1][0] == "map":
        path[-1][1] = None
    elif path:
        path[-1][1] += 1


def _read_events(text: str) -> Iterator[Any]:
    try:
        # As `yaml.parse` does, without its checks before each event.
        loader = _LOADER(text)
        get = loader.get_event
        while (event := get()) is not None:
            yield event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
        what = " ".join(part for part in (error.context, error.problem) if part)
        raise YamlFaultError(what, line, column) from None
    except yaml.YAMLError as error:  # a character that YAML does not have
        position = min(getattr(error, "position", None) or 0, len(text))
        line = text.count("\n", 0, position) + 1
        column = position - (text.rfind("\n", 0, position) + 1) + 1
        raise YamlFaultError("it has a character that YAML does not have", line, column) from None
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise YamlFaultError("it has a character that is none", line, 1) from None


def _refuse_conflict(text: str) -> None:
    if not any(mark in text for mark in _CONFLICT_MARKS):
        return
    match = _CONFLICT.search(text)
    if match is not None:
        line = text.count("\n", 0, match.start()) + 1
        raise YamlFaultError("it holds a merge conflict", line, 1)


def _refuse_marks(event: yaml.Event) -> YamlFaultError:
    if event.anchor is not None:
        return _fault(event, "it has an anchor (`&`), which no package manager writes")
    return _fault(event, f"it has a tag (`{event.tag[:100]}`), which no package manager writes")


def _fault(event: yaml.Event, message: str) -> YamlFaultError:
    return YamlFaultError(message, event.start_mark.line + 1, event.start_mark.column + 1)
