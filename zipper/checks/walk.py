"""Follow every request for a module from the handler on.

In: a file system, a target, the first file. Out: a `Walk`: the modules that were reached, each at
the earliest level at which it runs, and what each of their requests found. What of it is wrong is
`zipper.checks.module_rules`' work. Each file is read once and remembered facts are used; files
that nothing reaches are never read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from zipper.checks.file_facts import (
    CONDITIONAL,
    EAGER,
    LAZY,
    OPTIONAL,
    Facts,
    FactsCache,
    Names,
    Request,
    takes_wrapper,
)
from zipper.checks.filesystem import LAYERS, FileSystem
from zipper.checks.followed import Answered, FollowedModules
from zipper.checks.module_reader import NO_FACTS, ModuleReader, extension_of
from zipper.checks.module_resolution import Failure, Found, Resolver
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zipper.checks.node_flags import NodeFlags

__all__ = ["Asked", "Module", "Walk", "iterate_failures"]

ModuleKind = Literal["module", "commonjs", "json", "addon", "other", "unread"]

_WAVE: Final = 256
"""Files whose remembered facts are asked for at once."""


class Asked(NamedTuple):
    """One request and its answer."""

    request: Request
    level: int
    """The later one of the asking file's and the request's."""
    answer: Found | Failure


class Module:
    """One file that was reached."""

    __slots__ = ("asked", "facts", "kind", "level", "path", "problem", "required")

    def __init__(self, path: str, level: int, required: bool) -> None:  # noqa: FBT001  (one caller)
        self.path = path
        self.level = level
        self.required = required
        """Whether `require` was first to reach it, which decides what a file without a type is."""
        self.kind: ModuleKind = "other"
        self.facts: Facts = NO_FACTS
        self.problem: str | None = None
        """Why it could not be read."""
        self.asked: list[Asked] = []


class Walk:
    """The closure of one handler. `run` fills `modules`; everything else only reads."""

    def __init__(
        self,
        files: FileSystem,
        resolver: Resolver,
        flags: NodeFlags,
        cache: FactsCache | None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.files = files
        self.reader = ModuleReader(files, cache, variables or {})
        self.resolver = resolver
        self.modules: dict[str, Module] = {}
        self.runtime: set[str] = set()
        """What the runtime answers."""
        self.preloaded: list[Asked] = []
        """What NODE_OPTIONS loads before the handler."""
        self._flags = flags
        given = tuple(sorted((variables or {}).items()))
        self._followed = FollowedModules(files, resolver, (tuple(flags), given), cache)
        self._names: dict[str, Names] = {}
        self._queues: tuple[list[Module], ...] = ([], [], [], [])

    def run(self, path: str, *, required: bool) -> None:
        """Reach everything from `path` on, the earliest level first, and remember new facts."""
        self._reach(path, EAGER, required=required)
        self._followed.load()
        while (level := next((n for n, q in enumerate(self._queues) if q), None)) is not None:
            queue = self._queues[level]
            wave = [module for module in queue[-_WAVE:] if module.level == level]
            del queue[-_WAVE:]
            fresh = [module for module in wave if not self._recall(module)]
            self.fill(fresh)
            for module in fresh:
                self._follow(module)
            for module in wave:
                for asked in module.asked:
                    self._note(*asked)
        self.reader.remember()
        self._followed.save()

    def doubt(self, first: str) -> None:
        """Take nothing for sure but that the first file is read as it is."""
        for module in self.modules.values():
            if module.path != first:
                module.level = max(module.level, CONDITIONAL)
            module.asked = [
                asked._replace(level=max(asked.level, CONDITIONAL)) for asked in module.asked
            ]

    def preload(self, specifier: str, parent: str, *, required: bool) -> None:
        """Reach what Node loads before the handler, as if a file at `parent` asked for it."""
        resolve = self.resolver.require if required else self.resolver.import_
        answer = resolve(specifier, parent)
        request = Request(specifier, "require" if required else "import", EAGER, 1, ())
        self.preloaded.append(Asked(request, EAGER, answer))
        self._note(request, EAGER, answer)

    def fill(self, wave: list[Module]) -> None:
        """Give each module of `wave` its facts and its kind."""
        self.reader.read(wave)
        for module in wave:
            if module.kind not in ("json", "addon", "unread"):
                module.kind = self.kind_of(module.path, module.facts, required=module.required)

    def names_of(self, path: str) -> Names:
        """Return what a CommonJS file exports by its text."""
        known = self._names.get(path)
        if known is None:
            module = self.modules.get(path)
            is_empty = module is not None and module.kind == "commonjs"
            nothing = Names((), (), (), is_complete=is_empty)
            known = self._names[path] = self.reader.find_names(path) or nothing
        return known

    def _reach(self, path: str, level: int, *, required: bool) -> None:
        known = self.modules.get(path)
        if known is None:
            known = self.modules[path] = Module(path, level, required)
            self._queues[level].append(known)
        elif level < known.level:  # it waits in a later queue, and is passed over there
            known.level = level
            self._queues[level].append(known)

    def kind_of(self, path: str, facts: Facts, *, required: bool) -> ModuleKind:
        """Return as what Node loads a JavaScript file."""
        extension = extension_of(path)
        if extension in (".mjs", ".mts"):
            return "module"
        if extension in (".cjs", ".cts"):
            return "commonjs"
        if not required and extension not in ("", ".js", ".ts"):
            return "other"  # which `import` refuses; the rules say so
        declared = self.resolver.packages.scope(path).type
        is_declared = not required or extension in (".js", ".ts")
        if is_declared and declared != "none":
            return "module" if declared == "module" else "commonjs"
        detects = self._flags.can_require_modules if required else self._flags.detects_modules
        is_module = facts.is_module or facts.awaits or takes_wrapper(facts)
        return "module" if detects and is_module else "commonjs"

    def _recall(self, module: Module) -> bool:
        """Give `module` what following it came to in another zip; return whether it holds here."""
        known = self._followed.recall(module.path, required=module.required)
        if known is not None:
            module.kind, module.facts = known.kind, known.facts
            module.asked = _ask(module, known.answers)
        return known is not None

    def _follow(self, module: Module) -> None:
        """Answer what `module` requests, and keep the answers."""
        looked: set[str] | None = None if self.files.is_alone else set()
        self.files.looked = looked
        self.resolver.packages.scope(module.path)  # which its kind depends on
        answers = list(self._answer(module))
        self.files.looked = None
        if looked is not None:
            self._followed.keep(module, answers, looked)
        module.asked = _ask(module, answers)

    def _answer(self, module: Module) -> Iterator[Answered]:
        """Yield each request's number, its level as if `module` ran at once, and its answer."""
        for number, request in enumerate(module.facts.requests):
            level = request.level
            if request.kind in ("require", "resolve", "shim"):
                if module.kind == "module" and (
                    module.facts.uses_commonjs or request.kind == "shim"
                ):
                    continue  # there is no `require`; the rules say so
                answer = self.resolver.require(request.specifier, module.path)
                if request.instead_of and self._lacks(request.instead_of, module):
                    level = EAGER
            elif module.kind == "commonjs" and request.kind == "import":
                continue  # the file does not parse as CommonJS; the rules say so
            elif request.kind == "meta":
                answer = self.resolver.resolve_meta(request.specifier, module.path)
            else:
                answer = self.resolver.import_(request.specifier, module.path)
            yield number, level, answer

    def _lacks(self, specifier: str, module: Module) -> bool:
        """Return whether a `require` that is tried before is sure to fail."""
        return isinstance(self.resolver.require(specifier, module.path), Failure)

    def _note(self, request: Request, level: int, answer: Found | Failure) -> None:
        if isinstance(answer, Failure) or answer.kind == "builtin":
            return
        if answer.kind == "runtime":
            self.runtime.add(answer.path)
            return
        if answer.path.startswith(f"{LAYERS}/"):
            self.runtime.add(f"{request.specifier} (layer)")
        if request.kind in ("resolve", "meta"):
            # The path is asked for, and may be loaded later, in a worker for example.
            level = max(level, LAZY)
            if extension_of(answer.path) not in (".js", ".mjs", ".cjs"):
                return
        self._reach(answer.path, min(level, OPTIONAL), required=request.kind in ("require", "shim"))


def _ask(module: Module, answers: Iterable[Answered]) -> list[Asked]:
    """Return the requests of a module at its level, with their answers."""
    requests, first = module.facts.requests, module.level
    return [Asked(requests[number], max(level, first), answer) for number, level, answer in answers]


def iterate_failures(walk: Walk) -> Iterator[tuple[Module, Asked, Failure]]:
    """Yield every request that found nothing, by the asking file's path."""
    for path in sorted(walk.modules):
        module = walk.modules[path]
        for asked in module.asked:
            if isinstance(asked.answer, Failure):
                yield module, asked, asked.answer
