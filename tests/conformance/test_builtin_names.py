"""What Node's own modules export is what a real Node says they do."""

from __future__ import annotations

import json
import subprocess

import pytest
from support.node import MAJORS, node_of
from support.shared import load_cases

from zipper.checks.builtin_names import find_builtin_names
from zipper.target import find_builtins

CASES = load_cases("builtin-names.json")
_LIST = """
    const names = {};
    for (const name of process.argv.slice(1)) names[name] = Object.keys(await import(name));
    console.log(JSON.stringify(names));
"""
_STILL_REQUIRED = {"builtinModules"}
"""Names that `import` does not see any more and `require` does."""


@pytest.mark.parametrize("major", MAJORS)
def test_names_are_those_of_the_table(major: int) -> None:
    """Each module has the names that a real Node had, and no other."""
    names: dict[str, set[str]] = {}
    for case in CASES:
        if major in case["majors"]:
            names.setdefault(case["module"], set()).update(case["names"])

    found = {module: find_builtin_names(module, major) for module in names}

    for module, known in found.items():
        assert names[module] | _STILL_REQUIRED == set(known or ()) | _STILL_REQUIRED, module


@pytest.mark.node
@pytest.mark.parametrize("major", MAJORS)
def test_the_table_has_the_names_of_each_module(major: int) -> None:
    """Every module of the table exports exactly its names, those of all other modules any."""
    modules = sorted(name for name in find_builtins(major) if name.startswith("node:"))
    command = [node_of(major).executable, "--no-warnings", "--input-type=module", "--eval", _LIST]
    done = subprocess.run([*command, *modules], capture_output=True, text=True, check=True)
    unknown = set()
    for module, names in json.loads(done.stdout).items():
        known = find_builtin_names(module, major)
        if known is None:
            unknown.add(module)
        else:
            assert set(names) | _STILL_REQUIRED == known | _STILL_REQUIRED, module
    assert {"node:constants", "node:process", "node:sys"} == {
        name for name in unknown if ":_" not in name
    }
