"""The order in which modules run while the handler loads, as far as they ask for each other.

In: a walk. Out: the modules that run while one that they need has not, which only cycles make.

Source: ECMAScript 2025, 16.2.1.6.1.3, `InnerModuleEvaluation`; Node.js documentation, Modules:
CommonJS modules, Cycles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.checks.file_facts import EAGER
from zipper.checks.module_resolution import Failure
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.checks.walk import Asked, Module, Walk

__all__ = ["Unready", "find_unready"]


class Unready(NamedTuple):
    """A module that runs before others that it needs."""

    module: Module
    needs: tuple[tuple[Asked, Module], ...]
    """The requests for modules that have not ended."""
    ended: frozenset[str]
    """The paths of those that have."""
    running: Mapping[str, int]
    """The paths of those that wait for it, each with the line of the request that leads to it."""


def find_unready(walk: Walk, root: Module) -> Iterator[Unready]:
    """Yield the modules of one kind, from the first file on, that run before what they need."""
    ended: set[str] = set()
    seen = {root.path}
    stack = [(root, iter(_needs(walk, root)))]
    running: dict[str, int] = {root.path: 0}
    while stack:
        module, following = stack[-1]
        asked, target = next(following, (None, None))
        if asked is not None and target is not None:
            if target.path not in seen:
                seen.add(target.path)
                running[module.path] = asked.request.line
                running[target.path] = 0
                stack.append((target, iter(_needs(walk, target))))
            continue
        early = tuple(
            (asked, target)
            for asked, target in _needs(walk, module)
            if target.path not in ended and target is not module
        )
        if early:
            others = {path: line for path, line in running.items() if path != module.path}
            yield Unready(module, early, frozenset(ended), others)
        stack.pop()
        del running[module.path]
        ended.add(module.path)


def _needs(walk: Walk, module: Module) -> list[tuple[Asked, Module]]:
    """Return what a module of JavaScript has to have run, in the order of its text."""
    kind = {"module": "import", "commonjs": "require"}.get(module.kind)
    found: list[tuple[Asked, Module]] = []
    for asked in module.asked:
        is_one = asked.request.kind == kind and asked.request.level == EAGER
        if is_one and not isinstance(asked.answer, Failure) and asked.answer.kind == "file":
            target = walk.modules.get(asked.answer.path)
            if target is not None and target.kind == module.kind:
                found.append((asked, target))
    return found
