"""The projects of a folder, and the handlers that its files could be for.

In: a folder. Out: folders, and handlers' names, the likeliest first. The folder is only read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.bundling.source_names import TYPED
from zipper.checks import handler_candidates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = [
    "EXTENSIONS",
    "find_handler",
    "find_handlers_in",
    "find_handlers_of",
    "find_projects",
]

EXTENSIONS: Final = (*handler_candidates.EXTENSIONS, *TYPED)
"""Of files that hold handlers; TypeScript is transformed."""
_DEPTH: Final = 4
"""Levels of folders that are looked into."""
_BUILT: Final = frozenset({"node_modules", "dist", "build", "out", "cdk.out", "coverage"})


def find_handler(folder: Path) -> str:
    """Return the likeliest handler of a folder; Lambda's usual one where nothing is likely."""
    return next(iter(find_handlers_in(folder)), "index.handler")


def find_handlers_of(folder: Path, file: str) -> tuple[str, ...]:
    """Return what a file, named relative to `folder` without its extension, has for handlers."""
    return _find((f"{file}{extension}" for extension in EXTENSIONS), folder)


def find_handlers_in(folder: Path) -> tuple[str, ...]:
    """Return what the project's own files could be handlers for, the likeliest first."""
    return _find(_list_scripts(folder, _DEPTH), folder)


def find_projects(folder: Path, depth: int = _DEPTH) -> Iterator[Path]:
    """Yield the folders with a package.json, `folder` first, what tools have made left out."""
    if (folder / "package.json").is_file():
        yield folder
    for path in _list_folder(folder):
        if depth > 1 and _is_ours(path):
            yield from find_projects(path, depth - 1)


def _list_folder(folder: Path) -> list[Path]:
    """Return what is in a folder, sorted; nothing where it cannot be read."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _is_ours(path: Path) -> bool:
    """Whether people write what is in this folder, and no tool does."""
    return (
        path.name not in _BUILT
        and not path.name.startswith(".")
        and path.is_dir()
        and not path.is_symlink()
    )


def _find(names: Iterable[str], folder: Path) -> tuple[str, ...]:
    def read(name: str) -> bytes:
        try:
            return (folder / name).read_bytes()
        except OSError:
            return b""

    return handler_candidates.find_handlers(names, read, extensions=EXTENSIONS)


def _list_scripts(folder: Path, depth: int, prefix: str = "") -> Iterator[str]:
    """Yield the JavaScript files of `folder`; those of projects in it are not its own."""
    for path in _list_folder(folder):
        if path.suffix in EXTENSIONS and path.is_file():
            yield f"{prefix}{path.name}"
        elif depth > 1 and _is_ours(path) and not (path / "package.json").is_file():
            yield from _list_scripts(path, depth - 1, f"{prefix}{path.name}/")
