"""Which file that pruning took out a function misses, by what its errors say.

In: texts of errors, and the files that went. Out: the files that a text is about, with their rule.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.npm.folder_path import normalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["find_missed", "names_absence"]

_PATH: Final = re.compile(r"/var/task/([^\s'\"`:,()]+)")
_MODULE: Final = re.compile(r"Cannot find (?:module|package) '([^']{1,500})'")
_LIBRARY: Final = re.compile(r"([\w.+-]{1,200}\.so[\w.]{0,20}): cannot open shared object file")
_ABSENCE: Final = re.compile(f"{_MODULE.pattern}|{_LIBRARY.pattern}|\\bENOENT\\b")
_ENDS: Final = ("", ".js", ".json", ".node", "/index.js", "/index.json", "/package.json")


def find_missed(texts: Iterable[str], rules: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the files that went and that the texts of errors name, each with its rule.

    Args:
        texts: messages and stack traces; the folders of the function are Lambda's.
        rules: by the name of each file that went.
    """
    found = (name for text in texts for name in _find(text, rules))
    return tuple((name, rules[name]) for name in dict.fromkeys(found))


def names_absence(texts: Iterable[str]) -> bool:
    """Return whether one of the texts of errors is about a file that is not there."""
    return any(_ABSENCE.search(text) for text in texts)


def _find(text: str, rules: Mapping[str, str]) -> Iterator[str]:
    paths = [match[1] for match in _PATH.finditer(text)]
    yield from (name for path in paths for name in _named(path, rules))
    for match in _MODULE.finditer(text):
        specifier = match[1]
        if specifier.startswith("."):
            for path in paths:
                yield from _named(normalize(f"{path.rpartition('/')[0]}/{specifier}"), rules)
        elif not specifier.startswith("/"):
            inner = f"node_modules/{specifier}"
            yield from (
                name for name in rules if f"{inner}/" in name or name.endswith(_ends_of(inner))
            )
    for match in _LIBRARY.finditer(text):
        yield from (name for name in rules if name.endswith(f"/{match[1]}"))


def _ends_of(place: str) -> tuple[str, ...]:
    return tuple(f"{place}{end}" for end in _ENDS)


def _named(path: str, rules: Mapping[str, str]) -> Iterator[str]:
    yield from (path + end for end in _ENDS if path + end in rules)
