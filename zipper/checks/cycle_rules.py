"""Names that a file uses while it loads and that have no value then.

In: a subject. Out: `module-cycle`, for names of modules that import each other and have not run
yet, and `module-default`, for the default import of compiled CommonJS that is called. Files are
parsed again only where a cycle, or such a default, makes it worth while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.closure import close, relative
from zipper.checks.file_facts import CONDITIONAL, EAGER
from zipper.checks.load_order import Unready, find_unready
from zipper.checks.module_messages import make_finding
from zipper.checks.module_resolution import Failure, Found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.module_bindings import ModuleBindings, NameBinding
    from zipper.checks.subject import Subject
    from zipper.checks.syntax import Source
    from zipper.checks.walk import Asked, Module, Walk
    from zipper.findings import Finding

__all__ = ["check_cycles", "check_defaults"]

_FILES_MAX: Final = 60
"""Files that are parsed again."""
_FILE_BYTES_MAX: Final = 500_000
_DEPTH_MAX: Final = 20
"""Re-exports that are followed."""
_EXPORTS: Final = (b"exports", b"module", b"this")
_THIRD: Final = "move what both need into a third module, or use it in a function that runs later"


class _Files:
    """The files of a walk, parsed when they are asked for, at most a bounded number."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self._sources: dict[str, Source | None] = {}
        self._bindings: dict[str, ModuleBindings | None] = {}

    def source(self, module: Module) -> Source | None:
        """Return a file, None where it is not certain or too large."""
        if module.path not in self._sources:
            facts = module.facts
            is_sound = not (facts.syntax_error_line or facts.is_partial or facts.flaws)
            may = is_sound and len(self._sources) < _FILES_MAX
            content = self.walk.reader.content_of(module.path) if may else b""
            is_read = 0 < len(content) <= _FILE_BYTES_MAX
            self._sources[module.path] = self.walk.reader.source_of(content) if is_read else None
        return self._sources[module.path]

    def bindings(self, module: Module) -> ModuleBindings | None:
        """Return the names of an ES module."""
        from zipper.checks.module_bindings import find_bindings  # noqa: PLC0415 - needs the parser

        if module.path not in self._bindings:
            source = self.source(module)
            self._bindings[module.path] = None if source is None else find_bindings(source)
        return self._bindings[module.path]

    def find_owner(
        self, module: Module, name: str, depth: int = _DEPTH_MAX
    ) -> tuple[Module, NameBinding] | None:
        """Return the module that has the value of an export, and how it is bound there."""
        names = self.bindings(module) if module.kind == "module" and depth else None
        if names is None:
            return None
        found = names.exported.get(name)
        if found is None:
            targets = [self._target(module, star) for star in names.stars if name != "default"]
            owners = [self.find_owner(t, name, depth - 1) for t in targets if t is not None]
            known = [owner for owner in owners if owner is not None]
            return known[0] if len(known) == 1 else None
        if found.kind != "import":
            return module, found
        target = self._target(module, found.specifier)
        is_plain = target is not None and found.name != "*"
        return self.find_owner(target, found.name, depth - 1) if target and is_plain else None

    def _target(self, module: Module, specifier: str) -> Module | None:
        answer = self.walk.resolver.import_(specifier, module.path)
        return None if isinstance(answer, Failure) else self.walk.modules.get(answer.path)


def check_cycles(subject: Subject) -> Iterator[Finding]:
    """Yield the first name of each file that is used before its module has run."""
    start = close(subject)
    if start is None:
        return
    files = _Files(start.walk)
    awaits = any(module.facts.awaits for module in start.walk.modules.values())
    for unready in find_unready(start.walk, start.module):
        if unready.module.kind == "module":
            found = _judge_import(files, unready, awaits=awaits)
        else:
            found = _judge_require(files, unready)
        yield from () if found is None else (found,)


def _judge_import(files: _Files, unready: Unready, *, awaits: bool) -> Finding | None:
    """Return the finding for an import that has no value yet."""
    from zipper.checks.builtin_uses import find_need, find_read  # noqa: PLC0415 - as above

    module = unready.module
    source, names = files.source(module), files.bindings(module)
    if source is None or names is None:
        return None
    early = {asked.request.specifier: target for asked, target in unready.needs}
    for local, bound in names.local.items():
        target = early.get(bound.specifier) if bound.kind == "import" else None
        owner = None if target is None else files.find_owner(target, bound.name)
        if owner is None or owner[0].path in unready.ended or owner[0] is module:
            continue
        if awaits and owner[0].path not in unready.running:
            continue  # what awaits ends later than it is reached
        if owner[1].kind == "lexical":
            line = find_read(source, local.encode())
        elif owner[1].kind == "variable":
            line = find_need(source, local.encode(), calls=False)
        else:
            line = 0
        if line:
            return _tell(module, line, local, owner[0], EAGER)
    return None


