"""What makes a kind of note is known: all that its makers import, and nothing is left out."""

from __future__ import annotations

import pytest

from tests.support.module_imports import MODULES, PACKAGE, name_of, ours
from zipper.store.code_parts import MAKERS
from zipper.store.notes import KINDS

ROOTS = {
    "facts": ["checks.scan", "checks.commonjs_names", "checks.module_reader", "pruning.file_reads"]
}
BESIDE = {"facts": {"pruning/read_facts.py"}}
"""What puts facts into notes, and knows no more of a file than its bytes."""

FILES = {name_of(path): path for path in MODULES}


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
    return {FILES[name].relative_to(PACKAGE).as_posix() for name in found}


@pytest.mark.parametrize("part", MAKERS)
def test_a_part_has_all_that_its_makers_import(part: str) -> None:
    """A module that decides and is not listed would leave notes of other code in use."""
    assert closure_of(ROOTS[part]) | BESIDE[part] == MAKERS[part]


def test_each_part_is_some_kinds_own() -> None:
    """Kinds name parts that there are."""
    assert {kind.part for kind in KINDS} - {""} == set(MAKERS)
