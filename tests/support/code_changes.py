"""The changes of a module that `tests.mutation` tries: one comparison, constant or statement each.

Texts of messages are not changed, nor what only types or documents.
"""

from __future__ import annotations

import ast
import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Mutation", "apply", "compiles", "find_mutations"]

_COMPARISONS = {
    ast.Eq: "!=", ast.NotEq: "==", ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
_OPERATORS = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "//", ast.FloorDiv: "*", ast.BitAnd: "|",
    ast.BitOr: "&", ast.LShift: ">>", ast.RShift: "<<", ast.Mod: "*", ast.Div: "*",
}  # fmt: skip
_MESSAGES = (
    "Error", "Event", "Fault", "Finding", "Rule", "ToldCode", "TypeVar", "compile", "echo_lines",
)  # fmt: skip
"""Ends of the names of what takes texts for people."""

_TEXTS = {"hint", "message"}
"""What such a text is called, before it is given to one of them."""

_PROSE = 4
"""So many words are for people, wherever they are: a change of them is one of wording."""

_GENERIC = {
    "Callable", "Generator", "Iterator", "Literal", "Mapping", "dict", "list", "set", "tuple",
}  # fmt: skip
"""What has types between its brackets, also where it is called."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change: `source[start:end]` of the module becomes `text`; offsets are in characters."""

    path: str
    line: int
    start: int
    end: int
    text: str
    before: str

    def __str__(self) -> str:
        before, after = (" ".join(t.split())[:60] for t in (self.before, self.text))
        return f"{self.path}:{self.line}: {before!r} -> {after!r}"


def _change_text(value: str | bytes) -> str | bytes:
    if isinstance(value, bytes):
        return value + b"~"
    try:
        codecs.lookup(f"{value}~")
    except (LookupError, ValueError):
        return f"{value}~"
    return f"{value}x"  # Python takes no notice of the mark in the name of a codec


