"""Change the code one thing at a time, and see whether a test notices.

    python -m tests.mutation                          the modules that differ from `main`
    python -m tests.mutation zipper/tree/select.py    these modules, every change
    python -m tests.mutation --rooms npm,tree --sample 100 --seed 1

A change is one comparison, connective, constant, condition, argument, element or statement. Each
is made in a copy of the repository and tried by the tests of its module, then by those of its room,
then by wider ones; the first that fails kills it. Printed: what survives, and the share of it.
Texts of messages are not changed, nor what only types or documents.

Why not a tool: both were tried on `tree/select.py`, where this makes 87 changes. cosmic-ray 8.7
works. It makes 64, of which 22 put another operator where a signature has a bare `*`, and none
leaves out an argument, an element of a key, a statement or a default; and it runs one command for
each change, which would have to be the widest tests. mutmut 3.8 first runs all chosen tests with a
tracer, to know which reach what: that had not ended after seven minutes on a busy machine.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REPOSITORY = Path(__file__).resolve().parents[1]
_COPIED = ("zipper", "tests", "fixtures", "pyproject.toml", "README.md")
_SECONDS_A_TEST = 120
"""An endless loop is a change that was noticed."""

_SECONDS = 900
"""One stage of tests may take so long; on a machine that is busier, nothing is judged."""

_UNJUDGED = "NOT JUDGED"

WIDER = {
    "archive": "tests/unit/checks tests/e2e/test_determinism.py",
    "checks": "tests/e2e/test_cli_check.py tests/e2e/test_check_other_tools.py",
    "lockfile": "tests/unit/tree tests/e2e/test_npm_yarn_lock.py",
    "npm": "tests/conformance tests/unit/project tests/unit/tree tests/e2e/test_npmrc_effects.py",
    "pipeline": "tests/e2e",
    "store": "tests/unit/fetching tests/e2e/test_install.py tests/e2e/test_faults_disk.py"
    " tests/e2e/test_recalled_install.py",
    "tree": "tests/conformance/test_ideal_tree_table.py tests/unit/lockfile tests/unit/layout"
    " tests/unit/resolving",
}
"""What else shows a change in a room, by room."""

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


class _Finder(ast.NodeVisitor):
    """Finds the changes of one module, in the order of its text."""

    def __init__(self, path: str, source: str) -> None:
        self._path = path
        self._source = source
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
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
        elif isinstance(value, str | bytes) and value and "\n" not in self._text(node):
            self._replace(node, repr(value + (b"~" if isinstance(value, bytes) else "~")))

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
        for keyword in node.keywords:
            if keyword.arg is not None:
                self._replace(keyword, "**{}")
        if name.endswith(_MESSAGES):
            self.visit(node.func)
            inner = [*node.args, *(keyword.value for keyword in node.keywords)]
            for argument in inner:
                if not isinstance(argument, ast.Constant | ast.JoinedStr | ast.BinOp):
                    self.visit(argument)
            return
        self.generic_visit(node)

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
        if ast.unparse(node.targets[0]) not in {"__all__", "__slots__"}:
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
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        for statement in node.body:
            self.visit(statement)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815  (as in ast)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave the words of a text alone; what decides is in the expressions."""
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                self.visit(value.value)


def find_mutations(path: Path, *, root: Path = REPOSITORY) -> list[Mutation]:
    """Return the changes of a module, in the order of its text; a few of them do not compile."""
    source = path.read_text(encoding="utf-8")
    finder = _Finder(path.relative_to(root).as_posix(), source)
    finder.visit(ast.parse(source))
    return list(dict.fromkeys(finder.found))


def apply(source: str, mutation: Mutation) -> str:
    """Return the module's text with the change."""
    return source[: mutation.start] + mutation.text + source[mutation.end :]


def compiles(mutation: Mutation, *, root: Path = REPOSITORY) -> bool:
    """Return whether Python takes the changed module."""
    source = (root / mutation.path).read_text(encoding="utf-8")
    try:
        compile(apply(source, mutation), "mutated", "exec")
    except SyntaxError:
        return False
    return True


