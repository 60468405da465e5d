"""The closure of a subject's handler, walked once for all rules.

In: a subject. Out: where the handler's module is, the `Walk` from there, and the `Closure` of the
report. What is wrong with it is known from `zipper.checks.module_rules` and `handler_exports`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.file_facts import EAGER, FactsCache
from zipper.checks.filesystem import TASK, FileSystem
from zipper.checks.handler_name import HandlerName, parse_handler
from zipper.checks.handler_rules import Located, locate_handler, node_path
from zipper.checks.loader_hooks import changes_loading
from zipper.checks.module_resolution import Failure, Resolver
from zipper.checks.walk import Module, Walk
from zipper.findings import Closure, Unknown
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from zipper.checks.subject import Subject

__all__ = ["WalkStart", "close", "relative", "summarize"]

_MEMORY: Final = "_start"


class WalkStart(NamedTuple):
    """The handler's module and all that follows from it."""

    name: HandlerName
    located: Located
    path: str
    """The file that is loaded, absolute, its links followed."""
    walk: Walk

    @property
    def module(self) -> Module:
        """The handler's module."""
        return self.walk.modules[self.path]


def close(subject: Subject) -> WalkStart | None:
    """Return the walk from the handler; None for a layer, or a handler that is not found.

    The first call walks, later calls for the same subject answer from memory.
    """
    memory = subject.__dict__
    if _MEMORY not in memory:
        memory[_MEMORY] = _walk(subject, subject.cache)
    start: WalkStart | None = memory[_MEMORY]
    return start


def _walk(subject: Subject, cache: FactsCache | None) -> WalkStart | None:
    if subject.kind == "layer" or subject.handler is None:
        return None
    files = FileSystem.of(subject)
    if subject.rules.starts == "entry":
        # Node takes the file that is named; a main module of either kind is what `import` makes it.
        name: HandlerName | str = HandlerName("", subject.handler.rpartition(".")[0], ("",))
        located: Located | None = Located(f"{TASK}/{subject.handler}", "import")
    else:
        name = parse_handler(subject.handler)
        located = None if isinstance(name, str) else locate_handler(subject, files, name)
    if isinstance(name, str) or located is None:
        return None
    resolver = Resolver(
        files,
        subject.target,
        node_path(subject),
        flags=subject.flags,
        provided=subject.provided,
    )
    found = resolver.load_path(located.path)
    if isinstance(found, Failure) or (located.how == "import" and not files.is_file(located.path)):
        return None
    walk = Walk(files, resolver, subject.flags, cache, subject.variables)
    for specifier, is_required in subject.flags.preloads:
        walk.preload(specifier, f"{TASK}/NODE_OPTIONS", required=is_required)
    walk.run(found.path, required=located.how == "require")
    if changes_loading(walk.modules.values()):
        walk.doubt(found.path)
    return WalkStart(name, located, found.path, walk)


def summarize(walk: Walk) -> Closure:
    """Return what the walk has proven, assumed and left unknown."""
    proven = 0
    unknown: list[Unknown] = []
    for path in sorted(walk.modules):
        module = walk.modules[path]
        unknown += [
            Unknown(relative(path), item.line, item.expression) for item in module.facts.unfollowed
        ]
        if module.kind == "unread":
            unknown.append(
                Unknown(relative(path), 1, module.problem or "a file that is not parsed")
            )
        elif not any(isinstance(asked.answer, Failure) for asked in module.asked):
            proven += 1
    return Closure(proven=proven, assumed=tuple(sorted(walk.runtime)), unknown=tuple(unknown))


def relative(path: str) -> str:
    """Return a path as the zip has it; one in a layer stays absolute."""
    return path.removeprefix(f"{TASK}/")


def is_eager(module: Module) -> bool:
    """Return whether the module runs whenever the handler is loaded."""
    return module.level == EAGER