class _Finder(ast.NodeVisitor):
    """Finds the changes of one module, in the order of its text."""

    def __init__(self, path: str, source: str) -> None:
        self._path = path
        self._source = source
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._in_text = False
        self.found: list[Mutation] = []

    def _place(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        text = self._source[start : self._starts[line]]
        return start + len(text.encode()[:column].decode())

    def _span(self, node: ast.AST) -> tuple[int, int]:
        return (
            self._place(node.lineno, node.col_offset),
            self._place(node.end_lineno, node.end_col_offset),
        )

    def _replace(self, node: ast.AST, text: str) -> None:
        start, end = self._span(node)
        self._note(node.lineno, start, end, text)

    def _note(self, line: int, start: int, end: int, text: str) -> None:
        before = self._source[start:end]
        self.found.append(Mutation(self._path, line, start, end, text, before))

    def _text(self, node: ast.AST) -> str:
        start, end = self._span(node)
        return self._source[start:end]

    def _between(self, left: ast.AST, right: ast.AST, text: str) -> None:
        """Replace the operator between two operands; brackets around these stay where they are."""
        start, end = self._span(left)[1], self._span(right)[0]
        words = self._source[start:end]
        bare = words.strip(" ()\n\t")
        if bare and "#" not in bare:
            at = start + words.index(bare)
            self._note(left.end_lineno, at, at + len(bare), text)

    def visit_Compare(self, node: ast.Compare) -> None:
        operands = [node.left, *node.comparators]
        for operator, left, right in zip(node.ops, operands, operands[1:], strict=False):
            self._between(left, right, _COMPARISONS[type(operator)])
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        text = "or" if isinstance(node.op, ast.And) else "and"
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._between(left, right, text)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if type(node.op) in _OPERATORS:
            self._between(node.left, node.right, _OPERATORS[type(node.op)])
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._replace(node, f"bool({self._text(node.operand)})")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self._replace(node, str(not value))
        elif isinstance(value, int | float):
            self._replace(node, f"({self._text(node)} + 1)")
        elif isinstance(value, str) and (
            len(value.split()) >= _PROSE or (self._in_text and " " in value)
        ):
            return
        elif isinstance(value, str | bytes) and value and "\n" not in self._text(node):
            self._replace(node, repr(_change_text(value)))

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) == "TYPE_CHECKING":
            return
        for text in ("True", "False"):
            self._replace(node.test, text)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        for text in ("True", "False"):
            self._replace(node.test, text)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._replace(test, "True")
        self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        if isinstance(getattr(node, "ctx", None), ast.Load | None) and len(node.elts) > 1:
            self._drop(node.elts)
        self.generic_visit(node)

    visit_List = visit_Set = visit_Tuple  # noqa: N815  (as in ast)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                start, end = self._span(key)[0], self._span(value)[1]
                self._note(key.lineno, start, end, "**{}")
        self.generic_visit(node)

    def _drop(self, elements: Sequence[ast.AST]) -> None:
        for element in elements:
            if not isinstance(element, ast.Starred):
                self._replace(element, "*()")

    def visit_Call(self, node: ast.Call) -> None:
        name = ast.unparse(node.func).rpartition(".")[2]
        if name == "cast":
            self.visit(node.args[1])  # the other is a type, of which nothing is made
            return
        if name == "lru_cache":
            return  # how much is kept of what can be worked out again
        for keyword in node.keywords:
            if keyword.arg is not None:
                self._replace(keyword, "**{}")
        if name.endswith(_MESSAGES):
            self.visit(node.func)
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                self._visit_text(argument)
            return
        self.generic_visit(node)

    def _visit_text(self, node: ast.AST) -> None:
        """Change what decides about a text for people, and not its words."""
        if isinstance(node, ast.IfExp):
            for text in ("True", "False"):
                self._replace(node.test, text)
            self.visit(node.test)
            self._visit_text(node.body)
            self._visit_text(node.orelse)
        elif not isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
            self.visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and self._text(node.value) != "None":
            self._replace(node.value, "None")
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return  # a docstring
        self._replace(node, "pass")
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self._replace(node, "pass")
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        self._replace(node, "pass")

    visit_Break = visit_Continue  # noqa: N815  (as in ast)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._replace(node, "pass")
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        name = ast.unparse(node.targets[0])
        if name in _TEXTS:
            self._visit_text(node.value)
        elif name not in {"__all__", "__slots__"}:
            self.visit(node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if ast.unparse(node.value) not in _GENERIC:
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Leave decorators alone, as those of functions: they say how a value may be made."""
        for statement in node.body:
            self.visit(statement)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Leave `__repr__` alone: only who debugs sees what it returns."""
        if node.name == "__repr__":
            return
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        for statement in node.body:
            self.visit(statement)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815  (as in ast)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave the words of a text alone, those between its parts too; expressions decide."""
        outside, self._in_text = self._in_text, True
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                self.visit(value.value)
        self._in_text = outside


def find_mutations(path: Path, *, root: Path = REPOSITORY) -> list[Mutation]:
    """Return the changes of a module, in the order of its text; a few of them do not compile."""
    source = path.read_text(encoding="utf-8")
    finder = _Finder(path.relative_to(root).as_posix(), source)
    finder.visit(ast.parse(source))
    return list(dict.fromkeys(finder.found))


def apply(source: str, mutation: Mutation) -> str:
    """Return the module's text with the change; all else stays on its line."""
    lines = source.count("\n", mutation.start, mutation.end)
    text = mutation.text + " \\\n" * lines
    return source[: mutation.start] + text + source[mutation.end :]


def compiles(mutation: Mutation, *, root: Path = REPOSITORY) -> bool:
    """Return whether Python takes the changed module."""
    source = (root / mutation.path).read_text(encoding="utf-8")
    try:
        compile(apply(source, mutation), "mutated", "exec")
    except SyntaxError:
        return False
    return True
