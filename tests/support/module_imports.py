"""What the modules of zipper import, by their text."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["MODULES", "PACKAGE", "imports_all", "imports_of", "name_of", "ours", "tree_of"]

PACKAGE = REPOSITORY / "zipper"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """Return a module's name inside of zipper: `cli`, `tree.model`; `__init__` for the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts if len(parts) == 1 or parts[-1] != "__init__" else parts[:-1])


@cache
def imports_of(path: Path) -> tuple[str, ...]:
    """Return the name of every module that `path` imports when it runs, at any time."""
    return tuple(_imports_of(path))


def _imports_of(path: Path) -> Iterator[str]:
    only_types = {
        id(inner)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree_of(path)):
        if id(node) in only_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert 0 == node.level, f"{path}: imports are absolute"
            if node.module == "zipper":
                yield from (f"zipper.{alias.name}" for alias in node.names)
            elif node.module is not None:
                yield node.module


def ours(path: Path) -> Iterator[str]:
    """Yield the imported modules of zipper, without its name."""
    for name in imports_of(path):
        if name.startswith("zipper.") and name != "zipper.__version__":
            yield name.removeprefix("zipper.")


@cache
def imports_all(path: Path) -> frozenset[Path]:
    """Return every file of this repository that `path` imports, near and far."""
    found = {path}
    waiting = [path]
    while waiting:
        for name in imports_of(waiting.pop()):
            place = REPOSITORY.joinpath(*name.split("."))
            for file in (place.with_suffix(".py"), place / "__init__.py"):
                if file not in found and file.exists():
                    found.add(file)
                    waiting.append(file)
    return frozenset(found)
