"""Whether a module exports the names that another one imports.

In: a `Walk`. Out: the first name of a request that is not exported. A module whose exports cannot
be known (of the runtime, not found) exports everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.builtin_names import find_builtin_names, find_changed_names
from zipper.checks.module_resolution import Failure, Found
from zipper.checks.retired_names import is_newer_name

if TYPE_CHECKING:
    from zipper.checks.walk import Asked, Module, Walk

__all__ = ["ExportedNames"]

_DEPTH_MAX: Final = 1000
"""Re-exports that are followed from one module to the next."""


class ExportedNames:
    """Names by module, each found once."""

    def __init__(self, walk: Walk, major: int) -> None:
        self._walk = walk
        self._major = major
        self._known: dict[str, frozenset[str] | None] = {}

    def find_missing(self, asked: Asked) -> str | None:
        """Return the first name of a request that its module does not export, or None."""
        if not asked.request.names:
            return None
        names = self._of_answer(asked)
        if names is None:
            return None
        return next((name for name in asked.request.names if name not in names), None)

    def may_be_newer(self, asked: Asked, missing: str) -> bool:
        """Return whether a name of one of Node's modules may come with a later release."""
        is_builtin = isinstance(asked.answer, Found) and asked.answer.kind == "builtin"
        return is_builtin and is_newer_name(asked.request.specifier, missing)

    def _of_answer(self, asked: Asked) -> frozenset[str] | None:
        """Return what a request may name; None for anything."""
        if isinstance(asked.answer, Failure) or asked.answer.kind == "runtime":
            return None
        if asked.answer.kind == "builtin":
            is_required = asked.request.kind == "require"
            return find_builtin_names(asked.request.specifier, self._major, required=is_required)
        return self.of(asked.answer.path) if asked.request.kind == "import" else None

    def hint(self, asked: Asked, missing: str) -> str:
        """Return what to do about a missing name."""
        if isinstance(asked.answer, Found) and asked.answer.kind == "builtin":
            if missing not in find_changed_names(asked.request.specifier):
                return "mend the name: no Node.js that zipper knows of has it"
            return (
                "use a runtime whose Node.js has it, or versions of the packages that say they "
                f"support Node.js {self._major}"
            )
        target = self._target(asked.answer)
        if target is not None and target.kind in ("commonjs", "json"):
            what = "CommonJS" if target.kind == "commonjs" else "JSON"
            return (
                f"`{asked.request.specifier}` is {what}: import its default and take "
                f"`{missing}` from that"
            )
        if asked.request.specifier.startswith("."):
            return f"export `{missing}` there, or mend the name"
        return f"install a version of `{asked.request.specifier}` that exports `{missing}`"

    def of(self, path: str) -> frozenset[str] | None:
        """Return the names that `import` can take from the module at `path`; None for any name."""
        if path not in self._known:
            self._known[path] = self._collect(path)
        return self._known[path]

    def _collect(self, path: str) -> frozenset[str] | None:
        """Return a module's names and those of all that it re-exports, in one walk."""
        names: set[str] = set()
        seen: set[str] = set()
        starred: dict[str, str] = {}
        """The module that has each name which an `export *` passes on, where it is its own."""
        ambiguous: set[str] = set()
        pending = [path]
        while pending:
            current = pending.pop()
            if current in seen:
                continue
            seen.add(current)
            module = self._walk.modules.get(current)
            if module is None or len(seen) > _DEPTH_MAX:
                return None
            found = self._own(module)
            if found is None:
                return None
            own, passed_on = found
            # `export *` leaves the default out.
            names |= own if current == path else own - {"default"}
            pending += passed_on
            if current != path and _declares_all(module):
                ambiguous |= {name for name in own if starred.get(name, current) != current}
                starred.update(dict.fromkeys(own, current))
        root = self._walk.modules[path]
        if root.kind == "module" and seen == {path, *self._stars(root)}:
            names -= ambiguous - set(root.facts.exports)
        return frozenset(names)

    def _stars(self, module: Module) -> list[str]:
        """Return the modules that a module passes on as a whole."""
        found = self._own_of_module(module)
        return [] if found is None else found[1]

    def _own(self, module: Module) -> tuple[set[str], list[str]] | None:
        if module.facts.syntax_error_line or module.facts.is_partial:
            return None
        if module.kind == "module":
            return self._own_of_module(module)
        if module.kind == "commonjs":
            return self._own_of_commonjs(module)
        return ({"default"}, []) if module.kind == "json" else None

    def _own_of_module(self, module: Module) -> tuple[set[str], list[str]] | None:
        answers = {asked.request.specifier: asked.answer for asked in module.asked}
        targets: list[str] = []
        for specifier in module.facts.stars:
            target = self._target(answers.get(specifier))
            if target is None:
                return None
            targets.append(target.path)
        return set(module.facts.exports), targets

    def _own_of_commonjs(self, module: Module) -> tuple[set[str], list[str]] | None:
        names = self._walk.names_of(module.path)
        targets: list[str] = []
        for specifier in names.reexports:
            answer = self._walk.resolver.require(specifier, module.path)
            if isinstance(answer, Failure):
                continue  # Node takes what it cannot find for empty
            target = self._target(answer)
            if target is None or target.kind not in ("commonjs", "json"):
                return None
            targets.append(target.path)
        return {*names.exports, "default", "module.exports"}, targets

    def _target(self, answer: Found | Failure | None) -> Module | None:
        if not isinstance(answer, Found) or answer.kind != "file":
            return None
        return self._walk.modules.get(answer.path)


def _declares_all(module: Module) -> bool:
    """Return whether each name that a module exports is its own: it takes none from another."""
    return module.kind == "commonjs" or not any(
        request.kind == "import" for request in module.facts.requests
    )
