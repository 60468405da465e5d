"""What is found of a function, in a folder or described by a SAM template or serverless.yml."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Described", "Seen"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen: values by their keys, and the functions where there are several.

    Attributes:
        has_handler: whether the file of the handler is there; it may have to be built first.
        notes: what could not be read or translated, in sentences.
    """

    values: dict[str, object]
    functions: tuple[dict[str, object], ...] = ()
    has_handler: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Described:
    """The functions in a template: the keys of each, with its name, and what is left to say."""

    functions: tuple[dict[str, object], ...]
    notes: tuple[str, ...]
