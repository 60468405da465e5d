"""What makes a kind of note is known: all that its makers import, and nothing is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.module_imports import MODULES, PACKAGE, name_of, ours
from zipper.store.code_parts import counts_for
from zipper.store.notes import KINDS

if TYPE_CHECKING:
    from pathlib import Path

ROOTS = {
    "facts": ["checks.scan", "checks.commonjs_names", "checks.module_reader", "pruning.file_reads"]
}
BESIDE = {"facts": {"pruning/read_facts.py"}}
"""What puts facts into notes, and knows no more of a file than its bytes."""

FILES = {name_of(path): path for path in MODULES}


def relative(path: Path) -> str:
    """Return a module's path in zipper's folder."""
    return path.relative_to(PACKAGE).as_posix()


def closure_of(roots: list[str]) -> set[str]:
    """Return the files of all that modules import, at any time."""
    pending, found = list(roots), set(roots)
    while pending:
        name = pending.pop()
        room = name.rpartition(".")[0]
        for other in [*ours(FILES[name]), *([room] if room else [])]:
            if other in FILES and other not in found:
                found.add(other)
                pending.append(other)
    return {relative(FILES[name]) for name in found}


@pytest.mark.parametrize("part", ROOTS)
def test_all_that_makers_import_counts(part: str) -> None:
    """A module that decides and does not count would leave notes of other code in use."""
    assert set() == {name for name in closure_of(ROOTS[part]) if not counts_for(part, name)}
    assert all(counts_for(part, name) for name in BESIDE[part])


def test_much_else_does_not_count() -> None:
    """A rule may change, and no file is scanned again for it; new modules count at first."""
    others = {name for name in map(relative, MODULES) if not counts_for("facts", name)}

    assert {"checks/module_rules.py", "checks/walk.py", "pipeline/building.py"} <= others
    assert counts_for("facts", "checks/new.py")


def test_each_part_is_some_kinds_own() -> None:
    """Kinds name parts that there are."""
    assert {kind.part for kind in KINDS} - {""} == set(ROOTS)
