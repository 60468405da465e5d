"""Every code that a finding can have is listed and explained."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from zipper.checks.build_codes import TOLD_CODES
from zipper.checks.member_rules import ALL_RULES

PACKAGE = Path(__file__).parents[3] / "zipper"
EXPLAINED = {row.code for row in (*ALL_RULES, *TOLD_CODES)}


def codes_made() -> Iterator[tuple[str, str]]:
    """Yield the code of every `Finding` in the sources with its place; `*` for a part of it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or ast.unparse(call.func) != "Finding":
                continue
            for code in _codes(call.args[0]) if call.args else ():
                yield code, f"{path.relative_to(PACKAGE)}:{call.lineno}"


def _codes(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "*" for part in argument.values)
        yield "".join(map(str, parts))


def test_every_code_that_is_made_is_explained() -> None:
    """A finding whose code `check --explain` does not know is a defect of the tables."""
    made = dict(codes_made())

    unknown = {
        code: place
        for code, place in made.items()
        if not any(Path(known).match(code) for known in EXPLAINED)
    }

    assert {} == unknown
    assert len(made) > 40


def test_every_code_that_is_handed_on_is_explained() -> None:
    """Rules make findings of codes that other functions return: whatever looks like a code is one.

    Left out are kinds of binaries, of failures, of conditions and of what is remembered.
    """
    others = {"git-lfs", "package-json", "module-sync", "secret-names"}
    families = {code.partition("-")[0] for code in EXPLAINED}
    texts = {
        node.value
        for path in (PACKAGE / "checks").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    codes = {text for text in texts if re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", text)}

    assert {code for code in codes - others if code.partition("-")[0] in families} <= EXPLAINED


def test_a_told_code_is_made_somewhere() -> None:
    """No row explains a code that is gone."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    spelled = {"source-git", "source-remote"}

    gone = {
        row.code
        for row in TOLD_CODES
        if row.code not in spelled and text.count(f'"{row.code}"') < 2
    }

    assert set() == gone


def test_no_code_stands_in_both_tables() -> None:
    """A code has one place where it is explained."""
    assert set() == {row.code for row in ALL_RULES} & {row.code for row in TOLD_CODES}
