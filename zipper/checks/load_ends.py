"""What ends loading by itself: an error that is always thrown, or the process that always exits.

In: a parsed file. Out: `Use` values of the kinds `throw` and `exit`. Only what is sure to run while
the file loads; whether that matters is `zipper.checks.use_rules`' work.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.file_facts import EAGER, Use, UseKind
from zipper.checks.levels import FUNCTIONS
from zipper.checks.source_text import count_declarations, find_matches, find_word
from zipper.checks.syntax import is_shadowed
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["find_ends"]

_OWN_MAX_BYTES: Final = 200_000
"""Size up to which each `throw` of an own file is looked at; of others those of the top."""
_PLACES_MAX: Final = 500
_SHOWN_MAX: Final = 80
_THROWS: Final = late_pattern(rb"w(?<=\nthrow)\b")
"""By the letter of it that is the rarest."""
_EXITS: Final = late_pattern(rb"process\s*\.\s*(?:exit|abort|reallyExit)\s*\(")


def find_ends(source: Source, *, is_own: bool) -> Iterator[Use]:
    """Yield the first `throw` and the first exit that are sure to run while the file loads."""
    content = source.content
    is_small = is_own and len(content) <= _OWN_MAX_BYTES
    throws = (
        find_word(content, b"throw")
        if is_small
        else (match.end() - len(b"throw") for match in _THROWS.finditer(content))
    )
    yield from _first(source, throws, "throw", ("throw",))
    exits = [match.start() for match in find_matches(content, (b"process",), _EXITS)]
    if exits and not count_declarations(content, b"process"):
        yield from _first(source, exits, "exit", ("identifier",))


def _first(
    source: Source, places: Iterable[int], kind: UseKind, types: tuple[str, ...]
) -> Iterator[Use]:
    for offset in islice(filter(source.is_outermost, places), _PLACES_MAX):
        path = source.path_to(offset)
        if path[-1].type not in types or _is_asynchronous(source, path):
            continue
        if not is_shadowed(source, path) and source.level_of(path) == EAGER:
            yield Use(kind, EAGER, source.line_of(path[-1]), _text_of(source, path))
            return


def _is_asynchronous(source: Source, path: list[Node]) -> bool:
    """Return whether a function around a place gives a promise, whose rejection may be handled."""
    functions = (node for node in path if node.type in FUNCTIONS)
    return any(source.text_of(node).startswith(b"async") for node in functions)


def _text_of(source: Source, path: list[Node]) -> str:
    text = source.text_of(path[-2]).decode()
    return " ".join(text.split()).rstrip(";")[:_SHOWN_MAX]