def stages_for(module: str) -> Iterator[list[str]]:
    """Yield the tests of a module: its own, those of its room, then wider ones; none twice."""
    room, _, name = module.removeprefix("zipper/").removesuffix(".py").partition("/")
    dotted = module.removesuffix(".py").replace("/", ".")
    paths = sorted((REPOSITORY / "tests/unit").rglob("test_*.py"))
    own = [p for p in paths if dotted in p.read_text(encoding="utf-8") or p.stem == f"test_{name}"]
    named = [path.relative_to(REPOSITORY).as_posix() for path in own]
    wide = [f"tests/unit/{room}"] if (REPOSITORY / "tests/unit" / room).is_dir() else []
    if named:
        yield named
    if wide:
        yield wide
    if room in WIDER:
        yield WIDER[room].split()


def run_tests(folder: Path, tests: Sequence[str], workers: int) -> tuple[bool | None, float]:
    """Return whether all of them pass in `folder` (None: not in time), and the seconds."""
    began = time.monotonic()
    words = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"-n{workers}"]
    words += ["-o", f"faulthandler_timeout={_SECONDS_A_TEST}"]
    words += ["-o", "faulthandler_exit_on_timeout=true", *tests]
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        passed = process.wait(timeout=_SECONDS) == 0
    except subprocess.TimeoutExpired:
        passed = None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return passed, time.monotonic() - began


def judge(folder: Path, mutation: Mutation, workers: int) -> str:
    """Make the change in the copy, run the tests, undo it; return what killed it, or nothing."""
    path = folder / mutation.path
    source = path.read_text(encoding="utf-8")
    path.write_text(apply(source, mutation), encoding="utf-8")
    try:
        for tests in stages_for(mutation.path):
            passed, seconds = run_tests(folder, tests, workers)
            if passed is None:
                return _UNJUDGED
            if not passed:
                return f"{tests[0]} in {seconds:.0f} s"
    finally:
        path.write_text(source, encoding="utf-8")
    return ""


def choose(arguments: argparse.Namespace) -> list[Mutation]:
    """Return the changes that were asked for, a random sample of them where one was."""
    paths = [REPOSITORY / name for name in arguments.modules]
    for room in filter(None, arguments.rooms.split(",")):
        paths += sorted((REPOSITORY / "zipper" / room).rglob("*.py"))
    if not paths:
        words = ["git", "diff", "--name-only", "--diff-filter=d", "main", "--", "zipper/*.py"]
        done = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, check=True)
        paths = [REPOSITORY / name for name in done.stdout.split()]
    found = [mutation for path in paths for mutation in find_mutations(path)]
    if arguments.sample is None:
        return list(filter(compiles, found))
    random.Random(arguments.seed).shuffle(found)
    return list(islice(filter(compiles, found), arguments.sample))


def main() -> int:
    """Try the changes; status 1 where more than a tenth survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("modules", nargs="*", help="paths such as zipper/tree/select.py")
    parser.add_argument("--rooms", default="", help="folders of zipper, with commas")
    parser.add_argument("--sample", type=int, help="so many, at random; else all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=0, help="of pytest-xdist")
    parser.add_argument("--list", action="store_true", help="print the changes, try none")
    arguments = parser.parse_args()
    mutations = choose(arguments)
    if arguments.list:
        print(*mutations, sep="\n")
        return 0
    survivors = []
    judged = 0
    with tempfile.TemporaryDirectory(prefix="zipper-mutation-") as name:
        folder = Path(name)
        for copied in _COPIED:
            source = REPOSITORY / copied
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, folder / copied)
        for number, mutation in enumerate(mutations, 1):
            killer = judge(folder, mutation, arguments.workers)
            print(f"{number}/{len(mutations)} {killer or 'SURVIVED'}: {mutation}", flush=True)
            judged += killer != _UNJUDGED
            if not killer:
                survivors.append(mutation)
    share = len(survivors) / max(judged, 1)
    print(f"{len(survivors)} of {judged} survived: {100 * share:.0f} %")
    print(*survivors, sep="\n")
    return int(share > 0.1)


if __name__ == "__main__":
    sys.exit(main())
