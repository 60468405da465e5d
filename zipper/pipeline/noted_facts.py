"""What the checks remember of files and zips, in the notebook.

In: the keys that `zipper.checks` makes. Out: what is noted under them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.pipeline.parts_in_memory import PartsInMemory
from zipper.store.notes import FILE_FACTS, RULE_FINDINGS, Kind, Notebook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zipper.checks.file_facts import FactKey

__all__ = ["NotedFacts"]


class NotedFacts:
    """A `zipper.checks.file_facts.FactsCache` that lasts."""

    def __init__(self, notebook: Notebook, *, is_alone: bool = False) -> None:
        """Remember in `notebook`; what several zips have is in memory as long as that is open.

        Unless the zip is alone in it.
        """
        self._notebook = notebook
        self.parts: PartsInMemory = notebook.kept.setdefault("parts", PartsInMemory())
        self.parts.is_alone = is_alone

    def get_many(self, keys: Iterable[FactKey]) -> Mapping[FactKey, bytes]:
        """Return what is known of `keys`."""
        wanted = list(keys)
        if not wanted:
            return {}
        found = self._notebook.recall_many(_kind_of(wanted[0]), wanted)
        return {wanted[number]: value for number, value in found.items()}

    def put_many(self, values: Mapping[FactKey, bytes]) -> None:
        """Remember `values`, all of one kind."""
        if values:
            self._notebook.remember_many(_kind_of(next(iter(values))), values.items())


def _kind_of(key: FactKey) -> Kind:
    return RULE_FINDINGS if key[0] in ("part", "followed") else FILE_FACTS
