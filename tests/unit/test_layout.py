"""The rules of the layout: who may import whom, who may have effects, how long things may be.

The rows and the reasons for them stand in zipper/ARCHITECTURE.md.
"""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.support.module_imports import MODULES, imports_of, name_of, ours, tree_of
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TESTS = sorted((REPOSITORY / "tests").rglob("test_*.py"))

ROWS = [
    {"__main__", "cli", "commands"},
    {"hooks"},
    {"pipeline"},
    {"bundling"},
    {"deploy", "node", "pruning", "report"},
    {"checks", "layout", "resolving"},
    {"fetching", "supply"},
    {"sharing", "store"},
    {"project", "registry"},
    {"archive", "tree"},
    {"lockfile"},
    {"tree.model", "tree.locked_graph"},
    {"npm", "settings"},
    {"file_bytes", "files", "folders", "kinds", "malloc", "scratch", "target"},
    {"javascript", "package"},
    {"as_json", "errors", "events", "findings", "redaction"},
    {"late_pattern", "named_tuple"},
]  # fmt: skip
"""From the outermost to the innermost: a module imports from its own row and from those below.

`store` lies above `archive`, because what it keeps are zips."""

NARROW = {
    "archive": {"errors", "named_tuple"},
    "checks": {
        "archive", "as_json", "errors", "findings", "javascript", "kinds", "late_pattern",
        "named_tuple", "npm", "target",
    },
    "errors": {"redaction"},
    "javascript": {"late_pattern", "named_tuple"},
    "kinds": {"named_tuple", "target"},
    "late_pattern": set(),
    "lockfile": {"errors", "named_tuple", "npm", "tree.locked_graph", "tree.model"},
    "named_tuple": set(),
    "npm": {"errors", "named_tuple", "redaction"},
    "target": {"errors", "named_tuple"},
}  # fmt: skip
"""Packages that may import less than their row allows."""

EFFECTS = {
    "__main__", "bundling", "cli", "commands", "deploy.applying", "deploy.aws",
    "deploy.log_events", "deploy.mapping_calls", "deploy.notifications", "deploy.roles", "fetching",
    "file_bytes", "files", "folders", "hooks", "malloc", "node", "pipeline", "project", "registry",
    "resolving", "scratch", "settings.cache_folder", "settings.generate", "settings.member_folders",
    "settings.read_settings", "settings.workspace_root", "sharing", "store",
}  # fmt: skip
"""Modules and packages that may touch files, network, processes, clock and threads."""

EFFECTFUL_IMPORTS = {
    "asyncio", "boto3", "botocore", "concurrent", "ctypes", "fcntl", "glob", "http",
    "multiprocessing", "os",
    "pathlib", "requests", "secrets", "select", "shutil", "signal", "socket", "sqlite3", "ssl",
    "subprocess", "sys", "tempfile", "threading", "time", "urllib3", "zipfile",
}  # fmt: skip

GENERATED = {"settings.option_types"}
"""Modules that a program writes and type checkers read."""

MAX_FILE_LINES = 350
MAX_FUNCTION_LINES = 60

TEXT_SUFFIXES = {
    "", ".cfg", ".cjs", ".html", ".js", ".json", ".md", ".mjs", ".py", ".sh", ".toml", ".txt",
    ".typed", ".yaml", ".yml",
}  # fmt: skip
NOT_OURS = {
    ".git", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv", "__pycache__",
    "build", "dist", "node_modules",
}  # fmt: skip
REGISTRY_HOSTS = re.compile(
    r"registry\.(?:npm" + r"js|yarn" + r"pkg|npm" + r"mirror)\.|npm\.pkg\.git" + r"hub\.",
    re.IGNORECASE,
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work/(?:main|shared)|tmp/w/|root/\.\w)")


def row_of(name: str) -> int:
    """Return the number of a module's row: its own where it has one, else its room's."""
    own = [number for number, row in enumerate(ROWS) if name in row]
    return own[0] if own else next(n for n, row in enumerate(ROWS) if name.partition(".")[0] in row)


def test_every_module_has_a_row() -> None:
    """No module stands outside of the order, and the order names none that is gone."""
    tops = {name_of(path).partition(".")[0] for path in MODULES} - {"__init__"}

    assert tops | {"tree.model", "tree.locked_graph"} == set().union(*ROWS)
    assert sum(map(len, ROWS)) == len(tops) + 2


