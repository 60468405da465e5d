"""Follow every request for a module from the handler on.

In: a file system, a target, the first file. Out: a `Walk`: the modules that were reached, each at
the earliest level at which it runs, and what each of their requests found. What of it is wrong is
`zipper.checks.module_rules`' work. Each file is read once and remembered facts are used; files
that nothing reaches are never read.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from zipper.checks.file_facts import (
    CONDITIONAL,
    EAGER,
    LAZY,
    OPTIONAL,
    FactKey,
    Facts,
    FactsCache,
    Names,
    Request,
    decode_facts,
    decode_names,
    encode,
    takes_wrapper,
    weaken,
)
from zipper.checks.filesystem import LAYERS, FileSystem
from zipper.checks.module_resolution import Failure, Found, Resolver
from zipper.errors import ArchiveError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.checks.node_flags import NodeFlags
    from zipper.checks.syntax import Source

__all__ = ["TYPED", "Asked", "Module", "Walk"]

ModuleKind = Literal["module", "commonjs", "json", "addon", "other", "unread"]

TYPED: Final = (".ts", ".mts", ".cts")
"""Files of which Node.js 22.18 and newer take the types off."""
_WAVE: Final = 256
"""Files whose remembered facts are asked for at once."""
_FILE_LIMIT_BYTES: Final = 64 * 1024 * 1024
"""The largest file that is read. What a larger one asks for is unknown."""
_NO_FACTS: Final = Facts(0, False, False, 0, (), (), (), ())  # noqa: FBT003 - a row of the table


class Asked(NamedTuple):
    """One request and its answer."""

    request: Request
    level: int
    """The later one of the asking file's and the request's."""
    answer: Found | Failure


@dataclass(slots=True)
class Module:
    """One file that was reached."""

    path: str
    level: int
    required: bool
    """Whether `require` was first to reach it, which decides what a file without a type is."""
    kind: ModuleKind = "other"
    facts: Facts = _NO_FACTS
    problem: str | None = None
    """Why it could not be read."""
    asked: list[Asked] = field(default_factory=list)


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
        self.resolver = resolver
        self.modules: dict[str, Module] = {}
        self.runtime: set[str] = set()
        """What the runtime answers."""
        self.preloaded: list[Asked] = []
        """What NODE_OPTIONS loads before the handler."""
        self._flags = flags
        self._cache = cache
        self._variables = variables or {}
        self._given = tuple(f"{name}={value}" for name, value in sorted(self._variables.items()))
        self._fresh: dict[FactKey, bytes] = {}
        self._names: dict[str, Names] = {}
        self._large: tuple[bytes, Source | None] = b"", None
        self._queues: tuple[list[Module], ...] = ([], [], [], [])

    def run(self, path: str, *, required: bool) -> None:
        """Reach everything from `path` on, the earliest level first, and remember new facts."""
        self._reach(path, EAGER, required=required)
        while (level := next((n for n, q in enumerate(self._queues) if q), None)) is not None:
            queue = self._queues[level]
            wave = [module for module in queue[-_WAVE:] if module.level == level]
            del queue[-_WAVE:]
            self.fill(wave)
            for module in wave:
                self._follow(module)
        self.remember()

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

    def remember(self) -> None:
        """Hand new facts to the cache."""
        if self._cache is not None and self._fresh:
            self._cache.put_many(self._fresh)
            self._fresh = {}

    def names_of(self, path: str) -> Names:
        """Return what a CommonJS file exports by its text."""
        known = self._names.get(path)
        if known is None:
            known = self._names[path] = self._find_names(path)
        return known

    def _reach(self, path: str, level: int, *, required: bool) -> None:
        known = self.modules.get(path)
        if known is None:
            known = self.modules[path] = Module(path, level, required)
            self._queues[level].append(known)
        elif level < known.level:  # it waits in a later queue, and is passed over there
            known.level = level
            self._queues[level].append(known)

    def fill(self, wave: list[Module]) -> None:
        """Give each module of `wave` its facts, remembered ones where they are."""
        keys: dict[str, FactKey] = {}
        for module in wave:
            content = self._read(module)
            if content is None:
                continue
            if module.path.endswith(".json"):
                module.kind = "json"
                module.facts = _check_json(content)
            else:
                kind = "own-facts" if is_own(module.path) else "facts"
                keys[module.path] = (kind, _digest(content), *self._given)
        known = {} if self._cache is None else self._cache.get_many(set(keys.values()))
        for module in wave:
            key = keys.get(module.path)
            if key is not None:
                self._set_facts(module, self._recall(module, key, known))

    def _recall(self, module: Module, key: FactKey, known: Mapping[FactKey, bytes]) -> Facts:
        """Return the facts of `module`: remembered, of another copy of the file, or scanned."""
        facts = decode_facts(known.get(key, b"")) or decode_facts(self._fresh.get(key, b""))
        # Contents are not kept meanwhile: a wave of them would take more memory than reading again.
        return facts or self._scan(module, key)

    def _scan(self, module: Module, key: FactKey) -> Facts:
        from zipper.checks.scan import scan  # noqa: PLC0415 - the parser is loaded when one is needed

        content = self._read(module) or b""
        facts = scan(content, is_own=is_own(module.path), source=self.source_of(content))
        self._fresh[key] = encode(facts)
        return facts

    def source_of(self, content: bytes) -> Source | None:
        """Return a file parsed, None where it cannot be.

        The last large one is kept, because parsing it takes seconds.
        """
        from zipper.checks.file_units import is_large  # noqa: PLC0415 - as for `scan`
        from zipper.checks.syntax import open_source  # noqa: PLC0415 - as for `scan`

        if not is_large(content):
            return open_source(content, self._variables)
        if self._large[0] != content:
            self._large = b"", None  # before the next one takes its memory
            self._large = content, open_source(content, self._variables)
        return self._large[1]

    def _read(self, module: Module) -> bytes | None:
        """Return what is to be scanned, or None where the kind of file says enough."""
        extension = _extension(module.path)
        if extension in (".node", ".wasm"):
            module.kind = "addon"
            return None
        try:
            return self.files.read(module.path, limit_bytes=_FILE_LIMIT_BYTES)
        except ArchiveError as error:
            module.kind = "unread"
            module.problem = error.message
            return None

    def _set_facts(self, module: Module, facts: Facts) -> None:
        module.facts = _without_types(facts) if _extension(module.path) in TYPED else facts
        module.kind = self.kind_of(module.path, module.facts, required=module.required)

    def kind_of(self, path: str, facts: Facts, *, required: bool) -> ModuleKind:
        """Return as what Node loads a JavaScript file."""
        extension = _extension(path)
        if extension in (".mjs", ".mts"):
            return "module"
        if extension in (".cjs", ".cts") or (required and extension not in (".js", ".ts")):
            return "commonjs"
        if extension not in ("", ".js", ".ts"):
            return "other"  # which `import` refuses; the rules say so
        declared = self.resolver.packages.scope(path).type
        if declared != "none":
            return "module" if declared == "module" else "commonjs"
        detects = self._flags.can_require_modules if required else self._flags.detects_modules
        is_module = facts.is_module or facts.awaits or takes_wrapper(facts)
        return "module" if detects and is_module else "commonjs"

    def _follow(self, module: Module) -> None:
        for request in module.facts.requests:
            level = max(module.level, request.level)
            if request.kind in ("require", "resolve", "shim"):
                if module.kind == "module" and (
                    module.facts.uses_commonjs or request.kind == "shim"
                ):
                    continue  # there is no `require`; the rules say so
                answer = self.resolver.require(request.specifier, module.path)
                if request.instead_of and self._lacks(request.instead_of, module):
                    level = module.level
            elif module.kind == "commonjs" and request.kind == "import":
                continue  # the file does not parse as CommonJS; the rules say so
            elif request.kind == "meta":
                answer = self.resolver.resolve_meta(request.specifier, module.path)
            else:
                answer = self.resolver.import_(request.specifier, module.path)
            module.asked.append(Asked(request, level, answer))
            self._note(request, level, answer)

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
            if _extension(answer.path) not in (".js", ".mjs", ".cjs"):
                return
        self._reach(answer.path, min(level, OPTIONAL), required=request.kind in ("require", "shim"))

    def _find_names(self, path: str) -> Names:
        content = self.content_of(path)
        if not content:
            module = self.modules.get(path)
            is_empty = module is not None and module.kind == "commonjs"
            return Names((), (), (), is_complete=is_empty)
        key = ("names", _digest(content))
        known = decode_names(self._known(key))
        if known is not None:
            return known
        from zipper.checks.commonjs_names import find_commonjs_names  # noqa: PLC0415 - as for `scan`

        names = find_commonjs_names(content, source=self.source_of(content))
        self._fresh[key] = encode(names)
        return names

    def content_of(self, path: str) -> bytes:
        """Return what is in a file; nothing where it cannot be read."""
        try:
            return self.files.read(path, limit_bytes=_FILE_LIMIT_BYTES) or b""
        except ArchiveError:
            return b""

    def _known(self, key: FactKey) -> bytes:
        """Return what the cache has under `key`, else nothing."""
        return b"" if self._cache is None else self._cache.get_many([key]).get(key, b"")


def iterate_failures(walk: Walk) -> Iterator[tuple[Module, Asked, Failure]]:
    """Yield every request that found nothing, by the asking file's path."""
    for path in sorted(walk.modules):
        module = walk.modules[path]
        for asked in module.asked:
            if isinstance(asked.answer, Failure):
                yield module, asked, asked.answer


def is_own(path: str) -> bool:
    """Return whether a file belongs to no package that was installed."""
    return "/node_modules/" not in path


def _without_types(facts: Facts) -> Facts:
    """Return the facts of a TypeScript file, of which the grammar of JavaScript reads a part."""
    if not facts.syntax_error_line and not facts.flaws:
        return facts
    return weaken(facts)._replace(syntax_error_line=0, flaws=())


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=20).hexdigest()


def _extension(path: str) -> str:
    name = path.rpartition("/")[2]
    return name[name.rfind(".") :] if "." in name else ""


def _check_json(content: bytes) -> Facts:
    try:
        json.loads(content.decode("utf-8", "replace").removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        return _NO_FACTS._replace(syntax_error_line=error.lineno)
    except RecursionError:
        return _NO_FACTS
    return _NO_FACTS
