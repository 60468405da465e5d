"""What is declared where, and which declarations exclude each other.

In: names as they are declared. Out: whether a name is taken. A scope knows its own names only;
`var` climbs to the function around it.

Source: ECMA-262 2025, "Static Semantics: Early Errors" of blocks, functions, scripts and modules,
and Annex B.3.
"""

from __future__ import annotations

from typing import Final

__all__ = ["FUNCTION", "LEXICAL", "PARAMETER", "VAR", "Scope"]

LEXICAL: Final = "lexical"
VAR: Final = "var"
FUNCTION: Final = "function"
PARAMETER: Final = "parameter"


class Scope:
    """The names of one block, function, module or catch clause."""

    __slots__ = ("catches", "functions", "holds_var", "is_module", "lexical", "parent", "var")

    def __init__(
        self, parent: Scope | None, *, holds_var: bool = False, is_module: bool = False
    ) -> None:
        self.parent = parent
        self.holds_var = holds_var
        """Whether it is a function's or a module's, to which `var` climbs."""
        self.is_module = is_module
        self.lexical: set[str] = set()
        self.var: set[str] = set()
        self.functions: set[str] = set()
        self.catches: str | None = None
        """The plain parameter of a catch clause, which `var` may take again."""

    def declare(self, name: str, kind: str) -> bool:
        """Take a name; return False where another declaration has it already.

        Args:
            name: its escapes read.
            kind: LEXICAL, VAR, FUNCTION (in a block of sloppy code) or PARAMETER.
        """
        if kind == VAR:
            return self._declare_var(name)
        if kind == FUNCTION and not (self.holds_var and not self.is_module):
            is_free = name not in self.lexical and name not in self.var
            self.functions.add(name)
            return is_free
        if kind in (FUNCTION, PARAMETER):
            is_free = name not in self.lexical
            self.var.add(name)
            return is_free
        is_free = not (name in self.lexical or name in self.functions or name in self.var)
        self.lexical.add(name)
        return is_free

    def _declare_var(self, name: str) -> bool:
        is_free = True
        scope: Scope | None = self
        while scope is not None:
            is_function = scope.holds_var and not scope.is_module
            if name in scope.lexical and scope.catches != name:
                is_free = False
            if name in scope.functions and not is_function:
                is_free = False
            scope.var.add(name)
            if scope.holds_var:
                break
            scope = scope.parent
        return is_free

    def has(self, name: str) -> bool:
        """Return whether this scope itself declares `name`."""
        return name in self.lexical or name in self.var or name in self.functions
