"""Which functions of a package could be its handler, by what its files export.

In: names and contents of JavaScript files. Out: handlers' names, the likeliest first, for the hint
of a handler that is missing, and for a first table of settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.commonjs_names import find_commonjs_names
from zipper.checks.exported import find_module_exports
from zipper.checks.syntax import open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["EXTENSIONS", "find_handlers", "list_exports"]

EXTENSIONS: Final = (".js", ".mjs", ".cjs")
_FILES_MAX: Final = 100
_BYTES_MAX: Final = 1_000_000
_USUAL: Final = ("handler", "lambdahandler", "main", "default", "lambda")
_NO_HANDLERS: Final = frozenset(
    {"node_modules", "test", "tests", "__tests__", "__mocks__", "spec", "coverage", "public"}
)
"""Folders in which no handler is looked for."""


def _choose_files(names: Iterable[str], extensions: tuple[str, ...]) -> list[str]:
    """Return the files that could hold a handler, those nearest to the root first.

    A name with a second dot is no handler's: the loader takes what is behind the first one for the
    export.
    """
    found = [
        name
        for name in names
        if name.endswith(extensions)
        and name.rpartition("/")[2].count(".") == 1
        and _NO_HANDLERS.isdisjoint(name.split("/")[:-1])
        and not any(part.startswith(".") for part in name.split("/"))
    ]
    return sorted(found, key=lambda name: (name.count("/"), name))[:_FILES_MAX]


def find_handlers(
    names: Iterable[str],
    read: Callable[[str], bytes],
    *,
    extensions: tuple[str, ...] = EXTENSIONS,
) -> tuple[str, ...]:
    """Return the handlers that the files would be good for: `app.lambdaHandler`.

    An export with a usual name goes first; a file with one export alone may mean that one.

    Args:
        names: of the package's own files, relative and `/`-separated.
        read: returns the content of one; empty where it cannot be read.
        extensions: of the files that count.
    """
    ranked: list[tuple[int, int, str]] = []
    for order, name in enumerate(_choose_files(names, extensions)):
        stem = name.rpartition(".")[0]
        exports = list_exports(read(name))
        for export in exports:
            rank = _rank(export)
            if rank is not None or len(exports) == 1:
                ranked.append((9 if rank is None else rank, order, f"{stem}.{export}"))
    return tuple(name for _, _, name in sorted(ranked))


def _rank(export: str) -> int | None:
    name = export.lower()
    if name in _USUAL:
        return _USUAL.index(name)
    return len(_USUAL) if name.endswith("handler") else None


def list_exports(content: bytes) -> tuple[str, ...]:
    """Return the names that a file exports by its text, as an ES module or as CommonJS."""
    source = open_source(content) if 0 < len(content) <= _BYTES_MAX else None
    if source is None:
        return ()
    names, _ = find_module_exports(source)
    commonjs = find_commonjs_names(content, source=source)
    every = dict.fromkeys((*names, *commonjs.exports, *commonjs.hidden))
    return tuple(name for name in every if name != "__esModule")