def _judge_require(files: _Files, unready: Unready) -> Finding | None:
    """Return the finding for a member of a module that has exported nothing yet."""
    from zipper.checks.builtin_uses import NeededNames  # noqa: PLC0415 - as above
    from zipper.checks.syntax import literal  # noqa: PLC0415 - as above

    waiting = {
        asked.request.specifier: target
        for asked, target in unready.needs
        if target.path in unready.running and _exports_later(files, target, unready)
    }
    source = files.source(unready.module) if waiting else None
    if source is None:
        return None
    needed = NeededNames(source)
    for path in source.find_words(b"require"):
        arguments = path[-2].child_by_field_name("arguments")
        given = [] if arguments is None else arguments.named_children
        specifier = literal(given[0], source.content) if len(given) == 1 else None
        target = waiting.get(specifier or "")
        names = [] if target is None else needed.find_all(path[:-1])
        if target is not None and names:
            return _tell(unready.module, source.line_of(path[-2]), names[0], target, CONDITIONAL)
    return None


def _exports_later(files: _Files, module: Module, unready: Unready) -> bool:
    """Return whether all that a waiting module exports comes after the request it waits for."""
    source, line = files.source(module), unready.running[module.path]
    if source is None:
        return False
    paths = source.find_words(*_EXPORTS)
    lines = [source.line_of(path[-1]) for path in paths]
    return bool(lines) and min(lines) > line


def _tell(module: Module, line: int, name: str, owner: Module, level: int) -> Finding:
    ending = "loading the handler fails" if level == EAGER else "it is undefined there"
    message = (
        f"`{relative(module.path)}` line {line} uses `{name}` while it loads, before "
        f"`{relative(owner.path)}` gives it a value: a cycle of requests makes that file "
        f"run later; {ending}"
    )
    return make_finding("module-cycle", max(level, module.level), module.path, message, _THIRD)


def check_defaults(subject: Subject) -> Iterator[Finding]:
    """Yield default imports of compiled CommonJS that are called and are objects."""
    start = close(subject)
    if start is None:
        return
    files = _Files(start.walk)
    values = None
    for path in sorted(start.walk.modules):
        module = start.walk.modules[path]
        for asked in module.asked if module.kind == "module" else ():
            target = _find_compiled(start.walk, asked)
            names = None if target is None else files.bindings(module)
            if target is None or names is None:
                continue
            if values is None:
                from zipper.checks.module_values import ModuleValues  # noqa: PLC0415 - as above

                values = ModuleValues(start.walk)
            if values.of(target).kind == "object":
                yield from _judge_default(files, module, asked, names)


def _find_compiled(walk: Walk, asked: Asked) -> Module | None:
    """Return the CommonJS module of a default import where a compiler made it of an ES module."""
    answer = asked.answer
    is_one = asked.request.kind == "import" and "default" in asked.request.names
    if not is_one or not isinstance(answer, Found) or answer.kind != "file":
        return None
    target = walk.modules.get(answer.path)
    if target is None or target.kind != "commonjs":
        return None
    return target if b"__esModule" in walk.reader.content_of(target.path) else None


def _judge_default(
    files: _Files, module: Module, asked: Asked, names: ModuleBindings
) -> Iterator[Finding]:
    from zipper.checks.builtin_uses import find_need  # noqa: PLC0415 - as above

    source, specifier = files.source(module), asked.request.specifier
    for local, bound in names.local.items():
        if source is None or (bound.specifier, bound.name) != (specifier, "default"):
            continue
        line = find_need(source, local.encode(), calls=True)
        if line:
            message = (
                f"`{relative(module.path)}` line {line} calls `{local}`, the default import of "
                f"`{specifier}`: that is CommonJS, whose whole `module.exports` is the default, an "
                "object; loading the handler fails"
            )
            hint = (
                f"call `{local}.default`, or import a name: `import {{ ... }} from '{specifier}'`"
            )
            yield make_finding("module-default", module.level, module.path, message, hint)