def test_imports_go_inwards() -> None:
    """A module imports from its own row and from those below it, type annotations apart."""
    outwards = [
        f"{name_of(path)} imports {imported}"
        for path in MODULES
        if name_of(path) != "__init__"
        for imported in ours(path)
        if row_of(imported) < row_of(name_of(path))
    ]

    assert [] == outwards


@pytest.mark.parametrize("package", sorted(NARROW))
def test_narrow_packages_import_little(package: str) -> None:
    """The parts that others build on know nothing of each other beyond what they need."""
    allowed = NARROW[package] | {package}
    strangers = {
        f"{name_of(path)} imports {imported}"
        for path in MODULES
        if name_of(path).partition(".")[0] == package
        for imported in ours(path)
        if imported.partition(".")[0] not in allowed and imported not in allowed
    }

    assert set() == strangers


def may_have_effects(name: str) -> bool:
    return name == "__init__" or name in EFFECTS or name.partition(".")[0] in EFFECTS


def test_pure_modules_have_no_effects() -> None:
    """Only the modules listed may touch files, network, processes, clock and threads."""
    effects = [
        f"{name_of(path)} imports {imported}"
        for path in MODULES
        if not may_have_effects(name_of(path))
        for imported in imports_of(path)
        if imported.partition(".")[0] in EFFECTFUL_IMPORTS
    ]

    assert [] == effects


def test_pure_modules_open_nothing() -> None:
    """`open`, `print` and `input` stand in no module that has no effects."""
    calls = [
        f"{name_of(path)} calls {node.func.id}"
        for path in MODULES
        if not may_have_effects(name_of(path))
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"open", "print", "input"}
    ]

    assert [] == calls


def test_files_are_short() -> None:
    """No module has more lines than one can keep in mind."""
    long = {
        name_of(path): lines
        for path in MODULES
        if name_of(path) not in GENERATED
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_FILE_LINES
    }

    assert {} == long


def test_functions_are_short() -> None:
    """No function has more lines than fit a screen, its docstring left out."""
    long = {
        f"{name_of(path)}.{node.name}": lines
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := lines_of(node)) > MAX_FUNCTION_LINES
    }

    assert {} == long


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines from `def` to the end, decorators, signature and docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return 0 if not body else (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_modules_say_what_they_are() -> None:
    """Every module has a docstring, and lists the names that others import from it."""
    without = [
        name_of(path)
        for path in MODULES
        if not ast.get_docstring(tree_of(path))
        or not ("__all__" in assigned_in(path) or path.name == "__init__.py")
    ]

    assert [] == without


def assigned_in(path: Path) -> set[str]:
    return {
        target.id
        for node in tree_of(path).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def test_no_two_modules_or_classes_share_a_name() -> None:
    """A module's last name, and a class's name, stand once in the package."""
    modules = sorted(path.stem for path in MODULES if path.stem != "__init__")
    classes = sorted(
        node.name
        for path in MODULES
        if name_of(path) not in GENERATED
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
    )

    assert [] == [name for name, following in pairwise(modules) if name == following]
    assert [] == [name for name, following in pairwise(classes) if name == following]


def test_tests_say_what_they_hold() -> None:
    """Every test has a docstring that begins with a sentence."""
    without = [
        f"{path.name}: {node.name}"
        for path in TESTS
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not (ast.get_docstring(node) or "").partition("\n\n")[0].rstrip().endswith((".", "?"))
    ]

    assert [] == without


def test_files_of_tests_have_their_own_names() -> None:
    """No two files of tests share a name, so that a report's line names one of them."""
    names = sorted(path.name for path in TESTS)

    assert [] == [name for name, following in pairwise(names) if name == following]


def texts() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every text file in the repository."""
    for path in sorted(REPOSITORY.rglob("*")):
        parts = path.relative_to(REPOSITORY).parts
        if path.suffix in TEXT_SUFFIXES and path.is_file() and not NOT_OURS & set(parts):
            yield "/".join(parts), path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize(
    "pattern", [REGISTRY_HOSTS, MACHINE_PATHS], ids=["registry hosts", "machine paths"]
)
def test_nothing_names_a_registry_or_a_machine(pattern: re.Pattern[str]) -> None:
    """No registry's host and no place of somebody's machine stands in any file."""
    found = {
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for name, text in texts()
        for match in pattern.finditer(text)
    }

    assert set() == found


def test_patterns_would_find_them() -> None:
    """The patterns above match what they are about."""
    assert REGISTRY_HOSTS.search("https://registry." + "npmjs" + ".org/a")
    assert MACHINE_PATHS.search('"/work' + '/main/zipper"')
