"""What is tried before a `catch`: whether the code in it is certain to run.

In: the paths to requests, in the order of the text. Out: the module whose absence leads to the
`catch` that another request is in.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from zipper.checks.file_facts import EAGER
from zipper.checks.levels import FUNCTIONS, level_of_child

if TYPE_CHECKING:
    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["Tries"]


class Tries:
    """The `try` statements of one file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._first: dict[int, str] = {}

    def note(self, path: list[Node], specifier: str) -> None:
        """Note a request within a `try`, if it is certain to run there and is the first."""
        for index in range(len(path) - 2, -1, -1):
            if path[index].type == "try_statement":
                if self._is_certain(path[index + 1 :]):
                    self._first.setdefault(path[index].start_byte, specifier)
                return

    def find_tried(self, path: list[Node]) -> str:
        """Return the module whose absence leads to the `catch` that a request is in, or ""."""
        for index, node in enumerate(path):
            if node.type == "catch_clause":
                tried = self._first.get(path[index - 1].start_byte, "")
                is_certain = self._is_certain(path[index + 1 :])
                is_reached = self._source.level_of(path[:index]) == EAGER
                return tried if tried and is_certain and is_reached else ""
        return ""

    def _is_certain(self, path: list[Node]) -> bool:
        """Return whether each step of `path` runs where the one before it does."""
        steps = pairwise(path)
        return all(
            one.type not in FUNCTIONS and level_of_child(one, two, self._source.conditions) == EAGER
            for one, two in steps
        )
