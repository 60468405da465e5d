"""The patterns of `keep` and `drop`: which one matches a file, and which match none at all.

In: gitignore patterns. Out: answers about names in a zip, which are matched as they are and from
the last `node_modules/` on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.findings import Finding
from zipper.project.own_files import parse_patterns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zipper.project.own_files import Matcher

__all__ = ["PrunePatterns", "tell_idle"]

_INSTALLED: Final = "node_modules/"


class PrunePatterns:
    """The patterns of one option.

    Raises:
        ProjectError: EPATTERN for a pattern that is none.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._matchers = {pattern: parse_patterns([pattern]) for pattern in patterns}

    def find(self, name: str) -> str | None:
        """Return the first pattern that matches the file `name` of the zip, or None."""
        return next(_find_all(name, self._matchers), None)

    def list_idle(self, names: Iterable[str]) -> list[str]:
        """Return the patterns that match none of the names."""
        waiting = dict(self._matchers)
        for name in names:
            for pattern in tuple(_find_all(name, waiting)):
                del waiting[pattern]
        return list(waiting)


def _find_all(name: str, matchers: Mapping[str, Matcher]) -> Iterator[str]:
    inner = name.rpartition(_INSTALLED)[2]
    for pattern, matches in matchers.items():
        if True in (matches(name), matches(inner)):
            yield pattern


def tell_idle(idle: Mapping[str, Sequence[str]]) -> tuple[Finding, ...]:
    """Return a finding for each pattern that matches nothing, by the option that has it."""
    return tuple(
        Finding(
            "prune-pattern",
            "warning",
            "",
            f"`{option}` has the pattern `{pattern}`, which matches no file of the package",
            "patterns match names such as `node_modules/express/lib/view.js` and "
            "`express/lib/view.js`; `python -m zipper explain PROJECT --all` lists the files",
        )
        for option, patterns in idle.items()
        for pattern in patterns
    )
