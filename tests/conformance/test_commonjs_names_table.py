"""What a CommonJS file exports: the table of what Node's own lexer sees, and of what it exports."""

from __future__ import annotations

import pytest
from support.shared import load_cases

from zipper.checks.commonjs_names import find_commonjs_names

CASES = load_cases("commonjs-names.json")
SIZE = 40
GROUPS = [CASES[start : start + SIZE] for start in range(0, len(CASES), SIZE)]


@pytest.mark.parametrize("cases", GROUPS)
def test_names_are_the_lexers(cases: list[dict]) -> None:
    """The names that `import` sees, and the modules whose names are passed on."""
    found = {case["text"]: find_commonjs_names(case["text"].encode()) for case in cases}

    expected = {case["text"]: (case["exports"], case["reexports"]) for case in cases}
    assert expected == {
        text: (sorted(names.exports), sorted(names.reexports)) for text, names in found.items()
    }


@pytest.mark.parametrize("cases", GROUPS)
def test_what_is_excluded_is_not_there(cases: list[dict]) -> None:
    """Where the text excludes all other exports, the module that runs has no other."""
    for case in cases:
        names = find_commonjs_names(case["text"].encode())
        told = {*names.exports, *names.hidden}

        assert (names.is_complete and not names.reexports) == case.get("complete", False)
        assert not case.get("complete") or set(case.get("keys", ())) <= told, case["text"]
